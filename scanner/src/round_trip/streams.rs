//! Many packages side by side, as node does it: so many are under way, and a few threads make
//! their calls, a step of one and then a step of another.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::extraction::{Extracted, Extraction, Round};
use super::packages::Package;

/// What the threads share.
struct Queue<'a, I> {
    state: Mutex<State<'a, I>>,
    changed: Condvar,
}

struct State<'a, I> {
    /// Packages that nobody has begun.
    waiting: I,
    /// Packages whose next step may be taken.
    ready: VecDeque<Extraction<'a>>,
    /// Packages of which a thread takes a step right now.
    held: usize,
    /// Threads that have nothing to do.
    idle: usize,
    /// A thread panicked: the others end.
    failed: bool,
}

/// A step under way. Dropped only where it panics.
struct Held<'a, 'b, I>(&'b Queue<'a, I>);

impl<I> Drop for Held<'_, '_, I> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.held -= 1;
        state.failed = true;
        self.0.changed.notify_all();
    }
}

/// Extracts all packages, `streams` at once on `workers` threads, and hands over what became of
/// each. Where it is asked to stop, what is under way is given up.
pub fn extract<'a>(
    round: &'a Round<'a>,
    packages: impl Iterator<Item = Package> + Send,
    (streams, workers): (usize, usize),
    stopped: &(dyn Fn() -> bool + Sync),
    done: &(dyn Fn(Extracted) + Sync),
) {
    if streams == 1 {
        return one_by_one(round, packages, stopped, done);
    }
    let state =
        State { waiting: packages, ready: VecDeque::new(), held: 0, idle: 0, failed: false };
    let queue = Queue { state: Mutex::new(state), changed: Condvar::new() };
    let work = || queue.work(round, streams, stopped, done);
    thread::scope(|scope| {
        for _ in 1..workers {
            // Where no more threads can be had, those that there are do the work.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
}

/// Each to its end before the next.
fn one_by_one<'a>(
    round: &'a Round<'a>,
    packages: impl Iterator<Item = Package>,
    stopped: &(dyn Fn() -> bool + Sync),
    done: &(dyn Fn(Extracted) + Sync),
) {
    for package in packages {
        let mut extraction = Extraction::new(round, package);
        while extraction.advance() {
            if stopped() {
                return;
            }
        }
        done(extraction.finish());
    }
}

impl<'a, I: Iterator<Item = Package>> Queue<'a, I> {
    fn work(
        &self,
        round: &'a Round<'a>,
        streams: usize,
        stopped: &(dyn Fn() -> bool + Sync),
        done: &(dyn Fn(Extracted) + Sync),
    ) {
        while let Some(mut extraction) = self.next(round, streams, stopped) {
            let held = Held(self);
            let more = extraction.advance();
            std::mem::forget(held);
            let mut state = self.lock();
            state.held -= 1;
            if more && !stopped() {
                state.ready.push_back(extraction);
                if state.idle > 0 {
                    self.changed.notify_one();
                }
                continue;
            }
            self.changed.notify_all();
            drop(state);
            if !stopped() {
                done(extraction.finish());
            }
        }
    }

    /// The package whose turn it is; none when all are done.
    fn next(
        &self,
        round: &'a Round<'a>,
        streams: usize,
        stopped: &(dyn Fn() -> bool + Sync),
    ) -> Option<Extraction<'a>> {
        let mut state = self.lock();
        loop {
            // All that may be under way are begun at once, as npm does.
            if state.failed || stopped() {
                // Who was woken for a step that nobody takes any more must not be the last.
                self.changed.notify_all();
                return None;
            }
            if state.ready.len() + state.held < streams
                && let Some(package) = state.waiting.next()
            {
                state.ready.push_back(Extraction::new(round, package));
                continue;
            }
            if let Some(extraction) = state.ready.pop_front() {
                state.held += 1;
                return Some(extraction);
            }
            if state.held == 0 {
                self.changed.notify_all();
                return None;
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<'a, I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
