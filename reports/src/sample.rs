//! Reports for tests.

mod large;
mod stress;

pub(crate) use large::huge;
pub(crate) use stress::{divergence, stress, stress_target};

use crate::{
    Answer, BlockRange, CheckRun, CheckStatus, Code, Component, ComponentName, ComponentStatus,
    Day, DeviceBlocks, Diff, DiffDirectory, DiffField, DiffLeftOut, DiffRow, DiffSide, DiffTally,
    DiffTotals, Directories, DirectoryRow, Environment, Fact, FactName, Finding, PathName, Report,
    Root, SCHEMA_VERSION, Subject, Suppressed, TarClassification, TarError, TarErrorCount,
    TarPattern, TarRefused, TarRun, TarTrips, Timestamp, Tool, Totals, Unchecked, UncheckedReason,
    Verdict,
};

/// Every kind of byte that could harm a terminal or get lost on the way.
pub(crate) const HOSTILE: &[u8] =
    b"/home/coder/a\n\r\t\x1b[2J\\x41\xff\xc2\x9b31m\xe2\x80\xa8\xe2\x80\xae\x7f\"'$(id)";

/// The text in [`HOSTILE`], for fields that are strings.
pub(crate) fn hostile_text() -> String {
    String::from_utf8_lossy(HOSTILE).into_owned()
}

/// A moment that is the same in each run.
pub(crate) fn moment() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

/// A root on which the three checks of the metadata ran.
pub(crate) fn root(path: &str, filesystem: &str, device: &str) -> Root {
    let ran = |name: &str| CheckRun { name: name.into(), status: CheckStatus::Ran, reason: None };
    Root {
        path: PathName::new(path.into()),
        filesystem: filesystem.into(),
        device: device.into(),
        mount_options: "rw,relatime".into(),
        mount_point: path.into(),
        errors_policy: Some("remount-ro".into()),
        filesystem_uuid: None,
        filesystem_id: None,
        shard: None,
        checks: ["entries", "inodes", "links"].map(ran).into(),
    }
}

/// The volume of the incident.
pub(crate) fn volume() -> Root {
    root("/home/coder", "ext4", "/dev/longhorn/pvc-3f0c0a52-8d2f-4a64-b0b2-6f9f7a1c2d3e")
}

/// A finding at a path.
pub(crate) fn finding(code: Code, path: &[u8]) -> Finding {
    let subject =
        Subject { path: Some(PathName::new(path.to_vec())), inode: Some(u64::MAX), device: None };
    Finding {
        first_seen: moment(),
        ..Finding::new(code, subject, "statx finds the name", "ENOENT, 4 times in 0.7 s")
    }
}

/// A complete scan of [`volume`] that found nothing and missed nothing.
pub(crate) fn healthy() -> Report {
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "fscan".into(),
            version: "0.1.0".into(),
            command: vec!["fscan".into(), "/home/coder".into()],
            host: "pod-0".into(),
            kernel: "6.18.0".into(),
            user: "uid=1000 gid=1000".into(),
            privileges: Vec::new(),
            settings: None,
        },
        started_at: moment(),
        finished_at: moment(),
        duration_seconds: 1.25,
        complete: true,
        verdict: Verdict::Healthy,
        roots: vec![volume()],
        totals: Totals {
            entries: 190_312,
            directories: 20_111,
            files: 165_001,
            symlinks: 5_200,
            ..Totals::default()
        },
        findings: Vec::new(),
        suppressed: Vec::new(),
        unchecked: Vec::new(),
        directories: None,
        blocks: Vec::new(),
        resumed: None,
        environment: None,
        diff: None,
        tar: None,
        stress: None,
        recommendations: Vec::new(),
    }
}

/// [`healthy`] with `findings`, and what follows from them.
pub(crate) fn with_findings(findings: Vec<Finding>) -> Report {
    let mut report = healthy();
    report.findings = findings;
    report.judge();
    report
}

/// Three name collisions that are accepted below a folder until a day.
pub(crate) fn suppressed() -> Suppressed {
    Suppressed {
        code: Code::NameCollision,
        severity: Code::NameCollision.severity(),
        count: 3,
        reason: "the vendor ships both".into(),
        expires: Day::new(2027, 1, 31),
        expired: false,
        glob: Some("app/vendor".into()),
        file: PathName::new(b"/home/coder/.fscan.toml".to_vec()),
    }
}

/// A pod's facts, one of each shape, and a component.
pub(crate) fn environment() -> Environment {
    let home = volume().path;
    Environment {
        facts: vec![
            Fact::of_machine(FactName::Container, Answer::is("kubernetes"), "environment"),
            Fact::of_machine(FactName::MappedUserIds, Answer::is(65_536), "/proc/self/uid_map"),
            Fact::of_machine(
                FactName::IdMapping,
                Answer::unknown("EPERM (operation not permitted)"),
                "unshare(2)",
            ),
            Fact::of_path(
                FactName::InstallLeftovers,
                &home,
                Answer::is(vec!["/home/coder/app/node_modules/.a-9Fk2lPqR".to_owned()]),
                "getdents64",
            ),
        ],
        components: vec![Component {
            name: ComponentName::DockerBuilds,
            status: ComponentStatus::AtRisk,
            note: "The data root lies on a damaged filesystem.".into(),
        }],
    }
}

