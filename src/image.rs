//! `fscan image`: what e2fsck says of a filesystem that nobody uses, as a report.

use std::fs;
use std::io::{self, IsTerminal};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use reports::PathName;
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
    keep_off_the_image(arguments)?;
    let outcome = Outcome::begin(&arguments.result);
    let options = ImageOptions {
        path: arguments.path.clone(),
        force: arguments.force,
        all_findings: arguments.result.all_findings,
        say_passes: !arguments.result.is_quiet() && io::stderr().is_terminal(),
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
        ..Seen::default()
    };
    outcome.end(seen, could_not_run, &caught)
}

/// The report would replace the image by its name.
fn keep_off_the_image(arguments: &ImageArguments) -> anyhow::Result<()> {
    let identity = |path: &Path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).ok();
    let is_image =
        |file: &&Path| identity(file).is_some_and(|file| Some(file) == identity(&arguments.path));
    match arguments.result.files().find(is_image) {
        None => Ok(()),
        Some(file) => {
            let file = PathName::from(file).escaped();
            bail!("{file}: it is the image itself; give another file to write to")
        }
    }
}
