//! A line for each number, drawn over the times of the reports, and the numbers themselves in a
//! table, for those who cannot see it.

use std::fmt::Write as _;
use std::ops::Range;

use maud::{Markup, html};

use super::plain;
use crate::Code;
use crate::numbers::{bytes, grouped};
use crate::trend::by_look::{last, most};
use crate::trend::moment::Moments;
use crate::trend::{Trend, TrendCode, TrendRun, TrendSeries};

/// The size of a drawing, in its own units.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 80.0;

/// What is left free around the line.
const MARGIN: f64 = 6.0;

/// The tone of what is neither good nor bad.
const PLAIN: &str = "plain";

/// Runs that are drawn: the newest.
const RUNS: usize = 120;

/// Numbers over time.
struct Line<'a> {
    name: &'a str,
    in_bytes: bool,
    values: &'a [Option<u64>],
    /// What the newest look knows.
    newest: Option<u64>,
    /// Of a code, which numbers may be more.
    code: Option<&'a TrendCode>,
    /// The check without which a run says nothing of it.
    check: Option<&'static str>,
    /// Whether more of it is bad.
    tone: &'static str,
}

impl Line<'_> {
    /// Whether a run is no part of the line: it knows nothing of it and did not look for it.
    fn skips(&self, run: &TrendRun, value: Option<u64>) -> bool {
        value.is_none() && self.check.is_some_and(|check| !run.made(check))
    }

    /// What says that there may be more than runs of one look tell.
    fn more(&self, runs: Range<usize>) -> &'static str {
        let is_known =
            self.values.get(runs.clone()).is_some_and(|it| it.iter().any(Option::is_some));
        if is_known && self.code.is_some_and(|code| code.is_in_part(runs)) { "+" } else { "" }
    }

    fn shown(&self, value: Option<u64>) -> String {
        match value {
            None => "?".to_owned(),
            Some(value) if self.in_bytes => bytes(value),
            Some(value) => grouped(value),
        }
    }
}

/// Every number of a series that is not 0 throughout.
pub(super) fn charts(series: &TrendSeries, trend: &Trend) -> Markup {
    let newest = series.looks().pop().unwrap_or_default();
    let codes = series.codes.iter().map(|row| Line {
        name: row.code.as_str(),
        in_bytes: false,
        values: &row.counts,
        newest: most(&row.counts, &newest),
        code: Some(row),
        check: Some(series.kind.check_of(row.code)),
        tone: row.severity.as_str(),
    });
    // The row of its code has the same numbers.
    let in_a_row = series.codes.iter().any(|row| row.code == Code::KernelErrorsRecorded);
    let errors = series.kernel_errors.iter();
    let errors = errors.filter(|counter| counter.increase > 0 && !in_a_row);
    let errors = errors.map(|counter| Line {
        name: "errors on record",
        in_bytes: false,
        values: &counter.values,
        newest: most(&counter.values, &newest),
        code: None,
        check: Some("environment"),
        tone: "corrupt",
    });
    let measures = series.measures.iter().filter(|measure| !measure.is_nothing());
    let measures = measures.map(|measure| Line {
        name: measure.quantity.text(),
        in_bytes: measure.quantity.is_bytes(),
        values: &measure.values,
        newest: last(&measure.values, &newest),
        code: None,
        check: measure.quantity.check(),
        tone: PLAIN,
    });
    let lines: Vec<Line<'_>> = codes.chain(errors).chain(measures).collect();
    let from = series.runs.len().saturating_sub(RUNS);
    let end = series.runs.len().saturating_sub(1);
    let moments = &series.moments(trend);
    let at = |run| report_time(series, trend, moments, run);
    let times: Vec<f64> = (from..series.runs.len())
        .filter_map(|run| Some(trend.report(series, run)?.started_at.as_unix_seconds()))
        .collect();
    html! {
        @if !lines.is_empty() {
            h3 { "Over time" }
            p.muted { "From " (at(from)) " to " (at(end)) "." }
            div.charts { @for line in &lines { (figure(line, series, from, &times)) } }
            (numbers(series, trend, moments, &lines, from))
        }
    }
}

fn report_time(series: &TrendSeries, trend: &Trend, moments: &Moments, run: usize) -> String {
    let report = trend.report(series, run);
    report.map(|report| moments.full(report.started_at)).unwrap_or_default()
}

