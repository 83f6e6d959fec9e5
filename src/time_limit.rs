//! `--max-duration`: a scan that ends when its time is up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use scanner::Control;

use crate::output;

/// Stops a scan after a while.
pub struct TimeLimit(Arc<AtomicBool>);

impl TimeLimit {
    /// Starts the clock; none runs for as long as the scan takes.
    pub fn start(limit: Option<Duration>, control: &Arc<Control>) -> Self {
        let is_up = Arc::new(AtomicBool::new(false));
        if let Some(limit) = limit {
            let (control, up) = (Arc::clone(control), Arc::clone(&is_up));
            let wait = move || {
                thread::sleep(limit);
                up.store(true, Ordering::Release);
                control.stop();
            };
            if thread::Builder::new().spawn(wait).is_err() {
                output::say(
                    "--max-duration: no thread could be started for it, so it does not end",
                );
            }
        }
        TimeLimit(is_up)
    }

    /// Whether the time is up.
    pub fn is_up(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
