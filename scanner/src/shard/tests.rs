//! Parts of real trees, joined as they are and edited.

use std::fs::{self, File, create_dir_all, hard_link};
use std::path::Path;
use std::sync::Arc;

use reports::{PathName, Timestamp, Unchecked, UncheckedReason};

use super::{GivenToMerge, Joined, ShardFacts, join};
use crate::environment::{Effort, LonghornSource};
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
