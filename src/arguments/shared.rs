//! Options that several commands share, with one help text.

use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;

use super::{When, seconds};

/// How a tree is worked on.
#[derive(Args, Debug)]
pub struct WorkArguments {
    /// Threads to work with [default: one a processor]
    #[arg(id = "threads", long = "threads", value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=512), allow_negative_numbers = true)]
    pub asked: Option<u16>,

    /// Give a mount up as hung when a system call takes longer; 0 waits for ever
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    pub stat_timeout: Duration,
}

impl WorkArguments {
    /// How many threads, at least 1.
    pub fn threads(&self) -> usize {
        match self.asked {
            Some(threads) => threads.into(),
            None => available_parallelism().map_or(1, usize::from),
        }
    }

    /// How long a system call may take; none where it may for ever.
    pub fn patience(&self) -> Option<Duration> {
        Some(self.stat_timeout).filter(|timeout| !timeout.is_zero())
    }
}

/// Whether it is shown how far a command came.
#[derive(Args, Debug)]
pub struct ProgressArguments {
    /// Show progress on stderr
    #[arg(id = "progress", long = "progress", value_name = "WHEN", value_enum)]
    #[arg(default_value_t = When::Auto)]
    pub when: When,
}

/// Where facts of Longhorn volumes come from.
#[derive(Args, Debug)]
pub struct LonghornArguments {
    /// What `kubectl -n longhorn-system get volumes.longhorn.io NAME -o json` printed, in a file or on
    /// stdin (-); claims and other objects may stand in it too
    #[arg(id = "longhorn", long = "longhorn", value_name = "FILE|-")]
    pub file: Option<PathBuf>,
}
