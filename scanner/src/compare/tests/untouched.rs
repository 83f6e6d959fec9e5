//! Names that went although nothing changed the directory that held them.

use std::fs;
use std::os::fd::AsFd;

use reports::Timestamp;

use super::*;
use crate::inode_facts::InodeFacts;

/// The tree of AFTER has the directories `d` and `d/e`, changed a moment ago.
fn told_since(before: &str, after: &str, seconds_later: i64) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("d/e")).unwrap();
    std::os::unix::fs::symlink("d", folder.path().join("link")).unwrap();
    let now = Timestamp::now().as_unix_seconds() as i64;
    let since = Timestamp::from_unix_seconds(now + seconds_later).unwrap();
    let same_tree = SameTree::at(folder.path(), since);
    assert!(same_tree.is_some());
    let options = CompareOptions { same_tree, ..CompareOptions::default() };
    told_with(&notation::entries(before), &notation::entries(after), &options).lines()
}

#[test]
fn what_went_from_a_directory_that_rests_is_lost() {
    for (before, after, expected) in [
        ("a=A", "", &["lost a"][..]),
        ("d/ d/a=A d/b=B", "d/ d/b=B", &["lost d/a"]),
        ("d/ d/e/ d/e/a=A", "d/", &["lost d/e"]),
        ("d/ d/a=A d/e/ d/e/b=B", "d/ d/e/ d/e/b=B", &["lost d/a"]),
        ("d/ d/e/ d/e/b=B d/f=A", "d/ d/e/ d/e/b=B", &["lost d/f"]),
        ("d/ d/a=A", "d/ d/a/", &["lost d/a: type"]),
        // A rename would have set the times of d.
        ("d/ d/a=A e/", "d/ e/ e/a=A", &["added e/a", "lost d/a at d/a e/a"]),
        ("d/ d/e/ d/e/a=A", "d/ x/ x/a=A", &["added x +1", "lost d/e at d/e/a x/a"]),
        ("d/ d/a=A e/", "d/+t e/ e/a=A", &["moved d/a e/a"]),
        // Names came to it as well, though none can have: one of these names may be damaged.
        ("d/ d/b=B", "d/ d/a=A", &["added d/a", "lost d/b"]),
        ("d/ d/b=B", "d/ d/e/ d/e/c=C", &["added d/e +1", "lost d/b"]),
        ("d/ d/a=A d/b=B", "d/ d/a/ d/b=B d/c=C", &["added d/c", "lost d/a: type"]),
        // The same bytes are elsewhere.
        ("d/ d/f=A", "d/ d/g=A", &["added d/g", "lost d/f at d/f d/g"]),
        ("d/ d/e/ d/e/f=A", "d/ x=A", &["added x", "lost d/e at d/e/f x"]),
        ("a=A d/ d/f=A", "d/+t x=A", &["added x", "lost a at a x", "missing d/f"]),
        // By the time of modification.
        ("d/ d/a=A", "d/+t", &["missing d/a"]),
        ("d/ d/e/ d/e/a=A", "d/ d/e/+t", &["missing d/e/a"]),
        ("d/ d/e/ d/e/b=B d/f=A", "d/+t d/e/ d/e/b=B", &["missing d/f"]),
        ("d/ d/a=A", "d/+t d/a/", &["type d/a: type"]),
        // Of what is no directory any more nothing is known.
        ("gone/ gone/a=A", "gone/", &["missing gone/a"]),
        ("link/ link/a=A", "link/", &["missing link/a"]),
    ] {
        assert_eq!(told_since(before, after, 60), expected, "{before} | {after}");
    }
}

#[test]
fn on_another_tree_or_where_the_directory_changed_since_it_is_missing() {
    assert_eq!(told_of("d/ d/a=A", "d/").lines(), ["missing d/a"]);
    for seconds in [-60, 0, 2] {
        assert_eq!(told_since("d/ d/a=A", "d/", seconds), ["missing d/a"], "{seconds}");
    }
}

