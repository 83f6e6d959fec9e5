//! node_modules on tmpfs takes a tmpfs that is large enough, and memory.

use super::{Judged, why_unknown};
use crate::ComponentStatus::{AtRisk, Fails, Unknown, Works};
use crate::numbers::bytes;
use crate::{Environment, FactName, FactValue};

/// What node_modules of a front-end project takes, in bytes, roughly.
const ROOM: u64 = 4 << 30;

pub(super) fn judge(known: &Environment) -> Judged {
    let number = |name| known.of_machine(name).and_then(FactValue::number);
    let limit = number(FactName::MemoryLimit);
    let may_mount = known.of_machine(FactName::MountTmpfs).and_then(FactValue::flag);
    let shared = number(FactName::SharedMemorySize);
    let large = shared.filter(|size| *size >= ROOM);
    let memory = limit.map_or(String::new(), |limit| {
        format!(" It counts against the memory limit of {}.", bytes(limit))
    });
    if limit.is_some_and(|limit| limit < ROOM) {
        return (AtRisk, format!("There is little memory for it.{memory}"));
    }
    match (may_mount, large) {
        (_, Some(size)) => (Works, format!("/dev/shm has room for {}.{memory}", bytes(size))),
        (Some(true), None) => (Works, format!("tmpfs can be mounted.{memory}")),
        (Some(false), None) => {
            let note = "This user may not mount tmpfs; the pod's specification can (emptyDir, \
                        medium: Memory)";
            (Fails, format!("{note}.{memory}"))
        }
        (None, None) => {
            let why = why_unknown(known, FactName::MountTmpfs);
            (Unknown, format!("Whether tmpfs can be mounted is not known: {why}.{memory}"))
        }
    }
}
