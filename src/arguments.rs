//! The command line: what was typed, validated.

mod bead;
mod nightly;
mod result;
mod settings;
mod shard;
mod shared;
mod stress;
mod tar;
mod trend;

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use scanner::compare::Field;

pub use bead::BeadArguments;
pub use nightly::{NightFormat, NightlyArguments};
pub use result::{FailOn, Format, ResultArguments, ShapeArguments, When, prometheus_file};
pub use settings::{SettingsArguments, Typed};
pub use shard::{MergeArguments, ShardArguments};
pub use shared::{LonghornArguments, ProgressArguments, WorkArguments};
pub use stress::{Language, Place, ProfileName, ReplayArguments, StressArguments, place, time};
pub use tar::{Pattern, SourceArguments, TarArguments};
pub use trend::{TrendArguments, TrendFormat};

const EXIT_CODES: &str = "Exit codes:
  0  nothing at or above --fail-on
  1  findings
  2  usage, or the run could not be done
  3  with --strict: nothing found, but something stayed unchecked
  129, 130, 143  stopped by SIGHUP, SIGINT or SIGTERM; a partial report was written";

/// Judges a live, mounted filesystem: finds damage, explains it, says what to do next.
#[derive(Debug, Parser)]
#[command(
    name = "fscan",
    version,
    after_help = EXIT_CODES,
    args_conflicts_with_subcommands = true,
    max_term_width = 80
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    scan: ScanArguments,
}

impl Arguments {
    /// What was typed; help and errors of usage end the process.
    pub fn typed() -> (Self, Typed) {
        let matches = Self::command().get_matches();
        let arguments = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        (arguments, Typed::of(&matches))
    }

    /// The command; `scan` where none is named.
    pub fn chosen(self) -> Result<Command, clap::Error> {
        if let Some(word) = self.late_command() {
            let kind = clap::error::ErrorKind::InvalidSubcommand;
            let message = format!(
                "'{word}' is a command, and no such file is there: a command comes first, and its \
                 options behind it (`fscan {word} ...`)"
            );
            return Err(Arguments::command().error(kind, message));
        }
        let command = self.command.unwrap_or(Command::Scan(self.scan));
        match &command {
            Command::Scan(scan) if scan.paths.is_empty() => {
                let kind = clap::error::ErrorKind::MissingRequiredArgument;
                let message = "no PATH to scan was given (try `fscan /home`)";
                Err(Arguments::command().error(kind, message))
            }
            _ => Ok(command),
        }
    }

    /// A command behind options of a scan, which makes it a PATH.
    fn late_command(&self) -> Option<&str> {
        let known = Self::command();
        let is_late = |path: &&PathBuf| {
            known.find_subcommand(path).is_some() && path.symlink_metadata().is_err()
        };
        self.scan.paths.iter().filter(|_| self.command.is_none()).find(is_late)?.to_str()
    }
}

/// What fscan can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan trees (the default: `fscan PATH` means the same)
    Scan(ScanArguments),
    /// Compare two manifests: what was lost, changed, moved, added
    Diff(DiffArguments),
    /// Extract archives as npm, pnpm and tar do it, compare, remove: does it fail here, and why
    Tar(TarArguments),
    /// Hammer filesystems with seeded operations, check every outcome, minimise what differs
    Stress(StressArguments),
    /// Run a reproducer of `fscan stress` again, or print it as a program
    Replay(ReplayArguments),
    /// Have e2fsck check an ext4 image, detached device or clone (e2fsck -fn: changes nothing)
    Image(ImageArguments),
    /// Say what this machine and pod are, and what will not work here
    Env(EnvironmentArguments),
    /// Join the parts of a tree that several processes scanned (--shard)
    Merge(MergeArguments),
    /// Render a saved report again
    Report(ReportArguments),
    /// Compare several saved reports of one path over time: what is new, gone, growing
    Trend(TrendArguments),
    /// Do what a timer runs at night: a quick scan, tar round trips, stress, a full scan, each with a
    /// report in a folder of the night
    Nightly(NightlyArguments),
    /// Say what a finding means, how it is detected and what to do
    Explain(ExplainArguments),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man {
        /// Write a page for each command, and completions for shells, to where man and the shells look
        /// for them below this folder (such as ~/.local), and print the paths
        #[arg(long, value_name = "PREFIX")]
        install: Option<PathBuf>,
    },
}

