use std::path::Path;

use reports::{Answer, Severity};

use super::*;

fn fact(path: &str, name: FactName, value: impl Into<FactValue>) -> Fact {
    let source = format!("source of {}", name.as_str());
    Fact::of_path(name, &PathName::from(Path::new(path)), Answer::is(value), source)
}

/// A root on a sound volume with much room.
fn sound(path: &str) -> Vec<Fact> {
    use FactName as F;
    vec![
        fact(path, F::Filesystem, "ext4"),
        fact(path, F::Device, "/dev/longhorn/pvc-1"),
        fact(path, F::MountOptions, "rw,relatime; rw,errors=continue"),
        fact(path, F::SpaceSize, 1000),
        fact(path, F::SpaceFree, 500),
        fact(path, F::InodesSize, 1000),
        fact(path, F::InodesFree, 500),
        fact(path, F::LonghornVolume, "pvc-1"),
        fact(path, F::Claim, "home"),
        fact(path, F::ClaimNamespace, "dev"),
        fact(path, F::VolumeReplicas, 3),
        fact(path, F::VolumeRobustness, "healthy"),
        fact(path, F::LastBackup, "2026-05-01T02:03:04Z"),
        fact(path, F::LastSalvaged, ""),
    ]
}

/// `facts`, where those of `changed` are of another value.
fn changed(mut facts: Vec<Fact>, changed: Vec<(FactName, Answer)>) -> Vec<Fact> {
    for (name, answer) in changed {
        facts.iter_mut().filter(|fact| fact.name == name).for_each(|f| f.answer = answer.clone());
    }
    facts
}

fn told(facts: &[Fact]) -> Vec<(Code, String)> {
    judge_environment(facts, &[]).into_iter().map(|finding| (finding.code, finding.found)).collect()
}

/// Changed facts, and what is found.
#[test]
fn each_risk_is_found_and_nothing_else() {
    use FactName as F;
    let is = |name, value: &str| (name, Answer::is(value));
    let number = |name, value: u64| (name, Answer::is(value));
    for (changes, due) in [
        (vec![], vec![]),
        (vec![number(F::VolumeReplicas, 2)], vec![]),
        (vec![number(F::VolumeReplicas, 1)], vec![(Code::VolumeNotRedundant, "1 replica")]),
        (vec![number(F::VolumeReplicas, 0)], vec![(Code::VolumeNotRedundant, "0 replicas")]),
        (
            vec![is(F::VolumeRobustness, "degraded")],
            vec![(Code::VolumeDegraded, "robustness degraded: a replica is lost, of 3")],
        ),
        (
            vec![is(F::VolumeRobustness, "faulted")],
            vec![(Code::VolumeFaulted, "robustness faulted: no replica is sound, of 3")],
        ),
        (vec![is(F::VolumeRobustness, "unknown")], vec![]),
        (
            vec![is(F::LastSalvaged, "2026")],
            vec![(Code::VolumeSalvaged, "all had failed, and some were taken back at 2026")],
        ),
        (vec![is(F::LastBackup, "")], vec![(Code::VolumeNotBackedUp, "no backup is known")]),
        (vec![number(F::SpaceFree, 10)], vec![]),
        (vec![number(F::SpaceFree, 9)], vec![(Code::SpaceLow, "9 of 1000 bytes are free, 0.90 %")]),
        (
            vec![number(F::InodesFree, 0)],
            vec![(Code::InodesLow, "0 of 1000 inodes are free, 0.00 %")],
        ),
        (vec![number(F::InodesFree, 0), number(F::InodesSize, 0)], vec![]),
        (vec![number(F::SpaceFree, 0), is(F::MountOptions, "ro,relatime")], vec![]),
        (vec![number(F::SpaceFree, 0), is(F::MountOptions, "ro")], vec![]),
        (
            vec![number(F::SpaceFree, 0), is(F::MountOptions, "rw,errors=remount-ro,root=ro1")],
            vec![(Code::SpaceLow, "0 of 1000 bytes are free, 0.00 %")],
        ),
        (
            vec![number(F::SpaceFree, 0), (F::MountOptions, Answer::is(vec!["ro".to_owned()]))],
            vec![],
        ),
        (
            vec![number(F::SpaceFree, u64::MAX / 100 - 1), number(F::SpaceSize, u64::MAX)],
            vec![(
                Code::SpaceLow,
                "184467440737095515 of 18446744073709551615 bytes are free, 0.99 %",
            )],
        ),
    ] {
        let facts = changed(sound("/home"), changes.clone());
        let due: Vec<_> = due.into_iter().map(|(code, found)| (code, found.to_owned())).collect();
        assert_eq!(told(&facts), due, "{changes:?}");
    }
}

