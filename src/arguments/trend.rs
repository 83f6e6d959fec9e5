//! Options of `fscan trend`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{FailOn, When};

/// Options of `fscan trend`.
#[derive(Args, Debug)]
pub struct TrendArguments {
    /// Reports that were written with -o, and folders of them (`*.json`, and those in the folders in
    /// them, as `fscan nightly` leaves them)
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<PathBuf>,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = TrendFormat::Text)]
    pub format: TrendFormat,

    /// The least severity of something new or growing that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Suspect)]
    pub fail_on: FailOn,

    /// Show every finding, those too that are as they were
    #[arg(short, long)]
    pub verbose: bool,

    /// Use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
}

/// A form of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TrendFormat {
    /// For people
    Text,
    /// For machines
    Json,
    /// For a browser: one page that stands alone, with lines over time
    Html,
}
