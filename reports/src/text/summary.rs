//! The head of the page: the verdict, what was looked at, and how much it was.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::sum::sum;
use crate::{Report, Resumed, ResumedRun, Root, Severity, Suppressed, Totals, Verdict};

use super::numbers::{bytes, counted, duration, grouped};
use super::page::{Page, Style};

pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    let (label, style) = verdict_label(report);
    page.labelled(0, style, &label, &verdict_sentences(report))?;
    if report.is_about_environment() {
        return Ok(());
    }
    page.blank()?;
    // What was made for the run is gone: nobody can go there.
    let made = |root: &&Root| report.stress.as_ref().is_some_and(|stress| stress.made(&root.path));
    for root in report.roots.iter().filter(|root| !made(root)) {
        write_root(root, page)?;
    }
    // Round trips and stress alone walk nothing.
    if report.totals.entries > 0 || (report.tar.is_none() && report.stress.is_none()) {
        page.paragraph(0, &totals_sentence(&report.totals, report.duration_seconds))?;
    }
    if let Some(resumed) = &report.resumed {
        write_resumed(resumed, report, page)?;
    }
    if report.totals.volatile > 0 {
        page.paragraph(0, &volatile_sentence(report.totals.volatile))?;
    }
    Ok(())
}

pub(crate) fn verdict_label(report: &Report) -> (String, Style) {
    if report.is_about_environment() {
        return ("ENVIRONMENT".to_owned(), Style::Strong);
    }
    if report.saw_nothing() {
        return ("NOTHING EXAMINED".to_owned(), Style::Doubtful);
    }
    let (word, style) = match report.verdict {
        Verdict::Healthy if report.compared_nothing() => ("NOTHING COMPARED", Style::Doubtful),
        Verdict::Healthy => ("HEALTHY", Style::Good),
        Verdict::AtRisk | Verdict::Suspect if report.only_differs() => {
            ("DIFFERENT", Style::Doubtful)
        }
        Verdict::AtRisk => ("AT RISK", Style::Doubtful),
        Verdict::Suspect => ("SUSPECT", Style::Doubtful),
        Verdict::Corrupt => ("CORRUPT", Style::Bad),
    };
    let (label, style) = match (report.complete, style) {
        (true, Style::Good) if report.left_something_uncompared() => {
            (format!("{word}, NOT ALL COMPARED"), Style::Doubtful)
        }
        (true, _) => (word.to_owned(), style),
        (false, Style::Good) => (format!("{word} SO FAR, INCOMPLETE"), Style::Doubtful),
        (false, _) => (format!("{word}, INCOMPLETE"), style),
    };
    match report.verdict {
        Verdict::AtRisk | Verdict::Suspect | Verdict::Corrupt if report.compared_nothing() => {
            (format!("{label}, NOTHING COMPARED"), style)
        }
        _ => (label, style),
    }
}

pub(crate) fn verdict_sentences(report: &Report) -> String {
    if report.is_about_environment() {
        return "What machine, pod and volumes are, and what will work there. No tree was scanned: \
                `fscan PATH` does that."
            .to_owned();
    }
    if report.saw_nothing() {
        return "Nothing can be said of what was asked for: see below.".to_owned();
    }
    let accepted = report.suppressed.iter().filter(|row| row.count > 0);
    let verdict = match report.verdict {
        // What is accepted is there all the same.
        Verdict::Healthy | Verdict::AtRisk if accepted.clone().any(Suppressed::is_of_damage) => {
            "No damage was found but what is suppressed."
        }
        Verdict::Healthy => "No damage was found.",
        Verdict::AtRisk | Verdict::Suspect if report.only_differs() => {
            "The tree is not as the manifest has it. Work on it does that, and so does a copy that \
             went wrong."
        }
        Verdict::AtRisk => "No damage was found, but a risk of it.",
        Verdict::Suspect => "Corruption explains best what was found, but is not proven.",
        Verdict::Corrupt => "Damage is proven.",
    };
    let part = report.shard().map(|shard| {
        format!(
            " This is part {shard} of a tree: fscan merge joins the parts and looks at all of it."
        )
    });
    let extent = if !report.complete {
        " The run stopped before its end: the rest was not examined."
    } else if let Some(part) = &part {
        part
    } else if report.left_something_unchecked() {
        " Not everything could be examined: see below."
    } else {
        ""
    };
    let suppressed = match sum(accepted.map(|row| row.count)) {
        0 => String::new(),
        count => format!(" {} suppressed.", counted(count, "finding is", "findings are")),
    };
    let compared = if report.compared_nothing() {
        " Nothing was compared with the manifest: see below."
    } else {
        ""
    };
    format!("{verdict}{}{suppressed}{compared}{extent}", findings_sentence(report))
}

