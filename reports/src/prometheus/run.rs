//! The run: what it was, when, of what, and how much it saw.

use crate::{CheckStatus, Report, Root, SCHEMA_VERSION, Verdict};

use super::{Exposition, Metric, PLACES};

const fn metric(name: &'static str, help: &'static str) -> Metric {
    Metric { name, help }
}

/// Adds it.
pub(super) fn add(report: &Report, page: &mut Exposition) {
    let version = report.tool.version.clone();
    page.labelled(
        metric("build_info", "The fscan that wrote the report; always 1."),
        [([("version", version), ("schema_version", SCHEMA_VERSION.to_string())], 1)],
    );
    add_time(report, page);
    let verdicts = [Verdict::Healthy, Verdict::AtRisk, Verdict::Suspect, Verdict::Corrupt];
    page.labelled(
        metric("report_verdict", "1 for what the report says in one word, 0 for the other words, and for all where nothing was examined."),
        verdicts.map(|verdict| {
            let label = ("verdict", verdict.as_str().to_owned());
            ([label], u8::from(verdict == report.verdict && !report.saw_nothing()))
        }),
    );
    page.labelled(
        metric("root_info", "A tree that was asked for; always 1. The first 64 of them."),
        report.roots.iter().take(PLACES).map(|root| (root_labels(root), 1)),
    );
    add_checks(report, page);
    add_totals(report, page);
}

fn add_time(report: &Report, page: &mut Exposition) {
    let started = report.started_at.as_unix_seconds();
    page.number(
        metric(
            "scan_complete",
            "1 if the run came to its end, 0 if it was stopped or a comparison did not take place.",
        ),
        u8::from(report.came_to_its_end()),
    );
    page.number(
        metric("scan_examined", "1 if anything was examined, so that the verdict means something."),
        u8::from(!report.saw_nothing()),
    );
    page.number(
        metric("scan_started_timestamp_seconds", "When the run began, in seconds since 1970."),
        started,
    );
    page.number(metric("scan_duration_seconds", "How long the run took."), report.duration_seconds);
}

fn root_labels(root: &Root) -> [(&'static str, String); 3] {
    [
        ("path", root.path.escaped()),
        ("filesystem", root.filesystem.clone()),
        ("device", root.device.clone()),
    ]
}

fn add_checks(report: &Report, page: &mut Exposition) {
    let count = |status: CheckStatus| {
        let checks = report.roots.iter().flat_map(|root| &root.checks);
        checks.filter(|check| check.status == status).count()
    };
    let samples = [
        ("ran", CheckStatus::Ran),
        ("partial", CheckStatus::Partial),
        ("skipped", CheckStatus::Skipped),
    ];
    page.labelled(
        metric("checks", "Checks of all roots, by how far they came."),
        samples.map(|(word, status)| ([("status", word.to_owned())], count(status))),
    );
}

fn add_totals(report: &Report, page: &mut Exposition) {
    let totals = &report.totals;
    let kinds = [
        ("directory", totals.directories),
        ("file", totals.files),
        ("symlink", totals.symlinks),
        ("other", totals.other),
    ];
    page.labelled(
        metric("entries", "Names that were seen, by kind."),
        kinds.map(|(kind, count)| ([("kind", kind.to_owned())], count)),
    );
    let numbers = [
        (metric("hardlinked_files", "Names of files that have several."), totals.hardlinked),
        (metric("apparent_bytes", "Size of the regular files."), totals.bytes_apparent),
        (metric("allocated_bytes", "Space that the regular files take."), totals.bytes_allocated),
        (metric("read_bytes", "File content that was read."), totals.bytes_read),
        (
            metric("verified_files", "Files that agree with a checksum of their own."),
            totals.files_verified,
        ),
        (metric("failed_system_calls", "System calls on the tree that failed."), totals.errors),
        (
            metric("volatile", "Anomalies that a second look explained by concurrent changes."),
            totals.volatile,
        ),
    ];
    numbers.into_iter().for_each(|(metric, value)| page.number(metric, value));
}
