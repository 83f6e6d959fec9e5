//! Buildah without root takes a user namespace with 65,536 ids in it.

use super::{Judged, unless_installed, why_unknown};
use crate::ComponentStatus::{Fails, Unknown, Works};
use crate::{Environment, FactName, FactValue};

const IDS: u64 = 65_536;

pub(super) fn judge(known: &Environment) -> Judged {
    let (status, note) = ids(known);
    (status, note + &unless_installed(known, FactName::Buildah, "Buildah"))
}

fn ids(known: &Environment) -> Judged {
    let flag = |name| known.of_machine(name).and_then(FactValue::flag);
    let number = |name| known.of_machine(name).and_then(FactValue::number);
    let least = |a, b| Some(number(a)?.min(number(b)?));
    let subordinate = least(FactName::SubordinateUserIds, FactName::SubordinateGroupIds);
    let mapped = least(FactName::MappedUserIds, FactName::MappedGroupIds);
    if flag(FactName::UserNamespaces) == Some(false) {
        return (Fails, "No user namespace can be made.".into());
    }
    match (flag(FactName::IdMapping), subordinate) {
        (Some(true), _) => (Works, "Subordinate ids could be mapped.".into()),
        (tried, _) if mapped.is_some_and(|ids| ids < IDS) && tried.is_some() => {
            let ids = mapped.unwrap_or_default();
            (Fails, format!("Only {ids} ids exist in this user namespace; images need {IDS}."))
        }
        (_, Some(ids)) if ids < IDS => {
            let note = "subordinate ids, of which images need 65536 (insufficient UIDs or GIDs \
                        available in user namespace)";
            (Fails, format!("The user has {ids} {note}."))
        }
        (Some(false), _) => {
            (Fails, "Subordinate ids could not be mapped into a user namespace.".into())
        }
        (None, _) => {
            let why = why_unknown(known, FactName::IdMapping);
            (Unknown, format!("Whether ids can be mapped is not known: {why}."))
        }
    }
}
