//! What a run is asked to do, and how it is watched.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::generator::Mix;
use crate::site::{LeftOut, Site};

/// What a run is asked to do.
#[derive(Debug)]
pub struct StressOptions {
    /// Where.
    pub sites: Vec<Site>,
    /// Where not, although it was asked for.
    pub not_provided: Vec<LeftOut>,
    /// What operations are made from.
    pub seed: u64,
    /// Which operations.
    pub mix: Mix,
    /// Lanes that work on each site beside one another, each in a tree of its own.
    pub lanes: usize,
    /// How many operations on each site; none is without end.
    pub operations: Option<u64>,
    /// For how long; none is without end.
    pub duration: Option<Duration>,
    /// Bytes that the files of one site have together at most.
    pub max_bytes: u64,
    /// Whether the first divergence ends the run.
    pub until_divergence: bool,
}

impl StressOptions {
    /// Bytes that the files of one lane have together at most.
    pub fn bytes_of_a_lane(&self) -> u64 {
        self.max_bytes / self.lanes.max(1) as u64
    }
}

/// Shared between a run and whoever watches it.
#[derive(Debug, Default)]
pub struct Watch {
    stopped: AtomicBool,
    operations: AtomicU64,
    divergences: AtomicU64,
    minimising: AtomicU64,
}

impl Watch {
    /// Asks the run to end. What was found by then is told.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Operations on all sites.
    pub fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// Divergences that were met, each time.
    pub fn divergences(&self) -> u64 {
        self.divergences.load(Ordering::Relaxed)
    }

    /// How many are being minimised at this moment.
    pub fn minimising(&self) -> u64 {
        self.minimising.load(Ordering::Relaxed)
    }

    pub(super) fn add_operations(&self, count: u64) {
        self.operations.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn add_divergence(&self) {
        self.divergences.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn while_minimising<T>(&self, work: impl FnOnce() -> T) -> T {
        self.minimising.fetch_add(1, Ordering::Relaxed);
        let done = work();
        self.minimising.fetch_sub(1, Ordering::Relaxed);
        done
    }
}
