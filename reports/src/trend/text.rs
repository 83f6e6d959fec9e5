//! A trend for people at a terminal: what is worse first, then what is better, then numbers.

use std::io::{self, Write};

use crate::numbers::{counted, grouped};
use crate::path_name::{escape, escape_prose};
use crate::text::page::{Page, Style};
use crate::trend::moment::Moments;
use crate::trend::table;
use crate::trend::{Trend, TrendChange, TrendCounter, TrendFinding, TrendSeries, TrendState};
use crate::{Severity, Subject, TextOptions, Verdict};

/// Rows shown of one state when not everything is to be shown.
const EXAMPLES: usize = 10;

/// How the counts of a row are told: the last few.
const COUNTS: usize = 4;

/// What is said where a number is not known.
pub(super) const UNKNOWN: &str = "?";

/// Writes a trend; `fail_on` is the least severity that makes it a bad one.
pub fn write_trend_text(
    trend: &Trend,
    fail_on: Severity,
    options: TextOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let page = &mut Page::new(out, options);
    let (label, style) = headline(trend, fail_on);
    page.labelled(0, style, label, &sentences(trend))?;
    for remark in &trend.remarks {
        page.paragraph(2, &escape_prose(remark))?;
    }
    trend.series.iter().filter(|it| it.compares()).try_for_each(|it| series(it, trend, page))
}

/// The trend in a word.
pub(super) fn headline(trend: &Trend, fail_on: Severity) -> (&'static str, Style) {
    let newest_whole =
        trend.series.iter().all(|series| trend.newest(series).is_some_and(|it| it.complete));
    match trend.worst() {
        _ if !trend.compares() => ("NOTHING COMPARED", Style::Doubtful),
        Some(worst) if worst >= fail_on => ("WORSE", Style::Bad),
        _ => match standing(trend) {
            Some(Verdict::Corrupt) => ("NO WORSE, STILL CORRUPT", Style::Bad),
            Some(Verdict::Suspect) => ("NO WORSE, STILL SUSPECT", Style::Doubtful),
            _ if !newest_whole => ("NO WORSE SO FAR, INCOMPLETE", Style::Doubtful),
            _ => ("NO WORSE", Style::Good),
        },
    }
}

/// The worst of what the newest reports say, and of what they did not look at again.
fn standing(trend: &Trend) -> Option<Verdict> {
    let newest = trend.series.iter().filter_map(|series| trend.newest(series));
    let rows = trend.series.iter().flat_map(|series| &series.findings);
    let unseen =
        rows.filter(|row| row.suppressed.is_none() && row.state == TrendState::NotLookedAt);
    let unseen = unseen.filter_map(|row| match row.severity {
        Severity::Corrupt => Some(Verdict::Corrupt),
        Severity::Suspect => Some(Verdict::Suspect),
        Severity::Warning | Severity::Info => None,
    });
    newest.map(|report| report.verdict).chain(unseen).max()
}

pub(super) fn sentences(trend: &Trend) -> String {
    let reports = counted(trend.reports.len() as u64, "report", "reports");
    let span = match (trend.reports.first(), trend.reports.last()) {
        (Some(first), Some(last)) if trend.reports.len() > 1 => {
            let ends = [first.started_at, last.started_at];
            let moments = Moments::of(ends);
            let [first, last] = ends.map(|time| moments.full(time));
            format!("{reports}, {first} to {last}")
        }
        _ => reports,
    };
    let mut compared = trend.series.iter().filter(|it| it.compares());
    if compared.any(|series| series.count(TrendState::NotLookedAt) > 0) {
        format!("{span}. What was not looked at is never told to be gone.")
    } else {
        format!("{span}.")
    }
}

fn series<W: Write>(series: &TrendSeries, trend: &Trend, page: &mut Page<'_, W>) -> io::Result<()> {
    page.blank()?;
    let reports = counted(series.runs.len() as u64, "report", "reports");
    let place = format!("{} on {}", series.filesystem, series.device);
    let told = format!("{}, {reports}: {place}", series.kind.as_str());
    page.labelled(0, Style::Strong, &series.path.escaped(), &escape_prose(&told))?;
    page.paragraph(2, &format!("Newest report: {}.", series.counts_in_words()))?;
    changes(series, trend, page)?;
    for state in TrendState::ALL {
        states(series, state, page)?;
    }
    accepted(series, page)?;
    if series.findings_beyond > 0 {
        let more = counted(series.findings_beyond, "row", "rows");
        page.paragraph(2, &format!("... and {more} more."))?;
    }
    if let Some(counter) = series.kernel_errors.as_ref().filter(|it| it.increase > 0) {
        page.paragraph(2, &kernel_errors(series, counter))?;
    }
    table::write(series, trend, page)
}