#[test]
fn other_bytes_that_nothing_wrote_are_corrupt_and_what_may_be_written_is_doubtful() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("f"), "B").unwrap();
    let kinds = |before: &str, after: &str, seconds_later: Option<i64>| {
        let now = Timestamp::now().as_unix_seconds() as i64;
        let since = |later| Timestamp::from_unix_seconds(now + later).unwrap();
        let same_tree = seconds_later.and_then(|later| SameTree::at(folder.path(), since(later)));
        let options = CompareOptions { same_tree, ..CompareOptions::default() };
        let told = told_with(&notation::entries(before), &notation::entries(after), &options);
        told.differences.into_iter().map(|difference| difference.kind).collect::<Vec<_>>()
    };
    let changed = |by| vec![DifferenceKind::ContentChanged { by }];
    let anew = DifferenceKind::ContentWritten { by: Written::Anew };
    for (after, later, expected) in [
        ("f=B", Some(4000), changed(Unwritten::TimeOfChange)),
        ("f=B+s", Some(4000), changed(Unwritten::TimeOfChange)),
        ("f=B+t", Some(4000), changed(Unwritten::TimeOfChange)),
        ("f=B", Some(60), changed(Unwritten::TimeSetBack)),
        // The file was made since.
        ("f=B", Some(-60), vec![anew.clone()]),
        ("f=B+s", Some(-60), vec![DifferenceKind::ContentDiffers]),
        ("f=B+t", Some(-60), vec![DifferenceKind::ContentDiffers]),
        ("f=B", None, changed(Unwritten::SizeAndTime)),
        // As tar copies it.
        ("f=B+w", None, changed(Unwritten::TimeOfAnArchive)),
        ("f=B+w", Some(-60), vec![anew.clone()]),
        ("f=B+s", None, vec![DifferenceKind::ContentDiffers]),
    ] {
        assert_eq!(kinds("f=A", after, later), expected, "{after} {later:?}");
    }
    for later in [None, Some(60)] {
        assert_eq!(kinds("f=A+t", "f=B+t", later), changed(Unwritten::TimeOfAnArchive));
    }
    assert_eq!(kinds("f=A+t", "f=B+t", Some(4000)), changed(Unwritten::TimeOfChange));
    assert_eq!(kinds("f=A+t", "f=B+t", Some(-60)), [anew]);
    assert_eq!(kinds("gone=A", "gone=B", Some(4000)), changed(Unwritten::SizeAndTime));
    assert_eq!(kinds("f=A+m", "f=A", Some(60)), [DifferenceKind::MetadataChanged]);
}

/// A program that has written to a file just before goes on through memory, which sets no time. Who
/// writes and sets the time back changes the inode, and a new mount has other pages.
#[test]
fn what_is_written_through_memory_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, "B").unwrap();
    let opened = fs::File::open(&path).unwrap();
    let written_at = InodeFacts::of_descriptor(opened.as_fd()).unwrap().modified_at();
    let kind = |since: i64, modified_at, stays_mounted, rest| {
        let since = Timestamp::from_unix_seconds(written_at.0 + since).unwrap();
        let mut tree = SameTree::at(folder.path(), since).unwrap();
        (tree.stays_mounted, tree.rest_of_files) = (stays_mounted, rest);
        let options = CompareOptions { same_tree: Some(tree), ..CompareOptions::default() };
        let [mut before, mut after] = ["f=A", "f=B"].map(notation::entries);
        (before[0].modified_at, after[0].modified_at) = (modified_at, modified_at);
        let told = told_with(&before, &after, &options);
        let [difference] = told.differences.try_into().unwrap();
        difference.kind
    };
    let changed = |by| DifferenceKind::ContentChanged { by };
    let mapped = DifferenceKind::ContentWritten { by: Written::Mapped };
    assert_eq!(kind(60, written_at, true, 120.0), mapped);
    assert_eq!(kind(150, written_at, true, 120.0), changed(Unwritten::TimeOfChange));
    let later = (written_at.0 + 100, 5);
    assert_eq!(kind(150, later, true, 120.0), changed(Unwritten::TimeOfChange), "no write set it");
    let earlier = (written_at.0 - 600, 5);
    assert_eq!(kind(60, earlier, true, 120.0), changed(Unwritten::TimeSetBack), "unpacked");
    assert_eq!(kind(60, written_at, false, 120.0), changed(Unwritten::TimeSetBack), "mounted anew");
    // Where pages are never written back, any program may have, but no longer just before.
    let never = kind(150, written_at, true, f64::INFINITY);
    assert_eq!(never, changed(Unwritten::TimeSetBack));
}

