//! A mount that never answers, as a network filesystem whose server is gone: a FUSE mount that
//! nobody serves. The rest of the work goes on.

use std::path::Path;
use std::time::Duration;

use crate::harness::{Dir, Fscan, Mount, Need, Outcome, files, in_lab};

const LAB: &[Need] = &[Need::Filesystem("fuse")];

fn scan(dir: &Dir, paths: &[&Path]) -> Outcome {
    let scan = Fscan::quick_tree(dir).args(["--stat-timeout", "1"]).args(paths);
    scan.within(Duration::from_secs(20)).run()
}

fn expect_no_answer(outcome: &Outcome, hung: &Mount) {
    let report = outcome.report();
    let examples = report.unchecked_examples("no-answer");
    outcome.expect(examples == [hung.point().to_str().unwrap()], "the report says where it hangs");
    outcome.expect(report.codes().is_empty(), "silence is no damage");
    outcome.expect(outcome.took < Duration::from_secs(10), "it ends within a few seconds");
}

#[test]
fn a_hung_root_is_named_and_other_roots_are_reported() {
    in_lab(LAB, |dir| {
        let sound = dir.folder("sound");
        files(&sound, 5);
        let hung = Mount::hung(&dir.join("hung"));
        for paths in [[sound.as_path(), hung.point()], [hung.point(), &sound]] {
            let outcome = scan(dir, &paths);
            // One root that could not be scanned may count as a run that could not be done.
            outcome.expect(matches!(outcome.code(), Some(0 | 2)), "exit code 0 or 2");
            outcome.expect(outcome.report().totals.files == 5, "the other root");
            expect_no_answer(&outcome, &hung);
        }
    });
}

#[test]
fn a_hung_mount_below_the_root_holds_nothing_up() {
    in_lab(LAB, |dir| {
        let tree = dir.folder("tree");
        files(&tree.join("before"), 5);
        files(&tree.join("zzz"), 5);
        let hung = Mount::hung(&tree.join("hung"));
        let outcome = scan(dir, &[&tree]);
        outcome.expect_code(0).expect(outcome.report().totals.files == 10, "all the rest");
        let report = outcome.report();
        // Whether it is a mount point can be known without asking the mount itself.
        let examples =
            [report.unchecked_examples("no-answer"), report.unchecked_examples("other-filesystem")]
                .concat();
        outcome.expect(examples == [hung.point().to_str().unwrap()], "the hung mount is named");
        outcome.expect(report.codes().is_empty(), "silence is no damage");
        outcome.expect(outcome.took < Duration::from_secs(10), "it ends within a few seconds");
    });
}

#[test]
fn a_hung_root_alone_is_said_with_strict() {
    in_lab(LAB, |dir| {
        let hung = Mount::hung(&dir.join("hung"));
        let scan = Fscan::quick(dir).args(["--strict", "--stat-timeout", "1"]).arg(hung.point());
        let outcome = scan.within(Duration::from_secs(20)).run();
        outcome.expect(matches!(outcome.code(), Some(2 | 3)), "exit code 2 or 3, not 0");
        let said = outcome.stdout() + &outcome.stderr();
        outcome.expect(said.contains(hung.point().to_str().unwrap()), "the path is named");
    });
}
