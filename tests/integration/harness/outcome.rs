//! What a run left behind, and assertions that explain themselves.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use super::Report;
use super::lab::tool;

/// What a run left behind.
pub(crate) struct Outcome {
    pub(super) command: Vec<OsString>,
    pub(super) status: ExitStatus,
    pub(crate) took: Duration,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) folder: PathBuf,
}

impl Outcome {
    #[track_caller]
    pub(crate) fn expect_code(&self, code: i32) -> &Self {
        self.expect(self.status.code() == Some(code), &format!("exit code {code} is due"))
    }

    /// Fails with everything there is to know unless `holds`.
    #[track_caller]
    pub(crate) fn expect(&self, holds: bool, what: &str) -> &Self {
        if !holds {
            self.fail(what);
        }
        self
    }

    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn stdout_bytes(&self) -> &[u8] {
        &self.stdout
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// stdout as a report.
    #[track_caller]
    pub(crate) fn report(&self) -> Report {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| self.fail(&format!("stdout is no report: {error}")))
    }

    /// The one line on stderr, which must name `what`.
    #[track_caller]
    pub(crate) fn expect_one_error_line(&self, what: &str) -> &Self {
        let stderr = self.stderr();
        let lines = stderr.lines().filter(|line| !line.trim().is_empty()).count();
        self.expect(lines == 1, "one line on stderr is due");
        self.expect(stderr.contains(what), &format!("stderr has to name `{what}`"))
    }

    #[track_caller]
    pub(crate) fn fail(&self, what: &str) -> ! {
        let (command, status, folder) = (&self.command, self.status, self.folder.display());
        let (stdout, stderr) = (shorten(&self.stdout()), shorten(&self.stderr()));
        let listing = listing(&self.folder);
        panic!(
            "\n{what}\n\ncommand: {command:?}\nstatus: {status}\ntook: {:?}\n\
             \n== stdout\n{stdout}\n== stderr\n{stderr}\n== {folder}\n{listing}\n",
            self.took
        );
    }
}

/// Control characters made visible, and the middle of what is long left out.
fn shorten(text: &str) -> String {
    let shown: String = text
        .chars()
        .flat_map(|c| match c {
            '\n' => vec![c],
            c if c.is_control() => c.escape_unicode().collect(),
            c => vec![c],
        })
        .collect();
    let lines: Vec<&str> = shown.lines().collect();
    match lines.len() {
        0..=160 => shown,
        n => format!("{}\n[...]\n{}", lines[..120].join("\n"), lines[n - 40..].join("\n")),
    }
}

/// What is in the scratch folder, by a child that a hung mount can be taken away from.
fn listing(folder: &Path) -> String {
    let mut ls = tool("timeout");
    ls.args(["--signal=KILL", "3", "ls", "-lnARi", "--quoting-style=c"]).arg(folder);
    let output = ls.output().map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&output);
    text.lines().take(100).collect::<Vec<_>>().join("\n")
}
