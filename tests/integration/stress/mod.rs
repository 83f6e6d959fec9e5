//! `fscan stress` and `fscan replay`: filesystems hammered, every outcome checked.

mod ended;
mod faults;
mod given;
mod provisioned;
mod replays;
mod usage;

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Dir, Fscan, Outcome};

/// `fscan stress NAME=DIR` with a report.
fn stress<'a>(dir: &'a Dir, name: &str, place: &Path) -> Fscan<'a> {
    Fscan::new(dir).args(["stress", "--format=json"]).arg(format!("{name}={}", place.display()))
}

/// `fscan replay FILE --on NAME=DIR` with a report.
fn replay<'a>(dir: &'a Dir, file: &Path, name: &str, place: &Path) -> Fscan<'a> {
    let on = format!("--on={name}={}", place.display());
    Fscan::new(dir).args(["replay", "--format=json"]).arg(file).arg(on)
}

/// The operations of a reproducer: what stands behind its empty line.
fn operations(reproducer: &[String]) -> &[String] {
    let header = reproducer.iter().position(String::is_empty).unwrap_or(reproducer.len());
    reproducer.get(header + 1..).unwrap_or_default()
}

/// Scratch directories of stress.
fn scratches(place: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(place).unwrap().map(|entry| entry.unwrap());
    let ours = entries.filter(|entry| {
        entry.file_name().to_str().is_some_and(|name| name.starts_with(".fscan-stress-"))
    });
    ours.map(|entry| entry.path()).collect()
}

/// Fails unless nothing is in a directory.
#[track_caller]
fn expect_empty(outcome: &Outcome, place: &Path) {
    let left = fs::read_dir(place).unwrap().count();
    outcome.expect(left == 0, &format!("nothing is left in {}", place.display()));
}