impl Command {
    /// Whether it runs as a plugin of node-problem-detector.
    pub fn is_npd(&self) -> bool {
        let shape = match self {
            Command::Scan(scan) => &scan.result.shape,
            Command::Diff(diff) => &diff.result.shape,
            Command::Tar(tar) => &tar.result.shape,
            Command::Stress(stress) => &stress.result.shape,
            Command::Replay(replay) => &replay.result.shape,
            Command::Image(image) => &image.result.shape,
            Command::Env(env) => &env.result.shape,
            Command::Merge(merge) => &merge.result.shape,
            Command::Report(report) => &report.shape,
            Command::Trend(_)
            | Command::Nightly(_)
            | Command::Explain(_)
            | Command::Completions { .. }
            | Command::Man { .. } => return false,
        };
        shape.npd
    }
}

/// Options of a scan.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one flag of the command line each")]
pub struct ScanArguments {
    /// Directories or files to scan
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Look at metadata only: no content of a file is read, nothing is extracted
    #[arg(long)]
    pub quick: bool,

    /// Write nothing anywhere under PATH: without the small tar round trip
    #[arg(long)]
    pub read_only: bool,

    /// Make these checks only
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = scanner::CHECK_NAMES)]
    pub check: Vec<String>,

    /// Leave these checks out
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = scanner::CHECK_NAMES)]
    pub skip: Vec<String>,

    /// Leave out what matches: `*.iso` any such name, `app/.next` a path below PATH,
    /// `/home/coder/.cache` an absolute path (may be given several times)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Go on into other filesystems mounted below PATH (a directory mounted twice is walked once)
    #[arg(long)]
    pub cross_mounts: bool,

    /// Scan even where meeting damage would panic this machine (errors=panic)
    #[arg(long)]
    pub force: bool,

    /// Write every name with its metadata and the hash of its content to this file; `.gz`
    /// compresses it
    #[arg(long, value_name = "FILE", conflicts_with = "quick")]
    pub manifest: Option<PathBuf>,

    /// Compare with a manifest that was written earlier
    #[arg(long, value_name = "FILE", conflicts_with = "quick")]
    pub baseline: Option<PathBuf>,

    /// Fields that need not be the same as in the baseline
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = Field::WORDS)]
    #[arg(requires = "baseline", conflicts_with_all = ["quick", "shard"])]
    pub ignore: Vec<String>,

    #[command(flatten)]
    pub longhorn: LonghornArguments,

    /// Write the hashes of all files as `b3sum --check` reads them
    #[arg(long, value_name = "FILE", conflicts_with = "quick")]
    pub sums: Option<PathBuf>,

    /// Leave large files in the page cache that were not there before
    #[arg(long)]
    pub keep_cache: bool,

    /// Stop after this time (seconds, or `90s`, `10m`, `4h`); with --checkpoint the next run goes on
    /// from there
    #[arg(long, value_name = "TIME", value_parser = stress::time, allow_negative_numbers = true)]
    pub max_duration: Option<Duration>,

    /// Keep in this file what was read, so that a scan that was stopped goes on from there; it is
    /// removed when the scan came to its end. Remove it yourself after a repair (e2fsck)
    #[arg(long, value_name = "FILE", conflicts_with = "quick")]
    pub checkpoint: Option<PathBuf>,

    /// Read content no faster than this many bytes a second (K, M, G and T mean KiB to TiB)
    #[arg(long, value_name = "BYTES/s", value_parser = bytes, allow_negative_numbers = true)]
    pub max_rate: Option<NonZeroU64>,

    /// Let everybody else go first: idle I/O class, and nice 19
    #[arg(long)]
    pub idle: bool,

    #[command(flatten)]
    pub work: WorkArguments,

    #[command(flatten)]
    pub progress: ProgressArguments,

    #[command(flatten)]
    pub part: ShardArguments,

    #[command(flatten)]
    pub result: ResultArguments,
}

/// Options of `fscan diff`.
#[derive(Args, Debug)]
pub struct DiffArguments {
    /// The manifest to compare against
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,

    /// The manifest of what is there now
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,

    /// Fields that need not be the same
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = Field::WORDS)]
    pub ignore: Vec<String>,

    /// Leave out what matches: `*.iso` any such name, `app/.next` a path below the root,
    /// `/home/coder/.cache` an absolute path (may be given several times)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Compare also where AFTER holds nothing but its root
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub result: ResultArguments,
}

