//! `fscan report`: a saved report, shown again or attached to a bead.

use anyhow::Context;
use reports::{Answer, Day, Fact, FactName, PathName, Severity, from_json};

use crate::arguments::ReportArguments;
use crate::bead;
use crate::output;
use crate::problem;
use crate::saved;
use crate::status::Status;

/// Reads and prints.
pub fn run(arguments: &ReportArguments) -> anyhow::Result<Status> {
    let shown = || PathName::from(arguments.file.as_path()).escaped();
    let text = saved::read_report(&arguments.file, saved::LARGEST).with_context(shown)?;
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
