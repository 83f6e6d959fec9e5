//! The targets: a table, what was checked on them, and which did not come to their end.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::{Stress, StressEnding, StressLatency, StressTarget};

use super::numbers::{bytes, counted, duration, grouped, nanoseconds};
use super::page::{Page, Style};
use super::table::{self, Side};

/// Left and right, short enough for a row of them.
const L: Side = Side::Left;
const R: Side = Side::Right;

pub(super) fn write<W: Write>(stress: &Stress, page: &mut Page<'_, W>) -> io::Result<()> {
    if stress.targets.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let head =
        ["target", "filesystem", "operations", "ops/s", "p50", "p99", "slowest", "divergences"];
    let rows = stress.targets.iter().map(|target| cells(target, stress));
    table::write(2, head, rows, [L, L, R, R, R, R, R, L], page)?;
    page.blank()?;
    page.labelled(2, Style::Faint, "checked:", &checked(&stress.targets))?;
    for target in &stress.targets {
        write_ending(target, page)?;
    }
    if page.verbose() {
        stress.targets.iter().try_for_each(|target| write_facts(target, page))?;
    }
    Ok(())
}

fn cells(target: &StressTarget, stress: &Stress) -> [String; 8] {
    let latency = |of: fn(&StressLatency) -> u64| match target.latency_of_all() {
        Some(all) if all.count > 0 => nanoseconds(of(all)),
        _ => "-".to_owned(),
    };
    let divergences = match stress.divergences_on(&target.name).count() as u64 {
        0 => "none".to_owned(),
        count => grouped(count),
    };
    [
        escape_prose(&target.name),
        escape_prose(&target.filesystem),
        grouped(target.operations),
        grouped(target.operations_per_second.round() as u64),
        latency(|all| all.p50_ns),
        latency(|all| all.p99_ns),
        latency(|all| all.max_ns),
        divergences,
    ]
}

/// What was held against the model beside the outcome of each operation.
pub(crate) fn checked(targets: &[StressTarget]) -> String {
    let sum =
        |count: fn(&StressTarget) -> u64| targets.iter().map(count).fold(0, u64::saturating_add);
    let parts = [
        (sum(|t| t.comparisons), "comparison of a whole tree", "comparisons of whole trees"),
        (
            sum(|t| t.listings),
            "listing of a directory that changed",
            "listings of directories that changed",
        ),
        (sum(|t| t.scans), "scan at rest", "scans at rest"),
    ];
    let done = parts.iter().filter(|(count, ..)| *count > 0);
    let done: Vec<_> = done.map(|&(count, one, many)| counted(count, one, many)).collect();
    let outcomes = "the outcome of each operation";
    if done.is_empty() {
        format!("{outcomes} alone")
    } else {
        format!("{outcomes}, {}", done.join(", "))
    }
}

/// That a target did not come to its end, or was full meanwhile.
fn write_ending<W: Write>(target: &StressTarget, page: &mut Page<'_, W>) -> io::Result<()> {
    let name = format!("{}:", escape_prose(&target.name));
    let style = match target.ended {
        StressEnding::Completed => Style::Plain,
        StressEnding::Lost => Style::Bad,
        _ => Style::Doubtful,
    };
    let why = target.ended_because.as_deref().map(|why| format!(" ({})", escape_prose(why)));
    let ended = (target.ended != StressEnding::Completed)
        .then(|| format!("{}{}", target.ended.text(), why.unwrap_or_default()));
    let full = (target.no_space > 0).then(|| {
        format!("{} met a full disk", counted(target.no_space, "operation", "operations"))
    });
    let notes: Vec<_> = ended.into_iter().chain(full).collect();
    if notes.is_empty() {
        return Ok(());
    }
    page.labelled(2, style, &name, &notes.join("; "))
}

/// Everything else that is known of a target.
fn write_facts<W: Write>(target: &StressTarget, page: &mut Page<'_, W>) -> io::Result<()> {
    page.blank()?;
    let facts = format!(
        "{} with {}; {} in {}, {} written, at most {} at the same time",
        escape_prose(&target.filesystem),
        escape_prose(&target.mount_options),
        counted(target.rounds, "round", "rounds"),
        duration(target.seconds),
        bytes(target.bytes_written),
        counted(target.live_entries_most, "name", "names"),
    );
    page.labelled(2, Style::Strong, &format!("{}:", escape_prose(&target.name)), &facts)?;
    let head = ["operation", "timed", "p50", "p90", "p99", "p99.9", "slowest"];
    if target.latency.is_empty() {
        return Ok(());
    }
    table::write(4, head, target.latency.iter().map(latency_cells), [L, R, R, R, R, R, R], page)
}

fn latency_cells(row: &StressLatency) -> [String; 7] {
    [
        escape_prose(&row.operation),
        grouped(row.count),
        nanoseconds(row.p50_ns),
        nanoseconds(row.p90_ns),
        nanoseconds(row.p99_ns),
        nanoseconds(row.p999_ns),
        nanoseconds(row.max_ns),
    ]
}
