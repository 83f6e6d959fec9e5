//! Options of a part of a scan, and of joining parts.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use scanner::Shard;

use super::{ResultArguments, When, seconds};

/// Which part of a tree is scanned.
#[derive(Args, Debug)]
pub struct ShardArguments {
    /// Scan one of COUNT parts of PATH, from 0/COUNT on: whose directories are whose goes by a hash of
    /// their paths. `fscan merge` joins the parts
    #[arg(long, value_name = "INDEX/COUNT", requires = "facts")]
    #[arg(conflicts_with_all = ["baseline", "sums", "cross_mounts", "checkpoint"])]
    pub shard: Option<Shard>,

    /// Write what `fscan merge` needs of this part to this file
    #[arg(long, value_name = "FILE", requires = "shard")]
    pub facts: Option<PathBuf>,
}

/// Options of `fscan merge`.
#[derive(Args, Debug)]
pub struct MergeArguments {
    /// The files that --facts wrote, of every part once, and with --manifest those that --manifest
    /// wrote; or folders that hold them
    #[arg(value_name = "SHARD", required = true)]
    pub shards: Vec<PathBuf>,

    /// Join the manifests as well, into this file; `.gz` compresses it
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,

    /// Write nothing anywhere under the tree: without the small tar round trip
    #[arg(long)]
    pub read_only: bool,

    /// What `kubectl -n longhorn-system get volumes.longhorn.io NAME -o json` printed, in a file or on
    /// stdin (-); claims and other objects may stand in it too
    #[arg(long, value_name = "FILE|-")]
    pub longhorn: Option<PathBuf>,

    /// Threads to work with [default: one a processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub threads: Option<u16>,

    /// Give a mount up as hung when a system call takes longer; 0 waits for ever
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub stat_timeout: Duration,

    /// Show progress on stderr
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub progress: When,

    #[command(flatten)]
    pub result: ResultArguments,
}
