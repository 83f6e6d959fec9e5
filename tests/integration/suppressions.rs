//! Findings that a user accepts: `--suppress`, `.fscan.toml`, the configuration folder, and who is
//! not believed.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::harness::{Dir, Fscan, Mount, Need, Outcome, Report, User, in_lab};

/// Accepts what the tree of [`damaged`] is suspected of.
const ZEROED: &str = "[[suppress]]\ncode = \"content-zeroed\"\nreason = \"a known crash\"\n";

/// Three files of source code that hold nothing but zero bytes, two of them in `vendor`, which is
/// suspect.
fn damaged(dir: &Dir) -> PathBuf {
    let hour_ago = SystemTime::now() - Duration::from_hours(1);
    for name in ["tree/app/own.js", "tree/app/vendor/a.js", "tree/app/vendor/b.js"] {
        let path = dir.file(name, &[0; 8192]);
        OpenOptions::new().append(true).open(path).unwrap().set_modified(hour_ago).unwrap();
    }
    dir.join("tree")
}

fn scan(dir: &Dir) -> Fscan<'_> {
    Fscan::new(dir).args(["--format", "json", "--check", "content"])
}

fn until(day: &str) -> String {
    format!("{ZEROED}expires = {day}\n")
}

/// The verdict, how many findings are left, and how many each suppression took.
fn came_to(report: &Report) -> (String, usize, Vec<u64>) {
    let counts = report.suppressed.iter().map(|row| row.count).collect();
    (report.verdict.clone(), report.findings.len(), counts)
}

fn expect_suppressed(outcome: &Outcome, file: &Path) {
    let report = outcome.expect_code(0).report();
    outcome.expect(came_to(&report) == ("healthy".to_owned(), 0, vec![3]), "all of it");
    let named = report.suppressed[0].file.path == file.to_str().unwrap();
    outcome.expect(named, "the file is named");
    outcome.expect(report.recommendations.is_empty(), "nothing is left to do");
}

#[track_caller]
fn expect_not_heeded(outcome: &Outcome, what: &str) {
    let report = outcome.expect_code(1).report();
    outcome.expect(came_to(&report) == ("suspect".to_owned(), 3, vec![]), "nothing is hidden");
    outcome.expect_one_error_line(what);
}

#[test]
fn what_a_named_file_accepts_counts_no_more_and_stays_counted() {
    let dir = Dir::new();
    damaged(&dir);
    scan(&dir).arg("tree").run().expect_code(1);
    let file = dir.file("accepted.toml", until("2999-12-31").as_bytes());
    let outcome = scan(&dir).args(["tree", "--suppress", "accepted.toml"]).run();
    expect_suppressed(&outcome, &file);
    outcome.expect(outcome.stderr().is_empty(), "what was asked for is not repeated");
    let report = outcome.report();
    let row = &report.suppressed[0];
    let told = (row.code.as_str(), row.severity.as_str(), row.reason.as_str());
    outcome.expect(told == ("content-zeroed", "suspect", "a known crash"), "what and why");
    outcome.expect(row.expires.as_deref() == Some("2999-12-31") && !row.expired, "until when");

    let text = Fscan::new(&dir).args(["--check", "content", "tree", "--suppress", "accepted.toml"]);
    let text = text.run();
    text.expect(
        text.stdout().starts_with("HEALTHY  No damage was found but what is"),
        "not health",
    );
    let line = "3 findings of content-zeroed: a known crash (until 2999-12-31)";
    text.expect(text.stdout().contains(line), "what is suppressed is told");
}

