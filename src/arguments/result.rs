//! What becomes of what was found: files, exit code, and how it is shown.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use reports::Severity;

use super::SettingsArguments;

/// What becomes of what was found.
#[derive(Args, Debug)]
pub struct ResultArguments {
    /// List every finding, not the first hundred of each kind
    #[arg(long)]
    pub all_findings: bool,

    /// The least severity that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Suspect)]
    pub fail_on: FailOn,

    /// Exit with 3 if nothing was found but something stayed unchecked
    #[arg(long)]
    pub strict: bool,

    /// Write the report as JSON to this file, atomically
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Write metrics for node_exporter's textfile collector to this file (NAME.prom), atomically
    /// and readable for everybody
    #[arg(long, value_name = "FILE", value_parser = prometheus_file)]
    pub prometheus_file: Option<PathBuf>,

    /// Say nothing but the result: the report still goes to stdout, and errors to stderr
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    #[command(flatten)]
    pub settings: SettingsArguments,

    #[command(flatten)]
    pub shape: ShapeArguments,
}

impl ResultArguments {
    /// Every file that is written for the report.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.output.iter().chain(&self.prometheus_file).map(PathBuf::as_path)
    }

    /// Whether nothing is to be said but the result.
    pub fn is_quiet(&self) -> bool {
        self.quiet || self.shape.npd
    }
}

/// How a report is shown.
#[derive(Args, Debug)]
pub struct ShapeArguments {
    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Be a plugin of node-problem-detector: print one line of at most 80 bytes, and exit with 0
    /// (nothing at or above --fail-on), 1 (a problem) or 2 (unknown: not done, incomplete)
    #[arg(long, conflicts_with_all = ["format", "verbose"])]
    pub npd: bool,

    /// Show every finding with all its evidence
    #[arg(short, long)]
    pub verbose: bool,

    /// Use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
}

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For machines: the report contract
    Json,
    /// For an issue or a merge request: Markdown of less than 60,000 bytes
    Markdown,
    /// For a browser: one page that needs nothing else
    Html,
    /// For CI: JUnit XML, a suite for each root
    Junit,
    /// For Prometheus: metrics in its text format
    Prometheus,
}

/// When to do something that suits a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl When {
    /// Decides for a stream that is a terminal or not.
    pub fn decide(self, terminal: bool) -> bool {
        match self {
            When::Auto => terminal,
            When::Always => true,
            When::Never => false,
        }
    }
}

/// The least severity that makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Proven damage
    Corrupt,
    /// Also what damage explains best
    Suspect,
    /// Also risks
    Warning,
}

impl From<FailOn> for Severity {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Corrupt => Severity::Corrupt,
            FailOn::Suspect => Severity::Suspect,
            FailOn::Warning => Severity::Warning,
        }
    }
}

/// A file that the textfile collector reads: it goes by the end of the name.
pub fn prometheus_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match (path.file_stem(), path.extension()) {
        (Some(_), Some(extension)) if extension == "prom" => Ok(path),
        _ => Err("the collector reads only files whose names end in .prom".to_owned()),
    }
}