/// What changed besides the findings, a line each.
fn changes<W: Write>(
    series: &TrendSeries,
    trend: &Trend,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let moments = series.moments(trend);
    for change in &series.changes {
        let (aspect, from, to) = (change.aspect.text(), &change.from, &change.to);
        let meaning = match change.meaning() {
            "" => String::new(),
            meaning => format!(" ({meaning})"),
        };
        let when = between(change, series, trend, &moments);
        let line = format!("{when}: {aspect} {to}, before {from}{meaning}");
        page.paragraph(2, &escape_prose(&line))?;
    }
    Ok(())
}

/// When something changed: between two reports.
pub(super) fn between(
    change: &TrendChange,
    series: &TrendSeries,
    trend: &Trend,
    moments: &Moments,
) -> String {
    let [since, run] = [change.since, change.run].map(|run| {
        let report = trend.report(series, run as usize);
        report.map(|report| moments.full(report.started_at)).unwrap_or_default()
    });
    format!("Between {since} and {run}")
}

/// The findings of one state. What is as it was is counted alone.
fn states<W: Write>(
    series: &TrendSeries,
    state: TrendState,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let rows = series.findings.iter();
    let rows: Vec<_> = rows.filter(|row| row.state == state && row.suppressed.is_none()).collect();
    if rows.is_empty() || state == TrendState::Same && !page.verbose() {
        return Ok(());
    }
    let title = format!("{} ({})", capitalised(state.text()), grouped(series.count(state)));
    page.heading(&title)?;
    let limit = if page.verbose() { usize::MAX } else { EXAMPLES };
    rows.iter().take(limit).try_for_each(|row| finding(row, series, page))?;
    match rows.len().saturating_sub(limit) {
        0 => Ok(()),
        more => page.paragraph(2, &format!("... and {} more", grouped(more as u64))),
    }
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn finding<W: Write>(
    row: &TrendFinding,
    series: &TrendSeries,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let style = match row.severity {
        Severity::Corrupt => Style::Bad,
        Severity::Suspect | Severity::Warning => Style::Doubtful,
        Severity::Info => Style::Plain,
    };
    let label = format!("{} {}", row.severity.as_str(), row.code);
    page.labelled(2, style, &label, &counts(row, series))?;
    page.verbatim(4, Style::Plain, &subject(&row.subject))?;
    let detail = row.detail.as_ref().or(Some(&row.found)).filter(|_| row.state.is_worse());
    for text in detail.into_iter().chain(&row.because) {
        page.paragraph(4, &escape_prose(text))?;
    }
    Ok(())
}

/// `0 -> 1 -> ? -> 3`: the last few counts, look by look.
pub(super) fn counts(row: &TrendFinding, series: &TrendSeries) -> String {
    let steps = series.steps(series.kind.check_of(row.code), &row.counts);
    let left_out = steps.len().saturating_sub(COUNTS);
    let mut words: Vec<_> = steps
        .iter()
        .skip(left_out)
        .map(|count| count.map_or_else(|| UNKNOWN.to_owned(), grouped))
        .collect();
    if left_out > 0 {
        words.insert(0, "...".to_owned());
    }
    words.join(" -> ")
}

fn subject(subject: &Subject) -> String {
    let mut words = Vec::new();
    words.extend(subject.path.as_ref().map(crate::PathName::escaped));
    words.extend(subject.inode.map(|inode| format!("inode {inode}")));
    words.extend(subject.device.as_ref().map(|device| escape(device.as_bytes())));
    if words.is_empty() { "all of this code together".to_owned() } else { words.join(", ") }
}

fn accepted<W: Write>(series: &TrendSeries, page: &mut Page<'_, W>) -> io::Result<()> {
    let mut rows = series.findings.iter().filter(|row| row.suppressed.is_some()).peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    page.heading("Suppressed")?;
    rows.try_for_each(|row| {
        let place = row.suppressed.as_deref().filter(|glob| !glob.is_empty());
        let (code, place) = (row.code, place.unwrap_or("anywhere"));
        let line = format!("{code}, {place}: {} ({})", counts(row, series), row.state.text());
        page.paragraph(2, &escape_prose(&line))
    })
}

pub(super) fn kernel_errors(series: &TrendSeries, counter: &TrendCounter) -> String {
    let replaced = series.changes.iter().rev().find(|it| it.replaces).map(|it| it.run);
    let resets = counter.resets.iter().filter(|run| replaced.is_none_or(|anew| **run > anew));
    let resets = match resets.count() {
        0 => String::new(),
        times => format!(
            " The counter was set back {} (by e2fsck); that is counted in.",
            if times == 1 { "once".to_owned() } else { format!("{times} times") }
        ),
    };
    let last = counter.last_errors.last().copied().flatten();
    let last = last.map(|last| format!(", the last of them at {}", Moments::of([last]).full(last)));
    let of_it = if replaced.is_some() { " of it" } else { "" };
    let errors = counted(counter.increase, "more error", "more errors");
    format!(
        "The kernel recorded {errors} of this filesystem since the first report{of_it}{}.{resets} \
         Scans that meet damage are recorded too.",
        last.unwrap_or_default()
    )
}