#[test]
fn a_path_says_where_and_the_rest_counts() {
    let dir = Dir::new();
    damaged(&dir);
    for (file, glob, hidden) in [
        ("tree/.fscan.toml", "app/vendor/**", 2),
        ("tree/.fscan.toml", "app/vendor", 2),
        (".fscan.toml", "app/vendor", 0),
        (".fscan.toml", "tree/app/vendor", 2),
        ("named.toml", "app/vendor", 2),
        ("named.toml", "own.js", 1),
        ("named.toml", &format!("{}/tree/app/*", dir.path().display()), 3),
    ] {
        let text = format!("{}path = \"{glob}\"\n", until("2999-12-31"));
        let path = dir.file(file, text.as_bytes());
        let named = ["--suppress", "named.toml"].into_iter().filter(|_| file == "named.toml");
        let outcome = scan(&dir).arg("tree").args(named).run();
        let report = outcome.report();
        let told = came_to(&report);
        outcome.expect(told.2 == [hidden], &format!("{file}, {glob}: {told:?}"));
        outcome.expect(told.1 as u64 == 3 - hidden, "each is told once");
        outcome.expect(report.suppressed[0].glob.as_deref() == Some(glob), "the glob is told");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn settings_are_found_above_the_tree_and_said() {
    let dir = Dir::new();
    let tree = damaged(&dir);
    let file = dir.file(".fscan.toml", until("2999-12-31").as_bytes());
    symlink("tree/app", dir.join("link")).unwrap();
    for path in ["tree", "tree/app", "./tree/../tree/app/", "link"] {
        let outcome = scan(&dir).arg(path).run();
        expect_suppressed(&outcome, &file);
        outcome.expect_one_error_line(&format!("settings: {}", file.display()));
    }
    let quiet = scan(&dir).args(["-q", "tree"]).run();
    expect_suppressed(&quiet, &file);
    quiet.expect(quiet.stderr().is_empty(), "-q says nothing");
    let ignored = scan(&dir).args(["--no-settings", "tree"]).run();
    let left = came_to(&ignored.expect_code(1).report());
    ignored.expect(left == ("suspect".to_owned(), 3, vec![]), "--no-settings goes without");

    // The nearest one is the one that is used.
    fs::write(tree.join(".fscan.toml"), "").unwrap();
    let nearest = scan(&dir).arg("tree/app").run();
    nearest.expect_code(1).expect_one_error_line("tree/.fscan.toml");
}

#[test]
fn the_configuration_folder_is_used_where_no_tree_has_settings() {
    let dir = Dir::new();
    damaged(&dir);
    let file = dir.file("configuration/fscan/fscan.toml", until("2999-12-31").as_bytes());
    let outcome = scan(&dir).configuration(&dir.join("configuration")).arg("tree").run();
    expect_suppressed(&outcome, &file);
    // As those who keep such files elsewhere have it.
    fs::rename(&file, dir.join("kept.toml")).unwrap();
    symlink(dir.join("kept.toml"), &file).unwrap();
    let linked = scan(&dir).configuration(&dir.join("configuration")).arg("tree").run();
    expect_suppressed(&linked, &file);
    let ignored = scan(&dir).configuration(&dir.join("configuration"));
    ignored.args(["--no-settings", "tree"]).run().expect_code(1);
}

/// A tree that somebody else may write hides nothing.
#[test]
fn what_others_may_have_written_hides_nothing_and_is_said() {
    let dir = Dir::new();
    let tree = damaged(&dir);
    let file = tree.join(".fscan.toml");
    for mode in [0o666, 0o664, 0o646] {
        fs::write(&file, until("2999-12-31")).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let outcome = scan(&dir).arg("tree").run();
        expect_not_heeded(&outcome, "tree/.fscan.toml: these settings are ignored, others may");
    }
    // Named, it is used all the same.
    let named = scan(&dir).args(["--no-settings", "tree", "--suppress"]).arg(&file).run();
    expect_suppressed(&named, &file);

    fs::remove_file(&file).unwrap();
    symlink(dir.file("elsewhere", until("2999-12-31").as_bytes()), &file).unwrap();
    expect_not_heeded(&scan(&dir).arg("tree").run(), "ignored, it is a symbolic link");
    fs::remove_file(&file).unwrap();
    mknodat(CWD, &file, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    expect_not_heeded(&scan(&dir).arg("tree").run(), "ignored, it is no regular file");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    expect_not_heeded(&scan(&dir).arg("tree").run(), "ignored, it is no regular file");
}

#[test]
fn root_does_not_believe_the_owner_of_a_tree() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let tree = damaged(dir);
        let file = dir.file("tree/.fscan.toml", until("2999-12-31").as_bytes());
        std::os::unix::fs::chown(&file, Some(65_534), Some(65_534)).unwrap();
        expect_not_heeded(&scan(dir).arg(&tree).run(), "it belongs to user 65534, not to user 0");
        // Its owner does, and what is root's is believed by everybody.
        expect_suppressed(&scan(dir).user(User::Nobody).arg(&tree).run(), &file);
        std::os::unix::fs::chown(&file, Some(0), Some(0)).unwrap();
        expect_suppressed(&scan(dir).user(User::Nobody).arg(&tree).run(), &file);
    });
}

