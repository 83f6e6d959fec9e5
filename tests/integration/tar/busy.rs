//! A tree in which others work while it is packed: what comes and goes is no defect.

use super::{expect_names, tar, trips};
use crate::harness::{Mount, Work, Writers, in_lab};

#[test]
fn a_tree_that_changes_while_it_is_packed_accuses_nobody() {
    in_lab(&[], |dir| {
        let (mount, place) =
            (Mount::tmpfs(&dir.join("mnt"), "size=256m,nr_inodes=0"), dir.folder("place"));
        for seed in 0..3 {
            let writers = Writers::start(mount.point(), &[Work::Names, Work::Data], seed);
            while writers.operations() < 5000 {
                std::thread::yield_now();
            }
            let run = tar(dir, &place).arg(format!("--from-tree={}", mount.point().display()));
            let outcome = run.args(["--pattern=npm,sequential"]).run();
            let report = outcome.expect_code(0).report();
            outcome.expect(report.codes().is_empty(), "nothing is found");
            outcome.expect(trips(&outcome).runs.iter().all(|run| run.entries > 0), "and done");
            outcome.expect(writers.operations() > 5000, "others were at work");
            expect_names(&outcome, &place, &[]);
        }
    });
}
