//! `fscan trend`: real reports of one filesystem over time, and files that are none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use reports::{Trend, TrendState};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::harness::{Dir, Fscan, Image, Need, Outcome, User, files, in_lab};

const LAB: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];

fn trend(dir: &Dir, reports: &[&Path]) -> Outcome {
    Fscan::new(dir).args(["trend", "--format", "json"]).args(reports).run()
}

#[track_caller]
fn states(outcome: &Outcome) -> Vec<(String, TrendState)> {
    let trend: Trend = serde_json::from_slice(outcome.stdout_bytes())
        .unwrap_or_else(|error| outcome.fail(&format!("stdout is no trend: {error}")));
    let rows = trend.series.iter().flat_map(|series| &series.findings);
    rows.map(|row| (row.code.to_string(), row.state)).collect()
}

/// A scan of a mounted image, as a report.
fn scanned(dir: &Dir, image: &Image, name: &str, options: &[&str]) -> PathBuf {
    let mount = image.mount("errors=continue");
    let report = dir.join(name);
    let scan = Fscan::new(dir).args(["--skip", "tar,environment,kernel"]).args(options);
    scan.arg("-o").args([&report, mount.point()]).run();
    report
}

#[test]
fn damage_comes_is_not_looked_at_and_goes() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 16, &["-b", "1024"]);
        image.fill_and_age(|top| files(&top.join("app"), 5));
        let sound = scanned(dir, &image, "1.json", &[]);
        image.save();
        image.debugfs(&["clri /app/name-000002"]);
        let damaged = scanned(dir, &image, "2.json", &[]);
        let narrow = scanned(dir, &image, "3.json", &["--check", "inodes"]);
        image.restore();
        let again = scanned(dir, &image, "4.json", &[]);
        let bad = "dirent-bad-inode".to_owned();

        let new = trend(dir, &[&sound, &damaged]);
        let told = states(new.expect_code(1));
        new.expect(told.contains(&(bad.clone(), TrendState::New)), "it is new");
        let not_looked_at = trend(dir, &[&narrow, &damaged, &sound]);
        let told = states(not_looked_at.expect_code(0));
        not_looked_at.expect(told.contains(&(bad.clone(), TrendState::NotLookedAt)), "not gone");
        let gone = trend(dir, &[&damaged, &again]);
        let told = states(gone.expect_code(0));
        gone.expect(told.contains(&(bad, TrendState::Gone)), "it is gone");

        // The same as text, from a folder, which holds all of them.
        let text = Fscan::new(dir).args(["trend", "."]).run();
        text.expect_code(0).expect(text.stdout().starts_with("NO WORSE"), "the headline");
        let lenient = Fscan::new(dir).args(["trend", "--fail-on", "corrupt", "1.json", "2.json"]);
        let lenient = lenient.run();
        lenient.expect_code(1).expect(lenient.stdout().starts_with("WORSE"), "the headline");
    });
}

/// Two reports of a tree, and others beside them.
fn two(dir: &Dir) -> [PathBuf; 2] {
    files(&dir.folder("tree"), 3);
    ["a.json", "b.json"].map(|name| {
        let report = dir.join(name);
        Fscan::quick_tree(dir).arg("-o").arg(&report).arg("tree").run().expect_code(0);
        report
    })
}

#[test]
fn what_is_no_report_is_one_clear_line_and_the_others_are_compared() {
    let dir = Dir::new();
    let [first, second] = two(&dir);
    let report = fs::read_to_string(&first).unwrap();
    let newer = report.replacen("\"schema_version\": 1", "\"schema_version\": 99", 1);
    let fifo = dir.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    let mut others =
        vec![fifo, dir.join("missing"), dir.folder("empty"), PathBuf::from("/dev/zero")];
    for (name, content) in [
        ("none", ""),
        ("other", "{\"a\": [\"\\u001b[31m\"]}"),
        ("newer", newer.as_str()),
        ("truncated", &report[..report.len() / 2]),
        ("deep", &"[".repeat(200_000)),
    ] {
        others.push(dir.file(name, content.as_bytes()));
    }
    let huge = dir.file("huge", b"");
    fs::File::options().write(true).open(&huge).unwrap().set_len(2 << 30).unwrap();
    others.push(huge);
    for other in &others {
        let outcome = trend(&dir, &[&first, other, &second]);
        outcome.expect_code(2).expect_one_error_line(other.to_str().unwrap());
        outcome.expect(states(&outcome).is_empty(), "the others are compared");
        outcome.expect(!outcome.stderr().contains('\x1b'), "no raw bytes of the file");
    }
}

/// As lost+found beside reports.
#[test]
fn a_folder_that_cannot_be_read_costs_itself_alone() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let dir = Dir::new();
    two(&dir);
    for name in ["a.json", "b.json"] {
        fs::rename(dir.join(name), dir.folder("reports").join(name)).unwrap();
    }
    let locked = dir.folder("reports/lost+found");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    let reports = fs::read_dir(dir.join("reports")).unwrap().map(|entry| entry.unwrap().path());
    for report in reports.filter(|path| path.is_file()) {
        fs::set_permissions(report, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let outcome =
        Fscan::new(&dir).user(User::Nobody).args(["trend", "--format", "json", "reports"]).run();
    outcome.expect_code(2).expect_one_error_line("lost+found: reading the folder");
    outcome.expect(states(&outcome).is_empty(), "the reports are compared");
}

#[test]
fn where_nothing_can_be_compared_that_is_said() {
    let dir = Dir::new();
    let [first, second] = two(&dir);
    let other = dir.join("other.json");
    files(&dir.folder("elsewhere"), 1);
    Fscan::quick_tree(&dir).arg("-o").arg(&other).arg("elsewhere").run().expect_code(0);
    for (reports, said) in [
        (vec![&first], "nothing can be compared"),
        (vec![&first, &first], "the same report"),
        (vec![&first, &other], "no other report is of a scan of"),
    ] {
        let reports: Vec<_> = reports.into_iter().map(PathBuf::as_path).collect();
        let outcome = trend(&dir, &reports);
        outcome.expect_code(2).expect(outcome.stderr().contains(said), said);
        outcome.expect(outcome.stdout().is_empty(), "nothing on stdout");
    }
    // One of another root among others is told of, and they are compared.
    let outcome = trend(&dir, &[&first, &other, &second]);
    outcome.expect_code(0).expect(outcome.stdout().contains("no other report is of"), "told");
    Fscan::new(&dir).arg("trend").run().expect_code(2);
}
