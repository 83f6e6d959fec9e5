//! The report as JUnit XML, for what runs jobs and shows their tests.
//!
//! Each root is a suite, and so are round trips, stress and a comparison where there were some. A
//! check that ran is a test that passed; what it found is a test for each code, which failed where
//! a finding is as severe as asked for. A check that was left out is a skipped test. That a run
//! stopped before its end, or saw nothing, is an error: such a run passed nothing.

mod case;
mod examples;
mod sections;
mod suite;
mod suites;
mod xml;

use std::io::{self, Write};

use crate::{Report, Severity};

/// What makes a test fail.
#[derive(Clone, Copy, Debug)]
pub struct JunitOptions {
    /// The least severity of a finding that does.
    pub fail_on: Severity,
}

impl Default for JunitOptions {
    /// As on the command line: what corruption explains best, and what it proves.
    fn default() -> Self {
        JunitOptions { fail_on: Severity::Suspect }
    }
}

/// Writes a report as the `testsuites` of JUnit, in UTF-8 and in characters that XML 1.0 allows.
pub fn write_junit(report: &Report, options: JunitOptions, out: &mut impl Write) -> io::Result<()> {
    let suites = suites::of(report, options);
    xml::write(report, &suites, out)
}

#[cfg(test)]
mod tests;
