//! Archives that cannot be used, or not wholly: each is named, and the rest goes on.

use std::fs;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{expect_names, package, tar, trips};
use crate::harness::{Fscan, in_lab};

#[test]
fn what_is_no_archive_is_refused_and_named() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        dir.folder("folder.tgz");
        mknodat(CWD, dir.join("fifo.tgz"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let noise: Vec<u8> = (0..5000_u32).map(|n| (n.wrapping_mul(n) >> 5) as u8).collect();
        dir.file("noise.tgz", &noise);
        dir.file("noise.tar", &noise);
        dir.file("empty.tgz", b"");
        dir.file("zeros.tgz", &[0; 10_240]);
        dir.file("text.tgz", b"<html>404 Not Found</html>\n");
        for name in [
            "missing.tgz",
            "folder.tgz",
            "fifo.tgz",
            "noise.tgz",
            "noise.tar",
            "empty.tgz",
            "zeros.tgz",
            "text.tgz",
        ] {
            let run = tar(dir, &place).args(["--archive", name]);
            let outcome = run.within(Duration::from_secs(10)).run();
            outcome.expect_code(2);
            let said = outcome.stdout() + &outcome.stderr();
            outcome.expect(said.contains(name), "it is named");
            expect_names(&outcome, &place, &[]);
        }
        // What cannot even be opened ends it at once, with a line that says so.
        for name in ["missing.tgz", "folder.tgz", "fifo.tgz"] {
            let outcome = tar(dir, &place).args(["--archive", name]).run();
            outcome.expect_code(2).expect_one_error_line(name);
        }
    });
}

/// For people it is one clear line, too.
#[test]
fn what_is_no_archive_is_one_line_for_people() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        dir.file("noise.tgz", b"this is no archive, and was never meant to be one");
        let run = Fscan::new(dir).arg("tar").arg(&place).args(["--no-control", "--archive"]);
        let outcome = run.arg("noise.tgz").run();
        outcome.expect_code(2);
        let said = outcome.stdout() + &outcome.stderr();
        let lines = said.lines().filter(|line| line.contains("noise.tgz: it is not a tar archive"));
        outcome.expect(lines.count() == 1, "one line names it and says why");
    });
}

#[test]
fn a_damaged_archive_beside_a_good_one_is_named() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        let noise: Vec<u8> = (0..300_000_u32).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect();
        let files: [(&str, &[u8]); 2] = [("package.json", b"{}"), ("noise", &noise)];
        let good = package(dir, "good", &files);
        let whole = fs::read(&good).unwrap();
        let cut = dir.file("cut.tgz", &whole[..whole.len() / 2]);
        let outcome = tar(dir, &place).arg("--archive").args([&cut, &good]).run();
        let report = outcome.expect_code(0).report();
        let named = report.unchecked_examples("archive-damaged");
        outcome.expect(named == [cut.to_str().unwrap()], "the cut one is named, once");
        let trips = trips(&outcome);
        outcome.expect(trips.refused.len() == 1 && !trips.refused[0].why.is_empty(), "and why");
        for run in &trips.runs {
            outcome.expect(run.errors.is_empty() && run.differing == 0, "no call failed");
            // The good one's two files; of the cut one the first.
            outcome
                .expect(run.verified == 3, &format!("{}: what is sound is extracted", run.pattern));
        }
        outcome.expect(report.verdict == "healthy", "the filesystem is not to blame");
        expect_names(&outcome, &place, &[]);
        // With --strict what stayed unchecked is told by the exit code.
        tar(dir, &place).args(["--strict", "--archive"]).args([&cut, &good]).run().expect_code(3);
    });
}
