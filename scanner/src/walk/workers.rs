//! What each thread of a walk is doing, for whoever watches it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::node::DirectoryNode;

/// One thread's sign of life. Aligned so that two threads do not share a cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct Worker {
    operations: AtomicU64,
    busy: AtomicBool,
    at: Mutex<Option<Arc<DirectoryNode>>>,
}

impl Worker {
    /// Notes that one more system call returned. Only the worker's own thread calls this.
    pub fn tick(&self) {
        let operations = self.operations.load(Ordering::Relaxed);
        self.operations.store(operations.wrapping_add(1), Ordering::Relaxed);
    }

    /// Notes that work on a directory begins.
    pub fn enter(&self, node: &Arc<DirectoryNode>) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(node));
        self.tick();
        self.busy.store(true, Ordering::Release);
    }

    /// Notes that nothing is under way.
    pub fn leave(&self) {
        self.busy.store(false, Ordering::Release);
    }

    /// Whether a system call may be under way.
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    /// A number that changes with each system call that returns.
    pub fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// The directory that was entered last.
    pub fn at(&self) -> Option<Arc<DirectoryNode>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A worker for each thread of a pool, and one for whoever is not in it.
#[derive(Debug)]
pub struct Workers(Box<[Worker]>);

impl Workers {
    /// Workers for a pool of `threads`.
    pub fn new(threads: usize) -> Self {
        Workers((0..=threads).map(|_| Worker::default()).collect())
    }

    /// The calling thread's index.
    pub fn index(&self) -> usize {
        let outside = self.0.len() - 1;
        rayon::current_thread_index().map_or(outside, |index| index.min(outside))
    }

    /// The calling thread's worker.
    #[expect(clippy::indexing_slicing, reason = "index() is at most the last index")]
    pub fn current(&self) -> &Worker {
        &self.0[self.index()]
    }

    /// Waits, and shows signs of life meanwhile.
    pub fn pause(&self, pause: Duration) {
        const BEAT: Duration = Duration::from_millis(20);
        let begun = Instant::now();
        while let Some(left) = pause.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            self.current().tick();
            sleep(left.min(BEAT));
        }
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Worker> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Workers {
    type Item = &'a Worker;
    type IntoIter = std::slice::Iter<'a, Worker>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
