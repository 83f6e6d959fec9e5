//! One step of a night: the places that it works in, and the words of its command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use reports::{NightStepName, PathName};
use stress::site::Limits;

use super::command_line;
use super::ground::Written;

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub name: NightStepName,
    /// The root that it is about.
    pub root: Option<PathBuf>,
    /// That root without links, as far as that is known.
    pub real_root: Option<PathBuf>,
    /// How long it may take.
    pub limit: Duration,
    /// The name of its report.
    pub report: String,
    /// Where that is written.
    pub output: PathBuf,
    /// Where it writes, so that it is not run where nothing can be written.
    pub written: Vec<Written>,
    /// How much `fscan stress` may write in each of them.
    pub limits: Option<Limits>,
    /// What `fscan tar` is told of a control arm.
    pub control: Vec<OsString>,
    /// Whether it works on filesystems that it makes as well.
    pub makes_its_own: bool,
    /// What has a scan write nothing, where it would.
    pub without_writing: Vec<OsString>,
    /// The words of its command line in front of the places that it writes in.
    pub head: Vec<OsString>,
    /// Those behind them.
    pub options: Vec<OsString>,
}

impl Step {
    /// The words of its command line.
    pub fn arguments(&self) -> Vec<OsString> {
        let is_named = matches!(self.name, NightStepName::Tar | NightStepName::Stress);
        let places = self.written.iter().filter(|_| is_named).map(Written::word);
        self.head.iter().cloned().chain(places).chain(self.options.iter().cloned()).collect()
    }

    /// As it can be pasted into a shell.
    pub fn command_line(&self) -> String {
        command_line::line(&self.arguments())
    }

    /// `full of /home/coder`.
    pub fn place(&self) -> String {
        let of = |root: &PathBuf| format!(" of {}", PathName::from(root.as_path()).escaped());
        format!("{}{}", self.name.as_str(), self.root.as_ref().map(of).unwrap_or_default())
    }

    /// The same where it does not write in some places.
    pub fn without(&self, places: &[Written]) -> Self {
        let mut step = self.clone();
        step.written.retain(|written| !places.contains(written));
        if step.written.len() < self.written.len() {
            step.head.append(&mut step.without_writing);
        }
        step
    }
}
