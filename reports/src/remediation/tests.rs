mod cases;
mod facts;
mod stress;

use std::collections::BTreeSet;

use super::*;
use crate::sample::{finding, root, volume};
use crate::{Finding, PathName, Root, Severity, Subject, TarClassification};

const REPAIR: &str = "repair-ext4";
const TMPFS: &str = "install-on-tmpfs";

fn known<'a>(findings: &'a [Finding], roots: &'a [Root]) -> Known<'a> {
    Known { findings, roots, environment: None, tar: None, suppressed: &[], scanned: true }
}

fn ids(findings: &[Finding], roots: &[Root]) -> Vec<String> {
    let recommendations = recommend(known(findings, roots));
    recommendations.into_iter().map(|r| r.id).collect()
}

fn commands(findings: &[Finding], roots: &[Root], id: &str) -> Vec<String> {
    let recommendations = recommend(known(findings, roots)).into_iter();
    let steps = recommendations.filter(|r| r.id == id).flat_map(|r| r.steps);
    steps.filter_map(|step| step.command).collect()
}

fn under_home(code: Code) -> Finding {
    finding(code, b"/home/coder/app/file")
}

/// Copies and repairs of a device that fails come after it is known that it fails.
#[test]
fn an_input_output_error_leads_below_the_filesystem_first() {
    let told = |code, found: &str| {
        let mut finding = under_home(code);
        found.clone_into(&mut finding.found);
        recommend(known(&[finding], &[volume()]))
    };
    let eio = "reading it says EIO (input/output error)";
    for code in [Code::ContentUnreadable, Code::DirectoryReadError, Code::ExtentMapUnreadable] {
        let recommendations = told(code, eio);
        let at = |id| recommendations.iter().position(|it| it.id == id).unwrap();
        assert!(at("find-device-errors") < at("check-ext4-offline"), "{code}");
        assert!(recommendations[at(REPAIR)].caveat.contains("answers EIO"), "{code}");
        let others = told(code, "reading it says EUCLEAN");
        assert!(others.iter().all(|it| it.id != "find-device-errors"), "{code}");
    }
}

#[test]
fn each_rule_fires_on_its_facts_in_the_order_of_work() {
    let ext4 = || volume();
    let cases: &[(Code, Root, &[&str])] = &[
        (
            Code::DirentDangling,
            ext4(),
            &["secure-data", "check-ext4-offline", "suspect-directory-index", REPAIR, TMPFS],
        ),
        (
            Code::DirentDangling,
            root("/home/coder", "xfs", "/dev/sdb"),
            &["secure-data", "check-xfs-offline", TMPFS],
        ),
        (
            Code::DirentDangling,
            root("/home/coder", "btrfs", "/dev/sdb"),
            &["secure-data", "check-btrfs-offline", TMPFS],
        ),
        (Code::DirentDangling, root("/home/coder", "overlay", "overlay"), &["secure-data", TMPFS]),
        (
            Code::KernelErrorsRecorded,
            ext4(),
            &["secure-data", "check-ext4-offline", "date-kernel-errors", REPAIR, TMPFS],
        ),
        (
            Code::KernelErrorsDuringScan,
            ext4(),
            &["secure-data", "check-ext4-offline", "date-kernel-errors", REPAIR, TMPFS],
        ),
        (
            Code::MountReadOnlyByError,
            ext4(),
            &["secure-data", "keep-volume-claim", "check-ext4-offline", REPAIR, TMPFS],
        ),
        (Code::DirectoryReadUnstable, ext4(), &["scan-again-quiet"]),
        (Code::ContentZeroed, ext4(), &["scan-again-quiet", "get-files-again"]),
        (Code::MountErrorsContinue, ext4(), &["stop-writes-on-errors"]),
        (Code::TimeImplausible, ext4(), &[]),
        (Code::NameCollision, ext4(), &[]),
    ];
    for (code, root, expected) in cases {
        let findings = [under_home(*code)];
        assert_eq!(
            ids(&findings, std::slice::from_ref(root)),
            *expected,
            "{code} on {}",
            root.filesystem
        );
    }
    assert!(ids(&[], &[volume()]).is_empty());
}

#[test]
fn the_severity_of_the_finding_decides_not_that_of_its_code() {
    let mut doubtful = under_home(Code::DirentDangling);
    doubtful.severity = Severity::Suspect;
    assert_eq!(ids(&[doubtful], &[volume()]), ["scan-again-quiet"]);
}

/// Its root is a file or a device: no path leads into it, and e2fsck -fn was just run.
#[test]
fn an_image_is_copied_and_repaired_not_scanned() {
    let mut image = root("/clones/it's.img", "ext4", "");
    image.mount_point = String::new();
    let mut problem = finding(Code::OfflineProblem, b"/app/file");
    let roots = [image];
    assert_eq!(ids(&[problem.clone()], &roots), ["copy-image", "repair-copy-first"]);
    assert_eq!(
        commands(&[problem.clone()], &roots, "copy-image"),
        [
            r"cp --sparse=always '/clones/it'\''s.img' COPY.img",
            r"cmp '/clones/it'\''s.img' COPY.img"
        ]
    );
    problem.severity = Severity::Suspect;
    assert_eq!(ids(&[problem.clone()], &roots), ["copy-image", "settle-image"]);
    problem.severity = Severity::Warning;
    assert!(ids(&[problem], &roots).is_empty());
}

