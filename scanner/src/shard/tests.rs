//! Parts of real trees, joined as they are and edited.

use std::fs::{self, File, create_dir_all, hard_link};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;

use reports::{PathName, Timestamp, Unchecked, UncheckedReason};

use super::{GivenToMerge, GroundFacts, Joined, ShardFacts, join};
use crate::environment::{Effort, LonghornSource};
use crate::filesystem::Filesystem;
use crate::filesystem_identity::FilesystemIdentity;
use crate::inode_facts::InodeFacts;
use crate::oddities;
use crate::scan::Scan;
use crate::{CheckSet, Control, RootError, ScanOptions};

fn checks() -> CheckSet {
    CheckSet { tar: false, environment: false, kernel: false, ..CheckSet::ALL }
}

fn scan(root: &Path, shard: Option<String>) -> Scan {
    let options = ScanOptions {
        roots: vec![root.to_owned()],
        shard: shard.map(|shard| shard.parse().unwrap()),
        ..crate::options::sample(checks())
    };
    crate::scan(options, &Arc::new(Control::new(|_| {})))
}

/// All parts of a tree.
fn parts(root: &Path, count: u32) -> Vec<ShardFacts> {
    let part = |index| scan(root, Some(format!("{index}/{count}"))).shard.unwrap();
    (0..count).map(part).collect()
}

fn joined(parts: Vec<ShardFacts>) -> Joined {
    let named = |index: usize| PathName::new(format!("part {index}").into_bytes());
    join(parts.into_iter().enumerate().map(|(index, part)| (named(index), part))).unwrap()
}

fn given(force: bool, read_only: bool) -> GivenToMerge {
    GivenToMerge {
        threads: 1,
        force,
        read_only,
        own_files: Vec::new(),
        longhorn: LonghornSource::Nothing,
        stat_timeout: None,
    }
}

fn merged(joined: Joined) -> Scan {
    let mut options = joined.header.options(given(false, true)).unwrap();
    options.effort = Effort::LookOnly;
    crate::merge(options, joined, &Arc::new(Control::new(|_| {})))
}

/// What was not examined, for what reason, how often.
fn unchecked(rows: &[Unchecked]) -> Vec<(UncheckedReason, &str, u64)> {
    rows.iter().map(|row| (row.reason, row.what.as_str(), row.count)).collect()
}

#[test]
fn content_that_no_part_read_is_told_once_a_file() {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    File::create(folder.path().join("holes")).unwrap().set_len(2 << 40).unwrap();
    for n in 0..12 {
        let below = folder.path().join(format!("folder-{n}"));
        create_dir_all(&below).unwrap();
        hard_link(folder.path().join("holes"), below.join("holes")).unwrap();
    }
    let whole = scan(folder.path(), None);
    let unread = (UncheckedReason::MostlyHoles, "content", 1);
    assert!(unchecked(&whole.unchecked).contains(&unread), "{:?}", whole.unchecked);
    let parts = parts(folder.path(), 3);
    assert!(parts.iter().filter(|part| part.linked.unread().into_rows().len() == 1).count() > 1);
    let merged = merged(joined(parts));
    assert_eq!(unchecked(&merged.unchecked), unchecked(&whole.unchecked));
    assert_eq!(merged.totals, whole.totals);
}

#[test]
fn parts_of_different_days_are_told_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(folder.path(), 2);
    let told = |hours: i64| {
        let mut parts = parts.clone();
        let header = &mut parts[0].header;
        let earlier = |time: Timestamp| {
            let seconds = time.as_unix_seconds() as i64 - hours * 3600;
            Timestamp::from_unix_seconds(seconds).unwrap()
        };
        header.started_at = earlier(header.started_at);
        header.ended_at = earlier(header.ended_at);
        let merged = merged(joined(parts));
        assert!(merged.complete);
        let partial = |run: &&reports::CheckRun| run.status == reports::CheckStatus::Partial;
        assert!(!merged.roots[0].checks.iter().any(|run| partial(&run)), "nothing was left out");
        unchecked(&merged.unchecked).iter().map(|row| row.0).collect::<Vec<_>>()
    };
    assert_eq!(told(23), []);
    assert_eq!(told(25), [UncheckedReason::PartsApart]);
}

#[test]
fn facts_allow_nothing_that_the_one_who_merges_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut header = parts(folder.path(), 1).remove(0).header;
    header.force = true;
    header.checks.push("tar".to_owned());
    for (force, read_only) in [(false, false), (false, true), (true, false)] {
        let options = header.options(given(force, read_only)).unwrap();
        assert_eq!((options.force, options.checks.tar), (force, !read_only));
        assert_eq!(options.untouched.len(), usize::from(read_only));
    }
    header.read_only = true;
    assert_eq!(header.options(given(true, false)).unwrap().untouched.len(), 1);
}

type Edit = fn(&mut ShardFacts);

