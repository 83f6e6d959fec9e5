//! Entries read ahead by a thread of their own, so that two manifests are decompressed and parsed
//! at the same time.

use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// What is handed over at once.
const BATCH: usize = 1024;

/// Batches that may wait; memory stays flat however long the other side takes.
const WAITING: usize = 4;

/// Goes through `entries` in a thread of its own. Dropping the iterator ends that.
pub(crate) fn read_ahead<T: Send + 'static>(
    mut entries: impl Iterator<Item = T> + Send + 'static,
) -> io::Result<impl Iterator<Item = T>> {
    let (sender, receiver) = sync_channel::<Vec<T>>(WAITING);
    thread::Builder::new().name("manifest".to_owned()).spawn(move || {
        loop {
            let batch: Vec<T> = entries.by_ref().take(BATCH).collect();
            if batch.is_empty() || sender.send(batch).is_err() {
                return;
            }
        }
    })?;
    Ok(Batches { receiver }.flatten())
}

struct Batches<T> {
    receiver: Receiver<Vec<T>>,
}

impl<T> Iterator for Batches<T> {
    type Item = Vec<T>;

    fn next(&mut self) -> Option<Vec<T>> {
        self.receiver.recv().ok()
    }
}
