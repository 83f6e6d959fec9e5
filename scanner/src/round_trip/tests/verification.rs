//! Each thing that a filesystem can get wrong after it said yes, and how it is told of.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use reports::TarPattern;

use super::bench::{extract, package, recorder};
use crate::archive::tests::build::{Raw, RawBlock};
use crate::round_trip::abilities::try_out;
use crate::round_trip::beneath::{Beneath, open_directory};
use crate::round_trip::verify::{Difference, DifferenceKind, Verification};

/// Extracts as GNU tar does, lets something go wrong, and compares.
fn after(wrong: impl Fn(&Path)) -> Vec<Difference> {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("r")).unwrap();
    let archive = Raw::new()
        .header(RawBlock::new(b'5', b"d/").mode(0o755))
        .file("d/a", b"content")
        .hard_link("d/b", b"d/a")
        .symlink("d/l", b"a");
    fs::write(dir.path().join("foo.tar"), archive.end()).unwrap();
    let foo = package("foo", &dir.path().join("foo.tar"));
    let on = recorder(dir.path());
    let extracted = extract(&on, dir.path(), TarPattern::Sequential, &[foo]).remove(0);
    assert!(extracted.stumbles.is_empty(), "{:?}", extracted.stumbles);
    wrong(&dir.path().join("r/node_modules/foo/d"));
    let beneath = Beneath::new(open_directory(dir.path()).unwrap());
    let verification = Verification {
        scratch: dir.path(),
        below: b"r/node_modules",
        expected: &extracted.expected,
        dropped: &extracted.dropped,
        abilities: try_out(&beneath).unwrap(),
        may_be_gone: &|_| false,
        readers: None,
        stopped: &|| false,
        unread: std::sync::atomic::AtomicU64::new(0),
        twins: std::sync::OnceLock::new(),
        above_dropped: std::sync::OnceLock::new(),
    };
    verification.run().differences
}

/// Writes, and puts the time back.
fn write(path: &Path, bytes: &[u8]) {
    let before = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, bytes).unwrap();
    File::options().write(true).open(path).unwrap().set_modified(before).unwrap();
}

#[test]
fn what_is_sound_does_not_differ() {
    assert_eq!(after(|_| ()), []);
}

#[test]
fn each_wrong_is_told() {
    use DifferenceKind::{Content, Metadata, Presence};
    type Wrong = fn(&Path);
    type Told = &'static [(&'static str, DifferenceKind)];
    let table: [(&str, Wrong, Told); 9] = [
        ("a flipped bit", |d| write(&d.join("a"), b"contenT"), &[("a", Content), ("b", Content)]),
        ("a lost end", |d| write(&d.join("a"), b"cont"), &[("a", Content), ("b", Content)]),
        (
            "a mode",
            |d| fs::set_permissions(d.join("a"), PermissionsExt::from_mode(0o600)).unwrap(),
            &[("a", Metadata), ("b", Metadata)],
        ),
        (
            "a time",
            |d| {
                let file = File::options().write(true).open(d.join("a")).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            },
            &[("a", Metadata), ("b", Metadata)],
        ),
        (
            "a target",
            |d| {
                fs::remove_file(d.join("l")).unwrap();
                symlink("b", d.join("l")).unwrap();
                retime(d);
            },
            &[("l", Metadata), ("l", Metadata)],
        ),
        (
            "a torn link",
            |d| {
                let mode = fs::metadata(d.join("b")).unwrap().permissions();
                let time = fs::metadata(d.join("b")).unwrap().modified().unwrap();
                fs::remove_file(d.join("b")).unwrap();
                fs::write(d.join("b"), b"content").unwrap();
                fs::set_permissions(d.join("b"), mode).unwrap();
                File::options().write(true).open(d.join("b")).unwrap().set_modified(time).unwrap();
                retime(d);
            },
            &[("b", Metadata)],
        ),
        (
            "a lost name",
            |d| {
                fs::remove_file(d.join("l")).unwrap();
                retime(d);
            },
            &[("l", Presence)],
        ),
        (
            "a name that nobody made",
            |d| {
                fs::write(d.join("x"), "").unwrap();
                retime(d);
            },
            &[("x", Presence)],
        ),
        (
            "another type",
            |d| {
                fs::remove_file(d.join("l")).unwrap();
                fs::create_dir(d.join("l")).unwrap();
                retime(d);
            },
            &[("l", Content)],
        ),
    ];
    for (what, wrong, expected) in table {
        let told = after(wrong);
        let found: Vec<_> = told
            .iter()
            .map(|one| {
                (
                    String::from_utf8_lossy(&one.path).rsplit('/').next().unwrap().to_owned(),
                    one.kind,
                )
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        assert_eq!(found, expected, "{what}: {told:#?}");
    }
}

/// The time that the archive gave the directory.
fn retime(directory: &Path) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(10);
    File::open(directory).unwrap().set_modified(time).unwrap();
}
