//! SIGINT, SIGTERM and SIGHUP (a lost terminal): the first stops the work cleanly, the second ends
//! the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::sys::signal::{SigSet, Signal};

use crate::output;

/// How long after the first signal another one is taken for the same.
const ECHO: Duration = Duration::from_millis(200);

/// The signal that came, if one did.
#[derive(Clone, Debug, Default)]
pub struct Caught(Arc<AtomicU8>);

impl Caught {
    /// Its number.
    pub fn signal(&self) -> Option<u8> {
        match self.0.load(Ordering::Acquire) {
            0 => None,
            signal => Some(signal),
        }
    }

    /// Takes down that a signal came.
    #[cfg(test)]
    pub fn note(&self, number: u8) {
        self.0.store(number, Ordering::Release);
    }
}

/// Calls `stop` at the first of them. Must be called before any thread is started: the
/// signals are blocked in this thread and all that it starts, and one thread waits for them.
pub fn on_stop(stop: impl Fn() + Send + 'static) -> anyhow::Result<Caught> {
    on_stop_or_end(stop, || {})
}

/// The same; calls `end` before a second signal ends the process.
pub fn on_stop_or_end(
    stop: impl Fn() + Send + 'static,
    end: impl Fn() + Send + 'static,
) -> anyhow::Result<Caught> {
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
    signals.thread_block().context("blocking SIGINT, SIGTERM and SIGHUP")?;
    // A file beyond `ulimit -f` is an error like others (EFBIG), and not the end.
    let too_large: SigSet = [Signal::SIGXFSZ].into_iter().collect();
    too_large.thread_block().context("blocking SIGXFSZ")?;
    let caught = Caught::default();
    let noted = caught.clone();
    let wait = move || {
        let mut first: Option<Instant> = None;
        while let Ok(signal) = signals.wait() {
            let number = signal as i32 as u8;
            // timeout(1) signals the process, and then its group: one request, sent twice.
            if first.is_some_and(|first| first.elapsed() < ECHO) {
                continue;
            }
            first.get_or_insert_with(Instant::now);
            if noted.0.swap(number, Ordering::AcqRel) != 0 {
                // Asked twice: whoever asks wants the prompt back, not the report.
                output::say(
                    "stopped at once: a scratch directory may be left, which `fscan tar DIR \
                     --clean` or `fscan stress DIR --clean` removes",
                );
                end();
                std::process::exit(128 + i32::from(number));
            }
            stop();
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(wait).context(
        "starting a thread; the limit of processes seems to be reached (ulimit -u, pids.max)",
    )?;
    Ok(caught)
}