/// Options of `fscan env`.
#[derive(Args, Debug)]
pub struct EnvironmentArguments {
    /// Directories or files to ask about
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub longhorn: LonghornArguments,

    /// Write nothing anywhere under PATH, for a moment either
    #[arg(long)]
    pub read_only: bool,

    #[command(flatten)]
    pub result: ResultArguments,
}

/// Options of `fscan image`.
#[derive(Args, Debug)]
pub struct ImageArguments {
    /// An image file, a detached block device or a snapshot clone, with ext2, ext3 or ext4
    #[arg(value_name = "FILE-OR-DEVICE")]
    pub path: PathBuf,

    /// Check it also while it is mounted; what is found then is suspect at most
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub result: ResultArguments,
}

/// Options of `fscan report`.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("to_bead").args(["bead", "new_bead"])))]
pub struct ReportArguments {
    /// A report written with -o or --format json
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// A copy of what was scanned was compared with it (--baseline, `fscan diff`), and what that left
    /// open is known: give the commands as well that can destroy data
    #[arg(long)]
    pub copy_verified: bool,

    #[command(flatten)]
    pub bead: BeadArguments,

    #[command(flatten)]
    pub settings: SettingsArguments,

    #[command(flatten)]
    pub shape: ShapeArguments,
}

/// Options of `fscan explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// A code such as dirent-dangling, or a fact such as id-mapping; without one all codes are listed
    pub code: Option<String>,

    /// Use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|it| Duration::try_from_secs_f64(it).ok());
    seconds
        .filter(|seconds| seconds.as_secs() < 1 << 32)
        .ok_or_else(|| format!("not a number of seconds from 0 to {}", u32::MAX))
}

/// Any number, such as a seed.
fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("not a whole number from 0 to {}", u64::MAX))
}

/// A number of something.
fn count(text: &str) -> Result<NonZeroU64, String> {
    text.parse().map_err(|_| format!("not a whole number from 1 to {}", u64::MAX))
}

/// A number of bytes, with K, M, G or T behind it where it is one of KiB, MiB, GiB or TiB.
pub fn bytes(text: &str) -> Result<NonZeroU64, String> {
    let unit =
        |letter: char| "KMGT".find(letter.to_ascii_uppercase()).map(|power| 10 * (power + 1));
    let shift = text.chars().last().and_then(unit);
    let number = if shift.is_some() { text.get(..text.len() - 1).unwrap_or(text) } else { text };
    let number: u64 =
        number.parse().map_err(|_| "not a number of bytes, such as 20M".to_owned())?;
    let bytes = number.checked_mul(1 << shift.unwrap_or(0)).and_then(NonZeroU64::new);
    bytes.ok_or_else(|| "not from 1 byte to 16 EiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_bytes_have_units() {
        for (text, value) in [("1", 1), ("20M", 20 << 20), ("3k", 3 << 10), ("2G", 2 << 30)] {
            assert_eq!(bytes(text).map(NonZeroU64::get), Ok(value), "{text}");
        }
        for text in ["", "M", "0", "0G", "-1", "1.5M", "20MB", "é", "18446744073709551615G"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_say_from_where_to_where() {
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        for text in ["", "-1", "nan", "inf", "4294967296", "99999999999999999999"] {
            let said = seconds(text).unwrap_err();
            assert_eq!(said, "not a number of seconds from 0 to 4294967295", "{text}");
        }
        assert_eq!(number("0"), Ok(0));
        assert!(number("-1").unwrap_err().ends_with("from 0 to 18446744073709551615"));
        assert_eq!(count("1").map(NonZeroU64::get), Ok(1));
        assert!(count("0").unwrap_err().starts_with("not a whole number from 1 to "));
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn scan_is_the_default_command() {
        for line in [&["fscan", "/a", "--quick"][..], &["fscan", "scan", "/a", "--quick"]] {
            let command = Arguments::try_parse_from(line).unwrap().chosen().unwrap();
            let Command::Scan(scan) = command else { panic!("{line:?}") };
            assert!(scan.quick && scan.paths == [PathBuf::from("/a")], "{line:?}");
        }
    }

    #[test]
    fn a_path_is_needed() {
        assert!(Arguments::try_parse_from(["fscan"]).unwrap().chosen().is_err());
        assert!(Arguments::try_parse_from(["fscan", "scan"]).unwrap().chosen().is_err());
    }
}
