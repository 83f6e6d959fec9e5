//! How fast targets were: operations a second, and how long operations took.

use maud::{Markup, html};

use super::bars::{FULL, Part, axis, bar, round_up, stacked};
use super::rows::{ROOM, beyond, rows};
use super::section::scrolled;
use super::words::plain;
use crate::numbers::{grouped, nanoseconds};
use crate::{Stress, StressLatency, StressTarget};

/// Marks on the scale of rates.
const MARKS: u64 = 5;

/// Operations a second by target, on one scale.
pub(super) fn rates(stress: &Stress) -> Markup {
    let rate = |target: &StressTarget| target.operations_per_second.round() as u64;
    let most = round_up(stress.targets.iter().map(rate).max().unwrap_or(0));
    let shown = rows(&stress.targets, ROOM, |target| {
        html! {
            tr {
                th scope="row" { (plain(&target.name)) }
                td { (plain(&target.filesystem)) }
                td.number { (grouped(target.operations)) }
                td.number { (grouped(rate(target))) }
                td.wide { (bar(&stacked(&[("rate", rate(target))], most))) }
                td.number { (grouped(stress.divergences_on(&target.name).count() as u64)) }
            }
        }
    });
    let marks: Vec<_> = (0..=MARKS).map(|mark| grouped(most / MARKS * mark)).collect();
    let table = html! {
        table.chart {
            caption { "Operations a second" }
            thead {
                tr {
                    th scope="col" { "Target" } th scope="col" { "Filesystem" }
                    th.number scope="col" { "Operations" } th.number scope="col" { "Ops/s" }
                    th.wide scope="col" { (axis(&marks)) span.sr-only { "Ops/s as a bar" } }
                    th.number scope="col" { "Divergences" }
                }
            }
            tbody { (shown.markup) }
        }
    };
    html! { @if !stress.targets.is_empty() { (scrolled("Operations a second", &table)) (beyond(shown.left_out)) } }
}

/// A scale of powers of ten, in nanoseconds.
struct Decades {
    first: u32,
    count: u32,
}

impl Decades {
    fn of(targets: &[StressTarget]) -> Option<Self> {
        let all = || targets.iter().filter_map(timed);
        let first = all().map(|row| row.p50_ns.max(1).ilog10()).min()?;
        let last = all().map(|row| row.max_ns.max(1).ilog10() + 1).max()?;
        Some(Decades { first, count: (last.saturating_sub(first)).max(1) })
    }

    fn place(&self, nanoseconds: u64) -> u64 {
        let decades = (nanoseconds.max(1) as f64).log10() - f64::from(self.first);
        let share = (decades / f64::from(self.count)).clamp(0.0, 1.0);
        (share * FULL as f64).round() as u64
    }

    fn marks(&self) -> Vec<String> {
        let mark = |power: u32| match (power / 3, 10_u64.pow(power % 3)) {
            (0, unit) => format!("{unit} ns"),
            (1, unit) => format!("{unit} µs"),
            (2, unit) => format!("{unit} ms"),
            (thousands, unit) => format!(
                "{} s",
                grouped(unit.saturating_mul(1000_u64.saturating_pow(thousands - 3)))
            ),
        };
        (self.first..=self.first + self.count).map(mark).collect()
    }
}

fn timed(target: &StressTarget) -> Option<&StressLatency> {
    target.latency_of_all().filter(|row| row.count > 0)
}

/// How long operations took by target, on one scale of powers of ten.
pub(super) fn latencies(stress: &Stress) -> Markup {
    let Some(decades) = Decades::of(&stress.targets) else { return html! {} };
    let all = stress.targets.iter().filter_map(|target| Some((target, timed(target)?)));
    let shown = rows(all, ROOM, |(target, row)| {
        html! {
            tr {
                th scope="row" { (plain(&target.name)) }
                td.wide { (bar(&spread(row, &decades))) }
                @for value in values(row) { td.number { (nanoseconds(value)) } }
            }
        }
    });
    let table = html! {
        table.chart {
            caption { "How long an operation took, on a scale of powers of ten: dark up to p50, then to p99, light to the slowest" }
            thead {
                tr {
                    th scope="col" { "Target" }
                    th.wide scope="col" { (axis(&decades.marks())) span.sr-only { "Latency as a bar" } }
                    @for word in HEAD { th.number scope="col" { (word) } }
                }
            }
            tbody { (shown.markup) }
        }
    };
    html! { (scrolled("Latency", &table)) (beyond(shown.left_out)) }
}

const HEAD: [&str; 5] = ["p50", "p90", "p99", "p99.9", "Slowest"];

fn values(row: &StressLatency) -> [u64; 5] {
    [row.p50_ns, row.p90_ns, row.p99_ns, row.p999_ns, row.max_ns]
}

fn spread(row: &StressLatency, decades: &Decades) -> Vec<Part> {
    let [p50, p99, max] = [row.p50_ns, row.p99_ns, row.max_ns].map(|value| decades.place(value));
    vec![
        Part { class: "p50", from: 0, to: p50 },
        Part { class: "p99", from: p50, to: p99 },
        Part { class: "slowest", from: p99, to: max },
    ]
}

/// How long each kind of operation took on one target.
pub(super) fn latency_table(target: &StressTarget) -> Markup {
    let shown = rows(&target.latency, ROOM, |row| {
        html! {
            tr {
                th scope="row" { (plain(&row.operation)) }
                td.number { (grouped(row.count)) }
                @for value in values(row) { td.number { (nanoseconds(value)) } }
            }
        }
    });
    let table = html! {
        table {
            thead {
                tr {
                    th scope="col" { "Operation" } th.number scope="col" { "Timed" }
                    @for word in HEAD { th.number scope="col" { (word) } }
                }
            }
            tbody { (shown.markup) }
        }
    };
    html! { @if !target.latency.is_empty() { (scrolled("Latency by operation", &table)) (beyond(shown.left_out)) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::stress;

    #[test]
    fn the_scale_holds_every_value_between_its_marks() {
        let hammered = stress();
        let decades = Decades::of(&hammered.targets).unwrap();
        assert_eq!(decades.marks(), ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms"]);
        assert_eq!((decades.place(1_000), decades.place(100_000_000)), (0, 1000));
        assert_eq!(
            (decades.place(10_000), decades.place(0), decades.place(u64::MAX)),
            (200, 0, 1000)
        );
    }

    #[test]
    fn no_number_of_a_report_breaks_the_scale() {
        let mut hammered = stress();
        for target in &mut hammered.targets {
            for row in &mut target.latency {
                (row.p50_ns, row.max_ns) = (0, u64::MAX);
            }
            target.operations_per_second = f64::NAN;
        }
        let decades = Decades::of(&hammered.targets).unwrap();
        assert_eq!(decades.marks().first().unwrap(), "1 ns");
        assert!(rates(&hammered).0.contains("<table"));
        assert!(latencies(&hammered).0.contains("<table"));
    }
}
