//! BuildKit mounts an overlay on what the pod itself stands on.

use super::{Judged, text, why_unknown};
use crate::ComponentStatus::{Fails, Unknown, Works};
use crate::{Environment, FactName};

pub(super) fn judge(known: &Environment) -> Judged {
    let plain = text(known, FactName::NestedOverlay);
    let userxattr = text(known, FactName::NestedOverlayUserxattr);
    let filesystem = text(known, FactName::DockerDataRootFilesystem).unwrap_or("the filesystem");
    let tried = [plain, userxattr];
    if plain == Some("works") {
        (Works, format!("An overlay with its layers on {filesystem} could be mounted."))
    } else if userxattr == Some("works") {
        let note = "could be mounted with userxattr, as rootless BuildKit does it";
        (Works, format!("An overlay with its layers on {filesystem} {note}."))
    } else if tried.contains(&Some("refused")) {
        let note = "cannot be the upper layer of an overlay (EINVAL): the native snapshotter \
                    copies instead";
        (Fails, format!("{filesystem} {note}."))
    } else if tried.contains(&Some("forbidden")) {
        (Fails, "This user may not mount an overlay: the native snapshotter copies instead.".into())
    } else {
        let why = why_unknown(known, FactName::NestedOverlay);
        (Unknown, format!("Whether an overlay can be mounted is not known: {why}."))
    }
}
