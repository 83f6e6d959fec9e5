//! What node-problem-detector reads, as its custom plugin monitor reads it: unknown fields would be
//! ignored there and are errors here.

use std::fs;
use std::time::Duration;

use serde::Deserialize;

use super::{deployed, seconds};
use crate::harness::{Dir, Fscan, files};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Monitor {
    plugin: String,
    #[serde(rename = "pluginConfig")]
    settings: Settings,
    source: String,
    #[serde(rename = "metricsReporting")]
    _metrics_reporting: bool,
    conditions: Vec<Condition>,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    invoke_interval: String,
    timeout: String,
    max_output_length: usize,
    #[serde(rename = "concurrency")]
    _concurrency: u32,
    #[serde(rename = "enable_message_change_based_condition_update")]
    _follows_message: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    reason: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(rename = "type")]
    kind: String,
    condition: String,
    reason: String,
    path: String,
    args: Vec<String>,
    timeout: String,
}

fn monitor() -> Monitor {
    let file = deployed("kubernetes/base/node-problem-detector/fscan-monitor.json");
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

fn duration(text: &str) -> Duration {
    Duration::from_secs(seconds(text))
}

#[test]
fn the_monitor_is_what_the_detector_takes() {
    let monitor = monitor();
    assert_eq!((monitor.plugin.as_str(), monitor.source.as_str()), ("custom", "fscan-monitor"));
    let most = duration(&monitor.settings.timeout);
    assert!(duration(&monitor.settings.invoke_interval) > most, "one run at a time");
    for rule in &monitor.rules {
        assert_eq!(rule.kind, "permanent");
        let known = monitor.conditions.iter().find(|known| known.kind == rule.condition);
        let known = known.expect("a permanent problem has its condition");
        assert!(known.reason != rule.reason && known.message.len() <= 80);
        assert!(duration(&rule.timeout) <= most);
        assert_eq!(rule.path, "/usr/local/bin/fscan", "where the image has it");
        let limit = rule.args.iter().find_map(|word| word.strip_prefix("--max-duration="));
        let limit = Duration::from_secs(limit.unwrap().parse().unwrap());
        // Whoever is killed says nothing.
        assert!(limit + Duration::from_secs(30) < duration(&rule.timeout));
    }
}

#[test]
fn fscan_takes_the_monitors_command_line() {
    let dir = Dir::new();
    files(&dir.folder("volumes"), 3);
    let monitor = monitor();
    let place = dir.join("volumes");
    let arguments = monitor.rules[0].args.iter().map(|word| match word.as_str() {
        "/volumes" => place.to_str().unwrap(),
        word => word,
    });
    // The machine's own filesystem is no concern of the test.
    let outcome = Fscan::new(&dir).args(arguments).args(["--skip", "kernel"]).run();
    outcome.expect_code(0).expect(outcome.stdout().lines().count() == 1, "one line");
    let is_short = outcome.stdout().len() <= monitor.settings.max_output_length;
    outcome.expect(is_short && outcome.stderr().is_empty(), "that is not cut");
}
