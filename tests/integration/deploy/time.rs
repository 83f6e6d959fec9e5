//! How long a night may take to come to its end, and how long it is let: whoever is killed before
//! leaves no summary.

use std::fs;

use super::units::{NEEDS, objects, pod};
use super::{deployed, seconds};
use crate::harness::in_lab;

/// What a night does between the end of its last step and its own: it writes the summary and metrics,
/// and removes old nights.
const SUMMARY: u64 = 30;

/// A time of a file of settings, or what holds where it is left out, as the commented sample has it.
fn setting(file: &str, name: &str) -> u64 {
    let texts = [file, "systemd/nightly.toml"].map(|it| fs::read_to_string(deployed(it)).unwrap());
    let before_tables = texts.iter().map(|text| text.split("\n[").next().unwrap());
    let mut lines = before_tables.flat_map(str::lines).map(|line| line.trim_start_matches('#'));
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
    seconds(value.unwrap().trim_matches('"'))
}

/// A time of the unit of systemd, whose numbers without a unit are seconds.
fn of_service(name: &str) -> u64 {
    let service = fs::read_to_string(deployed("systemd/fscan-nightly.service")).unwrap();
    let value = service.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let value = value.unwrap();
    value.parse().unwrap_or_else(|_| seconds(value))
}

#[test]
fn a_pod_lets_the_night_write_its_summary() {
    in_lab(&NEEDS, |_| {
        let file = "kubernetes/base/nightly/nightly.toml";
        for overlay in ["base", "overlays/example"] {
            let objects = objects(overlay, "nightly");
            let is_night = |object: &&serde_json::Value| object["kind"] == "CronJob";
            let night = objects.iter().find(is_night).unwrap();
            let grace = &pod(night).unwrap()["terminationGracePeriodSeconds"];
            let until = &night["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"];
            let (step, steps) = (setting(file, "grace"), setting(file, "time-limit"));
            assert!(grace.as_u64().unwrap() >= step + SUMMARY, "{overlay}: {grace} s");
            assert!(until.as_u64().unwrap() >= steps + step + SUMMARY, "{overlay}: {until} s");
        }
    });
}

#[test]
fn systemd_lets_the_night_write_its_summary() {
    let file = "systemd/nightly.toml";
    let (step, steps) = (setting(file, "grace"), setting(file, "time-limit"));
    assert!(of_service("TimeoutStopSec") >= step + SUMMARY);
    assert!(of_service("TimeoutStartSec") >= steps + step + SUMMARY);
}

#[test]
fn a_pod_does_not_heed_what_the_home_says() {
    let file = deployed("kubernetes/base/nightly/nightly.toml");
    let settings = fs::read_to_string(file).unwrap();
    assert!(settings.lines().any(|line| line == "settings = false"), "its owner is watched");
}