fn findings_sentence(report: &Report) -> String {
    let defects = || report.findings.iter().filter(|f| f.severity > Severity::Info);
    let number = sum(defects().map(|finding| finding.occurrences));
    let codes: std::collections::BTreeSet<_> = defects().map(|finding| finding.code).collect();
    match (number, codes.len()) {
        (0, _) => String::new(),
        (number, 1) => format!(" {}.", counted(number, "finding", "findings of one kind")),
        (number, kinds) => format!(" {} findings of {kinds} kinds.", grouped(number)),
    }
}

/// What a root stands on.
pub(crate) fn place(root: &Root) -> String {
    match (root.device.as_str(), root.filesystem.as_str()) {
        ("", "unknown") => "not scanned".to_owned(),
        ("", filesystem) => filesystem.to_owned(),
        (file, "manifest") => format!("as the manifest {file} tells"),
        (device, filesystem) => format!("{filesystem} on {device}"),
    }
}

fn write_root<W: Write>(root: &Root, page: &mut Page<'_, W>) -> io::Result<()> {
    let path = root.path.escaped();
    page.labelled(0, Style::Strong, &path, &escape_prose(&place(root)))?;
    // An image is mounted nowhere.
    if page.verbose() && !root.mount_point.is_empty() {
        let policy = root.errors_policy.as_deref().unwrap_or("unknown");
        let mount = format!(
            "mounted at {} with {}; when the kernel meets damage: {policy}; UUID {}",
            root.mount_point,
            root.mount_options,
            root.filesystem_uuid.as_deref().unwrap_or("unknown")
        );
        page.paragraph(2, &escape_prose(&mount))?;
    }
    Ok(())
}

pub(crate) fn totals_sentence(totals: &Totals, seconds: f64) -> String {
    let entries = counted(totals.entries, "entry", "entries");
    let mut kinds = vec![
        counted(totals.directories, "directory", "directories"),
        counted(totals.files, "file", "files"),
        counted(totals.symlinks, "symbolic link", "symbolic links"),
    ];
    if totals.other > 0 {
        kinds.push(format!("{} other", grouped(totals.other)));
    }
    if totals.bytes_read > 0 {
        kinds.push(format!("{} read", bytes(totals.bytes_read)));
    }
    if totals.files_verified > 0 {
        let verified = grouped(totals.files_verified);
        kinds.push(format!("{verified} of the files verified by checksums of their own"));
    }
    let took = duration(seconds);
    let rate = rate(totals.entries, seconds);
    format!("{entries} in {took}{rate}: {}.", kinds.join(", "))
}

/// Entries a second, where the time is long enough to say so.
fn rate(entries: u64, seconds: f64) -> String {
    if seconds < 0.01 {
        return String::new();
    }
    let per_second = (entries as f64 / seconds).round() as u64;
    format!(" ({} entries/s)", grouped(per_second))
}

/// What was not read in this run, and how old that is.
fn write_resumed<W: Write>(
    resumed: &Resumed,
    report: &Report,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    page.paragraph(0, &resumed_sentences(resumed, report))?;
    if page.verbose() {
        for run in &resumed.runs {
            let files = counted(run.files, "file", "files");
            let (age, size) = (age(run, report), bytes(run.bytes));
            page.paragraph(2, &format!("run of {}, {age} ago: {files}, {size}", run.started_at))?;
        }
    }
    Ok(())
}

pub(crate) fn resumed_sentences(resumed: &Resumed, report: &Report) -> String {
    let sum = resumed.runs.iter().fold((0_u64, 0_u64), |(files, bytes), run| {
        (files.saturating_add(run.files), bytes.saturating_add(run.bytes))
    });
    let oldest = resumed.runs.first().map(|run| age(run, report));
    format!(
        "Not read again: {}, {}. Earlier runs of this scan read them, up to {} before this one, \
         and their times say that they have not changed since (checkpoint {}).",
        counted(sum.0, "file", "files"),
        bytes(sum.1),
        oldest.unwrap_or_default(),
        resumed.checkpoint.escaped(),
    )
}

/// How long before the report a run began.
fn age(run: &ResumedRun, report: &Report) -> String {
    duration(report.started_at.since(run.started_at).as_secs_f64())
}

pub(crate) fn volatile_sentence(volatile: u64) -> String {
    let anomalies = counted(volatile, "anomaly was", "anomalies were");
    format!("{anomalies} explained at a second look by files that changed meanwhile.")
}
