//! How a scan is watched and stopped from outside.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::walk::{Worker, Workers};

/// How long a scan that was asked to stop looks again at what looked wrong: what it saw is not to be
/// lost, and the looks take a quarter of a second.
const LAST_LOOKS: Duration = Duration::from_secs(1);

/// Shared between a scan and whoever watches it.
pub struct Control {
    stop: AtomicBool,
    stopped_at: OnceLock<Instant>,
    entries: AtomicU64,
    findings: AtomicU64,
    bytes: AtomicU64,
    known_bytes: AtomicU64,
    expected_bytes: AtomicU64,
    workers: Mutex<Option<Arc<Workers>>>,
    remark: Box<dyn Fn(&str) + Send + Sync>,
}

impl Control {
    /// `remark` is called with what should be known while the scan goes on, a sentence at a time.
    pub fn new(remark: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Control {
            stop: AtomicBool::new(false),
            stopped_at: OnceLock::new(),
            entries: AtomicU64::new(0),
            findings: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            known_bytes: AtomicU64::new(0),
            expected_bytes: AtomicU64::new(0),
            workers: Mutex::new(None),
            remark: Box::new(remark),
        }
    }

    /// Asks the scan to end early. What was found by then is reported.
    pub fn stop(&self) {
        self.stopped_at.get_or_init(Instant::now);
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether it was asked to so long ago that nothing is looked at again either.
    pub(crate) fn is_over(&self) -> bool {
        self.is_stopped() && self.stopped_at.get().is_none_or(|at| at.elapsed() >= LAST_LOOKS)
    }

    /// The names seen so far.
    pub fn entries(&self) -> u64 {
        self.entries.load(Ordering::Relaxed)
    }

    /// The bytes of content read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The bytes of content that earlier runs had read.
    pub fn known_bytes(&self) -> u64 {
        self.known_bytes.load(Ordering::Relaxed)
    }

    /// About how many bytes of content there are to be read, known ones included; none where
    /// nothing tells.
    pub fn expected_bytes(&self) -> Option<u64> {
        Some(self.expected_bytes.load(Ordering::Relaxed)).filter(|bytes| *bytes > 0)
    }

    /// Says how many bytes of content there are, where the caller knows better than the scan.
    pub fn expect_bytes(&self, count: u64) {
        self.expected_bytes.store(count, Ordering::Relaxed);
    }

    /// The findings so far; those that await a second look are not among them.
    pub fn findings(&self) -> u64 {
        self.findings.load(Ordering::Relaxed)
    }

    /// The directory that is being read, as the bytes of its path.
    pub fn current_directory(&self) -> Option<Vec<u8>> {
        let workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let at = workers.iter().filter(|worker| worker.is_busy()).find_map(Worker::at)?;
        Some(at.path_bytes(None))
    }

    pub(crate) fn remark(&self, sentence: &str) {
        (self.remark)(sentence);
    }

    pub(crate) fn stop_flag(&self) -> &AtomicBool {
        &self.stop
    }

    pub(crate) fn add_entries(&self, count: u64) {
        self.entries.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn add_bytes(&self, count: u64) {
        self.bytes.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn add_known_bytes(&self, count: u64) {
        self.known_bytes.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn add_findings(&self, count: u64) {
        self.findings.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn watch(&self, workers: &Arc<Workers>) {
        let workers = Some(Arc::clone(workers));
        *self.workers.lock().unwrap_or_else(PoisonError::into_inner) = workers;
    }
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("stop", &self.stop).finish_non_exhaustive()
    }
}