#[test]
fn because_names_each_code_once_and_only_those_that_led_to_it() {
    let findings = [
        under_home(Code::LinkCountWrong),
        under_home(Code::DirentDangling),
        under_home(Code::DirentDangling),
        under_home(Code::NameUnsafe),
    ];
    let roots = [volume()];
    let recommendations = recommend(known(&findings, &roots));
    let because = &recommendations[0].because;
    assert_eq!(because, &[Code::DirentDangling, Code::LinkCountWrong]);
}

#[test]
fn a_command_names_the_device_of_the_damaged_root_alone() {
    let roots = [
        volume(),
        root("/home/coder/app", "ext4", "/dev/sdb"),
        root("/home/coder/application", "ext4", "/dev/sdc"),
    ];
    let findings = [under_home(Code::DirentDangling)];
    let id = "check-ext4-offline";
    assert_eq!(commands(&findings, &roots, id), ["e2fsck -fn /dev/sdb"]);
    assert_eq!(
        commands(&findings, &roots[..1], id),
        ["e2fsck -fn /dev/longhorn/pvc-3f0c0a52-8d2f-4a64-b0b2-6f9f7a1c2d3e"]
    );
    // A root whose name the path's own name begins with is another directory.
    let beside = [finding(Code::DirentDangling, b"/home/coder/apples")];
    assert_eq!(commands(&beside, &roots[..2], id), commands(&findings, &roots[..1], id));
}

#[test]
fn damage_elsewhere_asks_for_no_check_of_a_sound_filesystem() {
    let roots = [root("/xfs", "xfs", "/dev/sdb"), volume()];
    let findings = [finding(Code::DirentDangling, b"/xfs/a")];
    assert_eq!(ids(&findings, &roots), ["secure-data", "check-xfs-offline", TMPFS]);
}

#[test]
fn a_finding_without_a_path_belongs_to_the_roots_on_its_device() {
    let mut of_device = under_home(Code::KernelErrorsRecorded);
    of_device.subject = Subject { device: Some("sdb".into()), ..Subject::default() };
    let roots = [volume(), root("/b", "ext4", "/dev/sdb"), root("/b2", "ext4", "/dev/sdb")];
    let id = "check-ext4-offline";
    let check = |finding: &Finding| commands(std::slice::from_ref(finding), &roots, id);
    assert_eq!(check(&of_device), ["e2fsck -fn /dev/sdb"]);

    of_device.subject.device = Some("dm-7".into());
    assert_eq!(check(&of_device).len(), 2, "any root may be the one");
}

#[test]
fn what_is_unknown_stands_in_capitals() {
    let findings = [under_home(Code::MountErrorsContinue)];
    for device in ["/dev/\u{fffd}", "server:/export", "", "-fy"] {
        let roots = [root("/home/coder", "ext4", device)];
        assert_eq!(
            commands(&findings, &roots, "stop-writes-on-errors"),
            ["tune2fs -e remount-ro DEVICE"],
            "{device}"
        );
    }
    let mut suspect = under_home(Code::DirectoryReadUnstable);
    suspect.subject.path = None;
    assert_eq!(
        commands(std::slice::from_ref(&suspect), &[], "scan-again-quiet"),
        ["fscan --read-only DIRECTORY"]
    );
    let mut deep = volume();
    deep.path = PathName::new(b"/d".repeat(50_000));
    assert_eq!(commands(&[suspect], &[deep], "scan-again-quiet"), ["fscan --read-only DIRECTORY"]);
}

#[test]
fn hostile_devices_and_paths_stay_one_word() {
    let mut hostile = root("/home/coder", "ext4", "/dev/a'; rm -rf / #{path}");
    let findings = [under_home(Code::DirentDangling)];
    assert_eq!(
        commands(&findings, std::slice::from_ref(&hostile), "check-ext4-offline"),
        [r"e2fsck -fn '/dev/a'\''; rm -rf / #{path}'"]
    );
    hostile.path = PathName::new(b"/x {device} \x1b\xff".to_vec());
    let mut suspect = under_home(Code::DirectoryReadUnstable);
    suspect.subject.path = Some(hostile.path.clone());
    assert_eq!(
        commands(&[suspect], &[hostile], "scan-again-quiet"),
        [r"fscan --read-only $'/x \173device\175 \033\377'"]
    );
}

