//! Options of `fscan nightly`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::When;

/// Options of `fscan nightly`.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes:
  0  every step came to its end, and found nothing at or above fail-on
  1  findings at or above fail-on (0 with --exit-zero)
  2  usage, another night is running, or nothing was found and a step was killed, failed or
     left no report
  129, 130, 143  stopped by SIGHUP, SIGINT or SIGTERM; the folder stays as NAME.partial")]
pub struct NightlyArguments {
    /// What to do, in TOML: roots, the folder for reports, how long each step may take
    #[arg(value_name = "CONFIG", default_value = "/etc/fscan/nightly.toml")]
    pub config: PathBuf,

    /// Findings are no failed job: end with 0 where every step came to its end
    #[arg(long)]
    pub exit_zero: bool,

    /// Print the commands that would be run, and do nothing
    #[arg(long)]
    pub dry_run: bool,

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
