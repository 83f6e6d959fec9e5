//! FIFOs, sockets, devices and symlink loops in the tree: looked at, never opened or followed.

use std::mem::MaybeUninit;
use std::path::Path;
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use crate::harness::{Dir, Fscan, counted_by_walkdir, is_root, realistic, special_files};

/// Opens of the special files in `folder` while `action` runs, as the kernel tells them.
fn opens_during(folder: &Path, action: impl FnOnce()) -> usize {
    let watcher = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).unwrap();
    for name in ["fifo", "socket", "null", "no-driver", "whiteout-like", "disk"] {
        let path = folder.join(name);
        if path.exists() {
            inotify::add_watch(&watcher, path, WatchFlags::OPEN).unwrap();
        }
    }
    action();
    let mut buffer = [const { MaybeUninit::<u8>::uninit() }; 4096];
    let mut reader = Reader::new(watcher, &mut buffer);
    std::iter::from_fn(|| match reader.next() {
        Ok(event) => Some(event.events().contains(ReadFlags::OPEN)),
        Err(Errno::AGAIN) => None,
        Err(errno) => panic!("inotify: {errno}"),
    })
    .filter(|&open| open)
    .count()
}

/// A FIFO opened for reading would wait for a writer for ever.
#[test]
fn special_files_are_never_opened() {
    let dir = Dir::new();
    let folder = dir.folder("tree/special");
    special_files(&folder);
    for options in [&["--quick"][..], &[]] {
        let opens = opens_during(&folder, || {
            let scan = Fscan::new(&dir).args(["--format", "json", "--skip", "kernel"]);
            let outcome = scan.args(options).arg(dir.join("tree")).run();
            let other = outcome.expect_code(0).report().totals.other;
            outcome.expect(other == if is_root() { 6 } else { 2 }, "all of them are counted");
        });
        assert_eq!(opens, 0, "special files were opened");
    }
}

#[test]
fn a_special_file_is_scanned_as_a_tree_of_one() {
    let dir = Dir::new();
    special_files(&dir.folder("special"));
    for name in ["fifo", "socket"] {
        let scan = Fscan::quick_tree(&dir).arg(dir.join("special").join(name));
        let outcome = scan.within(Duration::from_secs(20)).run();
        let totals = outcome.expect_code(0).report().totals;
        outcome.expect((totals.entries, totals.other) == (1, 1), "one special file");
    }
}

/// Loops, links to `.`, `..` and `/`: each is one name.
#[test]
fn symlinks_are_counted_and_not_followed() {
    let dir = Dir::new();
    let tree = dir.folder("tree");
    realistic(&tree);
    let outcome = Fscan::quick_tree(&dir).arg(&tree).run();
    let report = outcome.expect_code(0).report();
    let counted = counted_by_walkdir(&tree);
    outcome.expect(report.totals == counted, &format!("walkdir: {counted:#?}"));
    outcome.expect(report.verdict == "healthy", "loops of symlinks are no damage");
}
