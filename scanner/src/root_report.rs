//! What the report says of a root: what it stands on, and how far each check came.

use std::collections::BTreeSet;

use reports::{CheckRun, CheckStatus, Fact, Root};

use crate::checks::errno_name;
use crate::environment::asked;
use crate::inode_facts::Device;
use crate::kernel::KernelCheck;
use crate::mounts::Mount;
use crate::options::{CHECK_NAMES, CheckSet};
use crate::root_scan::{Reach, RootScan};

/// How the scan of a root ended.
#[derive(Debug)]
pub struct Ending {
    /// Whether anything of it was seen.
    pub began: bool,
    /// What stayed unexamined that was not left out by request: parts of the tree, or the name
    /// of a check that could not be made everywhere.
    pub gaps: BTreeSet<String>,
    /// Why it did not come to its end.
    pub failure: Option<String>,
}

/// Describes a root whose scan has ended.
pub fn describe(
    scan: &RootScan,
    ending: &Ending,
    checks: CheckSet,
    kernel: &[(Device, KernelCheck)],
    facts: &[Fact],
) -> Root {
    let ground = scan.ground();
    let mount = ground.and_then(|ground| ground.filesystem.mount.as_ref());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let device = mount.map(|mount| mount.device);
    let kernel = kernel.iter().find(|(of, _)| Some(*of) == device).map(|(_, check)| check);
    let run = |name: &&str| {
        let is_whole = scan.reach() != Some(Reach::Part);
        let (status, reason) = if *name == "environment" && checks.environment && is_whole {
            environment(scan, facts)
        } else {
            status_of(name, scan, ending, checks, kernel)
        };
        CheckRun { name: (*name).to_owned(), status, reason }
    };
    let identity = ground.map(|ground| ground.filesystem.identity.clone()).unwrap_or_default();
    Root {
        path: scan.path.as_path().into(),
        filesystem: ground.map_or("unknown", |ground| &ground.filesystem.kind).to_owned(),
        device: mount.map(|mount| text(&mount.source)).unwrap_or_default(),
        mount_options: mount.map(join_options).unwrap_or_default(),
        mount_point: mount.map(|mount| text(&mount.point)).unwrap_or_default(),
        errors_policy: ground.and_then(|ground| ground.policy).map(|policy| policy.to_string()),
        filesystem_uuid: identity.uuid,
        filesystem_id: identity.id,
        shard: scan.shard().map(|shard| shard.to_string()),
        checks: CHECK_NAMES.iter().map(run).collect(),
    }
}

/// Options of the mount, then of the superblock.
pub fn join_options(mount: &Mount) -> String {
    format!("{};{}", mount.options, mount.super_options)
}

type Status = (CheckStatus, Option<String>);

fn status_of(
    name: &str,
    scan: &RootScan,
    ending: &Ending,
    checks: CheckSet,
    kernel: Option<&KernelCheck>,
) -> Status {
    if !checks.has(name) {
        return skipped("not asked for");
    }
    if scan.reach() == Some(Reach::Part) && matches!(name, "tar" | "environment" | "kernel") {
        return skipped("fscan merge does this for the whole tree");
    }
    if name == "kernel" {
        return match kernel {
            Some(KernelCheck::Ran { log, .. }) => (CheckStatus::Ran, log.clone()),
            Some(KernelCheck::Skipped { reason }) => skipped(reason),
            None => skipped("what the path stands on is not known"),
        };
    }
    if let Some(failure) = &ending.failure {
        return if ending.began { partial(failure) } else { skipped(failure) };
    }
    if scan.reach() == Some(Reach::File)
        && matches!(name, "entries" | "links" | "allocation" | "tar")
    {
        return skipped("the path is not a directory");
    }
    if name == "tar" {
        let trip = scan.trip();
        return trip
            .map_or_else(|| skipped("not come to"), |trip| (trip.status, trip.reason.clone()));
    }
    if let Some(status) = refused(name, scan) {
        return status;
    }
    if ending.gaps.iter().any(|what| !checks.has(what)) {
        let unseen = "parts of the tree were not seen";
        return match open(name, scan) {
            (_, Some(open)) => partial(&format!("{unseen}; {open}")),
            _ => partial(unseen),
        };
    }
    if ending.gaps.contains(name) {
        return partial("not everything could be asked; see what was not examined");
    }
    match (name, scan.reach()) {
        ("links" | "extents" | "allocation", Some(Reach::Part)) => {
            partial("of a part of the tree; fscan merge finishes it")
        }
        ("links", Some(Reach::Tree)) => {
            ran("names beyond this tree are not known, so too high a count was not judged")
        }
        _ => open(name, scan),
    }
}

/// How far the machine and the root could be asked.
fn environment(scan: &RootScan, facts: &[Fact]) -> Status {
    if scan.ground().is_none() {
        return skipped("what the path stands on is not known");
    }
    asked(facts, &scan.path_name())
}

fn ran(remark: &str) -> Status {
    (CheckStatus::Ran, Some(remark.to_owned()))
}

fn partial(reason: &str) -> Status {
    (CheckStatus::Partial, Some(reason.to_owned()))
}

fn skipped(reason: &str) -> Status {
    (CheckStatus::Skipped, Some(reason.to_owned()))
}

/// A check whose question the filesystem does not answer at all.
fn refused(name: &str, scan: &RootScan) -> Option<Status> {
    let filesystem = &scan.ground()?.filesystem;
    let kind = &filesystem.kind;
    let says = |call: &str, errno| skipped(&format!("{call} says {} on {kind}", errno_name(errno)));
    match name {
        "extents" => filesystem.refusals.file_extents.errno().map(|errno| says("FIEMAP", errno)),
        "attributes" => {
            filesystem.refusals.attributes.errno().map(|errno| says("listxattr", errno))
        }
        "allocation" => scan.ledger()?.skipped.as_deref().map(skipped),
        _ => None,
    }
}

/// What a check that ran leaves open.
fn open(name: &str, scan: &RootScan) -> Status {
    let ledger = scan.ledger();
    let open = match name {
        "allocation" => ledger.map(|ledger| ledger.open.join("; ")),
        "extents" => ledger.and_then(|ledger| ledger.extents_open.clone()),
        _ => None,
    };
    let directories = scan.ground().and_then(|ground| {
        let errno = ground.filesystem.refusals.directory_extents.errno()?;
        let kind = &ground.filesystem.kind;
        Some(format!("of directories FIEMAP says {} on {kind}", errno_name(errno)))
    });
    let open = open.filter(|open| !open.is_empty());
    (CheckStatus::Ran, if name == "extents" { open.or(directories) } else { open })
}
