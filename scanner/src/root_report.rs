//! What the report says of a root: what it stands on, and how far each check came.

use reports::{CheckRun, CheckStatus, Root};

use crate::inode_facts::Device;
use crate::kernel::KernelCheck;
use crate::mounts::Mount;
use crate::options::{CHECK_NAMES, CheckSet};
use crate::root_scan::{Extent, RootScan};

/// How the scan of a root ended.
#[derive(Debug)]
pub struct Ending {
    /// Whether anything of it was seen.
    pub began: bool,
    /// Whether something stayed unexamined that was not left out by request.
    pub gaps: bool,
    /// Why it did not come to its end.
    pub failure: Option<String>,
}

/// Describes a root whose scan has ended.
pub fn describe(
    scan: &RootScan,
    ending: &Ending,
    checks: CheckSet,
    kernel: &[(Device, KernelCheck)],
) -> Root {
    let ground = scan.ground();
    let mount = ground.and_then(|ground| ground.filesystem.mount.as_ref());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let device = ground.map(|ground| ground.filesystem.device);
    let kernel = kernel.iter().find(|(of, _)| Some(*of) == device).map(|(_, check)| check);
    let run = |name: &&str| {
        let (status, reason) = status_of(name, scan.extent(), ending, checks, kernel);
        CheckRun { name: (*name).to_owned(), status, reason }
    };
    Root {
        path: scan.path.as_path().into(),
        filesystem: ground.map_or("unknown", |ground| &ground.filesystem.kind).to_owned(),
        device: mount.map(|mount| text(&mount.source)).unwrap_or_default(),
        mount_options: mount.map(join_options).unwrap_or_default(),
        mount_point: mount.map(|mount| text(&mount.point)).unwrap_or_default(),
        errors_policy: ground.and_then(|ground| ground.policy).map(|policy| policy.to_string()),
        checks: CHECK_NAMES.iter().map(run).collect(),
    }
}

/// Options of the mount, then of the superblock.
fn join_options(mount: &Mount) -> String {
    format!("{};{}", mount.options, mount.super_options)
}

fn status_of(
    name: &str,
    extent: Option<Extent>,
    ending: &Ending,
    checks: CheckSet,
    kernel: Option<&KernelCheck>,
) -> (CheckStatus, Option<String>) {
    let because = |status, reason: &str| (status, Some(reason.to_owned()));
    if !checks.has(name) {
        return because(CheckStatus::Skipped, "not asked for");
    }
    if name == "kernel" {
        return match kernel {
            Some(KernelCheck::Ran { log }) => (CheckStatus::Ran, log.clone()),
            Some(KernelCheck::Skipped { reason }) => because(CheckStatus::Skipped, reason),
            None => because(CheckStatus::Skipped, "what the path stands on is not known"),
        };
    }
    if let Some(failure) = &ending.failure {
        let status = if ending.began { CheckStatus::Partial } else { CheckStatus::Skipped };
        return because(status, failure);
    }
    match (name, extent) {
        ("entries" | "links", Some(Extent::File)) => {
            because(CheckStatus::Skipped, "the path is not a directory")
        }
        _ if ending.gaps => because(CheckStatus::Partial, "parts of the tree were not seen"),
        ("links", Some(Extent::Tree)) => because(
            CheckStatus::Ran,
            "names beyond this tree are not known, so too high a count was not judged",
        ),
        _ => (CheckStatus::Ran, None),
    }
}
