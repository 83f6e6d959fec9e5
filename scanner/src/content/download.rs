//! Downloads that are not done, by what their programs keep beside them.
//!
//! A program that fetches in pieces may give a file its full size and its blocks beforehand, so
//! that it has no hole, and nobody has it open while the download is stopped.

use std::ffi::{CStr, CString};
use std::os::fd::BorrowedFd;

use crate::inode_facts::{FileKind, InodeFacts};

/// What stands behind a file's name in that of the file beside it: aria2 notes there which pieces
/// it has, Firefox gathers the content there.
const BESIDE: [&[u8]; 2] = [b".aria2", b".part"];

/// Whether such a file says that one of a directory is not fetched to its end.
pub fn is_under_way(directory: BorrowedFd<'_>, name: &CStr) -> bool {
    BESIDE.iter().any(|ending| {
        let beside = CString::new([name.to_bytes(), ending].concat());
        let facts = beside.ok().and_then(|name| InodeFacts::of_entry(directory, &name).ok());
        facts.is_some_and(|facts| facts.kind() == FileKind::Regular)
    })
}

#[cfg(test)]
mod tests {
    use std::fs::{File, create_dir, write};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_file_beside_it_says_that_it_is_not_all_there() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.iso.aria2", "b.zip.part", "c.part"] {
            write(dir.path().join(name), b"").unwrap();
        }
        create_dir(dir.path().join("d.part")).unwrap();
        let opened = File::open(dir.path()).unwrap();
        let long = CString::new([b'n'; 255]).unwrap();
        for (name, told) in
            [(c"a.iso", true), (c"b.zip", true), (c"c.zip", false), (c"d", false), (&*long, false)]
        {
            assert_eq!(is_under_way(opened.as_fd(), name), told, "{name:?}");
        }
    }
}