fn hostile_environment() -> Environment {
    let mut environment = environment();
    let hostile = Fact {
        name: FactName::LonghornVolume,
        path: Some(PathName::new(HOSTILE.to_vec())),
        answer: Answer::is(hostile_text()),
        source: hostile_text(),
    };
    environment.facts.push(hostile);
    environment.components[0].note = hostile_text();
    environment
}

/// Where the bytes of [`volume`] are: two directories within the root, one of them damaged.
pub(crate) fn directories() -> Directories {
    let row = |path: &[u8], within, bytes, corrupt| DirectoryRow {
        path: PathName::new(path.to_vec()),
        within,
        directories: bytes / 1000,
        files: bytes / 100,
        bytes_apparent: bytes,
        bytes_allocated: bytes + 4096,
        corrupt,
        suspect: corrupt / 2,
    };
    Directories {
        rows: vec![
            row(b"/home/coder", None, 1_000_000, 7),
            row(b"/home/coder/app", Some(0), 600_000, 7),
            row(b"/home/coder/docs", Some(0), 300_000, 0),
        ],
        elsewhere_apparent: 5_000,
        elsewhere_allocated: 8_192,
        deepest: Some(5),
    }
}

/// Damage in the first half of the device of [`volume`].
pub(crate) fn blocks() -> DeviceBlocks {
    DeviceBlocks {
        device: volume().device,
        block_size: 4096,
        blocks: 15_728_640,
        grain: 32_768,
        damaged: vec![BlockRange { start: 1_234_567, blocks: 3 }],
        affected: vec![BlockRange { start: 1_200_000, blocks: 50_000 }],
        groups: vec![BlockRange { start: 0, blocks: 32_768 }],
    }
}

fn hostile_directories() -> Directories {
    let mut directories = directories();
    for row in &mut directories.rows {
        row.path = PathName::new(HOSTILE.to_vec());
    }
    directories
}

/// A comparison of two manifests of [`volume`] with a row of each list.
pub(crate) fn diff() -> Diff {
    let path = |path: &[u8]| PathName::new(path.to_vec());
    let tally = |entries| DiffTally { entries, bytes: entries * 1024 };
    let side = |file: &[u8]| DiffSide {
        root: path(b"/home/coder"),
        manifest: Some(path(file)),
        created_at: moment(),
        entries: 1203,
        bytes: 1203 * 1024,
    };
    let row = |kind, name: &[u8]| DiffRow {
        path: path(name),
        kind,
        from: None,
        below: 0,
        fields: Vec::new(),
    };
    let field = DiffField { name: "mode".into(), old: "0644".into(), new: "0600".into() };
    Diff {
        before: side(b"before.gz"),
        after: side(b"after.gz"),
        totals: DiffTotals {
            missing: tally(2),
            added: tally(1),
            metadata: tally(1),
            unchanged: tally(1200),
            ..DiffTotals::default()
        },
        by_directory: vec![DiffDirectory {
            path: Some(path(b"app")),
            directories: 1,
            missing: 2,
            missing_bytes: 2048,
            metadata: 1,
            added: 1,
            ..DiffDirectory::default()
        }],
        missing: vec![DiffRow { below: 1, ..row(Code::EntryMissing, b"app/gone") }],
        added: vec![row(Code::EntryAdded, b"app/new")],
        changed: vec![DiffRow {
            fields: vec![field],
            ..row(Code::MetadataChanged, b"app/changed")
        }],
        left_out: DiffLeftOut::default(),
    }
}

/// The same with every string hostile.
fn hostile_diff() -> Diff {
    let hostile = || PathName::new(HOSTILE.to_vec());
    let mut diff = diff();
    for side in [&mut diff.before, &mut diff.after] {
        side.root = hostile();
        side.manifest = Some(hostile());
    }
    for row in diff.missing.iter_mut().chain(&mut diff.added).chain(&mut diff.changed) {
        row.path = hostile();
        row.from = Some(hostile());
        let text = hostile_text;
        row.fields = vec![DiffField { name: text(), old: text(), new: text() }];
    }
    for row in &mut diff.by_directory {
        row.path = Some(hostile());
    }
    diff
}

/// A run on [`volume`] that found nothing wrong.
pub(crate) fn tar_run(pattern: TarPattern) -> TarRun {
    TarRun {
        pattern,
        directory: PathName::new(b"/home/coder".to_vec()),
        filesystem: "ext4".into(),
        control: false,
        rounds: 1,
        packages: 711,
        entries: 38_112,
        verified: 38_112,
        bytes: 200 << 20,
        seconds: 1.58,
        differing: 0,
        left_behind: 0,
        errors: Vec::new(),
        errors_beyond: 0,
        by_classification: Vec::new(),
        complete: true,
    }
}

