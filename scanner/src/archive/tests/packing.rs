//! What is packed is what the tree holds, for this reader and for GNU tar.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{CWD, FileType, Mode, OFlags, mkdirat, mknodat, openat};
use rustix::io::Errno;

use super::formats::{is_gnu_tar, judge, make_tree};
use super::read_all::{read_all, read_within};
use crate::archive::pack::PackedSummary;
use crate::archive::{Limits, Operation, PackError, PackNotice, Trouble, pack_tree};
use crate::manifest::Compression;

/// What a packing made and told.
struct Packed {
    bytes: Vec<u8>,
    summary: PackedSummary,
    notices: Vec<(String, Trouble)>,
}

fn pack(root: &Path, compression: Compression) -> Packed {
    pack_with(root, compression, &mut |_| false)
}

fn pack_with(root: &Path, compression: Compression, skip: &mut dyn FnMut(&[u8]) -> bool) -> Packed {
    let (mut bytes, mut notices) = (Vec::new(), Vec::new());
    let root = File::open(root).unwrap();
    let mut tell = |notice: PackNotice<'_>| {
        notices.push((String::from_utf8_lossy(notice.path).into_owned(), notice.trouble));
    };
    let summary = pack_tree(root.as_fd(), &mut bytes, compression, skip, &mut tell).unwrap();
    assert_eq!(summary.notices, notices.len() as u64);
    Packed { bytes, summary, notices }
}

fn sample() -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    make_tree(tree.path(), true);
    // The lengths at which fields end, as files and as directories.
    for length in [98, 99, 100, 101, 102, 154, 155, 156, 254, 255] {
        fs::write(tree.path().join("f".repeat(length)), b"f").unwrap();
        if length < 255 {
            let directory = tree.path().join("d".repeat(length));
            fs::create_dir(&directory).unwrap();
            fs::write(directory.join("n".repeat(100)), b"n").unwrap();
        }
        std::os::unix::fs::symlink("t".repeat(length), tree.path().join(format!("l{length}")))
            .unwrap();
    }
    let old = File::create(tree.path().join("before 1970")).unwrap();
    old.set_modified(UNIX_EPOCH - Duration::from_millis(1500)).unwrap();
    tree
}

#[test]
fn what_is_packed_is_read_again() {
    let tree = sample();
    for compression in [Compression::None, Compression::Gzip] {
        let packed = pack(tree.path(), compression);
        assert!(packed.notices.is_empty(), "{:?}", packed.notices);
        let read = read_all(&packed.bytes).unwrap();
        judge(tree.path(), &read, true);
        let sum = packed.summary;
        let members = sum.directories + sum.files + sum.symlinks + sum.hard_links;
        assert_eq!((read.members.len() as u64, sum.hard_links), (members, 1));
    }
}

#[test]
fn names_come_sorted_and_skipped_ones_not_at_all() {
    let tree = sample();
    let mut asked = Vec::new();
    let packed = pack_with(tree.path(), Compression::None, &mut |path| {
        asked.push(path.to_vec());
        path == b"d" || path.starts_with(b"f")
    });
    let read = read_all(&packed.bytes).unwrap();
    let paths: Vec<&[u8]> = read.members.iter().map(|(member, _)| member.path.as_bytes()).collect();
    assert!(!paths.contains(&&b"d"[..]) && !paths.iter().any(|path| path.starts_with(b"d/")));
    assert!(!asked.contains(&b"d/file".to_vec()));
    let top: Vec<&[u8]> = paths.iter().copied().filter(|path| !path.contains(&b'/')).collect();
    assert!(top.is_sorted());
    // The second name of what was skipped is the first that is packed.
    assert!(paths.contains(&&b"link"[..]));
    assert_eq!(packed.summary.hard_links, 0);
}

