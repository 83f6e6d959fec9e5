//! Settings and folders that no night is begun with: one clear line each, and nothing is done.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{QUICK_ALONE, night, nightly, settings};
use crate::harness::{Dir, Fscan, files};

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

#[test]
fn a_folder_with_too_little_space_or_for_everybody_is_refused() {
    let dir = Dir::new();
    let root = dir.folder("root");
    let much = settings(&dir, &[&root], &format!("min-free = \"1000T\"\n{QUICK_ALONE}"));
    nightly(&dir, &much).run().expect_code(2).expect_one_error_line("`min-free`");
    fs::set_permissions(dir.join("nights"), fs::Permissions::from_mode(0o777)).unwrap();
    let open = settings(&dir, &[&root], QUICK_ALONE);
    nightly(&dir, &open).run().expect_code(2).expect_one_error_line("others may write");
    // Nor one that is another user's, whoever may write there.
    fs::set_permissions(dir.join("nights"), fs::Permissions::from_mode(0o755)).unwrap();
    if rustix::process::geteuid().is_root() {
        chown(dir.join("nights"), Some(65534), None).unwrap();
        nightly(&dir, &open).run().expect_code(2).expect_one_error_line("belongs to user 65534");
    }
}