/// The same on tmpfs, to compare with.
pub(crate) fn tar_control(pattern: TarPattern) -> TarRun {
    TarRun {
        directory: PathName::new(b"/dev/shm".to_vec()),
        filesystem: "tmpfs".into(),
        control: true,
        seconds: 0.71,
        ..tar_run(pattern)
    }
}

/// `run` with `count` more failures of one class, three of them with rows.
pub(crate) fn failing(mut run: TarRun, classification: TarClassification, count: u64) -> TarRun {
    for index in 0..count.min(3) {
        let path = format!("/home/coder/{index}.js");
        run.errors.push(TarError {
            message: format!("TAR_ENTRY_ERROR ENOENT: no such file or directory, open '{path}'"),
            syscall: "open".into(),
            errno: "ENOENT".into(),
            path: PathName::new(path.into_bytes()),
            classification,
            package: Some(PathName::new(format!("pkg-{index}").into_bytes())),
            round: 1,
            evidence: vec!["the directory above: inode 12, listed".into(), "free: 8 GiB".into()],
        });
    }
    run.errors_beyond += count.saturating_sub(3);
    run.by_classification.push(TarErrorCount { classification, count });
    run
}

/// Round trips of generated packages, here and in the control arm, in which nothing failed.
pub(crate) fn tar_trips() -> TarTrips {
    TarTrips {
        source: "711 generated packages".into(),
        seed: Some(42),
        jobs: None,
        churn: false,
        runs: vec![tar_run(TarPattern::Npm), tar_control(TarPattern::Npm)],
        refused: Vec::new(),
        unreadable: Vec::new(),
        unreadable_beyond: 0,
        refused_beyond: 0,
    }
}

/// The same with failures, and every string hostile.
fn hostile_tar_trips() -> TarTrips {
    let hostile = || PathName::new(HOSTILE.to_vec());
    let mut trips = tar_trips();
    trips.source = hostile_text();
    trips.jobs = Some(4);
    trips.churn = true;
    trips.refused = vec![
        TarRefused { archive: hostile(), member: Some(hostile()), why: hostile_text() },
        TarRefused { archive: hostile(), member: None, why: hostile_text() },
    ];
    for run in &mut trips.runs {
        *run = failing(run.clone(), TarClassification::LookupInconsistent, 4);
        run.directory = hostile();
        run.filesystem = hostile_text();
        (run.differing, run.left_behind) = (1, 2);
        for error in &mut run.errors {
            (error.path, error.package) = (hostile(), Some(hostile()));
            (error.message, error.syscall) = (hostile_text(), hostile_text());
            (error.errno, error.evidence) = (hostile_text(), vec![hostile_text()]);
        }
    }
    trips
}

/// A report in which every string that a hostile tree could choose is hostile.
pub(crate) fn hostile() -> Report {
    let mut found = finding(Code::DirentDangling, HOSTILE);
    found.subject.device = Some(hostile_text());
    found.expected = hostile_text();
    found.found = hostile_text();
    found.evidence = vec![hostile_text()];
    let mut report = with_findings(vec![found]);
    report.environment = Some(hostile_environment());
    report.suppressed.push(Suppressed {
        reason: hostile_text(),
        glob: Some(hostile_text()),
        file: PathName::new(HOSTILE.to_vec()),
        ..suppressed()
    });
    let mut other = root(&hostile_text(), &hostile_text(), &hostile_text());
    other.path = PathName::new(HOSTILE.to_vec());
    other.errors_policy = Some(hostile_text());
    (other.filesystem_uuid, other.filesystem_id) = (Some(hostile_text()), Some(hostile_text()));
    other.mount_options = hostile_text();
    other.checks.push(CheckRun {
        name: hostile_text(),
        status: CheckStatus::Partial,
        reason: Some(hostile_text()),
    });
    report.roots.push(other);
    report.unchecked.push(Unchecked {
        reason: UncheckedReason::PermissionDenied,
        what: hostile_text(),
        count: 1,
        examples: vec![PathName::new(HOSTILE.to_vec())],
    });
    report.tool.command = vec![hostile_text()];
    report.tool.host = hostile_text();
    report.directories = Some(hostile_directories());
    report.blocks = vec![DeviceBlocks { device: hostile_text(), ..blocks() }];
    report.diff = Some(hostile_diff());
    report.tar = Some(hostile_tar_trips());
    report.stress = Some(stress::hostile_stress());
    for recommendation in &mut report.recommendations {
        recommendation.title = hostile_text();
        recommendation.caveat = hostile_text();
        recommendation.source = hostile_text();
        recommendation
            .steps
            .push(crate::Step { text: hostile_text(), command: Some(hostile_text()) });
    }
    report
}
