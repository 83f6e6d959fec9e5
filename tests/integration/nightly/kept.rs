//! Which nights are kept, and that nothing else is removed.

use std::fs;
use std::os::unix::fs::symlink;

use super::{QUICK_ALONE, listed, night, nightly, old_night, settings};
use crate::harness::{Dir, files};

/// Files of a night, its marker among them.
const NIGHT: &[&str] =
    &[".fscan-night", "quick.json", "full-2.json", "manifest.gz", "summary.json"];

#[test]
fn nights_that_are_over_go_and_whatever_is_not_a_nights_stays() {
    let dir = Dir::new();
    let root = dir.folder("root");
    files(&root, 3);
    old_night(&dir, "2024-01-01T00-00-00Z", NIGHT);
    let of_stress = [NIGHT, &["reproducers/home-1.ops"]].concat();
    old_night(&dir, "2024-01-02T00-00-00Z.partial", &of_stress);
    let young = old_night(&dir, "2024-01-03T00-00-00Z", NIGHT);
    let later = reports::Timestamp::now().to_string();
    let today = format!("{}T00-00-00Z", &later[..10]);
    fs::rename(young, dir.join("nights").join(&today)).unwrap();
    // None of these is removed.
    old_night(&dir, "2024-02-01T00-00-00Z", &["quick.json", "summary.json"]);
    old_night(&dir, "2024-02-02T00-00-00Z", &[NIGHT, &["notes.txt"]].concat());
    old_night(&dir, "2024-02-03T00-00-00Z", &[NIGHT, &["reproducers/mine.txt"]].concat());
    old_night(&dir, "2024-02-04T00-00-00Z.old", NIGHT);
    old_night(&dir, "keep-me", NIGHT);
    let linked = old_night(&dir, "2024-02-05T00-00-00Z", NIGHT);
    fs::remove_file(linked.join("quick.json")).unwrap();
    let precious = dir.file("precious/report.json", b"precious");
    symlink(&precious, linked.join("quick.json")).unwrap();
    let elsewhere = dir.folder("elsewhere");
    dir.file("elsewhere/.fscan-night", b"x");
    symlink(&elsewhere, dir.join("nights/2024-02-06T00-00-00Z")).unwrap();
    dir.file("nights/2024-02-07T00-00-00Z", b"x");
    dir.file("nights/latest", b"mine");
    let before = listed(&dir);

    let settings = settings(&dir, &[&root], &format!("{QUICK_ALONE}[keep]\nnights = 2\n"));
    let outcome = nightly(&dir, &settings).run();
    let told = night(outcome.expect_code(0));
    let gone = ["2024-01-01T00-00-00Z", "2024-01-02T00-00-00Z.partial"];
    let after = listed(&dir);
    for name in &before {
        let is_gone = !after.contains(name);
        outcome
            .expect(is_gone == gone.contains(&name.as_str()), &format!("{name} gone: {is_gone}"));
    }
    for name in gone {
        outcome.expect(told.removed.iter().any(|line| line.starts_with(name)), "told");
    }
    for (name, why) in [
        ("2024-02-02T00-00-00Z", "notes.txt"),
        ("2024-02-03T00-00-00Z", "mine.txt"),
        ("2024-02-05T00-00-00Z", "quick.json"),
    ] {
        let stays =
            |line: &String| line.starts_with(&format!("{name} stays")) && line.contains(why);
        outcome.expect(told.remarks.iter().any(stays), &format!("{name} stays for {why}"));
        let whole = fs::read_dir(dir.join("nights").join(name)).unwrap().count();
        outcome.expect(whole >= NIGHT.len(), "nothing of it was removed");
    }
    outcome.expect(fs::read(&precious).unwrap() == b"precious", "nothing behind a link");
    outcome.expect(elsewhere.join(".fscan-night").exists(), "nor in a folder behind one");
    outcome.expect(fs::read(dir.join("nights/latest")).unwrap() == b"mine", "nor the other file");
    outcome.expect(told.remarks.iter().any(|line| line.contains("latest")), "which is told");
}

#[test]
fn so_many_are_kept_and_so_much() {
    let dir = Dir::new();
    let root = dir.folder("root");
    for (keep, left) in [("nights = 3", 3), ("bytes = 1", 1), ("nights = 1", 1)] {
        for day in 1..5 {
            old_night(&dir, &format!("2024-01-0{day}T00-00-00Z"), NIGHT);
        }
        let more = format!("{QUICK_ALONE}[keep]\ndays = 100000\n{keep}\n");
        nightly(&dir, &settings(&dir, &[&root], &more)).run().expect_code(0);
        let nights: Vec<_> = listed(&dir).into_iter().filter(|it| it.starts_with('2')).collect();
        // Tonight's is one of them.
        assert_eq!(nights.len(), left, "{keep}: {nights:?}");
        assert!(nights[left - 1].as_str() > "2024-02", "{keep}: {nights:?}");
        fs::remove_dir_all(dir.join("nights")).unwrap();
    }
}
