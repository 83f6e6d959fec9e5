//! All round trips that were asked for, and what the report says of them.

use std::path::{Path, PathBuf};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};
use reports::{
    CheckRun, CheckStatus, FindingCollector, Root, TarTrips, Totals, UncheckedCollector,
};

use super::account::Account;
use super::arm::{Arm, Watch};
use super::assembly::Assembly;
use super::options::{TripError, TripOptions};
use super::packages::{Size, Supply};
use super::pattern::{Pattern, of};
use super::place::{Place, admit};
use crate::archive::Limits;
use crate::control::Control;
use crate::filesystem::Filesystem;
use crate::inode_facts::Device;
use crate::kernel::{KernelCheck, KernelWatch};

/// What round trips came to.
#[derive(Debug)]
pub struct RoundTrips {
    /// The report's section.
    pub trips: TarTrips,
    /// The directory, and how far the check came.
    pub root: Root,
    /// What was seen, in numbers.
    pub totals: Totals,
    /// Worst first.
    pub findings: FindingCollector,
    /// What could not be examined.
    pub unchecked: UncheckedCollector,
    /// Scratch directories that were left because that was asked for.
    pub kept: Vec<PathBuf>,
    /// Whether all came to its end.
    pub complete: bool,
    /// Not one archive could be used.
    pub unusable: bool,
}

/// Makes them.
pub fn run(options: &TripOptions, control: &Control) -> Result<RoundTrips, TripError> {
    let watch =
        Watch { stopped: &|| control.is_stopped(), came: &|count| control.add_entries(count) };
    let supply = options.source.supply(options.most)?;
    let size = size(options, &supply);
    let kernel = KernelWatch::default();
    let admit = |path: &Path, filesystem: &Filesystem, policy| {
        admit(path, policy, options.force, control)?;
        // What the control arm's kernel counts says nothing of this filesystem.
        if path == options.directory {
            filesystem.mount.iter().for_each(|mount| kernel.begin(mount));
        }
        Ok(())
    };
    let prepare = |directory: &Path| Place::prepare(directory, size, &admit);
    let place = prepare(&options.directory)?;
    let control_arm = options.control.as_ref();
    let beside = control_arm.map(|control| prepare(&control.directory)).transpose();
    let beside = beside.and_then(|beside| differ(&place, beside));
    if let (Some(control), Err(error)) = (&options.control, &beside)
        && control.needed
    {
        return Err(TripError::Control(error.to_string()));
    }
    let (device, is_ext) = (place.filesystem.device, place.filesystem.oddities.is_ext);
    let mut done = make_trips(options, &supply, place, beside, watch);
    let checks = kernel.judge(&mut done.findings);
    done.root
        .checks
        .extend(checks.iter().filter(|(of, _)| is_ext && *of == device).map(kernel_check));
    Ok(done)
}

fn kernel_check((_, check): &(Device, KernelCheck)) -> CheckRun {
    let (status, reason) = match check {
        KernelCheck::Ran { log, .. } => (CheckStatus::Ran, log.clone()),
        KernelCheck::Skipped { reason } => (CheckStatus::Skipped, Some(reason.clone())),
    };
    CheckRun { name: "kernel".to_owned(), status, reason }
}

/// A control arm on the same filesystem would fail with it.
fn differ(place: &Place, beside: Option<Place>) -> Result<Option<Place>, TripError> {
    match beside {
        Some(beside) if beside.filesystem.device == place.filesystem.device => {
            Err(TripError::SameFilesystem { path: beside.path.as_path().into() })
        }
        beside => Ok(beside),
    }
}

/// Makes them in a directory that is ready, and in the control arm's, or says why that is not.
pub(super) fn make_trips(
    options: &TripOptions,
    supply: &Supply,
    mut place: Place,
    beside: Result<Option<Place>, TripError>,
    watch: Watch<'_>,
) -> RoundTrips {
    let without_control =
        beside.as_ref().err().map(|reason| format!("without a control run: {reason}"));
    let mut beside = beside.unwrap_or_default();
    place.scratch.keep = options.keep;
    beside.iter_mut().for_each(|beside| beside.scratch.keep = options.keep);
    let readers = ThreadPoolBuilder::new().build().ok();
    let arm = |place| run_all(options, place, supply, watch, readers.as_ref());
    let (here, there) = thread::scope(|scope| {
        let there = beside.as_ref().map(|place| scope.spawn(move || arm(place)));
        // A control arm that panicked has nothing to say.
        (arm(&place), there.map_or_else(Vec::new, |there| there.join().unwrap_or_default()))
    });
    let mut trips = Assembly::new(options, supply, (watch.stopped)());
    trips.add_arm(&place, here, false);
    if let Some(tree) = &supply.tree {
        trips.add_troubles(tree);
    }
    if let Some(place) = &beside {
        trips.add_arm(place, there, true);
    }
    trips.finish(place, beside, without_control)
}

/// Bytes of a path that a pattern puts between the scratch directory and a member: twice a name,
/// and directories of its own.
const ROOM_FOR_PLACES: usize = 600;

/// How much is written at once.
fn size(options: &TripOptions, supply: &Supply) -> Size {
    let size = supply.size.unwrap_or_default();
    let times = if options.keep {
        u64::from(options.rounds).saturating_mul(options.patterns.len() as u64)
    } else {
        1
    };
    Size { entries: size.entries.saturating_mul(times), bytes: size.bytes.saturating_mul(times) }
}

/// What each pattern came to.
pub(super) type Runs = Vec<(&'static Pattern, Account)>;

/// All patterns in one directory.
fn run_all(
    options: &TripOptions,
    place: &Place,
    supply: &Supply,
    watch: Watch<'_>,
    readers: Option<&ThreadPool>,
) -> Runs {
    let arm = Arm {
        scratch: &place.scratch,
        abilities: place.abilities,
        kernel: place.kernel.clone(),
        packages: &supply.packages,
        limits: limits(options, place),
        jobs: options.jobs,
        rounds: options.rounds,
        churn: options.churn,
        keep: options.keep,
        watch,
        readers,
    };
    let patterns = options.patterns.iter().map(|name| of(*name));
    patterns.map(|pattern| (pattern, arm.run(pattern))).collect()
}

/// An archive may hold no more than there is room for.
fn limits(options: &TripOptions, place: &Place) -> Limits {
    let limits = Limits::default();
    Limits {
        bytes: place.room.bytes.min(options.most.bytes).min(limits.bytes),
        // With the scratch directory in front it must still be a path that can be opened.
        name: limits.name.saturating_sub(place.scratch.path.as_os_str().len() + ROOM_FOR_PLACES),
        entries: place.room.entries.min(options.most.entries).min(limits.entries),
        ..limits
    }
}
