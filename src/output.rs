//! Where output goes: stdout for the result, stderr for remarks, a file for the report.

mod advice;
mod file;

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use reports::{
    HtmlOptions, JunitOptions, MarkdownOptions, Report, ReportFile, Severity, TextOptions,
    escape_prose, write_html, write_json, write_junit, write_markdown, write_prometheus,
    write_text,
};

use crate::arguments::{Format, ShapeArguments, When};

pub use advice::advice;
pub use file::{Content, check_target, place_of, save_file, save_readable};

/// Columns of a report that is not shown on a narrower terminal.
const WIDTH: usize = 80;

/// Says something on stderr. Where nobody listens any more that is no reason to fail.
pub fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "fscan: {}", escape_prose(sentence));
}

/// A command for people to paste, in a line of its own on stderr.
pub fn show_command(command: &str) {
    let _ = writeln!(io::stderr(), "{command}");
}

/// Says on stderr why something could not be done.
pub fn complain(error: &anyhow::Error) {
    say(&format!("{error:#}"));
}

/// Writes to stdout what `write` writes. A reader that went away (`| head`) is no error.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            // What is still buffered cannot be written either; dropping the buffer would try.
            let _ = stdout.into_parts();
            Err(error).context("writing to stdout")
        }
        Err(_) => {
            let _ = stdout.into_parts();
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Prints a report in the form that was asked for. `fail_on` is the least severity that makes a
/// run fail, and `file` what holds the whole report.
pub fn print_report(
    report: &Report,
    shape: &ShapeArguments,
    fail_on: Severity,
    file: Option<ReportFile>,
) -> anyhow::Result<()> {
    let html = HtmlOptions { report_file: file.clone() };
    let markdown = MarkdownOptions { report_file: file, ..MarkdownOptions::default() };
    print(|mut out| match shape.format {
        Format::Text => write_text(report, text_options(shape.color, shape.verbose), &mut out),
        Format::Json => write_json(report, &mut out),
        Format::Markdown => write_markdown(report, &markdown, &mut out),
        Format::Html => write_html(report, &html, &mut out),
        Format::Junit => write_junit(report, JunitOptions { fail_on }, &mut out),
        Format::Prometheus => write_prometheus(report, &mut out),
    })
}

/// How text looks on stdout: coloured on a terminal unless NO_COLOR is set (no-color.org).
pub fn text_options(color: When, verbose: bool) -> TextOptions {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let color = color.decide(io::stdout().is_terminal() && !no_color);
    TextOptions { color, width: WIDTH, verbose }
}

/// Writes a report to a file, and says what can be told of the file.
pub fn save_report(report: &Report, path: &Path) -> anyhow::Result<ReportFile> {
    let mut text = Vec::new();
    write_json(report, &mut text)?;
    save_file(path, Content::Report, |out| Ok(out.write_all(&text)?))?;
    Ok(report_file(path, &text))
}

/// What can be told of a report's file.
pub fn report_file(path: &Path, content: &[u8]) -> ReportFile {
    let place = place_of(path).unwrap_or_else(|| path.to_owned());
    let blake3 = blake3::hash(content).to_hex().to_string();
    ReportFile { path: place.as_path().into(), blake3 }
}

/// Writes the metrics of a report to a file that whoever collects them may read.
pub fn save_metrics(report: &Report, path: &Path) -> anyhow::Result<()> {
    let mut text = Vec::new();
    write_prometheus(report, &mut text)?;
    save_readable(path, Content::Metrics, &text)
}