fn figure(line: &Line<'_>, series: &TrendSeries, from: usize, times: &[f64]) -> Markup {
    let runs = series.runs.iter().zip(line.values).skip(from).zip(times);
    let seen = runs.filter(|((run, value), _)| !line.skips(run, **value));
    let span = [times.first(), times.last()].map(|time| time.copied().unwrap_or_default());
    let (values, times): (Vec<_>, Vec<_>) = seen.map(|((_, value), time)| (*value, *time)).unzip();
    let known = || values.iter().flatten().copied();
    let (least, most) = (known().min().unwrap_or(0), known().max().unwrap_or(0));
    // Of findings there could be none: their lines stand on 0.
    let ground = if line.tone == PLAIN { least } else { 0 };
    let looked = series.looks().pop().unwrap_or_default();
    let newest = line.shown(line.newest) + line.more(looked);
    let range = if least == most {
        "always".to_owned()
    } else {
        format!("{} to {}", line.shown(Some(least)), line.shown(Some(most)))
    };
    let label = format!("{}: {range}, newest {newest}", line.name);
    let points = points(&values, &times, span, [ground, most]);
    html! {
        figure class={ "chart " (line.tone) } {
            figcaption { strong { (line.name) } " " span.value { (newest) } span.muted { " (" (range) ")" } }
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                aria-label=(label) {
                rect.ground width=(WIDTH) height=(HEIGHT) {}
                @for piece in &points { path.line d=(path_of(piece)) {} }
            }
        }
    }
}

/// The points of a line between two times and two values, in pieces: where a value is not known
/// there is a gap.
fn points(
    values: &[Option<u64>],
    times: &[f64],
    [first, last]: [f64; 2],
    [least, most]: [u64; 2],
) -> Vec<Vec<(f64, f64)>> {
    let span = (last - first).max(1.0);
    let height = most.saturating_sub(least) as f64;
    let mut pieces = vec![Vec::new()];
    for (value, time) in values.iter().zip(times) {
        match value {
            Some(value) => {
                let x = MARGIN + (time - first) / span * (WIDTH - 2.0 * MARGIN);
                // What never changed stands in the middle.
                let up = value.saturating_sub(least) as f64;
                let up = if height > 0.0 { up / height } else { 0.5 };
                let y = HEIGHT - MARGIN - up * (HEIGHT - 2.0 * MARGIN);
                pieces.last_mut().into_iter().for_each(|piece| piece.push((x, y)));
            }
            None => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// A line through points; one alone is a dot, which is a line to where it begins.
fn path_of(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (number, (x, y)) in points.iter().enumerate() {
        let command = if number == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{command}{x:.1} {y:.1}");
    }
    if points.len() == 1 { path + "h.1" } else { path }
}

/// The same as numbers.
fn numbers(
    series: &TrendSeries,
    trend: &Trend,
    moments: &Moments,
    lines: &[Line<'_>],
    from: usize,
) -> Markup {
    html! {
        details.rest {
            summary { "The numbers" }
            div.scroll tabindex="0" role="region" aria-label="The numbers" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Report" }
                            @for line in lines { th.number scope="col" { (line.name) } }
                        }
                    }
                    tbody {
                        @for run in (from..series.runs.len()).rev() {
                            tr {
                                th scope="row" { (report(series, trend, moments, run)) }
                                @for line in lines {
                                    td.number { (cell(line, series, run)) }
                                }
                            }
                        }
                    }
                }
            }
            @if from > 0 { p.beyond { "... and " (from) " older reports." } }
        }
    }
}

/// Nothing where the run does not look for it.
fn cell(line: &Line<'_>, series: &TrendSeries, run: usize) -> String {
    let value = line.values.get(run).copied().flatten();
    match series.runs.get(run) {
        Some(of) if line.skips(of, value) => String::new(),
        _ => line.shown(value) + line.more(run..run + 1),
    }
}

fn report(series: &TrendSeries, trend: &Trend, moments: &Moments, run: usize) -> Markup {
    html! {
        @if let Some(report) = trend.report(series, run) {
            (moments.full(report.started_at))
            @if !report.complete { " (stopped)" }
            " " span.muted { (plain(&report.file.escaped())) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_a_gap_and_one_alone_a_dot() {
        let times = [0.0, 10.0, 20.0, 30.0];
        let pieces = points(&[Some(0), Some(10), None, Some(5)], &times, [0.0, 30.0], [0, 10]);
        let paths: Vec<_> = pieces.iter().map(|piece| path_of(piece)).collect();
        assert_eq!(paths, ["M6.0 74.0L202.0 6.0", "M594.0 40.0h.1"]);
    }

    #[test]
    fn neither_one_time_nor_one_value_divides_by_nothing() {
        let pieces = points(
            &[Some(u64::MAX), Some(u64::MAX)],
            &[5.0, 5.0],
            [5.0, 5.0],
            [u64::MAX, u64::MAX],
        );
        assert_eq!(path_of(&pieces[0]), "M6.0 40.0L6.0 40.0");
        assert!(points(&[], &[], [0.0, 0.0], [0, 0]).is_empty());
    }
}
