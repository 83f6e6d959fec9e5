//! The overlay that a sequence begins on, where it does.

use crate::op::Op;
use crate::population::{self, Links};
use crate::reproducer::{Ground, Reproducer};

/// Options of overlays that tell how they work, rather than where their layers are.
const OPTIONS: [&str; 6] =
    ["redirect_dir=", "index=", "metacopy=", "xino=", "nfs_export=", "uuid="];

/// An overlay, to be mounted over a lower layer that is filled first.
pub(super) struct Layers {
    /// What fills the lower layer.
    pub filling: Vec<Op>,
    /// The options that it is mounted with, behind those that name the layers: each begins with a
    /// comma.
    pub options: String,
}

impl Layers {
    /// Those of a sequence.
    pub fn of(reproducer: &Reproducer) -> Option<Self> {
        if reproducer.ground == Ground::Empty {
            return None;
        }
        let all = reproducer.options.split([',', ';']).map(str::trim);
        let plain =
            |option: &&str| option.bytes().all(|b| b.is_ascii_alphanumeric() || b"_=".contains(&b));
        let tells =
            |option: &&str| *option == "userxattr" || OPTIONS.iter().any(|o| option.starts_with(o));
        let options = all.filter(tells).filter(plain).flat_map(|option| [",", option]).collect();
        // A lower layer has the names that are given to it.
        Some(Layers { filling: population::operations(Links::Kept).collect(), options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_those_that_tell_how_an_overlay_works() {
        let text = include_str!("layers/overlay.ops");
        let mut reproducer: Reproducer = text.parse().unwrap();
        let layers = Layers::of(&reproducer).unwrap();
        assert_eq!(layers.options, ",redirect_dir=on,index=on,metacopy=off,xino=on");
        assert!(layers.filling.len() > 20);
        reproducer.options = "rw,nosuid;rw,workdir=/w,redirect_dir=nofollow,userxattr".to_owned();
        assert_eq!(Layers::of(&reproducer).unwrap().options, ",redirect_dir=nofollow,userxattr");
        reproducer.options = "rw;index=on\"); system(\"touch x\");//,xino=off".to_owned();
        assert_eq!(Layers::of(&reproducer).unwrap().options, ",xino=off");
        reproducer.ground = Ground::Empty;
        assert!(Layers::of(&reproducer).is_none());
    }
}