/// As a clock that stood back for a while leaves them: both times of the file are of one moment.
#[test]
fn what_was_written_while_the_clock_stood_back_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, "B").unwrap();
    let opened = fs::File::open(&path).unwrap();
    let modified_at = InodeFacts::of_descriptor(opened.as_fd()).unwrap().modified_at();
    let kind = |after: &str, of_the_write: bool| {
        let now = Timestamp::now().as_unix_seconds() as i64;
        let since = Timestamp::from_unix_seconds(now + 4000).unwrap();
        let same_tree = SameTree::at(folder.path(), since);
        let options = CompareOptions { same_tree, ..CompareOptions::default() };
        let mut after = notation::entries(after);
        if of_the_write {
            after[0].modified_at = modified_at;
        }
        let told = told_with(&notation::entries("f=A"), &after, &options);
        let [difference] = told.differences.try_into().unwrap();
        difference.kind
    };
    assert_eq!(kind("f=B", true), DifferenceKind::ContentDiffers);
    assert_eq!(kind("f=A", true), DifferenceKind::MetadataChanged);
    let changed = DifferenceKind::ContentChanged { by: Unwritten::TimeOfChange };
    assert_eq!(kind("f=B+t", false), changed, "another time than that of the change");
    assert_eq!(kind("f=A+t", false), DifferenceKind::InodeChanged { is_proven: true });
}

/// Mode, times, target and number of an inode with an older time of change.
#[test]
fn metadata_that_nothing_changed_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("f"), "A").unwrap();
    std::os::unix::fs::symlink("t", folder.path().join("l")).unwrap();
    fs::create_dir(folder.path().join("d")).unwrap();
    let kind = |before: &str, after: &str, later: i64, change: fn(&mut SameTree)| {
        let now = Timestamp::now().as_unix_seconds() as i64;
        let since = Timestamp::from_unix_seconds(now + later).unwrap();
        let mut same_tree = SameTree::at(folder.path(), since);
        same_tree.iter_mut().for_each(change);
        let options = CompareOptions { same_tree, ..CompareOptions::default() };
        let told = told_with(&notation::entries(before), &notation::entries(after), &options);
        let [difference] = told.differences.try_into().unwrap();
        difference.kind
    };
    let ordinary = DifferenceKind::MetadataChanged;
    for (before, after) in [("f=A", "f=A+m"), ("f=A", "f=A+t"), ("l>t", "l>u"), ("d/", "d/+m")] {
        let kind = |later, change| kind(before, after, later, change);
        let changed = |is_proven| DifferenceKind::InodeChanged { is_proven };
        assert_eq!(kind(4000, |_| ()), changed(true), "{after}");
        assert_eq!(kind(4000, |tree| tree.stays_mounted = false), changed(false), "{after}");
        assert_eq!(kind(60, |_| ()), ordinary, "{after}");
    }
    // The root of another filesystem, which was mounted there.
    let mounted: fn(&mut SameTree) = |tree| tree.mounts.extend([b"d".to_vec()]);
    assert_eq!(kind("d/", "d/+m", 4000, mounted), ordinary);
    assert_eq!(kind("d/", "d/+t", 4000, |_| ()), ordinary, "names that a crash took back");
    // Who looks may be shown another owner, or other attributes.
    for after in ["f=A+o", "f=A+g", "f=A+a", "f=A+l"] {
        assert_eq!(kind("f=A", after, 4000, |_| ()), ordinary, "{after}");
    }
    let content = kind("f=A", "f=B+m", 4000, |tree| tree.stays_mounted = false);
    assert_eq!(content, DifferenceKind::ContentChanged { by: Unwritten::TimeOnDevice });
}

/// What is mounted on a directory may be another one each time, of the same filesystem as well.
#[test]
fn below_a_mount_point_nothing_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("d")).unwrap();
    fs::write(folder.path().join("d/f"), "B").unwrap();
    let now = Timestamp::now().as_unix_seconds() as i64;
    let since = Timestamp::from_unix_seconds(now + 4000).unwrap();
    let told = |mounts: &[&str]| {
        let mut same_tree = SameTree::at(folder.path(), since).unwrap();
        same_tree.mounts = mounts.iter().map(|mount| (*mount).into()).collect();
        let options = CompareOptions { same_tree: Some(same_tree), ..CompareOptions::default() };
        let sides = ["d/ d/f=A d/g=G", "d/ d/f=B"].map(notation::entries);
        told_with(&sides[0], &sides[1], &options)
    };
    let kinds = |told: Told| told.differences.into_iter().map(|it| it.kind).collect::<Vec<_>>();
    assert_eq!(told(&[]).lines().last().unwrap(), "lost d/g");
    let by = |by| DifferenceKind::ContentChanged { by };
    assert!(kinds(told(&[])).contains(&by(Unwritten::TimeOfChange)));
    assert_eq!(told(&["d"]).lines().last().unwrap(), "missing d/g");
    assert!(kinds(told(&["d"])).contains(&by(Unwritten::TimeSetBack)));
}
