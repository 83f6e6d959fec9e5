//! `fscan nightly`: whole nights on small trees, with steps that are short.

mod endings;
mod kept;
mod refused;
mod whole;

use std::fs;
use std::path::{Path, PathBuf};

use reports::{Night, NightEnding};

use crate::harness::{Dir, Fscan, Outcome};

/// Steps that are not to run.
const QUICK_ALONE: &str = "[tar]\nrun = false\n[stress]\nrun = false\n[full]\nrun = false\n";

/// Writes settings for a night over `roots`; `more` stands behind them.
fn settings(dir: &Dir, roots: &[&Path], more: &str) -> PathBuf {
    let roots: Vec<_> = roots.iter().map(|root| format!("\"{}\"", root.display())).collect();
    let reports = dir.join("nights");
    let text = format!(
        "roots = [{}]\nreports = \"{}\"\nidle = false\nsettings = false\ngrace = \"2s\"\ncontrol = false\n{more}",
        roots.join(", "),
        reports.display()
    );
    dir.file("nightly.toml", text.as_bytes())
}

fn nightly<'a>(dir: &'a Dir, settings: &Path) -> Fscan<'a> {
    Fscan::new(dir).args(["nightly", "--format", "json"]).arg(settings)
}

/// What stdout says of a night.
#[track_caller]
fn night(outcome: &Outcome) -> Night {
    let night = serde_json::from_slice(outcome.stdout_bytes());
    night.unwrap_or_else(|error| outcome.fail(&format!("stdout is no night: {error}")))
}

fn endings(night: &Night) -> Vec<NightEnding> {
    night.steps.iter().map(|step| step.ending).collect()
}

/// The names in the folder of nights, sorted.
fn listed(dir: &Dir) -> Vec<String> {
    let entries = fs::read_dir(dir.join("nights")).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

/// A folder in the folder of nights, with files in it.
fn old_night(dir: &Dir, name: &str, content: &[&str]) -> PathBuf {
    for file in content {
        dir.file(format!("nights/{name}/{file}"), b"x");
    }
    dir.folder(format!("nights/{name}"))
}