#[test]
fn what_expired_comes_back_and_says_why() {
    let dir = Dir::new();
    damaged(&dir);
    let file = dir.file("accepted.toml", until("2020-02-29").as_bytes());
    let outcome = scan(&dir).args(["tree", "--suppress", "accepted.toml"]).run();
    let report = outcome.expect_code(1).report();
    outcome.expect(came_to(&report) == ("suspect".to_owned(), 3, vec![0]), "all of it");
    outcome.expect(report.suppressed[0].expired, "the section says so");
    let note = format!(
        "the suppression of this expired on 2020-02-29 ({}): a known crash",
        file.display()
    );
    for finding in &report.findings {
        outcome.expect(finding.evidence.last() == Some(&note), "and each finding");
    }
}

#[test]
fn what_matched_nothing_is_in_the_json_and_in_verbose_text() {
    let dir = Dir::new();
    dir.file("tree/file", b"content");
    let text = "[[suppress]]\ncode = \"name-collision\"\nreason = \"both are wanted\"\n";
    dir.file("accepted.toml", text.as_bytes());
    let arguments = ["--quick", "--skip", "kernel", "tree", "--suppress", "accepted.toml"];
    let report = Fscan::quick_tree(&dir).args(&arguments[3..]).run().expect_code(0).report();
    assert_eq!(came_to(&report), ("healthy".to_owned(), 0, vec![0]));
    let brief = Fscan::new(&dir).args(arguments).run();
    brief.expect_code(0).expect(!brief.stdout().contains("uppressed"), "nothing to say");
    let verbose = Fscan::new(&dir).args(arguments).arg("-v").run();
    let told = "no finding of name-collision: both are wanted";
    verbose.expect_code(0).expect(verbose.stdout().contains(told), "it is told");
}

#[test]
fn a_wrong_file_is_one_clear_error() {
    let dir = Dir::new();
    dir.file("tree/file", b"content");
    let path = dir.join("wrong.toml");
    for (text, told) in [
        (ZEROED, "wrong.toml, line 1: `expires` is missing: content-zeroed is suspect"),
        ("[[suppress]]\ncode = \"x\x1b[2J\"\n", "wrong.toml, line 2: not TOML"),
        ("[[suppress]]\ncode = \"\\u001b[2J\"\nreason = \"x\"", "wrong.toml, line 2: `code`: no"),
        ("[default]\n", "(did you mean `defaults`?)"),
    ] {
        fs::write(&path, text).unwrap();
        let outcome = Fscan::quick_tree(&dir).args(["tree", "--suppress"]).arg(&path).run();
        outcome.expect_code(2).expect_one_error_line(told);
        outcome.expect(outcome.stdout().is_empty(), "nothing was done");
        outcome.expect(!outcome.stderr().contains('\x1b'), "no raw bytes of the file");
        // A file that was found is no less wrong.
        let found = dir.file("tree/.fscan.toml", text.as_bytes());
        let outcome = Fscan::quick_tree(&dir).arg("tree").run();
        outcome.expect_code(2).expect_one_error_line("tree/.fscan.toml, line ");
        fs::remove_file(found).unwrap();
    }
    let fifo = dir.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    for path in [&dir.join("missing"), &fifo, &dir.folder("folder"), Path::new("/dev/zero")] {
        let outcome = Fscan::quick_tree(&dir).args(["tree", "--suppress"]).arg(path).run();
        outcome.expect_code(2).expect_one_error_line(path.to_str().unwrap());
    }
}

