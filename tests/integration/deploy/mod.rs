//! What stands in `deploy/`: that it is what its readers take, that its names lead somewhere, and that
//! this binary takes its command lines.

mod commands;
mod image;
mod manifests;
mod node_problem_detector;
mod systemd;
mod units;

use std::path::{Path, PathBuf};

/// A file or folder of `deploy/`.
fn deployed(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(path)
}
