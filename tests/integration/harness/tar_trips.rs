//! The report's `tar`, declared a second time.

#![allow(dead_code, reason = "declared so that an unknown or missing field fails to parse")]

use serde::Deserialize;

use super::report::Example;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TarTrips {
    pub(crate) source: String,
    pub(crate) seed: Option<u64>,
    pub(crate) jobs: Option<u32>,
    pub(crate) churn: bool,
    pub(crate) runs: Vec<TarRun>,
    #[serde(default)]
    pub(crate) refused: Vec<TarRefused>,
    #[serde(default)]
    pub(crate) refused_beyond: u64,
    #[serde(default)]
    pub(crate) unreadable: Vec<TarError>,
    #[serde(default)]
    pub(crate) unreadable_beyond: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TarRun {
    pub(crate) pattern: String,
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    #[serde(default)]
    pub(crate) path_elided: u64,
    pub(crate) filesystem: String,
    pub(crate) control: bool,
    pub(crate) rounds: u32,
    pub(crate) packages: u64,
    pub(crate) entries: u64,
    pub(crate) verified: u64,
    pub(crate) bytes: u64,
    pub(crate) seconds: f64,
    #[serde(default)]
    pub(crate) differing: u64,
    #[serde(default)]
    pub(crate) left_behind: u64,
    #[serde(default)]
    pub(crate) errors: Vec<TarError>,
    #[serde(default)]
    pub(crate) errors_beyond: u64,
    #[serde(default)]
    pub(crate) by_classification: Vec<TarErrorCount>,
    pub(crate) complete: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TarError {
    pub(crate) message: String,
    pub(crate) syscall: String,
    pub(crate) errno: String,
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    #[serde(default)]
    pub(crate) path_elided: u64,
    pub(crate) classification: String,
    pub(crate) package: Option<Example>,
    pub(crate) round: u32,
    #[serde(default)]
    pub(crate) evidence: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TarErrorCount {
    pub(crate) classification: String,
    pub(crate) count: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TarRefused {
    pub(crate) archive: Example,
    pub(crate) member: Option<Example>,
    pub(crate) why: String,
}
