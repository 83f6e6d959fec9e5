//! Roots that lie below another one on the same filesystem, as far as the mount table tells.
//!
//! They are told and not refused: where a mount is missing, which is when one root comes to lie in
//! another, a night is needed most.

use std::path::{Path, PathBuf};

use reports::PathName;
use scanner::mounts;

/// Says of such roots that what is below them is looked at twice.
pub fn told(roots: &[PathBuf]) -> Vec<String> {
    let mount = |path: &Path| mounts::of_path(path).map(|mount| mount.id);
    let below = |root: &PathBuf| {
        let above = roots.iter().find(|above| *above != root && root.starts_with(above))?;
        (mount(above) == mount(root)).then(|| {
            let [root, above] = [root, above].map(|path| PathName::from(path.as_path()).escaped());
            format!(
                "{root} lies below {above} on the same filesystem, so it is looked at twice; leave it \
                 out of `roots`, unless a filesystem should be mounted there"
            )
        })
    };
    roots.iter().filter_map(below).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_another_root_is_told() {
        for (roots, expected) in [
            (&["/no/a", "/no/b", "/no/ab"][..], &[][..]),
            (&["/", "/proc"], &[]),
            (&["/no/a/b", "/no/a"], &["/no/a/b lies below /no/a on the same filesystem"]),
            (&["/", "/no", "/no/a"], &["/no lies below / ", "/no/a lies below / "]),
        ] {
            let remarks = told(&roots.iter().map(PathBuf::from).collect::<Vec<_>>());
            assert_eq!(remarks.len(), expected.len(), "{roots:?}: {remarks:?}");
            for (remark, expected) in remarks.iter().zip(expected) {
                assert!(remark.starts_with(expected), "{remark}");
            }
        }
    }
}
