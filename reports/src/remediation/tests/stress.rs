use super::{REPAIR, TMPFS, commands, ids, under_home};
use crate::sample::{root, volume};
use crate::{Code, Severity};

#[test]
fn an_error_of_damage_protects_the_data_first() {
    let errors = [under_home(Code::StressFilesystemError)];
    let damage = ["secure-data", "stress-no-further", "check-ext4-offline", REPAIR, TMPFS];
    assert_eq!(ids(&errors, &[volume()]), damage);
    assert_eq!(
        ids(&errors, &[root("/home/coder", "xfs", "/dev/sdb")]),
        ["secure-data", "stress-no-further", "check-xfs-offline", TMPFS]
    );
    let mut elsewhere = under_home(Code::TarEntryError);
    elsewhere.severity = Severity::Corrupt;
    assert!(!ids(&[elsewhere], &[volume()]).contains(&"stress-no-further".to_owned()));
}

#[test]
fn a_lost_target_is_looked_at_before_anything_restarts() {
    let lost = [under_home(Code::StressTargetLost)];
    assert_eq!(ids(&lost, &[volume()]), ["keep-volume-claim", "examine-lost-target"]);
    assert_eq!(
        commands(&lost, &[volume()], "examine-lost-target"),
        ["findmnt -T /home/coder", "fscan --read-only --check kernel /home/coder"]
    );
    let read_only = [under_home(Code::MountReadOnlyByError)];
    assert!(!ids(&read_only, &[volume()]).contains(&"examine-lost-target".to_owned()));
}

#[test]
fn a_divergence_is_replayed_and_not_scanned_for() {
    let diverges = [under_home(Code::StressDivergence)];
    assert_eq!(ids(&diverges, &[volume()]), ["replay-elsewhere"]);
    assert_eq!(
        commands(&diverges, &[volume()], "replay-elsewhere"),
        [
            "fscan replay FILE --on NAME=DIRECTORY",
            "dmesg -T --level=emerg,alert,crit,err,warn",
            "fscan replay FILE --emit c",
        ]
    );
    let known = [under_home(Code::StressKnownDefect)];
    assert_eq!(ids(&known, &[volume()]), [""; 0], "there is nothing to be done here");
    let left = [under_home(Code::StressCleanupFailed)];
    assert_eq!(ids(&left, &[volume()]), ["scan-again-quiet"]);
}

#[test]
fn a_divergence_that_proves_damage_is_damage() {
    let mut diverges = under_home(Code::StressDivergence);
    diverges.severity = Severity::Corrupt;
    assert_eq!(
        ids(&[diverges], &[volume()]),
        ["secure-data", "check-ext4-offline", "replay-elsewhere", REPAIR, TMPFS]
    );
}

#[test]
fn a_missing_feature_is_no_alarm() {
    let missing = [under_home(Code::StressFeatureMissing)];
    assert_eq!(ids(&missing, &[volume()]), ["know-missing-feature"]);
    assert_eq!(
        commands(&missing, &[volume()], "know-missing-feature"),
        ["findmnt -T /home/coder -o TARGET,FSTYPE,OPTIONS", "uname -r"]
    );
    let other = [under_home(Code::MountErrorsContinue)];
    assert_eq!(ids(&other, &[volume()]), ["stop-writes-on-errors"]);
}