#[test]
fn gnu_tar_extracts_what_is_packed() {
    if !is_gnu_tar() {
        return;
    }
    let tree = sample();
    for (compression, options) in [(Compression::None, "-xpf-"), (Compression::Gzip, "-xpzf-")] {
        let packed = pack(tree.path(), compression);
        let out = tempfile::tempdir().unwrap();
        // It warns of times before 1970, and restores them.
        run_tar(
            &["--warning=no-timestamp", "-C", out.path().to_str().unwrap(), options],
            &packed.bytes,
        );
        let mut diff = Command::new("diff");
        diff.args(["-r", "--no-dereference"]).arg(tree.path()).arg(out.path());
        assert!(diff.status().unwrap().success());
        for entry in walkdir::WalkDir::new(tree.path()) {
            let (path, there) = {
                let path = entry.unwrap().into_path();
                let there = out.path().join(path.strip_prefix(tree.path()).unwrap());
                (fs::symlink_metadata(&path).unwrap(), fs::symlink_metadata(there).unwrap())
            };
            assert_eq!((path.mtime(), path.mtime_nsec()), (there.mtime(), there.mtime_nsec()));
            assert_eq!((path.mode(), path.nlink()), (there.mode(), there.nlink()));
            assert_eq!((path.uid(), path.gid()), (there.uid(), there.gid()));
        }
    }
}

/// Runs tar, which must have nothing to say.
fn run_tar(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut tar = Command::new("tar")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = tar.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    drop(stdin);
    let output = tar.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.is_empty(), "{told}");
    output.stdout
}

#[test]
fn gnu_tar_lists_what_is_packed() {
    if !is_gnu_tar() {
        return;
    }
    let tree = sample();
    let packed = pack(tree.path(), Compression::None);
    let listed = run_tar(&["-tf-", "--quoting-style=literal", "--null"], &packed.bytes);
    let names = String::from_utf8(listed).unwrap();
    assert!(names.starts_with("./\n"), "{names}");
    assert!(names.contains(&format!("\n{}/\n", "d".repeat(254))));
}

/// Neither opened nor waited for.
#[test]
fn special_files_are_left_out() {
    let tree = tempfile::tempdir().unwrap();
    let pipe = tree.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
    let _socket = UnixListener::bind(tree.path().join("socket")).unwrap();
    let packed = pack(tree.path(), Compression::None);
    assert_eq!((packed.summary.left_out, packed.notices), (2, vec![]));
    assert_eq!(read_all(&packed.bytes).unwrap().members.len(), 1);
}

#[test]
fn what_disappears_is_told_and_the_rest_packed() {
    let tree = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::write(tree.path().join(name), name).unwrap();
    }
    let path = tree.path().join("b");
    let packed = pack_with(tree.path(), Compression::None, &mut |asked| {
        if asked == b"b" {
            fs::remove_file(&path).unwrap();
        }
        false
    });
    let trouble = Trouble::Refused { operation: Operation::Lstat, errno: Errno::NOENT };
    assert_eq!(packed.notices, [("b".to_owned(), trouble)]);
    let read = read_all(&packed.bytes).unwrap();
    assert_eq!(read.contents(), [("", &b""[..]), ("a", b"a"), ("c", b"c")]);
}

/// An output that does something to the tree when the first large piece arrives.
struct Meddling<'a> {
    bytes: Vec<u8>,
    meddle: Option<&'a dyn Fn()>,
}

impl Write for Meddling<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(meddle) = self.meddle.take_if(|_| bytes.len() > 100_000) {
            meddle();
        }
        self.bytes.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_that_changes_has_the_size_of_its_header() {
    const SIZE: u64 = 1_000_001;
    let tree = tempfile::tempdir().unwrap();
    let path = tree.path().join("a");
    fs::write(tree.path().join("b"), b"behind").unwrap();
    let open = || File::options().write(true).open(&path).unwrap();
    for (kept, change) in [
        (300_000, &(|| open().set_len(300_000).unwrap()) as &dyn Fn()),
        (SIZE, &(|| open().set_len(9_000_000).unwrap())),
        (SIZE, &(|| open().write_all_at(b"x", 5).unwrap())),
    ] {
        fs::write(&path, vec![b'x'; SIZE as usize]).unwrap();
        let mut output = Meddling { bytes: Vec::new(), meddle: Some(change) };
        let mut notices = Vec::new();
        let root = File::open(tree.path()).unwrap();
        let none = Compression::None;
        pack_tree(root.as_fd(), &mut output, none, &mut |_| false, &mut |notice| {
            notices.push((notice.path.to_vec(), notice.trouble));
        })
        .unwrap();
        assert_eq!(notices, [(b"a".to_vec(), Trouble::Changed)]);
        let read = read_all(&output.bytes).unwrap();
        let (member, data) = &read.members[1];
        assert_eq!((member.size, data.len() as u64), (SIZE, SIZE));
        let read_well = data.iter().take_while(|byte| **byte == b'x').count() as u64;
        assert_eq!(read_well, kept);
        assert_eq!(read.members[2].1, b"behind");
    }
}

