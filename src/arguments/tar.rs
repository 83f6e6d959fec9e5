//! The command line of `fscan tar`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use reports::TarPattern;
use scanner::scratch::Owner;

use super::{ProgressArguments, ResultArguments, number};

/// Options of `fscan tar`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one flag of the command line each")]
pub struct TarArguments {
    /// The directory to extract in; a scratch directory is made there and removed at the end
    #[arg(value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,

    /// The ways to extract, one after the other [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_enum)]
    pub pattern: Vec<Pattern>,

    #[command(flatten)]
    pub source: SourceArguments,

    /// Packages at once [default: as the pattern does it]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    #[arg(allow_negative_numbers = true)]
    pub jobs: Option<u16>,

    /// How often everything is extracted, compared and removed
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub rounds: u32,

    /// Have a competing installer retire and remove packages meanwhile
    #[arg(long)]
    pub churn: bool,

    /// Do the same beside it in this directory, which must be on a filesystem that is known to be
    /// sound [default: /dev/shm]
    #[arg(long, value_name = "DIR")]
    pub control: Option<PathBuf>,

    /// Do it in DIR alone
    #[arg(long, conflicts_with = "control")]
    pub no_control: bool,

    /// Leave what was extracted where it is
    #[arg(long)]
    pub keep: bool,

    /// Remove what runs left that were killed, or asked to keep it; do nothing else
    #[arg(long, conflicts_with_all = ["keep", "churn", "from", "pattern"])]
    pub clean: bool,

    /// With --clean: remove only what this process left, as `fscan nightly` knows it
    #[arg(long, value_name = "OWNER", hide = true, requires = "clean")]
    pub left_by: Option<Owner>,

    /// Do it even where meeting damage would panic this machine (errors=panic)
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub progress: ProgressArguments,

    #[command(flatten)]
    pub result: ResultArguments,
}

/// Where the archives of `fscan tar` come from.
#[derive(Args, Debug)]
pub struct SourceArguments {
    /// Archives to extract (.tgz, .tar)
    #[arg(long, value_name = "FILE", num_args = 1.., group = "from")]
    pub archive: Vec<PathBuf>,

    /// Extract what is in npm's cache
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, group = "from")]
    #[expect(clippy::option_option, reason = "given or not, with a directory or not")]
    pub from_npm_cache: Option<Option<PathBuf>>,

    /// Pack the files of DIR, or of another tree, and extract them
    #[arg(long, value_name = "TREE", num_args = 0..=1, require_equals = true, group = "from")]
    #[expect(clippy::option_option, reason = "given or not, with a directory or not")]
    pub from_tree: Option<Option<PathBuf>>,

    /// Extract so many packages that are made up [default: 711, the dependencies of a front-end
    /// project]
    #[arg(long, value_name = "PACKAGES", group = "from")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    #[arg(allow_negative_numbers = true)]
    pub generated: Option<u32>,

    /// What made-up packages are made from: the same seed makes the same packages
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number)]
    #[arg(allow_negative_numbers = true)]
    pub seed: u64,
}

/// A way to extract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Pattern {
    /// As npm does it today
    Npm,
    /// As npm did it with node-tar 7.4.3 and older, which remembers the directories it made
    NpmCached,
    /// As pnpm does it: a store, and links from there
    Pnpm,
    /// As GNU tar does it
    Sequential,
}

impl From<Pattern> for TarPattern {
    fn from(pattern: Pattern) -> Self {
        match pattern {
            Pattern::Npm => TarPattern::Npm,
            Pattern::NpmCached => TarPattern::NpmCached,
            Pattern::Pnpm => TarPattern::Pnpm,
            Pattern::Sequential => TarPattern::Sequential,
        }
    }
}
