use super::*;
use crate::sample::{finding, healthy, volume, with_findings};
use crate::{Code, ComponentStatus::*, Fact, FactValue};

fn machine(name: FactName, value: impl Into<FactValue>) -> Fact {
    Fact::of_machine(name, Answer::is(value), "test")
}

fn of_volume(name: FactName, value: impl Into<FactValue>) -> Fact {
    Fact::of_path(name, &volume().path, Answer::is(value), "test")
}

fn judged(mut report: Report, facts: Vec<Fact>, name: ComponentName) -> (ComponentStatus, String) {
    report.environment = Some(Environment { facts, components: Vec::new() });
    let all = components(&report);
    assert_eq!(all.iter().map(|row| row.name).collect::<Vec<_>>(), ComponentName::ALL);
    assert!(all.iter().all(|row| row.note.ends_with('.')), "{all:?}");
    let row = all.into_iter().find(|row| row.name == name).unwrap();
    (row.status, row.note)
}

fn status(facts: Vec<Fact>, name: ComponentName) -> ComponentStatus {
    judged(healthy(), facts, name).0
}

fn data_root(path: &str, filesystem: &str) -> Vec<Fact> {
    vec![
        machine(FactName::DockerDataRoot, path),
        machine(FactName::DockerDataRootFilesystem, filesystem),
    ]
}

fn with(mut facts: Vec<Fact>, more: Fact) -> Vec<Fact> {
    facts.push(more);
    facts
}

#[test]
fn docker_depends_on_what_its_data_root_lies_on() {
    let docker = ComponentName::DockerBuilds;
    let tried = |word: &str| machine(FactName::NestedOverlay, word);
    let on = |filesystem| data_root("/var/lib/docker", filesystem);
    assert_eq!(status(Vec::new(), docker), Unknown);
    assert_eq!(status(on("overlay"), docker), Fails);
    assert_eq!(status(on("ext4"), docker), Unknown, "it was not tried");
    assert_eq!(status(with(on("ext4"), tried("works")), docker), Works);
    assert_eq!(status(with(on("fuse"), tried("refused")), docker), Fails);
    assert_eq!(status(with(on("ext4"), tried("forbidden")), docker), Unknown);
    let images = |store: &str| {
        let mut facts = with(on("ext4"), tried("works"));
        facts.push(machine(FactName::ContainerdRoot, "/var/lib/containerd"));
        facts.push(machine(FactName::ContainerdRootFilesystem, "overlay"));
        if !store.is_empty() {
            facts.push(machine(FactName::DockerImageStore, store));
        }
        status(facts, docker)
    };
    assert_eq!([images("containerd"), images("docker"), images("")], [Fails, Works, Unknown]);
    let missing = with(on("overlay"), machine(FactName::Docker, ""));
    let (_, note) = judged(healthy(), missing, docker);
    assert!(note.ends_with("Docker is not installed here."), "{note}");
}

#[test]
fn docker_on_a_damaged_volume_is_at_risk() {
    let facts =
        with(data_root("/home/coder/.docker", "ext4"), machine(FactName::NestedOverlay, "works"));
    let damaged = || with_findings(vec![finding(Code::DirentDangling, b"/home/coder/a")]);
    let docker = ComponentName::DockerBuilds;
    assert_eq!(judged(damaged(), facts.clone(), docker).0, AtRisk);
    let beside =
        with(data_root("/var/lib/docker", "ext4"), machine(FactName::NestedOverlay, "works"));
    assert_eq!(judged(damaged(), beside, docker).0, Works);
    let differing = with_findings(vec![finding(Code::EntryMissing, b"/home/coder/a")]);
    assert_eq!(judged(differing, facts, docker).0, Works);
}

#[test]
fn buildkit_needs_an_overlay_that_it_may_mount() {
    let buildkit = ComponentName::BuildkitNestedOverlay;
    let tried = |plain: &str, userxattr: &str| {
        vec![
            machine(FactName::NestedOverlay, plain),
            machine(FactName::NestedOverlayUserxattr, userxattr),
        ]
    };
    assert_eq!(status(Vec::new(), buildkit), Unknown);
    assert_eq!(status(tried("works", "works"), buildkit), Works);
    assert_eq!(status(tried("forbidden", "works"), buildkit), Works);
    assert_eq!(status(tried("refused", "refused"), buildkit), Fails);
    assert_eq!(status(tried("forbidden", "forbidden"), buildkit), Fails);
}

#[test]
fn extraction_is_what_round_trips_came_to() {
    let packages = ComponentName::PackageExtraction;
    assert_eq!(status(Vec::new(), packages), Unknown);
    let trips = |class: Option<crate::TarClassification>, mut report: Report| {
        let mut trips = crate::sample::tar_trips();
        if let Some(class) = class {
            trips.runs[0] = crate::sample::failing(trips.runs[0].clone(), class, 4);
        }
        report.tar = Some(trips);
        judged(report, Vec::new(), packages).0
    };
    let damage = || with_findings(vec![finding(Code::DirentDangling, b"/home/coder/a")]);
    assert_eq!(judged(damage(), Vec::new(), packages).0, AtRisk, "it is not even tried");
    assert_eq!(trips(None, healthy()), Works);
    assert_eq!(trips(None, damage()), AtRisk);
    let differing = with_findings(vec![finding(Code::EntryMissing, b"/home/coder/a")]);
    assert_eq!(trips(None, differing), Works, "somebody may have removed it");
    assert_eq!(trips(Some(crate::TarClassification::LookupInconsistent), damage()), Fails);
    assert_eq!(trips(Some(crate::TarClassification::NoSpace), healthy()), Fails);
}