/// What facts say of the root holds for that root alone; nothing of another one is opened.
#[test]
fn a_root_that_is_not_what_was_scanned_is_refused_whatever_differs() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "content").unwrap();
    let facts = parts(folder.path(), 1).remove(0);
    let refused = |edit: Edit| -> String {
        let mut facts = facts.clone();
        edit(&mut facts);
        let merged = merged(joined(vec![facts]));
        match merged.errors.as_slice() {
            [] => String::new(),
            [error @ RootError::NotFinished { .. }] => {
                assert!(!merged.complete && merged.tar.is_none());
                error.to_string()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(|_| ()), "");
    let edits: [(Edit, &str); 6] = [
        (|facts| facts.header.ground.root_ino ^= 1, "another inode number"),
        (|facts| facts.header.ground.id ^= 1, "identifier"),
        (|facts| facts.header.ground.bytes = Some(7), "size"),
        (|facts| facts.header.ground.root_born = Some((7, 7)), "another time"),
        (|facts| facts.header.ground.kind = "\x1b[2J".repeat(99), "\\u{1b}[2J"),
        (|facts| facts.header.root = PathName::new(b"/dev/null".to_vec()), "no directory"),
    ];
    for (edit, what) in edits {
        let said = refused(edit);
        assert!(said.contains(what) && said.len() < 600, "{what}: {said}");
    }
}

/// What a filesystem is known by: its kind, its UUID and its `f_fsid`, at first and later.
type Known = (&'static str, [Option<&'static str>; 2], [u64; 2]);

/// A volume has another device number each time that it is attached, which some make `f_fsid` from.
#[test]
fn a_filesystem_is_known_again_once_attached_anew_and_no_other_is_taken_for_it() {
    let (a, b) = (Some("a"), Some("b"));
    let same: [Known; 7] = [
        ("f2fs", [a, a], [1, 2]),
        ("nilfs2", [a, a], [1, 2]),
        ("erofs", [a, a], [1, 2]),
        ("squashfs", [None, None], [1, 2]),
        ("xfs", [a, a], [1, 2]),
        ("ext4", [None, a], [1, 1]),
        ("tmpfs", [None, None], [1, 1]),
    ];
    let others: [Known; 10] = [
        ("f2fs", [a, b], [1, 1]),
        ("f2fs", [None, a], [1, 1]),
        ("xfs", [a, b], [1, 1]),
        ("ext4", [a, b], [1, 1]),
        ("ext4", [None, None], [1, 2]),
        ("ext4", [None, a], [1, 2]),
        ("jfs", [None, None], [1, 2]),
        ("tmpfs", [None, None], [1, 2]),
        ("ceph", [None, None], [1, 2]),
        // Another subvolume, be it a snapshot with the same numbers.
        ("btrfs", [a, a], [1, 2]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let directory = File::open(folder.path()).unwrap();
    let root = InodeFacts::of_descriptor(directory.as_fd()).unwrap();
    let here = Filesystem::of(directory.as_fd(), &root);
    let is_same = |(kind, uuids, ids): Known| {
        let [first, later] = [0, 1].map(|time: usize| {
            let uuid = uuids[time].map(str::to_owned);
            let identity = FilesystemIdentity { uuid, id: None };
            let (kind, oddities) = (kind.to_owned(), oddities::of(kind));
            GroundFacts::of(
                &Filesystem { kind, oddities, identity, ..here.clone() },
                ids[time],
                &root,
                directory.as_fd(),
            )
        });
        first.differs_from(&later).is_none() && later.differs_from(&first).is_none()
    };
    same.into_iter().for_each(|known| assert!(is_same(known), "{known:?}"));
    others.into_iter().for_each(|known| assert!(!is_same(known), "{known:?}"));
}

/// An older kernel does not tell the UUID.
#[test]
fn parts_of_two_kernels_are_of_one_filesystem_where_its_identifier_is() {
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(folder.path(), 2);
    let joins = |uuids: [Option<&str>; 2]| {
        let parts = parts.clone().into_iter().zip(uuids).map(|(mut part, uuid)| {
            (part.header.ground.id, part.header.ground.uuid) = (7, uuid.map(str::to_owned));
            (PathName::new(b"part".to_vec()), part)
        });
        join(parts).is_ok()
    };
    assert!(joins([Some("a"), None]));
    assert!(!joins([Some("a"), Some("b")]));
}

/// Paths of what no part went into stand in a file that anybody may have written.
#[test]
fn what_parts_left_is_gone_into_below_the_root_alone() {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let root = folder.path().join("root");
    create_dir_all(root.join("left/deep")).unwrap();
    fs::write(root.join("left/deep/file"), "content").unwrap();
    create_dir_all(folder.path().join("beside/deep")).unwrap();
    std::os::unix::fs::symlink("../beside", root.join("link")).unwrap();
    // What changed just now may be another directory.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let facts = parts(&root, 1).remove(0);
    let counted = |path: &[u8], ino| {
        let mut facts = facts.clone();
        let path = [root.as_os_str().as_encoded_bytes(), path].concat();
        facts.strays.add((None, ino), PathName::new(path));
        let merged = merged(joined(vec![facts]));
        let rows = merged.unchecked.iter().filter(|row| row.what == "directory");
        (merged.totals.entries, rows.map(|row| row.reason).collect())
    };
    let before = facts.totals.entries;
    create_dir_all(root.join("late")).unwrap();
    fs::write(root.join("late/file"), "content").unwrap();
    assert_eq!(counted(b"/late", u64::MAX), (before + 1, Vec::new()), "nobody went into it");
    let nothing: (u64, Vec<UncheckedReason>) = (before, Vec::new());
    assert_eq!(counted(b"/left", u64::MAX), nothing, "it was gone into already");
    for path in [&b"/../beside"[..], b"/left/../../beside", b"//", b"/", b"", b"beside", b"/\0"] {
        assert_eq!(counted(path, u64::MAX), nothing, "{path:?}");
    }
    for path in [&b"/link"[..], b"/link/deep", b"/gone"] {
        assert_eq!(counted(path, u64::MAX), (before, vec![UncheckedReason::Vanished]), "{path:?}");
    }
}
