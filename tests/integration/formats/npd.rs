//! `--npd`: one short line on stdout, an exit code of three, and nothing else.

use std::path::Path;

use serde_json::json;

use super::{changed, damage, saved};
use crate::harness::{Dir, Fscan, Outcome, files};

/// The line that is due, and its code.
#[track_caller]
fn expect_line(outcome: &Outcome, code: i32, line: &str) {
    let stdout = outcome.stdout();
    outcome.expect_code(code).expect(stdout.starts_with(line), &format!("{line:?} is due"));
    let one = stdout.ends_with('\n') && stdout.matches('\n').count() == 1;
    outcome.expect(one, "one line").expect(stdout.len() <= 80, "of at most 80 bytes");
}

fn report(dir: &Dir, file: &Path) -> Outcome {
    Fscan::new(dir).args(["report", "--npd"]).arg(file).run()
}

fn scan<'a>(dir: &'a Dir, tree: &Path) -> Fscan<'a> {
    Fscan::new(dir).args(["--quick", "--skip", "kernel", "--npd"]).arg(tree)
}

#[test]
fn a_sound_tree_is_ok() {
    let dir = Dir::new();
    let (tree, file) = saved(&dir);
    for outcome in [scan(&dir, &tree).run(), report(&dir, &file)] {
        expect_line(&outcome, 0, "fscan: healthy: nothing found in 4 entries in /tmp/fscan-test-");
        outcome.expect(outcome.stderr().is_empty(), "nothing on stderr");
    }
}

#[test]
fn damage_is_a_problem_however_its_root_is_called() {
    let dir = Dir::new();
    let (tree, file) = saved(&dir);
    let damaged = changed(&dir, &file, |report| damage(report, tree.to_str().unwrap()));
    let outcome = report(&dir, &damaged);
    expect_line(&outcome, 1, "fscan: corrupt: 3 x dirent-dangling in /tmp/fscan-test-");
    let damaged = changed(&dir, &file, |report| {
        damage(report, "/x");
        report["roots"][0]["path"] = json!(format!("/\n\u{1b}{}", "€".repeat(100)));
    });
    let line = "fscan: corrupt: 3 x dirent-dangling in /\\n\\u{1b}€€";
    expect_line(&report(&dir, &damaged), 1, line);
    let warned = changed(&dir, &file, |report| {
        damage(report, "/x");
        report["findings"][0]["severity"] = json!("warning");
        report["verdict"] = json!("at-risk");
    });
    expect_line(&report(&dir, &warned), 0, "fscan: at-risk: 3 x dirent-dangling");
}

#[test]
fn what_was_not_done_or_not_to_its_end_is_unknown() {
    let dir = Dir::new();
    let (tree, file) = saved(&dir);
    let stopped = changed(&dir, &file, |report| report["complete"] = json!(false));
    expect_line(&report(&dir, &stopped), 2, "fscan: unknown: incomplete, so far healthy");
    expect_line(&report(&dir, &dir.join("none")), 2, "fscan: unknown: /tmp/");
    let nothing = "fscan: unknown: nothing was examined in ";
    expect_line(&scan(&dir, &dir.join("none")).run(), 2, nothing);
    let half = scan(&dir, &tree).arg(dir.join("none")).run();
    expect_line(&half, 2, "fscan: unknown: not all was done, so far healthy");
    let no_check = scan(&dir, &tree).args(["--check", "tar"]).run();
    expect_line(&no_check, 2, "fscan: unknown: --check and --skip leave no check");
    let unsaved = scan(&dir, &tree).arg("-o").arg(dir.join("none/report.json")).run();
    expect_line(&unsaved, 2, "fscan: unknown: not all was done, so far healthy");
}

/// What the other parts hold decides as well.
#[test]
fn a_part_alone_is_unknown() {
    let dir = Dir::new();
    let (tree, _) = saved(&dir);
    let part = scan(&dir, &tree).args(["--shard", "0/2", "--facts", "0.facts"]).run();
    expect_line(&part, 2, "fscan: unknown: part 0/2 alone, so far healthy: ");
}

#[test]
fn it_is_a_form_of_its_own() {
    let dir = Dir::new();
    files(&dir.folder("tree"), 1);
    for other in ["--format=text", "--format=json", "--verbose"] {
        let outcome = Fscan::new(&dir).args(["--npd", other, "tree"]).run();
        let refused = outcome.stderr().contains("cannot be used with");
        outcome.expect_code(2).expect(refused, "one of the two");
    }
}
