//! Filesystems that are made.

use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;

use rustix::mount::{MountFlags, MountPropagationFlags, mount_change, mount_remount};

use super::given::LIMITS;
use super::lab::{fill, in_lab, names, smoke};
use crate::site::mounted::{Below, Mounted};
use crate::site::namespace::enter;
use crate::site::provision::provision_in;
use crate::site::{Limits, NotRemoved, Provisioned, Site, SiteError};

const ENOUGH: u64 = 4 << 30;

fn mounts() -> String {
    fs::read_to_string("/proc/thread-self/mountinfo").unwrap()
}

/// The loop devices' files.
fn loop_files() -> Vec<String> {
    let devices = fs::read_dir("/sys/block").unwrap().map(|entry| entry.unwrap().path());
    let files = devices.map(|device| fs::read_to_string(device.join("loop/backing_file")));
    files.filter_map(Result::ok).collect()
}

fn find<'a>(made: &'a Provisioned, name: &str) -> &'a Site {
    let site = made.sites.iter().find(|site| site.name == name);
    site.unwrap_or_else(|| panic!("{name}: {:#?}", made.left_out))
}

#[test]
fn every_site_gives_fresh_worlds_and_leaves_nothing() {
    in_lab(|namespace| {
        let dir = tempfile::tempdir().unwrap();
        let before = mounts();
        let made = provision_in(dir.path(), namespace, ENOUGH).unwrap();
        assert_eq!(made.left_out, []);
        let names: Vec<_> = made.sites.iter().map(|site| site.name.clone()).collect();
        assert_eq!(names[..4], ["tmpfs", "ext4", "xfs", "btrfs"]);
        assert_eq!(names.len(), 12, "{names:?}");
        for site in made.sites {
            let kind = site.name.split('-').next().unwrap();
            assert_eq!(site.filesystem, kind);
            assert_eq!(site.describe().filesystem, kind);
            smoke(site).unwrap();
        }
        let place = dir.path().to_str().unwrap();
        assert_eq!(mounts(), before);
        assert_eq!(fs::read_dir(place).unwrap().count(), 0, "nothing is left");
        assert!(!loop_files().iter().any(|file| file.contains(place)), "{:?}", loop_files());
    });
}

#[test]
fn overlays_are_what_their_names_say() {
    in_lab(|namespace| {
        let dir = tempfile::tempdir().unwrap();
        let made = provision_in(dir.path(), namespace, ENOUGH).unwrap();
        let has = |name: &str, option: &str| find(&made, name).options.contains(option);
        let usual = ["redirect_dir=on", "index=on", "metacopy=on", "xino=on"];
        assert!(!usual.iter().any(|option| has("overlay-ext4", option)));
        assert!(has("overlay-ext4-index", "index=on") && has("overlay-tmpfs-index", "xino=on"));
        assert!(has("overlay-tmpfs-metacopy", "metacopy=on"));
        assert!(has("overlay-ext4-userxattr", "userxattr"));
    });
}

/// Layers on two filesystems and no xino: a directory has the overlay's device number, a file of
/// the lower layer another.
#[test]
fn an_overlay_with_foreign_layers_shows_their_device_numbers() {
    in_lab(|namespace| {
        let dir = tempfile::tempdir().unwrap();
        let made = provision_in(dir.path(), namespace, ENOUGH).unwrap();
        let device_differs = |name| {
            let mut ground = find(&made, name).ground(0, &fill()).unwrap();
            let world = ground.fresh().unwrap();
            let file = rustix::fs::stat(world.path.join("from-below")).unwrap();
            rustix::fs::fstat(&world.top).unwrap().st_dev != file.st_dev
        };
        assert!(device_differs("overlay-ext4"));
        assert!(!device_differs("overlay-tmpfs"), "one filesystem");
        assert!(!device_differs("overlay-tmpfs-index"), "xino");
        let foreign = |name| find(&made, name).has_foreign_layers();
        assert!(foreign("overlay-ext4") && foreign("overlay-tmpfs-index"));
        assert!(!foreign("overlay-tmpfs") && !foreign("ext4"));
    });
}

#[test]
fn what_there_is_no_memory_for_is_left_out() {
    in_lab(|namespace| {
        let dir = tempfile::tempdir().unwrap();
        let made = provision_in(dir.path(), namespace, 700 << 20).unwrap();
        let names: Vec<_> = made.sites.iter().map(|site| site.name.as_str()).collect();
        assert_eq!(names, ["ext4"]);
        assert_eq!(made.left_out.len(), 11);
        for out in &made.left_out {
            assert!(out.why.contains("MiB of memory, and "), "{out:?}");
        }
    });
}

