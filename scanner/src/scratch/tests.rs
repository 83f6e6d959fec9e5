//! Scratch directories of every kind.

use std::fs;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{Mode, OFlags, mkdirat, openat};

use super::{Kind, NotCleaned, Owner, Scratch, leftovers};

#[test]
fn each_kind_knows_its_own() {
    let dir = tempfile::tempdir().unwrap();
    for kind in Kind::ALL {
        let mut scratch = Scratch::make(dir.path(), kind).unwrap();
        scratch.keep = true;
        let name = scratch.path.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(kind.prefix()), "{name}");
    }
    for kind in Kind::ALL {
        let [leftover] = &leftovers(dir.path(), kind).unwrap()[..] else { panic!("{kind:?}") };
        assert!(leftover.path.display().to_string().contains(kind.prefix()));
        super::clean(leftover).unwrap();
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn what_lies_deeper_than_any_path_leads_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let scratch = Scratch::make(dir.path(), Kind::Stress).unwrap();
    let (name, flags) = ("x".repeat(255), OFlags::RDONLY | OFlags::DIRECTORY);
    let mut at = openat(scratch.directory(), c".", flags, Mode::empty()).unwrap();
    for _ in 0..50 {
        mkdirat(&at, name.as_str(), Mode::RWXU).unwrap();
        at = openat(at.as_fd(), name.as_str(), flags, Mode::empty()).unwrap();
    }
    drop(at);
    scratch.remove_below(Path::new(&name)).unwrap();
    assert_eq!(fs::read_dir(&scratch.path).unwrap().count(), 1, "the mark alone");
    scratch.remove_below(Path::new(&name)).unwrap();
    scratch.close().unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn what_cannot_be_removed_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let scratch = Scratch::make(dir.path(), Kind::Stress).unwrap();
    fs::write(scratch.path.join("file"), "").unwrap();
    let error = scratch.remove_below(Path::new("file")).unwrap_err();
    let NotCleaned::NotRemoved { path, .. } = &error else { panic!("{error:?}") };
    assert_eq!(path.as_bytes(), scratch.path.join("file").as_os_str().as_encoded_bytes());
    assert!(
        error
            .to_string()
            .ends_with("says ENOTDIR; find out why (lsattr, findmnt) and remove it by hand"),
        "{error}"
    );
}

/// What somebody kept is not what a run left that was killed.
#[test]
fn a_leftover_knows_who_left_it() {
    let dir = tempfile::tempdir().unwrap();
    let left = |name: &str, mark: &str| {
        let path = dir.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("in-use"), mark).unwrap();
    };
    let mut scratch = Scratch::make(dir.path(), Kind::Tar).unwrap();
    scratch.keep = true;
    let own = scratch.path.clone();
    drop(scratch);
    left(".fscan-tar-0000000000000001", "");
    left(".fscan-tar-0000000000000002", "1.2.3");
    let me = Owner::of_process(std::process::id()).unwrap();
    let of = |owner: &Owner| -> Vec<_> {
        let all = leftovers(dir.path(), Kind::Tar).unwrap();
        assert_eq!(all.len(), 3);
        all.into_iter().filter(|it| it.is_of(owner)).map(|it| it.path).collect()
    };
    assert_eq!(of(&me), [own]);
    assert_eq!(of(&"1.2.3".parse().unwrap()), [dir.path().join(".fscan-tar-0000000000000002")]);
}
