//! Settings and folders that no night is begun with: one clear line each, and nothing is done.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{QUICK_ALONE, night, nightly, settings};
use crate::harness::{Dir, Fscan, Mount, files, in_lab};

#[test]
fn settings_that_cannot_be_relied_on_are_refused() {
    let dir = Dir::new();
    let root = dir.folder("root");
    let refused = |path: &Path, said: &str| {
        let outcome = nightly(&dir, path).run();
        outcome.expect_code(2).expect_one_error_line(said);
        outcome.expect(!dir.join("nights").exists(), "nothing was done");
    };
    refused(&dir.join("missing.toml"), "missing.toml");
    let fifo = dir.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    refused(&fifo, "no regular file");
    let open = settings(&dir, &[&root], QUICK_ALONE);
    fs::set_permissions(&open, fs::Permissions::from_mode(0o666)).unwrap();
    refused(&open, "others may write it");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&open, "rots = [\"/\"]\n").unwrap();
    refused(&open, "line 1: `rots` is not known here (did you mean `roots`?)");
    let none = Fscan::new(&dir).arg("nightly").within_namespace(&["-m"]).hiding("/etc").run();
    none.expect_code(2)
        .expect(none.stderr().contains("/etc/fscan/nightly.toml"), "the usual place");
}

#[test]
fn reports_do_not_become_a_part_of_what_is_scanned() {
    let dir = Dir::new();
    files(&dir.folder("root"), 3);
    let under = settings(&dir, &[dir.path()], QUICK_ALONE);
    let outcome = nightly(&dir, &under).run();
    outcome.expect_code(2).expect_one_error_line("reports-in-root");
    outcome.expect(!dir.join("nights").exists(), "nothing was made");
    let dry = nightly(&dir, &under).arg("--dry-run").run();
    dry.expect_code(2).expect_one_error_line("reports-in-root");
    let allowed = settings(&dir, &[dir.path()], &format!("reports-in-root = true\n{QUICK_ALONE}"));
    let outcome = nightly(&dir, &allowed).run();
    let told = night(outcome.expect_code(0));
    let report = fs::read_to_string(dir.join("nights/latest/quick.json")).unwrap();
    outcome.expect(told.steps[0].command.contains("--exclude"), "they are left out");
    outcome.expect(report.contains("\"excluded\""), "which the report says");
}

/// What a night would find out hours later, or at its start, a dry run is told as well.
#[test]
fn what_no_night_can_begin_with_is_refused_in_its_first_second() {
    let dir = Dir::new();
    let (root, nights) = (dir.folder("root"), dir.join("nights"));
    let refused = |more: &str, said: &str| {
        let settings = settings(&dir, &[&root], &format!("{more}\n{QUICK_ALONE}"));
        let before = listed_if_there(&nights);
        for dry in [&["--dry-run"][..], &[]] {
            let outcome = nightly(&dir, &settings).args(dry).run();
            outcome.expect_code(2).expect_one_error_line(said);
            outcome.expect(listed_if_there(&nights) == before, "nothing was made");
        }
    };
    refused("min-free = \"1000T\"", "`min-free`");
    refused(&format!("prometheus-file = \"{}/none/x.prom\"", dir.path().display()), "none/x.prom");
    dir.folder("folder.prom");
    refused(
        &format!("prometheus-file = \"{}\"", dir.join("folder.prom").display()),
        "it is a folder",
    );
    dir.file("nights", b"x");
    refused("", "it is no folder");
    fs::remove_file(&nights).unwrap();
    dir.folder("nights");
    fs::set_permissions(&nights, fs::Permissions::from_mode(0o777)).unwrap();
    refused("", "others may write");
    // Nor one that is another user's, whoever may write there.
    fs::set_permissions(&nights, fs::Permissions::from_mode(0o755)).unwrap();
    if rustix::process::geteuid().is_root() {
        chown(&nights, Some(65534), None).unwrap();
        refused("", "belongs to user 65534");
        chown(&nights, Some(0), None).unwrap();
    }
    dir.folder("nights/.lock");
    refused("", ".lock: it is a folder");
}

#[test]
fn a_folder_without_inodes_is_refused() {
    in_lab(&[], |dir| {
        let nights = Mount::tmpfs(&dir.join("nights"), "size=8m,nr_inodes=5,mode=700");
        let root = dir.folder("root");
        let settings = settings(dir, &[&root], &format!("min-free = 1\n{QUICK_ALONE}"));
        for dry in [&["--dry-run"][..], &[]] {
            let outcome = nightly(dir, &settings).args(dry).run();
            outcome.expect_code(2).expect_one_error_line("4 inodes are free");
        }
        assert_eq!(listed_if_there(nights.point()), Some(0), "nothing was made");
    });
}

/// Without a whole marker no later night would know the folder for one that it may remove.
#[test]
fn a_night_that_cannot_mark_its_folder_leaves_none() {
    let dir = Dir::new();
    let root = dir.folder("root");
    let settings = settings(&dir, &[&root], QUICK_ALONE);
    let outcome = nightly(&dir, &settings).file_size(0).run();
    outcome.expect_code(2).expect_one_error_line("the folder of the night");
    outcome.expect(super::listed(&dir) == [".lock"], "no folder is left");
}

fn listed_if_there(folder: &Path) -> Option<usize> {
    fs::read_dir(folder).ok().map(Iterator::count)
}

#[test]
fn whoever_has_no_settings_is_shown_some() {
    let dir = Dir::new();
    let missing = Fscan::new(&dir).args(["nightly", "missing.toml"]).run();
    missing.expect_code(2).expect_one_error_line("`fscan nightly --sample` prints one");
    let folder = Fscan::new(&dir).args(["nightly", "."]).run();
    folder.expect_code(2).expect_one_error_line("it is a folder; name the settings file");
    let sample = Fscan::new(&dir).args(["nightly", "--sample"]).run();
    let text = sample.expect_code(0).stdout().replace("/var/lib/fscan", "/var/lib/fscan-none");
    let reports = format!("reports = \"{}\"\n{text}", dir.join("nights").display());
    let settings = dir.file("sample.toml", reports.as_bytes());
    nightly(&dir, &settings).arg("--dry-run").run().expect_code(0);
}
