//! Options of a part of a scan, and of joining parts.

use std::path::PathBuf;

use clap::Args;
use scanner::Shard;

use super::{LonghornArguments, ProgressArguments, ResultArguments, WorkArguments};

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

    /// Go on even where meeting damage would panic this machine (errors=panic)
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub longhorn: LonghornArguments,

    #[command(flatten)]
    pub work: WorkArguments,

    #[command(flatten)]
    pub progress: ProgressArguments,

    #[command(flatten)]
    pub result: ResultArguments,
}
