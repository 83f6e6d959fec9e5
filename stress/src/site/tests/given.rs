//! Directories that somebody gives.

use std::fs::{self, Permissions, create_dir, set_permissions};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags, RenameFlags, fchmod, mkdirat, openat, renameat_with, symlinkat};
use scanner::scratch::{Kind, clean, leftovers};

use super::lab::{fill, smoke};
use crate::site::{Limits, Site, SiteError, World};

pub const LIMITS: Limits = Limits { max_bytes: 1 << 20, max_inodes: 1000, force: false };

/// What operations leave: directories that nobody may enter, names of 255 bytes one below the other
/// until no path leads there, thousands of names.
pub fn leave_a_mess(world: &World) {
    let long = "x".repeat(255);
    let open = |at: &std::os::fd::OwnedFd, name: &str| {
        openat(at, name, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap()
    };
    let mut at = rustix::io::dup(&world.top).unwrap();
    let mut levels = Vec::new();
    for _ in 0..40 {
        mkdirat(&at, long.as_str(), Mode::RWXU).unwrap();
        let next = open(&at, &long);
        levels.push(std::mem::replace(&mut at, next));
    }
    mkdirat(&at, "closed", Mode::RWXU).unwrap();
    let closed = open(&at, "closed");
    symlinkat("/", &closed, "link").unwrap();
    for level in [closed].iter().chain([&at]).chain(levels.iter().skip(1).rev()) {
        fchmod(level, Mode::empty()).unwrap();
    }
    let create = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
    for number in 0..1500 {
        openat(&world.top, format!("k{number}"), create, Mode::empty()).unwrap();
    }
    let (top, flags) = (world.top.as_fd(), RenameFlags::NOREPLACE);
    renameat_with(top, "k0", top, "moved", flags).unwrap();
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).unwrap().count() == 0
}

#[test]
fn a_given_directory_is_left_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let before = fs::metadata(dir.path()).unwrap().modified().unwrap();
    let site = Site::given("here", dir.path(), &LIMITS).unwrap();
    assert_eq!((site.name.as_str(), site.path.as_path()), ("here", dir.path()));
    let root = site.describe();
    assert_eq!((&root.filesystem, &root.mount_options), (&site.filesystem, &site.options));
    assert!(!site.options.is_empty());
    assert!(site.space().unwrap().free_bytes > 0);
    smoke(site).unwrap();
    assert!(is_empty(dir.path()));
    assert_eq!(fs::metadata(dir.path()).unwrap().modified().unwrap(), before);
}

#[test]
fn a_ground_that_is_dropped_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::given("here", dir.path(), &LIMITS).unwrap();
    drop(site.ground(7, &fill()).unwrap());
    let mut ground = site.ground(7, &fill()).expect("nothing is left of the one before");
    leave_a_mess(&ground.fresh().unwrap());
    drop(site);
    assert!(!is_empty(dir.path()), "a ground still works there");
    drop(ground);
    assert!(is_empty(dir.path()));
}

#[test]
fn worlds_lie_in_a_scratch_directory_that_says_whose_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::given("here", dir.path(), &LIMITS).unwrap();
    let mut ground = site.ground(0, &fill()).unwrap();
    let world = ground.fresh().unwrap();
    let below = world.path.strip_prefix(dir.path()).unwrap();
    let scratch = below.iter().next().unwrap().to_str().unwrap();
    let digits = scratch.strip_prefix(".fscan-stress-").unwrap();
    assert!(digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{digits}");
    let mode = fs::metadata(dir.path().join(scratch)).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o700);
    assert_eq!(leftovers(dir.path(), Kind::Stress).unwrap(), [], "it is in use");
}

/// A set-group-ID bit and a default access control list of the directory that was given would give
/// other modes to what operations make.
#[test]
fn modes_come_out_as_they_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let shared = dir.path().join("shared");
    create_dir(&shared).unwrap();
    set_permissions(&shared, Permissions::from_mode(0o2775)).unwrap();
    // struct posix_acl_xattr_header and entries: user::rwx, group::rwx, other::rwx.
    let mut list = vec![2, 0, 0, 0];
    for tag in [1_u8, 4, 32] {
        list.extend([tag, 0, 7, 0, 0xff, 0xff, 0xff, 0xff]);
    }
    let name = "system.posix_acl_default";
    let set = rustix::fs::setxattr(&shared, name, &list, rustix::fs::XattrFlags::empty());
    if let Err(errno) = set {
        super::lab::skip("modes_come_out_as_they_are_asked_for", &errno.to_string());
        return;
    }
    let site = Site::given("here", &shared, &LIMITS).unwrap();
    let mut ground = site.ground(0, &fill()).unwrap();
    let world = ground.fresh().unwrap();
    let scratch = fs::read_dir(&shared).unwrap().next().unwrap().unwrap();
    assert_eq!(scratch.metadata().unwrap().permissions().mode() & 0o7777, 0o700);
    let umask = u32::from(crate::umask::umask());
    mkdirat(&world.top, "made", Mode::from_raw_mode(0o777)).unwrap();
    let made = fs::metadata(world.path.join("made")).unwrap().permissions().mode();
    assert_eq!(made & 0o7777, 0o777 & !umask);
}

#[test]
fn what_a_killed_run_left_is_found_and_cleaned() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::given("here", dir.path(), &LIMITS).unwrap();
    let mut ground = site.ground(0, &fill()).unwrap();
    leave_a_mess(&ground.fresh().unwrap());
    let scratch = fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
    // As a killed process: nobody locks the mark any more, and nobody removes anything.
    fs::remove_file(scratch.join("in-use")).unwrap();
    fs::write(scratch.join("in-use"), "").unwrap();
    let [leftover] = &leftovers(dir.path(), Kind::Stress).unwrap()[..] else {
        panic!("one leftover")
    };
    assert_eq!(leftover.path, scratch);
    clean(leftover).unwrap();
    assert!(is_empty(dir.path()));
}

#[test]
fn why_a_directory_cannot_be_worked_in() {
    let dir = tempfile::tempdir().unwrap();
    let said = |path: &Path, limits| match Site::given("x", path, limits) {
        Err(error) => error.to_string().replace(dir.path().to_str().unwrap(), "DIR"),
        Ok(site) => panic!("{site:?}"),
    };
    assert_eq!(
        said(&dir.path().join("missing"), &LIMITS),
        "DIR/missing: open says ENOENT; give another directory"
    );
    let much = said(dir.path(), &Limits { max_bytes: u64::MAX, ..LIMITS });
    assert!(much.contains("MiB may be written, and "), "{much}");
    assert!(is_empty(dir.path()));
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(said(&file, &LIMITS), "DIR/file: open says ENOTDIR; give another directory");
}

#[test]
fn a_lane_has_one_ground_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::given("here", dir.path(), &LIMITS).unwrap();
    let _ground = site.ground(0, &fill()).unwrap();
    let again = site.ground(0, &fill());
    assert!(matches!(again, Err(SiteError::Call { errno: rustix::io::Errno::EXIST, .. })));
}
