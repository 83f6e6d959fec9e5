//! What GNU tar writes, in each of its formats. Left out where there is no GNU tar.

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use super::read_all::{Read, read_all};
use crate::archive::{Member, MemberKind};

/// A tree with names, links, times and holes. `long` are names that v7 and ustar cannot hold.
pub fn make_tree(root: &Path, long: bool) {
    fs::create_dir_all(root.join("d/empty")).unwrap();
    fs::write(root.join("d/file"), [b'x'; 1300]).unwrap();
    fs::write(root.join("none"), b"").unwrap();
    fs::write(root.join("new\nline, \u{fc}ber"), b"1").unwrap();
    fs::hard_link(root.join("d/file"), root.join("link")).unwrap();
    symlink("d/file", root.join("soft")).unwrap();
    if long {
        let deep = root.join(format!("{}/{}", "a".repeat(200), "b".repeat(200)));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("c".repeat(200)), b"deep").unwrap();
        symlink("t/".repeat(150), root.join("long-target")).unwrap();
    }
    let sparse = File::create(root.join("sparse")).unwrap();
    for place in 0..30 {
        sparse.write_all_at(&[b'0' + place; 4096], u64::from(place) * 65_536).unwrap();
    }
    sparse.set_len(3 << 20).unwrap();
    fs::set_permissions(root.join("none"), fs::Permissions::from_mode(0o4751)).unwrap();
    let time = UNIX_EPOCH + Duration::new(1_600_000_000, 123_456_789);
    for name in ["d/file", "sparse", "none"] {
        let file = File::options().write(true).open(root.join(name)).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    }
}

fn pack(root: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let packed =
        Command::new("tar").args(arguments).args(["-cf-", "-C"]).arg(root).arg(".").output();
    let packed = packed.ok().filter(|_| is_gnu_tar())?;
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    Some(packed.stdout)
}

pub fn is_gnu_tar() -> bool {
    let version = Command::new("tar").arg("--version").output();
    version.is_ok_and(|version| version.stdout.starts_with(b"tar (GNU tar)"))
}

/// Compares every member with the file it was made of; `exact` to the nanosecond.
pub fn judge(root: &Path, read: &Read, exact: bool) {
    assert!(read.refused.is_empty(), "{:?}", read.refused);
    assert_eq!(read.remarks, []);
    assert_eq!(read.members.len(), walkdir::WalkDir::new(root).into_iter().count());
    for (member, data) in &read.members {
        let name = std::str::from_utf8(member.path.as_bytes()).unwrap();
        let path = root.join(name);
        let metadata = fs::symlink_metadata(&path).unwrap();
        let nanoseconds = if exact { metadata.mtime_nsec() as u32 } else { 0 };
        assert_eq!(member.mtime, (metadata.mtime(), nanoseconds), "{name}");
        assert_eq!(member.mode, metadata.mode() & 0o777, "{name}");
        match &member.kind {
            MemberKind::File => assert!(whole(member, data) == fs::read(&path).unwrap(), "{name}"),
            MemberKind::Directory => assert!(metadata.is_dir(), "{name}"),
            MemberKind::Symlink { target } => {
                let real = fs::read_link(&path).unwrap();
                assert_eq!(real.as_os_str().as_encoded_bytes(), target);
            }
            MemberKind::HardLink { target } => {
                let target = std::str::from_utf8(target.as_bytes()).unwrap();
                assert_eq!(fs::metadata(root.join(target)).unwrap().ino(), metadata.ino());
            }
        }
    }
}

/// The content with its holes.
pub fn whole(member: &Member, mut data: &[u8]) -> Vec<u8> {
    let Some(ranges) = &member.sparse else { return data.to_vec() };
    let mut content = vec![0; member.size as usize];
    for range in ranges {
        let (piece, rest) = data.split_at((range.end - range.start) as usize);
        content[range.start as usize..range.end as usize].copy_from_slice(piece);
        data = rest;
    }
    content
}

#[test]
fn every_format_of_gnu_tar_is_read() {
    for format in ["v7", "oldgnu", "gnu", "ustar", "posix"] {
        let tree = tempfile::tempdir().unwrap();
        make_tree(tree.path(), !matches!(format, "v7" | "ustar"));
        for gzip in [&[][..], &["-z"]] {
            let format_option = format!("--format={format}");
            let arguments = [&[format_option.as_str()], gzip].concat();
            let Some(bytes) = pack(tree.path(), &arguments) else { return };
            judge(tree.path(), &read_all(&bytes).unwrap(), format == "posix");
        }
    }
}

#[test]
fn every_form_of_sparse_files_of_gnu_tar_is_read() {
    let tree = tempfile::tempdir().unwrap();
    make_tree(tree.path(), true);
    for arguments in [
        &["--format=gnu", "-S"][..],
        &["--format=oldgnu", "-S"],
        &["--format=posix", "-S", "--sparse-version=0.0"],
        &["--format=posix", "-S", "--sparse-version=0.1"],
        &["--format=posix", "-S", "--sparse-version=1.0"],
    ] {
        let Some(bytes) = pack(tree.path(), arguments) else { return };
        let read = read_all(&bytes).unwrap();
        judge(tree.path(), &read, arguments[0] == "--format=posix");
        let sparse = read.members.iter().filter(|(member, _)| member.sparse.is_some());
        assert!(sparse.count() >= 1, "{arguments:?}");
    }
}

/// The label is passed over; directories of an incremental archive have data that is none.
#[test]
fn labels_and_incremental_archives_are_read() {
    let tree = tempfile::tempdir().unwrap();
    make_tree(tree.path(), true);
    let snapshots = tempfile::tempdir().unwrap();
    for (at, arguments) in ["--label=name", "--listed-incremental="].iter().enumerate() {
        for format in ["--format=gnu", "--format=posix"] {
            let argument = match at {
                0 => (*arguments).to_owned(),
                _ => format!("{arguments}{}", snapshots.path().join(format).display()),
            };
            let Some(bytes) = pack(tree.path(), &[&argument, format]) else { return };
            judge(tree.path(), &read_all(&bytes).unwrap(), format == "--format=posix");
        }
    }
}
