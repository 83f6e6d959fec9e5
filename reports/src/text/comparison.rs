//! What a comparison of two manifests came to, in numbers. What differs stands among the findings.

use std::io::{self, Write};

use crate::{Diff, DiffDirectory, DiffSide, DiffTally, PathName};

use super::numbers::{bytes, counted, grouped};
use super::page::{Page, Style};

pub(super) fn write<W: Write>(diff: &Diff, page: &mut Page<'_, W>) -> io::Result<()> {
    page.heading("Compared with the manifest")?;
    page.paragraph(2, &side("before", &diff.before))?;
    page.paragraph(2, &side("after", &diff.after))?;
    let (label, style, text) = verdict(diff);
    page.labelled(2, style, label, &text)?;
    if diff.totals.unchecked.entries > 0 {
        let unchecked = tally(diff.totals.unchecked);
        page.labelled(2, Style::Doubtful, "not comparable:", &unchecked)?;
    }
    if diff.before.entries <= 1 && diff.totals.added.entries > 0 {
        page.paragraph(2, NOTHING_BEFORE)?;
    }
    write_directories(&diff.by_directory, page)
}

/// Whatever was lost, such a comparison does not tell it.
const NOTHING_BEFORE: &str =
    "The manifest holds nothing but its root: was the volume mounted when it was made?";

pub(crate) fn side(word: &str, side: &DiffSide) -> String {
    let tally = tally(DiffTally { entries: side.entries, bytes: side.bytes });
    let root = side.root.escaped();
    let file = side.manifest.as_ref().map_or(String::new(), |file| format!(", {}", file.escaped()));
    format!("{word}: {root} at {}{file}: {tally}", side.created_at)
}

pub(crate) fn tally(tally: DiffTally) -> String {
    format!("{}, {}", counted(tally.entries, "entry", "entries"), bytes(tally.bytes))
}

/// What became of the entries, worst first.
pub(crate) fn verdict(diff: &Diff) -> (&'static str, Style, String) {
    let totals = &diff.totals;
    let unchanged = format!(
        "{}, {} are as they were",
        counted(totals.unchanged.entries, "entry", "entries"),
        bytes(totals.unchanged.bytes)
    );
    let unchecked = counted(totals.unchecked.entries, "entry", "entries");
    // What is not wholly comparable has no other number, and may differ as far as it is.
    if totals.nothing_differs() && diff.rows() > 0 {
        let rows = counted(diff.rows(), "difference", "differences");
        let told =
            format!("{rows} among {unchecked} that could not be wholly compared; {unchanged}");
        return ("different:", Style::Doubtful, told);
    }
    if totals.is_intact() {
        return ("intact:", Style::Good, unchanged);
    }
    if totals.nothing_differs() {
        let told = format!("{unchanged}; {unchecked} could not be compared");
        return ("intact as far as known:", Style::Doubtful, told);
    }
    let parts = [
        (totals.missing, "missing"),
        (totals.changed, "changed"),
        (totals.metadata, "of other metadata"),
        (totals.moved, "moved"),
        (totals.added, "added"),
    ];
    let parts = parts.iter().filter(|(part, _)| part.entries > 0);
    let parts: Vec<_> = parts
        .map(|(part, word)| format!("{} {word} ({})", grouped(part.entries), bytes(part.bytes)))
        .collect();
    let (label, style) = if totals.missing.entries > 0 || totals.changed.entries > 0 {
        ("lost or changed:", Style::Bad)
    } else {
        ("different:", Style::Doubtful)
    };
    let content = if totals.keeps_all_content() { "; no file lost its content" } else { "" };
    (label, style, format!("{}; {unchanged}{content}", parts.join(", ")))
}

/// A table of the directories of the root in which something differs.
fn write_directories<W: Write>(rows: &[DiffDirectory], page: &mut Page<'_, W>) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let columns = ["missing", "changed", "metadata", "moved", "added"];
    page.verbatim(2, Style::Faint, &line(&columns.map(str::to_owned), "directory"))?;
    for row in rows {
        let numbers = [row.missing, row.changed, row.metadata, row.moved, row.added];
        page.verbatim(2, Style::Plain, &line(&numbers.map(grouped), &name(row)))?;
    }
    Ok(())
}

/// Numbers first: names are as long as they like.
fn line(columns: &[String; 5], name: &str) -> String {
    let columns: Vec<_> = columns.iter().map(|column| format!("{column:>9}")).collect();
    format!("{}  {name}", columns.concat())
}

fn name(row: &DiffDirectory) -> String {
    match &row.path {
        Some(path) => PathName::escaped(path),
        None => format!("({} more)", counted(row.directories, "directory", "directories")),
    }
}
