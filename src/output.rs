//! Where output goes: stdout for the result, stderr for remarks, a file for the report.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reports::{
    HtmlOptions, JunitOptions, MarkdownOptions, PathName, Report, ReportFile, Severity,
    TextOptions, escape_prose, write_html, write_json, write_junit, write_markdown,
    write_prometheus, write_text,
};

use crate::arguments::{Format, ShapeArguments, When};

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

/// Why a report could not be written to `path`, as far as that shows before it is tried.
pub fn check_target(path: &Path) -> anyhow::Result<()> {
    let shown = PathName::from(path).escaped();
    refuse_special(path).with_context(|| format!("{shown}: it cannot be written"))?;
    let folder = folder_of(path);
    let named = PathName::from(folder).escaped();
    let access = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    rustix::fs::access(folder, access).with_context(|| {
        format!("{shown}: it cannot be written; is {named} a folder that you may write to?")
    })
}

/// Where a file that is to be written will stand; none where its folder is not there.
pub fn place_of(path: &Path) -> Option<PathBuf> {
    Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Writes a report to a file, and says what can be told of the file.
pub fn save_report(report: &Report, path: &Path) -> anyhow::Result<ReportFile> {
    let mut text = Vec::new();
    write_json(report, &mut text)?;
    save_file(path, "report", |out| Ok(out.write_all(&text)?))?;
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
    save_readable(path, "file of metrics", &text)
}

/// Writes a file that everybody may read, whole or not at all.
pub fn save_readable(path: &Path, what: &str, text: &[u8]) -> anyhow::Result<()> {
    let readable = Some(fs::Permissions::from_mode(0o644));
    save_with(path, what, readable, |out| Ok(out.write_all(text)?))
}

/// Writes a file, whole or not at all: into a new file beside it (which no symbolic link can lead
/// elsewhere), flushed to the disk, and renamed. `what` is what people call it.
pub fn save_file(
    path: &Path,
    what: &str,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    save_with(path, what, None, write)
}

/// The same with permissions that no umask narrows.
fn save_with(
    path: &Path,
    what: &str,
    permissions: Option<fs::Permissions>,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let shown = PathName::from(path).escaped();
    let not_written = || format!("{shown}: the {what} was not written; is the disk full?");
    let folder = folder_of(path);
    let mut file = tempfile::Builder::new()
        .prefix(".fscan-")
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .with_context(not_written)?;
    let mut buffered = BufWriter::new(file.as_file_mut());
    write(&mut buffered).with_context(not_written)?;
    buffered.flush().with_context(not_written)?;
    drop(buffered);
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions).with_context(not_written)?;
    }
    file.as_file().sync_all().with_context(not_written)?;
    refuse_special(path).with_context(|| format!("{shown}: the {what} was not written"))?;
    file.persist(path).map_err(|error| error.error).with_context(not_written)?;
    // The rename itself reaches the disk with the folder; some filesystems cannot flush one.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Renaming over a device, a FIFO or a link would replace it.
fn refuse_special(path: &Path) -> anyhow::Result<()> {
    if path == Path::new("-") || path.as_os_str().as_bytes().ends_with(b"/") {
        bail!("it names no file; use --format json for stdout");
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).context("lookup"),
        Ok(existing) if existing.is_file() => Ok(()),
        Ok(existing) if existing.is_symlink() => {
            bail!("it is a symbolic link; give the path that it leads to")
        }
        Ok(_) => bail!("it exists and is no regular file; use --format json for stdout"),
    }
}