#[test]
fn rules_are_well_formed() {
    let mut seen = BTreeSet::new();
    for rule in rules::all() {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        assert!(rule.title.len() <= 72 && !rule.title.ends_with('.'), "{}", rule.id);
        assert!(rule.caveat.ends_with('.') && !rule.source.is_empty(), "{}", rule.id);
        let roots = [volume()];
        let places: Vec<_> = known(&[], &roots).places().collect();
        let steps = rule.steps(&places, &[], false);
        assert!(!steps.is_empty(), "{}", rule.id);
        for step in steps {
            assert!(step.text.ends_with('.'), "{}: {}", rule.id, step.text);
            let command = step.command.unwrap_or_default();
            // Lines that are indented could not be pasted as one command.
            assert!(!command.contains('\n'), "{}: {command}", rule.id);
            for blank in [
                "{path}",
                "{device}",
                "{user}",
                "{volume}",
                "{claim}",
                "{namespace}",
                "{pv}",
                "{npm-cache}",
                "{repository}",
            ] {
                assert!(!command.contains(blank), "{}: {command}", rule.id);
            }
        }
    }
}

/// Advice that could destroy what is not saved yet is not given as a command.
#[test]
fn no_command_repairs_deletes_or_formats() {
    let destructive = ["-y", "-fy", "-L", "--repair", "rm", "mkfs", "delete", "dd", "--delete"];
    let roots = [volume()];
    let places: Vec<_> = known(&[], &roots).places().collect();
    for rule in rules::all() {
        for step in rule.steps(&places, &[], true) {
            let command = step.command.unwrap_or_default();
            let bad = command.split_whitespace().find(|word| destructive.contains(word));
            assert_eq!(bad, None, "{}: {command}", rule.id);
            let clears = step.text.contains("rm -rf") || command.contains("clean --force");
            assert!(!clears || rule.when.sound, "{}: {} {command}", rule.id, step.text);
        }
    }
}

#[test]
fn what_a_comparison_found_asks_for_no_second_scan() {
    let ids = |code| -> Vec<String> {
        let report = crate::sample::with_findings(vec![finding(code, b"/home/coder/a")]);
        report.recommendations.into_iter().map(|advice| advice.id).collect()
    };
    assert_eq!(ids(Code::EntryMissing), ["settle-differences"]);
    assert_eq!(ids(Code::EntryAdded), Vec::<String>::new());
    assert!(ids(Code::ContentChanged).contains(&"secure-data".to_owned()));
    assert!(ids(Code::ContentZeroed).contains(&"scan-again-quiet".to_owned()));
}

/// A round trip on [`volume`] in which an entry failed.
fn entry_error(severity: Severity, class: TarClassification) -> Finding {
    let evidence = vec!["pid 7 has the directory open".to_owned(), class.evidence()];
    Finding { severity, evidence, ..under_home(Code::TarEntryError) }
}

#[test]
fn the_cause_of_a_failed_entry_decides_what_to_do() {
    use Severity::{Corrupt, Info, Suspect, Warning};
    use TarClassification as Class;
    let damage = ["secure-data", "check-ext4-offline", "repeat-round-trip", REPAIR, TMPFS];
    let raced = ["scan-again-quiet", "repeat-round-trip", "find-second-installer"];
    let cases: &[(Severity, Class, &[&str])] = &[
        (Corrupt, Class::FilesystemError, &damage),
        (Corrupt, Class::LookupInconsistent, &damage),
        (Suspect, Class::LookupInconsistent, &["scan-again-quiet", "repeat-round-trip"]),
        (Suspect, Class::Unknown, &["scan-again-quiet", "repeat-round-trip"]),
        (Suspect, Class::ParentRemoved, &raced),
        (Info, Class::ParentRemoved, &[]),
        (Warning, Class::NoSpace, &["free-space"]),
        (Warning, Class::Permission, &[]),
        (Info, Class::NameCollision, &[]),
    ];
    for (severity, class, expected) in cases {
        let findings = [entry_error(*severity, *class)];
        assert_eq!(ids(&findings, &[volume()]), *expected, "{class:?}, {severity:?}");
    }
}

#[test]
fn a_cause_is_taken_from_a_whole_line_of_a_failed_entry() {
    let mut elsewhere = entry_error(Severity::Warning, TarClassification::NoSpace);
    assert_eq!(
        commands(&[elsewhere.clone()], &[volume()], "free-space"),
        ["df -h /home/coder", "df -i /home/coder", "npm cache clean --force"]
    );
    elsewhere.evidence = vec!["a file named classification: no-space".into()];
    assert!(ids(&[elsewhere], &[volume()]).is_empty());
    let mut other = entry_error(Severity::Warning, TarClassification::NoSpace);
    other.code = Code::MountErrorsContinue;
    assert_eq!(ids(&[other], &[volume()]), ["stop-writes-on-errors"]);
}

#[test]
fn what_reads_back_otherwise_is_damage_and_moves_no_install_off_tmpfs() {
    let differs = [under_home(Code::TarContentDiffers)];
    assert_eq!(
        ids(&differs, &[volume()]),
        ["secure-data", "check-ext4-offline", "repeat-round-trip", REPAIR, TMPFS]
    );
    let tmpfs = [root("/home/coder", "tmpfs", "tmpfs")];
    assert_eq!(ids(&differs, &tmpfs), ["secure-data", "repeat-round-trip"]);
    for code in [Code::TarMetadataDiffers, Code::TarCleanupFailed] {
        let expected = ["scan-again-quiet", "repeat-round-trip"];
        assert_eq!(ids(&[under_home(code)], &[volume()]), expected, "{code}");
    }
}
