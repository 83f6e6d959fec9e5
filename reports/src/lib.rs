#![forbid(unsafe_code)]
//! What fscan found, as data.
//!
//! A [`Finding`] is a proven or suspected defect, an [`Unchecked`] row is something that could
//! not be examined, and a [`Report`] carries both to people and machines. Each finding bears a
//! [`Code`]; everything people read about a code stands in the one table beside it. Renderers
//! take a report and a writer and know nothing of how it came to be.

mod blocks;
mod clip;
mod code;
mod code_text;
mod collector;
mod components;
mod day;
mod diff;
mod directories;
mod environment;
mod finding;
mod html;
mod json;
mod junit;
mod listed;
mod markdown;
mod night;
mod numbers;
mod path_name;
mod problem_line;
mod prometheus;
mod remediation;
mod report;
mod resumed;
#[cfg(test)]
mod sample;
mod schema;
mod severity;
mod stress;
mod sum;
mod suppression;
mod tar_classification;
mod tar_conclusion;
mod tar_trips;
mod text;
mod timestamp;
mod trend;
mod unchecked;

pub use blocks::{BlockRange, BlockTally, DeviceBlocks};
pub use code::{Code, CodeText};
pub use collector::FindingCollector;
pub use day::Day;
pub use diff::{
    Diff, DiffDirectory, DiffField, DiffLeftOut, DiffRow, DiffSide, DiffTally, DiffTotals,
};
pub use directories::{Directories, DirectoryHeld, DirectoryRow, DirectoryTally};
pub use environment::{
    Answer, Component, ComponentName, ComponentStatus, Environment, Fact, FactName, FactText,
    FactValue,
};
pub use finding::{Finding, Subject};
pub use html::{HtmlOptions, write_html};
pub use json::{ReadError, from_json, write_json};
pub use junit::{JunitOptions, write_junit};
pub use markdown::{MarkdownOptions, ReportFile, write_markdown};
pub use night::{
    LastReport, NIGHT_SCHEMA_VERSION, Night, NightEnding, NightStep, NightStepName, night_schema,
    write_night_json, write_night_prometheus, write_night_text,
};
pub use numbers::counted;
pub use path_name::{PathName, escape, escape_prose};
pub use problem_line::{ProblemState, in_a_line, problem_line};
pub use prometheus::write_prometheus;
pub use remediation::{Confidence, Known, Recommendation, Step, recommend, shell_word};
pub use report::{CheckRun, CheckStatus, Report, Root, SCHEMA_VERSION, Tool, Totals};
pub use resumed::{Resumed, ResumedRun};
pub use schema::json_schema;
pub use severity::{Severity, Verdict};
pub use stress::{
    Stress, StressAbility, StressCapability, StressConclusion, StressCount, StressCoverage,
    StressDivergence, StressElsewhere, StressElsewhereOutcome, StressEnding, StressLatency,
    StressMinimised, StressNotProvided, StressQuirk, StressTarget,
};
pub use suppression::{PlaceError, Suppressed, SuppressedPlace, Suppression, suppress};
pub use tar_classification::TarClassification;
pub use tar_conclusion::TarConclusion;
pub use tar_trips::{TarError, TarErrorCount, TarPattern, TarRefused, TarRun, TarTrips};
pub use text::{TextOptions, write_explanation, write_text};
pub use timestamp::Timestamp;
pub use trend::{
    Dated, TREND_SCHEMA_VERSION, Trend, TrendAspect, TrendChange, TrendCode, TrendCounter,
    TrendFinding, TrendKind, TrendMeasure, TrendQuantity, TrendReport, TrendRun, TrendSeries,
    TrendState, TrendTally, trend_schema, write_trend_html, write_trend_json, write_trend_text,
};
pub use unchecked::{Unchecked, UncheckedCollector, UncheckedReason};
