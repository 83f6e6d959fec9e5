//! `fscan report`: a saved report, shown again or attached to a bead.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use reports::{Answer, Day, Fact, FactName, PathName, Severity, from_json};
use rustix::fs::OFlags;

use crate::arguments::ReportArguments;
use crate::bead;
use crate::output;
use crate::problem;
use crate::status::Status;

/// The largest report that is read: `--all-findings` on a badly damaged tree.
const LARGEST: u64 = 1 << 30;

/// Reads and prints.
pub fn run(arguments: &ReportArguments) -> anyhow::Result<Status> {
    let shown = || PathName::from(arguments.file.as_path()).escaped();
    let text = read(&arguments.file).with_context(shown)?;
    let mut report = from_json(&text).with_context(shown)?;
    if arguments.copy_verified {
        report.environment.get_or_insert_default().facts.push(verified_copy());
        report.judge();
    }
    report.suppress(&arguments.settings.suppressions, Day::today());
    if let Some(post) = bead::Post::of(arguments) {
        return post.run(&report, &text);
    }
    // A saved report knows nothing of --fail-on.
    let fail_on = Severity::Suspect;
    if arguments.shape.npd {
        return problem::print(&report, fail_on, true);
    }
    let file = output::report_file(&arguments.file, &text);
    output::print_report(&report, &arguments.shape, fail_on, Some(file))?;
    Ok(Status::Clean)
}

/// What the user says, and nobody else can know.
fn verified_copy() -> Fact {
    Fact::of_machine(FactName::VerifiedCopy, Answer::is(true), "--copy-verified")
}

/// Reads a regular file. Opened without waiting, so that a FIFO in its place hangs nothing.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).context("open")?;
    let metadata = file.metadata().context("stat")?;
    if !metadata.is_file() {
        bail!("not a regular file; give a report that was written with -o");
    }
    if metadata.len() > LARGEST {
        bail!("larger than any report ({} bytes)", metadata.len());
    }
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).context("read")?;
    Ok(text)
}
