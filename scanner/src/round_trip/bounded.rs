//! The small round trip that a scan makes: a few packages, where there is room for them and nothing
//! speaks against writing.

use std::path::Path;

use reports::{CheckStatus, FindingCollector, TarPattern, TarTrips};
use rustix::io::Errno;

use super::arm::Watch;
use super::findings;
use super::options::{TripError, TripOptions};
use super::packages::{Size, Source};
use super::place::Place;
use super::run::make_trips;

/// The ways that are tried: the one that users see fail, and the one that everything else takes.
const PATTERNS: [TarPattern; 2] = [TarPattern::Npm, TarPattern::Sequential];

/// What each of them extracts at most: together less than the 2,000 entries and 64 MiB that a scan
/// may write.
const MOST: Size = Size { entries: 300, bytes: 8 << 20 };

/// Packages from which as many are taken as fit.
const PACKAGES: usize = 40;

/// Why it ended before it began.
const FULL_IN_SPITE: &str = "no directory can be made although there is room";

/// What came of it.
#[derive(Debug)]
pub struct BoundedTrip {
    /// How far the check came.
    pub status: CheckStatus,
    /// Why no further.
    pub reason: Option<String>,
    /// The report's section, where anything was extracted.
    pub trips: Option<TarTrips>,
    /// What was found.
    pub findings: FindingCollector,
}

impl BoundedTrip {
    /// It was not made.
    pub fn skipped(reason: &str) -> Self {
        BoundedTrip::without(CheckStatus::Skipped, reason.to_owned())
    }

    fn without(status: CheckStatus, reason: String) -> Self {
        let findings = FindingCollector::new(false);
        BoundedTrip { status, reason: Some(reason), trips: None, findings }
    }
}

/// Makes it in a directory that may be written to as far as is known.
pub fn bounded(directory: &Path, all_findings: bool, watch: Watch<'_>) -> BoundedTrip {
    let options = options(directory, all_findings);
    let made = options.source.supply(MOST).map_err(TripError::from).and_then(|supply| {
        let size = supply.size.unwrap_or(MOST);
        let place = Place::prepare(directory, size, &|_, _, _| Ok(()))?;
        Ok(make_trips(&options, &supply, place, Ok(None), watch))
    });
    let made = match made {
        Ok(made) => made,
        Err(error) => return not_made(&error),
    };
    let check = made.root.checks.into_iter().next();
    BoundedTrip {
        status: check.as_ref().map_or(CheckStatus::Ran, |check| check.status),
        reason: check.and_then(|check| check.reason),
        trips: Some(made.trips),
        findings: made.findings,
    }
}

/// That nothing can be written there is often meant so; anything else is told as a gap.
fn not_made(error: &TripError) -> BoundedTrip {
    let errno = match error {
        TripError::Scratch(error) => Some(error.errno()),
        TripError::Probe { errno, .. } => Some(*errno),
        _ => None,
    };
    match (error, errno) {
        (TripError::FullInSpite { path, inodes, bytes }, _) => {
            let mut trip = BoundedTrip::without(CheckStatus::Partial, FULL_IN_SPITE.to_owned());
            trip.findings.add(findings::full_in_spite(path, *inodes, *bytes));
            trip
        }
        (TripError::NoRoom { .. } | TripError::NoInodes { .. } | TripError::NoMemory { .. }, _)
        | (_, Some(Errno::NOSPC | Errno::DQUOT)) => {
            BoundedTrip::skipped("too little space, or too few inodes, are free")
        }
        (_, Some(Errno::ROFS)) => BoundedTrip::skipped("the filesystem is read-only"),
        (_, Some(Errno::ACCESS | Errno::PERM)) => {
            BoundedTrip::skipped("this user may not write to the path")
        }
        _ => BoundedTrip::without(CheckStatus::Partial, error.to_string()),
    }
}

fn options(directory: &Path, all_findings: bool) -> TripOptions {
    TripOptions {
        directory: directory.to_owned(),
        patterns: PATTERNS.to_vec(),
        source: Source::Generated { packages: PACKAGES, seed: 1 },
        jobs: None,
        rounds: 1,
        churn: false,
        control: None,
        keep: false,
        force: true,
        all_findings,
        most: MOST,
    }
}