#[test]
fn what_is_not_known_is_no_risk() {
    let mut facts = sound("/home");
    facts.iter_mut().for_each(|fact| fact.answer = Answer::unknown("403"));
    assert_eq!(told(&facts), []);
    assert_eq!(told(&[]), []);
    let of_machine = Fact::of_machine(FactName::VolumeReplicas, Answer::is(1), "x");
    assert_eq!(told(&[of_machine]), []);
}

#[test]
fn a_finding_says_where_it_is_from() {
    let facts = changed(
        sound("/home"),
        vec![(FactName::VolumeReplicas, Answer::is(1)), (FactName::SpaceFree, Answer::is(1))],
    );
    let findings = judge_environment(&facts, &[]);
    let [replicas, space] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(replicas.subject.path, Some(PathName::from(Path::new("/home"))));
    assert_eq!(replicas.severity, Severity::Warning);
    assert_eq!(
        replicas.evidence,
        ["volume: pvc-1", "PVC: home, namespace dev", "source: source of volume-replicas"]
    );
    assert_eq!(space.evidence, ["source: source of space-free"]);
}

/// ext4 counts nothing as free in a group whose bitmap it found to be damaged.
#[test]
fn space_that_a_damaged_bitmap_hides_is_told_as_such() {
    use FactName as F;
    let hidden = |kind: &str, errors: u64, doubted: &[PathName]| {
        let changes = vec![
            (F::SpaceFree, Answer::is(0)),
            (F::InodesFree, Answer::is(0)),
            (F::Filesystem, Answer::is(kind)),
        ];
        let mut facts = changed(sound("/home"), changes);
        facts.push(fact("/home", F::KernelErrors, errors));
        let findings = judge_environment(&facts, doubted);
        let says_so = |finding: &&Finding| finding.evidence[0].contains("no lack of space");
        (findings.len(), findings.iter().filter(says_so).count())
    };
    let home = [PathName::from(Path::new("/home"))];
    assert_eq!(hidden("ext4", 0, &[]), (2, 0));
    assert_eq!(hidden("ext4", 1, &[]), (2, 2));
    assert_eq!(hidden("ext4", 0, &home), (2, 2));
    assert_eq!(hidden("ext4", 0, &[PathName::from(Path::new("/srv"))]), (2, 0));
    assert_eq!(hidden("xfs", 0, &home), (2, 0));
}

/// What differs between two roots that are both at risk, and how many findings that makes.
#[test]
fn roots_on_one_volume_are_one_finding() {
    use FactName as F;
    let risk = || vec![(F::VolumeReplicas, Answer::is(1)), (F::SpaceFree, Answer::is(0))];
    for (difference, volumes, filesystems) in [
        (vec![], 1, 1),
        (
            vec![
                (F::LonghornVolume, Answer::is("pvc-2")),
                (F::Device, Answer::is("/dev/longhorn/pvc-2")),
            ],
            2,
            2,
        ),
        (vec![(F::LonghornVolume, Answer::unknown("x"))], 2, 1),
        (vec![(F::Device, Answer::unknown("x"))], 1, 2),
        (vec![(F::SpaceSize, Answer::is(2000))], 1, 2),
    ] {
        let one = changed(sound("/home"), risk());
        let other = changed(changed(sound("/srv"), risk()), difference.clone());
        let codes: Vec<Code> =
            told(&[one, other].concat()).into_iter().map(|(code, _)| code).collect();
        let count = |code| codes.iter().filter(|known| **known == code).count();
        assert_eq!(count(Code::VolumeNotRedundant), volumes, "{difference:?}");
        assert_eq!(count(Code::SpaceLow), filesystems, "{difference:?}");
    }
}

#[test]
fn where_nothing_is_scanned_the_kernels_record_speaks() {
    let told = |name, value: FactValue| -> Vec<Code> {
        let mut facts = [sound("/home"), sound("/home/app")].concat();
        facts.push(fact("/home", name, value));
        judge_unscanned(&facts).into_iter().map(|finding| finding.code).collect()
    };
    assert_eq!(told(FactName::KernelErrors, 7.into()), [Code::KernelErrorsRecorded]);
    assert_eq!(told(FactName::KernelErrors, 0.into()), []);
    assert_eq!(told(FactName::EngineReadOnly, true.into()), [Code::MountReadOnlyByError]);
    assert_eq!(told(FactName::EngineReadOnly, false.into()), []);
    let mut facts = sound("/home");
    facts.push(fact("/home", FactName::KernelErrors, 7));
    assert_eq!(judge_environment(&facts, &[]), [], "a scan asks the kernel itself");
}
