//! A line for each number, drawn over the times of the reports, and the numbers themselves in a
//! table, for those who cannot see it.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::plain;
use crate::numbers::{bytes, grouped};
use crate::trend::text::minute;
use crate::trend::{Trend, TrendSeries};

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
    /// Whether more of it is bad.
    tone: &'static str,
}

impl Line<'_> {
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
    let codes = series.codes.iter().map(|row| Line {
        name: row.code.as_str(),
        in_bytes: false,
        values: &row.counts,
        tone: row.severity.as_str(),
    });
    let errors = series.kernel_errors.iter().filter(|counter| counter.increase > 0);
    let errors = errors.map(|counter| Line {
        name: "errors on record",
        in_bytes: false,
        values: &counter.values,
        tone: "corrupt",
    });
    let measures = series.measures.iter().filter(|measure| !measure.is_nothing());
    let measures = measures.map(|measure| Line {
        name: measure.quantity.text(),
        in_bytes: measure.quantity.is_bytes(),
        values: &measure.values,
        tone: PLAIN,
    });
    let lines: Vec<Line<'_>> = codes.chain(errors).chain(measures).collect();
    let from = series.runs.len().saturating_sub(RUNS);
    let newest = series.runs.len().saturating_sub(1);
    let times: Vec<f64> = (from..series.runs.len())
        .filter_map(|run| Some(trend.report(series, run)?.started_at.as_unix_seconds()))
        .collect();
    html! {
        @if !lines.is_empty() {
            h3 { "Over time" }
            p.muted { "From " (at(series, trend, from)) " to " (at(series, trend, newest)) "." }
            div.charts { @for line in &lines { (figure(line, from, &times)) } }
            (numbers(series, trend, &lines, from))
        }
    }
}

fn at(series: &TrendSeries, trend: &Trend, run: usize) -> String {
    trend.report(series, run).map(|report| minute(report.started_at)).unwrap_or_default()
}

fn figure(line: &Line<'_>, from: usize, times: &[f64]) -> Markup {
    let values = line.values.get(from..).unwrap_or_default();
    let known = || values.iter().flatten().copied();
    let (least, most) = (known().min().unwrap_or(0), known().max().unwrap_or(0));
    // Of findings there could be none: their lines stand on 0.
    let ground = if line.tone == PLAIN { least } else { 0 };
    let newest = line.shown(line.values.last().copied().flatten());
    let range = if least == most {
        "always".to_owned()
    } else {
        format!("{} to {}", line.shown(Some(least)), line.shown(Some(most)))
    };
    let label = format!("{}: {range}, newest {newest}", line.name);
    let points = points(values, times, ground, most);
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

/// The points of a line, in pieces: where a value is not known there is a gap.
fn points(values: &[Option<u64>], times: &[f64], least: u64, most: u64) -> Vec<Vec<(f64, f64)>> {
    let (first, last) = (times.first().copied(), times.last().copied());
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
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
fn numbers(series: &TrendSeries, trend: &Trend, lines: &[Line<'_>], from: usize) -> Markup {
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
                                th scope="row" { (report(series, trend, run)) }
                                @for line in lines {
                                    td.number { (line.shown(line.values.get(run).copied().flatten())) }
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

fn report(series: &TrendSeries, trend: &Trend, run: usize) -> Markup {
    html! {
        @if let Some(report) = trend.report(series, run) {
            (minute(report.started_at))
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
        let pieces = points(&[Some(0), Some(10), None, Some(5)], &times, 0, 10);
        let paths: Vec<_> = pieces.iter().map(|piece| path_of(piece)).collect();
        assert_eq!(paths, ["M6.0 74.0L202.0 6.0", "M594.0 40.0h.1"]);
    }

    #[test]
    fn neither_one_time_nor_one_value_divides_by_nothing() {
        let pieces = points(&[Some(u64::MAX), Some(u64::MAX)], &[5.0, 5.0], u64::MAX, u64::MAX);
        assert_eq!(path_of(&pieces[0]), "M6.0 40.0L6.0 40.0");
        assert!(points(&[], &[], 0, 0).is_empty());
    }
}
