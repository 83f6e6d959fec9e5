//! Packages side by side on several threads.

use std::fs;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use reports::TarPattern;

use super::bench::{package, recorder};
use crate::archive::Limits;
use crate::archive::tests::build::Raw;
use crate::round_trip::beneath::{Beneath, open_directory};
use crate::round_trip::evidence::OnTheSpot;
use crate::round_trip::extraction::Round;
use crate::round_trip::pattern::of;
use crate::round_trip::removals::Removals;
use crate::round_trip::streams;

/// Extracts with more threads than have something to do, and stops when that was asked so many times.
fn stop_after(questions: usize) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("r")).unwrap();
    let archive = Raw::new().file("package/a.js", b"a").file("package/package.json", b"{}").end();
    fs::write(dir.path().join("a.tgz"), archive).unwrap();
    let packages = ["a", "b", "c"].map(|name| package(name, &dir.path().join("a.tgz")));
    let (recorder, beneath) =
        (recorder(dir.path()), Beneath::new(open_directory(dir.path()).unwrap()));
    let removals = Removals::default();
    let witness = OnTheSpot { beneath: &beneath, removals: &removals, kernel: None, shared: true };
    let asked = AtomicUsize::new(0);
    let stopped = || asked.fetch_add(1, Ordering::Relaxed) >= questions;
    let round = Round {
        on: &recorder,
        pattern: of(TarPattern::Npm),
        directory: b"r".to_vec(),
        witness: &witness,
        limits: Limits::default(),
        room: &|| u64::MAX,
        stopped: &stopped,
        alone: false,
        temporaries: &AtomicU64::new(0),
    };
    streams::extract(&round, packages.into_iter(), (3, 8), &stopped, &|_| ());
}

#[test]
fn all_threads_end_whenever_it_is_stopped() {
    let (ended, waits) = mpsc::channel();
    thread::spawn(move || {
        for questions in (0..120).cycle().take(600) {
            stop_after(questions);
        }
        ended.send(()).unwrap();
    });
    assert_eq!(waits.recv_timeout(Duration::from_mins(2)), Ok(()), "a thread waits for ever");
}
