//! What a path stands on, which need not exist yet: the mount of its nearest existing ancestor.

use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::place::{look_up, panics};
use super::probe::Learnt;
use super::words::shown;
use crate::checks::errno_word;
use crate::mounts::{self, Mount};

/// What a path stands on.
#[derive(Debug)]
pub(super) struct Standing {
    /// The mount.
    pub(super) mount: Mount,
    /// The nearest ancestor that exists, without symbolic links; none where the mount table alone
    /// was asked.
    pub(super) ancestor: Option<PathBuf>,
}

impl Standing {
    /// Finds it; an error says why that is not known.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let by_table = mounts::of_path(path);
        if let Some(mount) = by_table.clone().filter(panics) {
            return Ok(Standing { mount, ancestor: None });
        }
        for ancestor in path.ancestors() {
            match look_up(ancestor) {
                Ok((ancestor, Some(mount))) => {
                    return Ok(Standing { mount, ancestor: Some(ancestor) });
                }
                // Nobody may look there, but mounts have no secrets.
                Err(Errno::ACCESS | Errno::PERM) | Ok((_, None)) => break,
                Err(Errno::NOENT | Errno::NOTDIR) => {}
                Err(errno) => {
                    return Err(format!("{}: lookup says {}", shown(ancestor), errno_word(errno)));
                }
            }
        }
        let mount = by_table.ok_or("the mount table does not have it")?;
        Ok(Standing { mount, ancestor: None })
    }
}

/// The type of the filesystem that a path stands on, as a fact.
pub(super) fn filesystem_of(path: &Path) -> Learnt {
    match Standing::of(path) {
        Ok(Standing { mount, ancestor: Some(ancestor) }) => Learnt::new(
            reports::Answer::is(shown(&mount.filesystem)),
            format!("/proc/thread-self/mountinfo, of {}", shown(ancestor)),
        ),
        Ok(Standing { mount, ancestor: None }) => Learnt::new(
            reports::Answer::is(shown(&mount.filesystem)),
            "/proc/thread-self/mountinfo, by the path alone",
        ),
        Err(why) => Learnt::unknown(why, "/proc/thread-self/mountinfo"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_stands_on_what_is_above_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let here = dir.path().canonicalize().unwrap();
        let ancestor = |path: &str| Standing::of(&dir.path().join(path)).unwrap().ancestor.unwrap();
        assert_eq!(ancestor(""), here);
        assert_eq!(ancestor("a/b/c"), here);
        assert_eq!(ancestor("file"), here.join("file"));
        assert_eq!(ancestor("file/beyond"), here.join("file"));
        assert_eq!(Standing::of(Path::new("/proc/none")).unwrap().mount.filesystem, "proc");
    }
}
