//! `fscan image`: what e2fsck says of a filesystem that nobody uses, as a report.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use scanner::{Control, ImageOptions};

use crate::arguments::ImageArguments;
use crate::outcome::{Outcome, Seen};
use crate::output;
use crate::signals;
use crate::status::Status;

/// Has the image checked, prints, saves, and decides the exit code.
pub fn run(arguments: &ImageArguments) -> anyhow::Result<Status> {
    let control = Arc::new(Control::new(output::say));
    let stopper = Arc::clone(&control);
    let caught = signals::on_stop(move || stopper.stop())?;
    let outcome = Outcome::begin(&arguments.result);
    let options = ImageOptions {
        path: arguments.path.clone(),
        force: arguments.force,
        all_findings: arguments.result.all_findings,
        say_passes: !arguments.result.quiet && io::stderr().is_terminal(),
    };
    let check = scanner::check_image(&options, &control);
    if let Some(error) = &check.error {
        output::say(&error.to_string());
    }
    let could_not_run = check.error.is_some();
    let seen = Seen {
        roots: vec![check.root],
        totals: check.totals,
        findings: check.findings,
        unchecked: check.unchecked,
        complete: check.complete,
    };
    outcome.end(seen, could_not_run, &caught)
}
