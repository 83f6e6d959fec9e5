//! The thread that writes a checkpoint: its disk may be slow or hang, and nobody who reads shall
//! wait for that.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Fault;
use super::journal::Journal;

/// How long what was read waits to be written.
const EVERY: Duration = Duration::from_secs(5);

/// How much of it waits at most, in bytes of lines.
const MUCH: usize = 1 << 20;

/// What is kept in memory while the disk does not answer, in bytes; the rest is read again.
const MOST: usize = 64 << 20;

/// How long the end is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What becomes of the file at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The next run goes on with it.
    Keep,
    /// There is nothing to go on with.
    Remove,
}

/// Hands lines to the thread.
#[derive(Debug)]
pub(super) struct Writer(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Something for the thread to do.
    work: Condvar,
    /// It has ended.
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<u8>,
    ending: Option<Ending>,
    outcome: Option<Result<(), Fault>>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Starts the thread. `remark` is told when writing fails, but for the end.
    pub fn start(journal: Journal, remark: impl Fn(Fault) + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let write = move || {
            let outcome = write(&own, journal, &remark);
            own.lock().outcome = Some(outcome);
            own.ended.notify_all();
        };
        thread::Builder::new().name("checkpoint".to_owned()).spawn(write)?;
        Ok(Writer(shared))
    }

    /// Has a line written within a few seconds.
    pub fn add(&self, line: &str) {
        let mut state = self.0.lock();
        if state.lines.len() < MOST {
            state.lines.extend_from_slice(line.as_bytes());
        }
        if state.lines.len() >= MUCH {
            self.0.work.notify_one();
        }
    }

    /// Has what is left written, and the file kept or removed. What failed on the way is told now.
    pub fn end(&self, ending: Ending) -> Result<(), Fault> {
        let mut state = self.0.lock();
        state.ending = Some(ending);
        self.0.work.notify_one();
        let waited = self.0.ended.wait_timeout_while(state, PATIENCE, |s| s.outcome.is_none());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.outcome.take().unwrap_or(Err(Fault::NoAnswer))
    }
}

/// Writes until the end. What cannot be written is tried again each time; what the file held still
/// counts.
fn write(shared: &Shared, mut journal: Journal, remark: &dyn Fn(Fault)) -> Result<(), Fault> {
    let mut waiting = Vec::new();
    let mut has_failed = false;
    loop {
        let idle = |state: &mut State| state.ending.is_none() && state.lines.len() < MUCH;
        let waited = shared.work.wait_timeout_while(shared.lock(), EVERY, idle);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let (mut lines, ending) = (std::mem::take(&mut state.lines), state.ending);
        drop(state);
        if waiting.len() < MOST {
            waiting.append(&mut lines);
        }
        if ending == Some(Ending::Remove) {
            return journal.remove();
        }
        let written = if waiting.is_empty() { Ok(()) } else { journal.append(&waiting) };
        match written {
            _ if ending.is_some() => return written.map_err(Fault::Write).and(journal.is_there()),
            Ok(()) => (waiting, has_failed) = (Vec::new(), false),
            Err(error) if !has_failed => {
                has_failed = true;
                remark(Fault::Write(error));
            }
            Err(_) => {}
        }
    }
}
