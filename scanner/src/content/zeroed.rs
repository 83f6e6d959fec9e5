//! Whether a file of zero bytes ought to hold something else.
//!
//! A crash, or a copy that broke off, leaves files of the right size that were never filled. Zero
//! bytes are also what preallocated databases, logs, disk images and swap files hold, so the name
//! decides: text, source code and formats that begin with a signature are never all zeros. Of
//! other kinds the neighbours speak, unless the kind is one that programs preallocate.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::pread;

use crate::inode_facts::{FileKind, InodeFacts};
use crate::walk::{Listing, open_directory};

/// The smallest file that is judged, in bytes.
const LEAST: u64 = 4096;

/// Endings of text, and of formats that begin with a signature.
const NEVER_ZERO: &[&str] = &[
    "7z", "asc", "avif", "bat", "bz2", "c", "cc", "cjs", "class", "conf", "cpp", "crt", "css",
    "csv", "cts", "deb", "diff", "docx", "gif", "go", "gz", "h", "hpp", "htm", "html", "ini",
    "ipynb", "jar", "java", "jpeg", "jpg", "js", "json", "jsonl", "jsx", "ko", "less", "lua",
    "markdown", "md", "mjs", "mts", "node", "odt", "otf", "patch", "pdf", "pem", "php", "pl",
    "png", "ps1", "py", "pyc", "rb", "rlib", "rmeta", "rpm", "rs", "rst", "scss", "sh", "so",
    "sql", "sqlite", "sqlite3", "svg", "tgz", "toml", "tsx", "ttf", "txt", "vue", "wasm", "webp",
    "whl", "woff", "woff2", "xlsx", "xml", "xz", "yaml", "yml", "zip", "zst",
];

/// Endings of what programs preallocate or fill with zeros on purpose.
const OFTEN_ZERO: &[&str] = &[
    "bin", "blob", "data", "dat", "db", "dd", "fs", "ibd", "idx", "img", "iso", "journal", "ldb",
    "log", "mdb", "ns", "out", "pack", "part", "pma", "qcow2", "raw", "rom", "sst", "swap", "swp",
    "tmp", "vdi", "vhd", "vhdx", "vmdk", "wal", "zero",
];

/// Neighbours of the same kind that must hold something.
const NEIGHBOURS: usize = 3;

/// Neighbours that are looked at.
const MOST_LOOKED_AT: usize = 16;

/// Why a file that holds zero bytes alone ought to hold something else; none where nothing says
/// so. `directory` opens the one that it stands in.
pub fn reasons(
    name: &CStr,
    facts: &InodeFacts,
    directory: impl FnOnce() -> Option<Arc<OwnedFd>>,
) -> Option<Vec<String>> {
    // A sparse file was made so by its writer.
    if facts.size() < LEAST || facts.sectors().saturating_mul(512) < facts.size() {
        return None;
    }
    let ending = ending(name.to_bytes())?;
    if NEVER_ZERO.contains(&ending.as_str()) {
        return Some(vec![format!("no file of the kind .{ending} holds zero bytes alone")]);
    }
    if OFTEN_ZERO.contains(&ending.as_str()) {
        return None;
    }
    // What leads back to a directory cannot be read from; it is opened anew.
    let directory = open_directory(directory()?.as_fd(), c".", true).ok()?;
    let filled = filled_neighbours(directory.as_fd(), name, &ending)?;
    let reason = format!("{filled} neighbours of the kind .{ending} hold something");
    (filled >= NEIGHBOURS).then(|| vec![reason])
}

/// What stands behind the last dot, in lower case; none for a hidden file without another dot.
fn ending(name: &[u8]) -> Option<String> {
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0)?;
    let ending = std::str::from_utf8(name.get(dot + 1..)?).ok()?;
    (!ending.is_empty()).then(|| ending.to_ascii_lowercase())
}

/// How many files of the same kind and 4 KiB or more hold something; none if another one holds
/// zero bytes at its beginning as well.
fn filled_neighbours(directory: BorrowedFd<'_>, name: &CStr, kind: &str) -> Option<usize> {
    let mut buffer = [0; 1 << 14];
    let mut listing = Listing::new(directory, &mut buffer, Some(1 << 16));
    let (mut filled, mut looked_at) = (0, 0);
    while let Some(Ok(block)) = listing.block() {
        let alike = block.filter(|entry| entry.name != name);
        for entry in alike.filter(|e| ending(e.name.to_bytes()).as_deref() == Some(kind)) {
            match begins_with_something(directory, entry.name) {
                Some(true) => filled += 1,
                Some(false) => return None,
                None => {}
            }
            looked_at += 1;
            if looked_at >= MOST_LOOKED_AT {
                return Some(filled);
            }
        }
    }
    Some(filled)
}

/// Whether the first 4 KiB of a regular file hold something; none for what is smaller or cannot
/// be read.
fn begins_with_something(directory: BorrowedFd<'_>, name: &CStr) -> Option<bool> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let facts = InodeFacts::of_entry(directory, name).ok()?;
    if facts.kind() != FileKind::Regular || facts.size() < LEAST {
        return None;
    }
    let file = openat(directory, name, flags, Mode::empty()).ok()?;
    let mut bytes = [0; LEAST as usize];
    let length = pread(&file, &mut bytes, 0).ok()?;
    Some(bytes.get(..length)?.iter().any(|byte| *byte != 0))
}

#[cfg(test)]
mod tests {
    use std::fs::{File, write};
    use std::path::Path;

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
    fn a_sparse_file_was_meant_so() {
        let dir = tempfile::tempdir().unwrap();
        File::create(dir.path().join("a.js")).unwrap().set_len(1 << 20).unwrap();
        assert_eq!(judged(dir.path(), "a.js"), None);
    }

    #[test]
    fn neighbours_speak_of_unknown_kinds() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path().join("z.tensor"), vec![0; 8192]).unwrap();
        for name in ["a.tensor", "b.tensor"] {
            write(dir.path().join(name), vec![1; 8192]).unwrap();
        }
        assert_eq!(judged(dir.path(), "z.tensor"), None, "two are not enough");
        write(dir.path().join("c.tensor"), vec![1; 8192]).unwrap();
        assert!(judged(dir.path(), "z.tensor").is_some());
        write(dir.path().join("y.tensor"), vec![0; 8192]).unwrap();
        assert_eq!(judged(dir.path(), "z.tensor"), None, "another one is as empty");
    }
}
