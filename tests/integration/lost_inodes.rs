//! Files that lost their names, where it cannot be tried which they are: that is said.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use crate::harness::{Dir, Fscan, Image, Need, Outcome, files, in_lab};

const LAB: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];

/// Unlinks these of the files in `/many` without a trace, and scans.
fn scan(dir: &Dir, mkfs: &[&str], damage: &[&str], mount: &str) -> Outcome {
    let image = Image::ext4(dir, 64, mkfs);
    image.fill(|top| {
        files(&top.join("many"), 200);
        fs::write(top.join("one"), "1").unwrap();
    });
    image.debugfs(damage);
    // What changed a moment ago may be under way.
    sleep(Duration::from_secs(3));
    let home = image.mount(mount);
    let scan = Fscan::new(dir).args(["--quick", "--skip", "environment", "--format", "json"]);
    scan.arg(home.point()).run()
}

fn left_open(outcome: &Outcome) -> String {
    let report = outcome.report();
    let check = report.roots[0].checks.iter().find(|check| check.name == "allocation").unwrap();
    check.reason.clone().unwrap_or_default()
}

#[test]
fn groups_of_an_odd_size_leave_it_open() {
    in_lab(LAB, |dir| {
        let unlinked = ["unlink /many/name-000003", "unlink /many/name-000004"];
        let outcome = scan(dir, &["-b", "4096", "-g", "8192"], &unlinked, "errors=continue");
        let open = left_open(&outcome);
        let told = open.contains("2 inodes in use have no name") && open.contains("not known");
        outcome.expect(told, "how many, and why it was not tried");
    });
}

#[test]
fn beside_a_wrong_link_count_all_are_found_where_all_can_be_tried() {
    in_lab(LAB, |dir| {
        // Beyond the last inode of a name: each file was made behind the one before.
        let mut damage: Vec<String> =
            (100..200).map(|n| format!("unlink /many/name-{n:06}")).collect();
        damage.extend(["unlink /one".to_owned(), "sif /many/name-000001 links_count 5".to_owned()]);
        let damage: Vec<&str> = damage.iter().map(String::as_str).collect();
        let outcome = scan(dir, &["-b", "4096"], &damage, "ro,errors=continue");
        let report = outcome.report();
        let rows = report.findings_of("inode-unattached");
        let lost: u64 = rows.iter().map(|row| row.occurrences).sum();
        outcome.expect(lost == 101, &format!("all 101 and not {lost}"));
    });
}

#[test]
fn a_name_that_leads_upwards_is_no_secret_where_names_are_not_checked() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 16, &["-b", "4096"]);
        image.fill(|top| fs::create_dir_all(top.join("d/sub")).unwrap());
        image.debugfs(&["link /d /d/sub/loop"]);
        let home = image.mount("errors=continue");
        let scan = |path: &str, more: &[&str]| {
            let scan = Fscan::new(dir).args(["--quick", "--format", "json", "--strict"]);
            scan.args(["--skip"]).args(more).arg(home.point().join(path)).run()
        };
        let unjudged = scan("", &["environment,kernel,entries"]);
        let report = unjudged.expect_code(3).report();
        unjudged.expect(report.unchecked.iter().any(|row| row.what == "entry"), "left out");
        // From below it cannot be seen where the name leads; the count of links is right all the same.
        let below = scan("d/sub", &["environment,kernel"]);
        below.expect(below.report().codes() == ["dirent-bad-inode"].into(), "the name alone");
    });
}
