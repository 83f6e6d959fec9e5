//! Keeping an eye on work whose system calls may never return.
//!
//! A hung network or FUSE mount holds a thread in the kernel for ever. So a root is scanned on
//! threads that can be left behind: when every thread that is at work has made no progress for
//! the time allowed, the root is given up and the report says where it hung. The threads end
//! with the process.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::control::Control;
use crate::walk::{Worker, Workers};

/// How often progress is looked at.
const BEAT: Duration = Duration::from_millis(50);

/// How long a scan that was asked to stop may stand still.
const GRACE: Duration = Duration::from_secs(1);

/// How supervised work ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended<T> {
    /// It came to its end.
    Done(T),
    /// All busy workers stood still for too long, and it was left behind.
    GivenUp,
    /// Its thread panicked.
    Panicked,
    /// No thread could be started for it.
    NoThread,
}

/// Runs `work` on a thread of its own, and leaves it behind when all busy workers stand still for
/// `timeout`, or for a moment after a stop was asked for.
pub fn run<T: Send + 'static>(
    workers: &Workers,
    control: &Control,
    timeout: Option<Duration>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Ended<T> {
    let (send, receive) = mpsc::channel();
    let spawned = thread::Builder::new().spawn(move || send.send(work()));
    if spawned.is_err() {
        return Ended::NoThread;
    }
    let mut watch = Watch::new(workers);
    loop {
        match receive.recv_timeout(BEAT) {
            Ok(outcome) => return Ended::Done(outcome),
            Err(RecvTimeoutError::Disconnected) => return Ended::Panicked,
            Err(RecvTimeoutError::Timeout) => {
                let patience = if control.is_stopped() { Some(GRACE) } else { timeout };
                let stood_still = watch.stood_still(workers);
                if patience.is_some_and(|patience| stood_still >= patience) {
                    return Ended::GivenUp;
                }
            }
        }
    }
}

/// What the workers had done when one of them last made progress.
struct Watch {
    operations: Vec<u64>,
    since: Instant,
}

impl Watch {
    fn new(workers: &Workers) -> Self {
        Watch {
            operations: workers.iter().map(Worker::operations).collect(),
            since: Instant::now(),
        }
    }

    /// For how long no busy worker made progress; zero while none is busy.
    fn stood_still(&mut self, workers: &Workers) -> Duration {
        let now: Vec<u64> = workers.iter().map(Worker::operations).collect();
        let idle = !workers.iter().any(Worker::is_busy);
        if idle || now != self.operations {
            self.operations = now;
            self.since = Instant::now();
        }
        self.since.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::walk::DirectoryNode;

    fn control() -> Control {
        Control::new(|_| ())
    }

    /// Starts work that hangs, and tells whether it was given up.
    fn hang(control: &Control, timeout: Option<Duration>) -> bool {
        let workers = Arc::new(Workers::new(1));
        let busy = Arc::clone(&workers);
        let outcome = run(&workers, control, timeout, move || {
            busy.current().enter(&DirectoryNode::root(c"/hung".into(), 1, (0, 0)));
            thread::sleep(Duration::from_secs(30));
        });
        outcome == Ended::GivenUp
    }

    #[test]
    fn work_that_ends_is_handed_back() {
        let workers = Workers::new(1);
        let timeout = Some(Duration::from_secs(5));
        assert_eq!(run(&workers, &control(), timeout, || 7), Ended::Done(7));
        assert_eq!(run(&workers, &control(), None, || 7), Ended::Done(7));
    }

    #[test]
    fn work_that_panics_is_told_from_work_that_hangs() {
        let workers = Workers::new(1);
        let ended: Ended<i32> = run(&workers, &control(), None, || panic!("as expected"));
        assert_eq!(ended, Ended::Panicked);
    }

    #[test]
    fn work_that_stands_still_is_given_up() {
        assert!(hang(&control(), Some(Duration::from_millis(200))));
    }

    #[test]
    fn a_stop_is_obeyed_even_where_hanging_is_allowed() {
        let control = control();
        control.stop();
        assert!(hang(&control, None));
    }
}