#[test]
fn an_output_that_is_full_ends_the_packing() {
    let tree = sample();
    let root = File::open(tree.path()).unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    for compression in [Compression::None, Compression::Gzip] {
        let packed = pack_tree(root.as_fd(), &full, compression, &mut |_| false, &mut |_| panic!());
        let error = packed.unwrap_err();
        assert!(matches!(error, PackError::Output(_)), "{error}");
    }
    let file = File::open(tree.path().join("none")).unwrap();
    let packed =
        pack_tree(file.as_fd(), Vec::new(), Compression::None, &mut |_| false, &mut |_| ());
    let error = packed.unwrap_err();
    assert!(matches!(error, PackError::Root { errno: Errno::NOTDIR, .. }), "{error}");
}

/// Goes down so many levels, with a file behind each subdirectory on the way.
fn make_deep(root: &Path, levels: usize) {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY;
    let mut at: OwnedFd = openat(CWD, root, flags, Mode::empty()).unwrap();
    for _ in 0..levels {
        mkdirat(&at, "a-directory", Mode::RWXU).unwrap();
        openat(&at, "behind", OFlags::CREATE | OFlags::WRONLY, Mode::RUSR).unwrap();
        at = openat(&at, "a-directory", flags, Mode::empty()).unwrap();
    }
}

/// Paths beyond PATH_MAX, and more levels than may be open.
#[test]
fn deep_trees_are_packed() {
    let tree = tempfile::tempdir().unwrap();
    make_deep(tree.path(), 1000);
    let packed = pack(tree.path(), Compression::Gzip);
    assert_eq!(packed.notices, []);
    assert_eq!((packed.summary.directories, packed.summary.files), (1001, 1000));
    let limits = Limits { name: 100_000, ..Limits::default() };
    let read = read_within(&packed.bytes[..], limits).unwrap();
    assert_eq!((read.members.len(), read.refused.len()), (2001, 0));
    let deepest = read.members.iter().map(|(member, _)| member.path.depth()).max();
    assert_eq!(deepest, Some(1000));
}

/// Directories far above are closed; one that was moved meanwhile is told and left.
#[test]
fn a_directory_that_moves_is_told_of() {
    let tree = tempfile::tempdir().unwrap();
    make_deep(tree.path(), 200);
    let deep: PathBuf = (0..100).map(|_| "a-directory").collect();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("behind"), b"of another tree").unwrap();
    let mut behind = 0;
    let packed = pack_with(tree.path(), Compression::None, &mut |path| {
        // The first file is that of the deepest directory.
        behind += usize::from(path.ends_with(b"/behind"));
        if behind == 1 && path.ends_with(b"/behind") {
            fs::rename(tree.path().join(&deep), elsewhere.path().join("moved")).unwrap();
        }
        false
    });
    // From the one that the moved one lay in up to the root, which is open.
    assert_eq!(packed.notices.len(), 99);
    let (operation, errno) = (Operation::Open, Errno::NOENT);
    for (path, trouble) in &packed.notices {
        assert_eq!(*trouble, Trouble::Refused { operation, errno }, "{path}");
        assert!(path.len() < deep.as_os_str().len());
    }
    let read = read_all(&packed.bytes).unwrap();
    let files = read.members.iter().filter(|(member, _)| member.is_file()).count();
    assert_eq!(files, 101);
    assert!(read.members.iter().all(|(_, data)| data.is_empty()));
}
