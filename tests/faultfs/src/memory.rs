//! What must be remembered for a fault: attributes that were told, names that nobody sees yet,
//! bytes that were written.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fuser::FileAttr;

/// The memory of one filesystem.
#[derive(Debug, Default)]
pub struct Memory {
    told: Mutex<HashMap<u64, FileAttr>>,
    unseen: Mutex<HashMap<PathBuf, Instant>>,
    written: AtomicU64,
}

impl Memory {
    /// The attributes that were told first.
    pub fn first_told(&self, now: FileAttr) -> FileAttr {
        *lock(&self.told).entry(now.ino.0).or_insert(now)
    }

    /// From now on, and for so long, nobody sees a path.
    pub fn hide(&self, path: &Path, time: Duration) {
        lock(&self.unseen).insert(path.to_owned(), Instant::now() + time);
    }

    /// Whether nobody sees a path.
    pub fn is_hidden(&self, path: &Path) -> bool {
        lock(&self.unseen).get(path).is_some_and(|until| Instant::now() < *until)
    }

    /// How many of `wanted` bytes can still be written where all can take `room`.
    pub fn admit(&self, wanted: u64, room: u64) -> u64 {
        let before = self.written.fetch_add(wanted, Ordering::Relaxed);
        let admitted = room.saturating_sub(before).min(wanted);
        self.written.fetch_sub(wanted - admitted, Ordering::Relaxed);
        admitted
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