#[test]
fn defaults_hold_where_nothing_is_typed() {
    let dir = Dir::new();
    dir.file("tree/kept", b"content");
    dir.file("tree/left.iso", b"content");
    let text =
        "[defaults]\nformat = \"json\"\nexclude = [\"*.iso\"]\nskip = [\"kernel\", \"tar\"]\n";
    dir.file("tree/.fscan.toml", text.as_bytes());
    let ran = |report: &Report, name: &str| {
        let check = report.roots[0].checks.iter().find(|check| check.name == name);
        check.is_some_and(|check| check.status != "skipped")
    };
    let outcome = Fscan::new(&dir).arg("tree").run();
    let report = outcome.expect_code(0).report();
    outcome.expect(report.totals.files == 2, "the settings and what is kept");
    outcome.expect(!ran(&report, "kernel") && ran(&report, "links"), "checks are left out");
    let typed = Fscan::new(&dir).args(["--exclude", "kept", "--check", "links", "tree"]).run();
    let report = typed.expect_code(0).report();
    typed.expect(report.totals.files == 2, "the settings and the image");
    typed.expect(report.unchecked_examples("excluded")[0].ends_with("/kept"), "what was typed");
    typed.expect(ran(&report, "links") && !ran(&report, "inodes"), "the checks that were typed");
    let text = Fscan::new(&dir).args(["--format", "text", "tree"]).run();
    text.expect_code(0).expect(text.stdout().starts_with("HEALTHY"), "the form that was typed");
    let without = Fscan::new(&dir).args(["--no-settings", "--quick", "tree"]).run();
    without.expect(without.stdout().contains("HEALTHY"), "none of it");
}

#[test]
fn fail_on_of_the_settings_decides_the_exit_code() {
    let dir = Dir::new();
    damaged(&dir);
    dir.file("tree/.fscan.toml", b"[defaults]\nfail-on = \"corrupt\"\n");
    scan(&dir).arg("tree").run().expect_code(0);
    scan(&dir).args(["--fail-on", "suspect", "tree"]).run().expect_code(1);
}

#[test]
fn defaults_of_a_named_file_are_left_out_and_that_is_said() {
    let dir = Dir::new();
    damaged(&dir);
    let text = format!("{}[defaults]\nformat = \"text\"\n", until("2999-12-31"));
    let file = dir.file("named.toml", text.as_bytes());
    let outcome = scan(&dir).args(["tree", "--suppress", "named.toml"]).run();
    expect_suppressed(&outcome, &file);
    outcome.expect_one_error_line("not its [defaults]");
}

#[test]
fn a_saved_report_is_judged_anew_by_what_is_named_alone() {
    let dir = Dir::new();
    damaged(&dir);
    scan(&dir).args(["-q", "tree", "-o", "report.json"]).run().expect_code(1);
    let file = dir.file(".fscan.toml", until("2999-12-31").as_bytes());
    let render = |more: &[&str]| {
        let report = Fscan::new(&dir).args(["report", "report.json", "--format", "json"]);
        report.args(more).run()
    };
    let as_it_was = render(&[]);
    let same =
        as_it_was.expect_code(0).stdout_bytes() == fs::read(dir.join("report.json")).unwrap();
    as_it_was.expect(same, "byte for byte");
    expect_suppressed(&render(&["--suppress", ".fscan.toml"]), &file);
}

/// A mount that never answers holds up neither the settings nor the scan.
#[test]
fn a_hung_mount_has_no_settings() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let hung = Mount::hung(&dir.join("hung"));
        let scan = Fscan::quick_tree(dir).args(["--stat-timeout", "1"]).arg(hung.point());
        let outcome = scan.within(Duration::from_secs(20)).run();
        outcome.expect(outcome.took < Duration::from_secs(10), "it ends within a few seconds");
        outcome.expect(outcome.stderr().contains("no answer while settings were"), "it is said");
        outcome.expect(outcome.report().unchecked_count("no-answer") == 1, "and by the scan");
    });
}