/// An image has all the room on its tmpfs that its filesystem believes to have: a full filesystem
/// says ENOSPC, and never EIO.
#[test]
fn a_full_image_is_no_broken_one() {
    in_lab(|namespace| {
        let dir = tempfile::tempdir().unwrap();
        let made = provision_in(dir.path(), namespace, ENOUGH).unwrap();
        for name in ["ext4", "xfs", "btrfs"] {
            let mut ground = find(&made, name).ground(0, &fill()).unwrap();
            let world = ground.fresh().unwrap();
            let mut file = fs::File::create(world.path.join("large")).unwrap();
            let bytes = vec![7; 1 << 20];
            let error = loop {
                if let Err(error) = std::io::Write::write_all(&mut file, &bytes) {
                    break error;
                }
            };
            assert_eq!(error.kind(), std::io::ErrorKind::StorageFull, "{name}: {error}");
            let synced = rustix::fs::fsync(&file);
            assert!(matches!(synced, Ok(()) | Err(rustix::io::Errno::NOSPC)), "{name}: {synced:?}");
            assert_eq!(rustix::fs::syncfs(&world.top), Ok(()), "{name}");
            drop((file, world));
            ground.remove().unwrap();
        }
    });
}

#[test]
fn a_world_that_is_still_open_is_told_of() {
    in_lab(|namespace| {
        let dir = tempfile::tempdir().unwrap();
        let made = provision_in(dir.path(), namespace, ENOUGH).unwrap();
        let mut ground = find(&made, "overlay-tmpfs").ground(0, &fill()).unwrap();
        let world = ground.fresh().unwrap();
        let error = ground.fresh().unwrap_err();
        assert!(matches!(error, SiteError::NotRemoved(NotRemoved::Mounted { .. })), "{error:?}");
        assert!(error.to_string().ends_with("something in it is still open"), "{error}");
        drop(world);
        assert_eq!(names(&ground.fresh().unwrap()), ["from-below"], "and then it goes on");
    });
}

#[test]
fn paths_of_layers_may_hold_what_separates_options() {
    in_lab(|namespace| {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join(r"a,b:c\d");
        fs::create_dir(&place).unwrap();
        let made = provision_in(Path::new(&place), namespace, 1100 << 20).unwrap();
        let names: Vec<_> = made.sites.into_iter().map(|site| site.name).collect();
        assert!(names.contains(&"overlay-tmpfs".to_owned()), "{names:?} {:?}", made.left_out);
    });
}

/// Where mounts are handed on, as systemd sets it up, those of a new namespace stay in it.
#[test]
fn mounts_show_nowhere_else() {
    in_lab(|_| {
        mount_change("/", MountPropagationFlags::SHARED | MountPropagationFlags::REC).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let (place, before) = (dir.path().to_owned(), mounts());
        let (tell, told) = channel();
        let (let_go, wait) = channel::<()>();
        let worker = thread::spawn(move || {
            let namespace = enter().unwrap();
            let made = provision_in(&place, &namespace, 400 << 20).unwrap();
            tell.send((made.sites.len(), mounts())).unwrap();
            // Until the other one has looked, or panicked.
            let _ = wait.recv();
            drop(made);
        });
        let (sites, inside) = told.recv().unwrap();
        let meanwhile = mounts();
        drop(let_go);
        worker.join().unwrap();
        assert_eq!(sites, 1);
        assert!(inside.contains(dir.path().to_str().unwrap()), "{inside}");
        assert_eq!(meanwhile, before);
    });
}

#[test]
fn a_filesystem_that_must_not_be_written_to_is_refused() {
    in_lab(|namespace| {
        let dir = tempfile::tempdir().unwrap();
        let made = provision_in(dir.path(), namespace, ENOUGH).unwrap();
        let ext4 = find(&made, "ext4").path.clone();
        let given = |path: &Path, limits: Limits| {
            Site::given("x", path, &limits).map(drop).map_err(|error| error.to_string())
        };
        mount_remount(&ext4, MountFlags::empty(), "errors=panic").unwrap();
        let said = format!(
            "{}: mounted with errors=panic: meeting damage would stop this machine (--force)",
            ext4.display()
        );
        assert_eq!(given(&ext4, LIMITS), Err(said));
        assert_eq!(given(&ext4, Limits { force: true, ..LIMITS }), Ok(()));
        mount_remount(&ext4, MountFlags::empty(), "errors=continue").unwrap();
        assert_eq!(given(&ext4, LIMITS), Ok(()));
        let memory = dir.path().join("memory");
        fs::create_dir(&memory).unwrap();
        let _mounted = Mounted::tmpfs(&memory, 64 << 20, Below::Ground).unwrap();
        assert_eq!(given(&memory, LIMITS), Ok(()));
        mount_remount(&memory, MountFlags::RDONLY, "").unwrap();
        let said = format!(
            "{}: mkdir says EROFS; give a directory that can be written to",
            memory.display()
        );
        assert_eq!(given(&memory, LIMITS), Err(said), "the directory, and nothing that was tried");
    });
}
