//! Whether a file of zero bytes ought to hold something else.
//!
//! A crash, or a copy that broke off, leaves files of the right size that were never filled. Zero
//! bytes are also what preallocated databases, logs, disk images and swap files hold, so the name
//! decides: text, source code and formats that begin with a signature are never all zeros. Of
//! other kinds the neighbours speak, unless the kind is one that programs preallocate.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use super::neighbours::Neighbours;
use super::zero_kinds::{self, Kind};
use crate::inode_facts::InodeFacts;
use crate::walk::open_directory;

/// The smallest file that is judged, in bytes.
pub const LEAST: u64 = 4096;

/// Why a file that holds zero bytes alone ought to hold something else; none where nothing says
/// so. `directory` opens the one that it stands in.
pub fn reasons(
    name: &CStr,
    facts: &InodeFacts,
    directory: impl FnOnce() -> Option<Arc<OwnedFd>>,
) -> Option<Vec<String>> {
    if facts.size() < LEAST {
        return None;
    }
    // A sparse file was made so by its writer, unless it is of a kind that nobody makes so: then its blocks
    // were lost before they were written.
    let is_sparse = facts.sectors().saturating_mul(512) < facts.size();
    let ending = match zero_kinds::of(name.to_bytes()) {
        Kind::Never { kind, may_be_a_hole } if !is_sparse || !may_be_a_hole => {
            return Some(vec![format!("no file of the kind {kind} holds zero bytes alone")]);
        }
        Kind::Often | Kind::Never { .. } => return None,
        Kind::Unknown(_) if is_sparse => return None,
        Kind::Unknown(ending) => ending,
    };
    // What leads back to a directory cannot be read from; it is opened anew.
    let directory = open_directory(directory()?.as_fd(), c".", true).ok()?;
    let neighbours = Neighbours::look(directory.as_fd(), name, &ending);
    let against = neighbours.speak_against(facts.modified_at().0)?;
    Some(vec![format!("{against} neighbours of the kind .{ending} hold something")])
}

#[cfg(test)]
mod tests {
    use std::fs::{File, write};
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn judged(directory: &Path, name: &str) -> Option<Vec<String>> {
        let open = Arc::new(OwnedFd::from(File::open(directory).unwrap()));
        let name = std::ffi::CString::new(name).unwrap();
        let facts = InodeFacts::of_entry(open.as_fd(), &name).unwrap();
        reasons(&name, &facts, || Some(open))
    }

    #[test]
    fn text_is_never_all_zeros_and_a_disk_image_may_be() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["index.js", "UPPER.JSON", "disk.img", "noending", ".hidden", "small.js"] {
            let size = if name == "small.js" { 4095 } else { 8192 };
            write(dir.path().join(name), vec![0; size]).unwrap();
        }
        for (name, told) in [
            ("index.js", true),
            ("UPPER.JSON", true),
            ("disk.img", false),
            ("noending", false),
            (".hidden", false),
            ("small.js", false),
        ] {
            assert_eq!(judged(dir.path(), name).is_some(), told, "{name}");
        }
    }

    #[test]
    fn a_sparse_file_was_meant_so_but_for_source_code() {
        let dir = tempfile::tempdir().unwrap();
        for (name, told) in
            [("a.js", true), ("a.zip", false), ("a.txt", false), ("a.record", false)]
        {
            File::create(dir.path().join(name)).unwrap().set_len(1 << 20).unwrap();
            assert_eq!(judged(dir.path(), name).is_some(), told, "{name}");
        }
    }

    #[test]
    fn neighbours_speak_of_unknown_kinds() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path().join("z.record"), vec![0; 8192]).unwrap();
        for name in ["a.record", "b.record"] {
            write(dir.path().join(name), vec![1; 8192]).unwrap();
        }
        assert_eq!(judged(dir.path(), "z.record"), None, "two are not enough");
        write(dir.path().join("c.record"), vec![1; 8192]).unwrap();
        assert!(judged(dir.path(), "z.record").is_some());
        write(dir.path().join("y.record"), vec![0; 8192]).unwrap();
        assert_eq!(
            judged(dir.path(), "z.record"),
            None,
            "another one is as empty, and there are few"
        );
    }

    #[test]
    fn several_of_one_burst_are_told() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["y.record", "z.record"] {
            write(dir.path().join(name), vec![0; 8192]).unwrap();
        }
        for number in 0..8 {
            let path = dir.path().join(format!("{number}.record"));
            write(&path, vec![1; 8192]).unwrap();
            let earlier = SystemTime::now() - Duration::from_hours(1);
            File::options().write(true).open(&path).unwrap().set_modified(earlier).unwrap();
        }
        assert!(judged(dir.path(), "y.record").is_some());
        assert!(judged(dir.path(), "z.record").is_some());
    }
}
