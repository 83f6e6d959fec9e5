//! A folder that turns into a symlink to the outside and back, while the scan walks over it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::harness::{Dir, Fscan, files};

const DOORS: usize = 40;

#[test]
fn a_folder_swapped_for_a_symlink_leads_nowhere_outside() {
    let dir = Dir::new();
    let (tree, outside) = (dir.folder("tree"), dir.folder("outside"));
    files(&outside, 10_000);
    for door in 0..DOORS {
        files(&tree.join(format!("door-{door}")), 20);
        symlink(&outside, tree.join(format!("door-{door}.link"))).unwrap();
    }
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| swap_until(&stop, &tree));
        let _stop_when_done = StopOnDrop(&stop);
        for _ in 0..5 {
            let outcome = Fscan::quick_tree(&dir).arg(&tree).run();
            let report = outcome.expect_code(0).report();
            outcome.expect(report.totals.files <= 2 * 20 * DOORS as u64, "nothing from outside");
            outcome.expect(report.codes().is_empty(), "a swap is no damage");
        }
    });
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 10_000);
}

fn swap_until(stop: &AtomicBool, tree: &Path) {
    while !stop.load(Ordering::Relaxed) {
        for door in 0..DOORS {
            let folder = tree.join(format!("door-{door}"));
            let link = tree.join(format!("door-{door}.link"));
            renameat_with(CWD, folder, CWD, link, RenameFlags::EXCHANGE).unwrap();
        }
    }
}

/// Lets the swapping end when an assertion fails, too.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
