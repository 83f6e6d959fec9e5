//! The text that a bead is given.

use std::path::Path;

use reports::{PathName, Report, TextOptions, write_text};

/// The form in which `fscan report` prints that text.
pub const FORMAT: &str = "text";

/// The text of a report; `saved` is what stands in its `file`.
pub fn of(report: &Report, file: &Path, saved: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    write_text(report, TextOptions::default(), &mut text)?;
    let (file, size) = (PathName::from(file).escaped(), saved.len());
    text.extend(format!("\nThe whole report: {file} ({size} bytes)\n").into_bytes());
    Ok(text)
}