#[test]
fn tmpfs_takes_room_and_memory() {
    let tmpfs = ComponentName::NodeModulesOnTmpfs;
    let (mount, memory, shared) =
        (FactName::MountTmpfs, FactName::MemoryLimit, FactName::SharedMemorySize);
    assert_eq!(status(Vec::new(), tmpfs), Unknown);
    assert_eq!(status(vec![machine(mount, true)], tmpfs), Works);
    assert_eq!(status(vec![machine(mount, false)], tmpfs), Fails);
    assert_eq!(status(vec![machine(mount, false), machine(shared, 8_u64 << 30)], tmpfs), Works);
    assert_eq!(status(vec![machine(mount, false), machine(shared, 64_u64 << 20)], tmpfs), Fails);
    assert_eq!(status(vec![machine(mount, true), machine(memory, 2_u64 << 30)], tmpfs), AtRisk);
    assert_eq!(status(vec![machine(mount, true), machine(memory, 32_u64 << 30)], tmpfs), Works);
}

#[test]
fn buildah_needs_ids_that_it_can_map() {
    let buildah = ComponentName::Buildah;
    let subordinate = |count: u64| {
        vec![
            machine(FactName::SubordinateUserIds, count),
            machine(FactName::SubordinateGroupIds, count),
        ]
    };
    let mapping = |works: bool| machine(FactName::IdMapping, works);
    assert_eq!(status(Vec::new(), buildah), Unknown);
    assert_eq!(status(vec![machine(FactName::UserNamespaces, false)], buildah), Fails);
    assert_eq!(status(subordinate(0), buildah), Fails);
    assert_eq!(status(subordinate(65_536), buildah), Unknown, "it was not tried");
    assert_eq!(status(with(subordinate(65_536), mapping(true)), buildah), Works);
    assert_eq!(status(with(subordinate(65_536), mapping(false)), buildah), Fails);
    assert_eq!(status(with(subordinate(0), mapping(true)), buildah), Works, "root");
}

#[test]
fn the_filesystem_is_what_was_found_on_it() {
    let filesystem = ComponentName::VolumeFilesystem;
    assert_eq!(status(Vec::new(), filesystem), Works);
    let of =
        |code| judged(with_findings(vec![finding(code, b"/home/coder/a")]), Vec::new(), filesystem);
    let (status, note) = of(Code::DirentDangling);
    assert_eq!((status, note.contains("dirent-dangling")), (Fails, true), "{note}");
    assert_eq!(of(Code::DirectoryReadUnstable).0, AtRisk);
    assert_eq!(of(Code::TimeImplausible).0, AtRisk);
    assert_eq!(of(Code::NameCollision).0, Works);
    assert_eq!(of(Code::VolumeNotRedundant).0, Works, "no word on the filesystem");
    assert_eq!(of(Code::EntryMissing).0, Works, "nor is what somebody may have removed");
    assert_eq!(of(Code::ContentChanged).0, Fails);
    let mut unscanned = healthy();
    unscanned.totals.entries = 0;
    assert_eq!(judged(unscanned.clone(), Vec::new(), filesystem).0, Unknown);
    let errors = vec![of_volume(FactName::KernelErrors, 3)];
    assert_eq!(judged(unscanned, errors, filesystem).0, AtRisk);
    let row = crate::Suppressed {
        code: Code::DirentDangling,
        severity: crate::Severity::Corrupt,
        count: 7,
        reason: "known".into(),
        expires: None,
        expired: false,
        glob: None,
        file: volume().path,
    };
    let accepted = |code, severity| {
        let row = crate::Suppressed { code, severity, ..row.clone() };
        judged(Report { suppressed: vec![row], ..healthy() }, Vec::new(), filesystem).0
    };
    let dangling = accepted(Code::DirentDangling, crate::Severity::Corrupt);
    assert_eq!(dangling, AtRisk, "accepted, and still there");
    let missing = accepted(Code::EntryMissing, crate::Severity::Suspect);
    assert_eq!(missing, Works, "no more than where it is not accepted");
    let mut links_alone = healthy();
    links_alone.roots[0].checks[0].status = crate::CheckStatus::Skipped;
    assert_eq!(judged(links_alone, Vec::new(), filesystem).0, Unknown);
    let stopped = Report { complete: false, ..healthy() };
    assert_eq!(judged(stopped, Vec::new(), filesystem).0, Unknown);
}

#[test]
fn the_volume_is_what_longhorn_says_of_it() {
    let longhorn = ComponentName::LonghornVolume;
    let volume = |replicas: u64, robustness: &str, backup: &str| {
        vec![
            of_volume(FactName::LonghornVolume, "pvc-1"),
            of_volume(FactName::VolumeReplicas, replicas),
            of_volume(FactName::VolumeRobustness, robustness),
            of_volume(FactName::LastBackup, backup),
        ]
    };
    assert_eq!(status(Vec::new(), longhorn), Unknown);
    let (one, note) = judged(healthy(), volume(1, "healthy", ""), longhorn);
    assert_eq!(one, AtRisk);
    assert_eq!(
        note,
        "pvc-1 has a single replica; Longhorn says healthy, of replicas alone; no backup is known."
    );
    assert_eq!(status(volume(3, "healthy", "backup-1"), longhorn), Works);
    assert_eq!(status(volume(3, "degraded", ""), longhorn), AtRisk);
    assert_eq!(status(volume(3, "faulted", ""), longhorn), Fails);
    assert_eq!(status(volume(3, "unknown", ""), longhorn), Unknown);
    let salvaged = with(volume(3, "healthy", ""), of_volume(FactName::LastSalvaged, "2026-01-01"));
    assert_eq!(status(salvaged, longhorn), AtRisk);
    assert_eq!(status(vec![of_volume(FactName::LonghornVolume, "pvc-1")], longhorn), Unknown);
}
