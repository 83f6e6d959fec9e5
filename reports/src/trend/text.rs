//! A trend for people at a terminal: what is worse first, then what is better, then numbers.

use std::io::{self, Write};

use crate::numbers::{bytes, counted, grouped};
use crate::path_name::{escape, escape_prose};
use crate::text::page::{Page, Style};
use crate::text::table::{Side, write as write_table};
use crate::trend::{Trend, TrendCounter, TrendFinding, TrendMeasure, TrendSeries, TrendState};
use crate::{Severity, Subject, TextOptions, Timestamp, Verdict};

/// Rows shown of one state when not everything is to be shown.
const EXAMPLES: usize = 10;

/// How the counts of a row are told: the last few.
const COUNTS: usize = 4;

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
        _ if !newest_whole => ("NO WORSE SO FAR, INCOMPLETE", Style::Doubtful),
        _ => match standing(trend) {
            Some(Verdict::Corrupt) => ("NO WORSE, STILL CORRUPT", Style::Bad),
            Some(Verdict::Suspect) => ("NO WORSE, STILL SUSPECT", Style::Doubtful),
            _ => ("NO WORSE", Style::Good),
        },
    }
}

/// The worst of what the newest reports say.
fn standing(trend: &Trend) -> Option<Verdict> {
    trend.series.iter().filter_map(|series| trend.newest(series)).map(|it| it.verdict).max()
}

pub(super) fn sentences(trend: &Trend) -> String {
    let reports = counted(trend.reports.len() as u64, "report", "reports");
    let span = match (trend.reports.first(), trend.reports.last()) {
        (Some(first), Some(last)) if trend.reports.len() > 1 => {
            format!("{reports}, {} to {}", minute(first.started_at), minute(last.started_at))
        }
        _ => reports,
    };
    format!("{span}. What was not looked at is never told to be gone.")
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
        page.paragraph(2, &kernel_errors(counter))?;
    }
    numbers(series, trend, page)
}

/// What changed besides the findings, a line each.
fn changes<W: Write>(
    series: &TrendSeries,
    trend: &Trend,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    for change in &series.changes {
        let when = trend.report(series, change.run as usize);
        let when = when.map(|report| minute(report.started_at)).unwrap_or_default();
        let (aspect, from, to) = (change.aspect.text(), &change.from, &change.to);
        let meaning = match change.meaning() {
            "" => String::new(),
            meaning => format!(" ({meaning})"),
        };
        let line = format!("{when}: {aspect} {to}, before {from}{meaning}");
        page.paragraph(2, &escape_prose(&line))?;
    }
    Ok(())
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
    rows.iter().take(limit).try_for_each(|row| finding(row, page))?;
    match rows.len().saturating_sub(limit) {
        0 => Ok(()),
        more => page.paragraph(2, &format!("... and {} more", grouped(more as u64))),
    }
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn finding<W: Write>(row: &TrendFinding, page: &mut Page<'_, W>) -> io::Result<()> {
    let style = match row.severity {
        Severity::Corrupt => Style::Bad,
        Severity::Suspect | Severity::Warning => Style::Doubtful,
        Severity::Info => Style::Plain,
    };
    let label = format!("{} {}", row.severity.as_str(), row.code);
    page.labelled(2, style, &label, &counts(&row.counts))?;
    page.verbatim(4, Style::Plain, &subject(&row.subject))?;
    let detail = row.detail.as_ref().or(Some(&row.found)).filter(|_| row.state.is_worse());
    for text in detail.into_iter().chain(&row.because) {
        page.paragraph(4, &escape_prose(text))?;
    }
    Ok(())
}

/// `0 -> 1 -> ? -> 3`: the last few counts.
pub(super) fn counts(counts: &[Option<u64>]) -> String {
    let left_out = counts.len().saturating_sub(COUNTS);
    let mut words: Vec<_> = counts
        .iter()
        .skip(left_out)
        .map(|count| count.map_or_else(|| "?".to_owned(), grouped))
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
        let line = format!("{code}, {place}: {} ({})", counts(&row.counts), row.state.text());
        page.paragraph(2, &escape_prose(&line))
    })
}

pub(super) fn kernel_errors(counter: &TrendCounter) -> String {
    let resets = match counter.resets.len() {
        0 => String::new(),
        times => format!(
            " The counter was set back {} (by e2fsck, or with another filesystem); that is counted in.",
            if times == 1 { "once".to_owned() } else { format!("{times} times") }
        ),
    };
    let last = counter.last_errors.last().copied().flatten();
    let last = last.map(|last| format!(", the last of them at {}", minute(last)));
    let errors = counted(counter.increase, "more error", "more errors");
    format!(
        "The kernel recorded {errors} of this filesystem since the first report{}.{resets} \
         Scans that meet damage are recorded too.",
        last.unwrap_or_default()
    )
}

/// Numbers: in the first report, in the one before the newest, and in the newest.
fn numbers<W: Write>(
    series: &TrendSeries,
    trend: &Trend,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let at = |run: usize| {
        let report = trend.report(series, run);
        // The year stands above.
        let time = report.map(|report| minute(report.started_at)).unwrap_or_default();
        time.get(5..).map(str::to_owned).unwrap_or(time)
    };
    let newest = series.runs.len().saturating_sub(1);
    let told = series.measures.iter().filter(|measure| !measure.is_nothing());
    let rows: Vec<_> =
        codes(series).chain(told.map(|it| of_measure(it, series.before()))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let (first, before, now) = (at(0), at(series.before().unwrap_or_default()), at(newest));
    let head = ["", first.as_str(), before.as_str(), now.as_str(), "change"];
    let sides = [Side::Left, Side::Right, Side::Right, Side::Right, Side::Right];
    if series.before() != Some(0) {
        return write_table(2, head, rows.into_iter(), sides, page);
    }
    let narrow = |[name, _, before, now, change]: [String; 5]| [name, before, now, change];
    let [name, _, before, now, change] = head;
    let [left, right, ..] = sides;
    let rows = rows.into_iter().map(narrow);
    write_table(2, [name, before, now, change], rows, [left, right, right, right], page)
}

fn codes(series: &TrendSeries) -> impl Iterator<Item = [String; 5]> {
    let before = series.before();
    series.codes.iter().map(move |row| cells(row.code.as_str(), &row.counts, before, false))
}

fn of_measure(measure: &TrendMeasure, before: Option<usize>) -> [String; 5] {
    let quantity = measure.quantity;
    cells(quantity.text(), &measure.values, before, quantity.is_bytes())
}

fn cells(name: &str, values: &[Option<u64>], before: Option<usize>, in_bytes: bool) -> [String; 5] {
    let shown = |value: u64| if in_bytes { bytes(value) } else { grouped(value) };
    let cell = |value: Option<u64>| value.map_or_else(|| "?".to_owned(), shown);
    let now = values.last().copied().flatten();
    let before = before.and_then(|run| values.get(run).copied().flatten());
    let change = before.zip(now).map(|(before, now)| match now.cmp(&before) {
        std::cmp::Ordering::Less => format!("-{}", shown(before - now)),
        std::cmp::Ordering::Equal => "0".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", shown(now - before)),
    });
    let first = values.first().copied().flatten();
    [name.to_owned(), cell(first), cell(before), cell(now), change.unwrap_or_default()]
}

/// A moment to the minute.
pub(super) fn minute(time: Timestamp) -> String {
    let text = time.to_string();
    text.get(..16).map_or_else(|| text.clone(), |text| text.replace('T', " "))
}
