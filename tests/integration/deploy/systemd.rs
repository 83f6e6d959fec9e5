//! The units of `deploy/systemd`, as systemd reads them.

use std::fs;
use std::path::PathBuf;

use super::deployed;
use crate::harness::{Dir, Need, in_lab, tool};

const SERVICE: &str = "fscan-nightly.service";

/// Copies the units, with this binary where the packages install it.
fn installed(dir: &Dir) -> [PathBuf; 2] {
    let text = |name: &str| fs::read_to_string(deployed("systemd").join(name)).unwrap();
    let service = text(SERVICE);
    assert!(service.contains("\nExecStart=/usr/bin/fscan nightly "), "where packages install it");
    let service = service.replace("/usr/bin/fscan", env!("CARGO_BIN_EXE_fscan"));
    let timer = text("fscan-nightly.timer");
    [dir.file(SERVICE, service.as_bytes()), dir.file("fscan-nightly.timer", timer.as_bytes())]
}

#[test]
fn systemd_takes_the_units() {
    in_lab(&[Need::Tool("systemd-analyze")], |dir| {
        let units = installed(dir);
        let verified = tool("systemd-analyze").args(["verify", "--man=no"]).args(&units).output();
        let verified = verified.unwrap();
        let said = String::from_utf8_lossy(&verified.stderr);
        // Unknown settings are warnings alone. What it says of other units is the machine's.
        let ours: Vec<_> = said.lines().filter(|line| line.contains("fscan")).collect();
        assert!(verified.status.success() && ours.is_empty(), "{said}");
    });
}

#[test]
fn the_service_has_few_rights() {
    in_lab(&[Need::Tool("systemd-analyze")], |dir| {
        let units = installed(dir);
        let mut judge = tool("systemd-analyze");
        judge.args(["security", "--no-pager", "--offline=true", "--threshold=25"]).arg(&units[0]);
        let judged = judge.output().unwrap();
        assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stdout));
    });
}

#[test]
fn the_service_writes_where_its_settings_say() {
    let text = |name: &str| fs::read_to_string(deployed("systemd").join(name)).unwrap();
    let service = text(SERVICE);
    for line in ["StateDirectory=fscan", "ReadWritePaths=/home", "ProtectSystem=strict"] {
        assert!(service.lines().any(|it| it == line), "{line}");
    }
    let rights = service.lines().filter(|line| line.contains("CAP_"));
    assert_eq!(rights.collect::<Vec<_>>(), ["CapabilityBoundingSet=CAP_DAC_READ_SEARCH"]);
}

/// systemd's own ways would end a step at once, and the night with a step that took too much memory.
#[test]
fn the_night_ends_its_steps_itself() {
    let service = fs::read_to_string(deployed("systemd").join(SERVICE)).unwrap();
    for line in ["KillMode=mixed", "OOMPolicy=continue"] {
        assert!(service.lines().any(|it| it == line), "{line}");
    }
}
