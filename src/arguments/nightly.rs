//! Options of `fscan nightly`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::When;

/// Options of `fscan nightly`.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes:
  0  every step that could be run came to its end, and found nothing
     at or above fail-on
  1  findings at or above fail-on (with --exit-zero they do not count)
  2  usage, or no night could begin (another one is under way, no room
     for reports); or no findings count and a step was killed, failed or
     left no report, or the night's reports or metrics could not be kept
  129, 130, 143  stopped by SIGHUP, SIGINT or SIGTERM; the folder stays
     as NAME.partial")]
pub struct NightlyArguments {
    /// What to do, in TOML: roots, the folder for reports, how long each step may take
    #[arg(value_name = "CONFIG", default_value = "/etc/fscan/nightly.toml")]
    pub config: PathBuf,

    /// Findings are no failed job: end with 0 where every step came to its end
    #[arg(long)]
    pub exit_zero: bool,

    /// Print the commands that would be run, and do nothing; what would keep a night from
    /// beginning is refused all the same
    #[arg(long)]
    pub dry_run: bool,

    /// Print settings in which every key is explained, and do nothing else
    #[arg(long)]
    pub sample: bool,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = NightFormat::Text)]
    pub format: NightFormat,

    /// Use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
}

/// A form of a night's summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NightFormat {
    /// For people
    Text,
    /// For machines: as summary.json in the folder of the night
    Json,
}
