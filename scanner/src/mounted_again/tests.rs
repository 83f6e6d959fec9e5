use std::path::Path;

use super::mounted_again;
use crate::mounts::{Mount, parse};

/// A mount: its id, that of the one that it is mounted on, a device, a directory of it, and a point.
type Line = (u64, u64, &'static str, &'static str, &'static str);

/// As the kernel tells of them.
fn table(lines: &[Line]) -> Vec<Mount> {
    let line = |(id, parent, device, root, point): &Line| {
        format!("{id} {parent} {device} {root} {point} rw,relatime shared:1 - ext4 /dev/x rw\n")
    };
    let table = parse(lines.iter().map(line).collect::<String>().as_bytes());
    assert_eq!(table.len(), lines.len());
    table
}

/// Which ones are not gone into below `path`, which lies on the first of these mounts.
fn again_without(path: &str, lines: &[Line], excluded: &str) -> Vec<u64> {
    let table = table(lines);
    let again = |table: &[_]| {
        let is_excluded = |path: &Path| path == Path::new(excluded);
        mounted_again(Path::new(path), &table[0], table, is_excluded, |_, _, _| true)
    };
    let found = again(&table);
    let (first, rest) = table.split_first().unwrap();
    let reversed: Vec<_> = [first].into_iter().chain(rest.iter().rev()).cloned().collect();
    assert_eq!(again(&reversed), found, "whatever the order of the table");
    found.into_keys().collect()
}

fn again(path: &str, lines: &[Line]) -> Vec<u64> {
    again_without(path, lines, "nothing")
}

const NONE: [u64; 0] = [];

/// The whole of a filesystem at /m.
const ALL: Line = (1, 0, "8:1", "/", "/m");

#[test]
fn a_directory_of_the_tree_has_its_own_name() {
    assert_eq!(
        again("/m", &[ALL, (2, 1, "8:1", "/src", "/m/b"), (3, 1, "8:1", "/z", "/m/a")]),
        [2, 3]
    );
    assert_eq!(again("/m", &[ALL, (2, 1, "8:1", "/", "/m/loop")]), [2], "the root itself");
    assert_eq!(again("/m", &[ALL, (2, 1, "8:2", "/src", "/m/b")]), NONE, "another device");
    assert_eq!(again("/m", &[ALL, (2, 1, r"8:1", r"/a\040b", r"/m/c\040d")]), [2], "escaped");
    let root = (1, 0, "8:1", "/", "/");
    assert_eq!(again("/", &[root, (2, 1, "8:1", "/src", "/b"), (3, 1, "8:2", "/src", "/c")]), [2]);
}

#[test]
fn what_lies_outside_the_tree_is_gone_into() {
    let part = (1, 0, "8:1", "/volumes/v1", "/m");
    let mounts = |below| [part, (2, 1, "8:1", below, "/m/top/b")];
    for (path, root, expected) in [
        ("/m", "/volumes/v1/src", &[2][..]),
        ("/m", "/volumes/v1", &[2]),
        ("/m", "/volumes/v10", &[]),
        ("/m", "/volumes", &[]),
        ("/m", "/src", &[]),
        ("/m/top", "/volumes/v1/top/src", &[2]),
        ("/m/top", "/volumes/v1/src", &[]),
        ("/m/other", "/volumes/v1/other", &[]),
    ] {
        assert_eq!(again(path, &mounts(root)), expected, "{path} {root}");
    }
}

#[test]
fn of_two_mounts_of_a_directory_the_first_is_gone_into() {
    let outside = (1, 0, "8:1", "/tree", "/m");
    let two = [outside, (2, 1, "8:1", "/out", "/m/b"), (3, 1, "8:1", "/out", "/m/a")];
    assert_eq!(again("/m", &two), [2]);
    let volume = [outside, (2, 1, "8:2", "/", "/m/a.b"), (3, 1, "8:2", "/", "/m/a/b")];
    assert_eq!(again("/m", &volume), [2], "in the order of a manifest");
    let within = [outside, (2, 1, "8:1", "/out/sub", "/m/a"), (3, 1, "8:1", "/out", "/m/b")];
    assert_eq!(again("/m", &within), [2], "one that the other one holds has a name there");
}

/// `mount --rbind`: what is mounted below is mounted twice, and no one comes to the second.
#[test]
fn what_lies_in_a_mount_that_is_not_gone_into_is_no_other_name() {
    let deep = [
        ALL,
        (2, 1, "8:2", "/", "/m/src/t"),
        (3, 1, "8:1", "/src", "/m/a"),
        (4, 3, "8:2", "/", "/m/a/t"),
    ];
    assert_eq!(again("/m", &deep), [3]);
    let mut with_part = deep.to_vec();
    with_part.push((5, 1, "8:2", "/part", "/m/0"));
    assert_eq!(again("/m", &with_part), [3, 5], "though its first name is not gone to");
}

#[test]
fn a_name_that_another_mount_covers_leads_elsewhere() {
    let covered = [ALL, (2, 1, "8:1", "/src", "/m/b"), (3, 1, "0:9", "/", "/m/src")];
    assert_eq!(again("/m", &covered), NONE);
    let above = [ALL, (2, 1, "8:1", "/d/src", "/m/b"), (3, 1, "0:9", "/", "/m/d")];
    assert_eq!(again("/m", &above), NONE);
    let on_itself = [ALL, (2, 1, "8:1", "/src", "/m/src")];
    assert_eq!(again("/m", &on_itself), NONE);
    let below = [ALL, (2, 1, "8:1", "/src", "/m/b"), (3, 1, "0:9", "/", "/m/src/d")];
    assert_eq!(again("/m", &below), [2], "though what lies at src/d is not seen");
}

#[test]
fn of_stacked_mounts_the_topmost_counts() {
    let outside = (1, 0, "8:1", "/tree", "/m");
    let stacked = [
        outside,
        (2, 1, "8:1", "/out", "/m/a"),
        (3, 2, "0:9", "/", "/m/a"),
        (4, 1, "8:1", "/out", "/m/b"),
    ];
    assert_eq!(again("/m", &stacked), NONE, "the first of them is covered");
    let hidden = [
        outside,
        (2, 1, "8:1", "/out", "/m/d/a"),
        (3, 1, "0:9", "/", "/m/d"),
        (4, 1, "8:1", "/out", "/m/e"),
    ];
    assert_eq!(again("/m", &hidden), NONE, "no path leads to the first of them");
    let uncovered = [ALL, (2, 1, "0:9", "/", "/m/a"), (3, 2, "8:1", "/src", "/m/a")];
    assert_eq!(again("/m", &uncovered), [3]);
}

#[test]
fn a_name_that_is_left_out_does_not_count() {
    let mounts = [ALL, (2, 1, "8:1", "/d/src", "/m/b"), (3, 1, "8:1", "/d", "/m/c")];
    assert_eq!(again_without("/m", &mounts, "b"), [2, 3]);
    assert_eq!(again_without("/m", &mounts, "d"), [2], "it has a name in c");
    assert_eq!(again_without("/m", &mounts, "d/src"), [3]);
}

#[test]
fn a_directory_that_was_removed_has_no_name() {
    assert_eq!(again("/m", &[ALL, (2, 1, "8:1", "/src//deleted", "/m/b")]), NONE);
}

/// All subvolumes are of one device in the mount table.
#[test]
fn a_subvolume_is_a_directory_of_the_top_of_a_btrfs() {
    let home = (2, 1, "0:30", "/@home", "/m/home");
    assert_eq!(again("/m", &[(1, 0, "0:30", "/", "/m"), home]), [2]);
    assert_eq!(again("/m", &[(1, 0, "0:30", "/@", "/m"), home]), NONE);
}

/// Each of them would have to be decided before the others.
#[test]
fn mounts_that_hang_on_one_another_come_to_an_end() {
    let outside = (1, 0, "8:1", "/tree", "/m");
    let ring = [
        outside,
        (2, 1, "8:2", "/a/b", "/m/x"),
        (3, 2, "8:3", "/a", "/m/x/y"),
        (4, 1, "8:3", "/a/b", "/m/z"),
        (5, 4, "8:2", "/a", "/m/z/y"),
    ];
    assert_eq!(again("/m", &ring), [2], "4 is gone into, and 5, which shows it");
}

/// A volume, and within it the folder of volumes that holds it.
#[test]
fn what_is_reached_through_a_mount_alone_does_not_stand_for_it() {
    let root = (1, 0, "8:1", "/", "/t");
    let home = (2, 1, "8:2", "/vol1", "/t/home");
    let all = (3, 2, "8:2", "/", "/t/home/all");
    assert_eq!(again("/t", &[root, home, all]), NONE);
    let idle = (4, 1, "8:3", "/", "/t/idle");
    assert_eq!(again("/t", &[root, home, all, idle]), NONE);
}

/// Another user's folder holds it, or the table is older than what is there.
#[test]
fn a_name_that_is_not_known_to_lead_there_does_not_count() {
    let lines = [ALL, (2, 1, "8:1", "/src", "/m/b")];
    let table = table(&lines);
    let asked = |reached: bool| {
        let is_reached = |name: &Path, id, point: &Path| {
            assert_eq!((name, id, point), (Path::new("/m/src"), 1, Path::new("/m/b")));
            reached
        };
        mounted_again(Path::new("/m"), &table[0], &table, |_| false, is_reached)
    };
    assert_eq!(asked(true).into_keys().collect::<Vec<_>>(), [2]);
    assert!(asked(false).is_empty());
}

/// Another device, mounted in the second mount of a directory of the tree; and what is to be seen there
/// is mounted under the directory's own name as well.
#[test]
fn mounts_in_a_mount_that_is_left_out_are_named_where_no_other_name_leads_to_them() {
    let again = (2, 1, "8:1", "/d", "/m/e");
    let reached = (3, 1, "8:2", "/v", "/m/d/sub");
    let (same, alone) = ((4, 2, "8:2", "/v", "/m/e/sub"), (5, 2, "8:3", "/", "/m/e/other"));
    let table = table(&[ALL, again, reached, same, alone]);
    let found = mounted_again(Path::new("/m"), &table[0], &table, |_| false, |_, _, _| true);
    let beyond = |id| found[&id].iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>();
    assert_eq!((found.len(), beyond(2), beyond(4)), (2, vec!["/m/e/other"], vec![]));
}
