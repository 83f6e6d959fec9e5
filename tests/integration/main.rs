//! End-to-end tests: the real binary on real filesystems, one module a surface.
//!
//! What needs root, loop devices or a tool that is missing says so on stderr and is skipped;
//! with `FSCAN_LAB=required` in the environment a skip is a failure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails; clippy sees test code only inside #[test] functions"
)]

mod baselines;
mod beads;
mod busy;
mod checkpoint;
mod command_line;
mod damage;
mod damaged_baseline;
mod deploy;
mod depth;
mod determinism;
mod diff;
mod encryption;
mod environment;
mod errors_policy;
mod faults;
mod file_content;
mod filesystem_identity;
mod formats;
mod harness;
mod healthy;
mod html;
mod hung_mounts;
mod link_swaps;
mod lost_inodes;
mod manual;
mod mount_points;
mod mutants;
mod names;
mod nightly;
mod offline;
mod output_file;
mod overlay;
mod permissions;
mod refused;
mod roots;
mod saved_report;
mod self_checks;
mod shards;
mod shards_apart;
mod signals;
mod special_files;
mod stress;
mod sums;
mod suppressions;
mod survival;
mod tar;
mod times_of_change;
mod trend;
mod where_it_is;
