//! What the machine, the pod and the volumes below the roots are.
//!
//! Each probe learns a few facts and says how. What could not be learnt is a fact as well, with
//! the reason: a refusal never means that all is well.

mod attempts;
mod block_device;
mod cgroup;
mod container;
mod containerd;
mod disk;
mod docker;
mod docker_roots;
mod id_map_helpers;
mod image_builders;
mod install_leftovers;
mod judge;
mod kernel_log;
mod learn;
mod longhorn;
mod memory_limit;
mod npm_cache;
mod npm_logs;
mod place;
mod pnpm_store;
mod privileges;
mod probe;
mod root_errors;
mod root_filesystem;
mod root_mount;
mod root_space;
mod standing;
mod subordinate_ids;
mod surroundings;
mod text_file;
mod tmpfs_mounts;
mod unasked;
mod user;
mod user_namespace;
mod words;

use std::path::PathBuf;
use std::time::Duration;

pub use judge::{judge_environment, judge_unscanned, speaks_of_bitmaps};
pub use learn::learn_environment;
pub use longhorn::{GivenError, LONGEST_LONGHORN, LonghornObjects, LonghornSource, read_longhorn};
use place::Place;
use probe::Probe;
use surroundings::Surroundings;
pub use unasked::asked;

/// The time that a probe of a scan has.
pub const PROBE_TIME: Duration = Duration::from_secs(5);

/// How far questions may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// Files and the kernel are asked; no process is started.
    LookOnly,
    /// What can be tried is tried in processes of its own, and programs are asked.
    #[default]
    Try,
}

/// What is asked, and what may be done for it.
#[derive(Clone, Debug)]
pub struct EnvironmentOptions {
    /// The directories or files that are asked about.
    pub roots: Vec<PathBuf>,
    /// Below these nothing is written, for a moment either. Where one cannot be resolved nothing is
    /// written anywhere.
    pub untouched: Vec<PathBuf>,
    /// How far it may go.
    pub effort: Effort,
    /// The longest that one probe may take.
    pub time_limit: Duration,
    /// Who is asked about Longhorn volumes.
    pub longhorn: LonghornSource,
}

/// Every probe.
fn all(longhorn: &LonghornSource, effort: Effort) -> Vec<Box<dyn Probe>> {
    vec![
        Box::new(user::User),
        Box::new(container::Container),
        Box::new(root_filesystem::RootFilesystem),
        Box::new(user_namespace::UserNamespace),
        Box::new(subordinate_ids::SubordinateIds),
        Box::new(id_map_helpers::IdMapHelpers),
        Box::new(privileges::Privileges),
        Box::new(attempts::NewUserNamespace),
        Box::new(attempts::TmpfsMount),
        Box::new(attempts::NestedOverlay),
        Box::new(attempts::IdMapping),
        Box::new(memory_limit::MemoryLimit),
        Box::new(tmpfs_mounts::TmpfsMounts),
        Box::new(docker::Docker),
        Box::new(containerd::Containerd),
        Box::new(image_builders::ImageBuilders),
        Box::new(npm_cache::NpmCache),
        Box::new(npm_logs::NpmLogs),
        Box::new(pnpm_store::PnpmStore),
        Box::new(kernel_log::KernelLog),
        Box::new(root_mount::RootMount),
        Box::new(root_errors::RootErrors),
        Box::new(root_space::RootSpace),
        Box::new(block_device::BlockDevice),
        Box::new(install_leftovers::InstallLeftovers),
        Box::new(longhorn::LonghornProbe::new(longhorn.clone(), effort)),
    ]
}

#[cfg(test)]
mod tests;
