//! The text that a bead is given.

use std::path::Path;

use reports::{MarkdownOptions, Report, write_markdown};

use crate::output;

/// The form in which `fscan report` prints that text.
pub const FORMAT: &str = "markdown";

/// The text of a report; `saved` is what stands in its `file`.
pub fn of(report: &Report, file: &Path, saved: &[u8]) -> anyhow::Result<Vec<u8>> {
    let report_file = Some(output::report_file(file, saved));
    let mut text = Vec::new();
    write_markdown(report, &MarkdownOptions { report_file, ..Default::default() }, &mut text)?;
    Ok(text)
}
