//! A night as metrics: what each step found, under labels that say which step and which root, and
//! how the night went. A step that wrote no report keeps the numbers of its last one.

use std::io::{self, Write};

use crate::prometheus::{Exposition, Metric, add_report};
use crate::{Night, NightStepName, PathName, Report};

/// The newest report that there is of a step.
#[derive(Clone, Copy, Debug)]
pub struct LastReport<'a> {
    /// The step.
    pub step: NightStepName,
    /// The root that it is about.
    pub root: Option<&'a PathName>,
    /// The report.
    pub report: &'a Report,
}

const fn metric(name: &'static str, help: &'static str) -> Metric {
    Metric { name, help }
}

/// Writes the metrics of a night. `clean` is when the last clean night ended, in seconds since
/// 1970, where one did.
pub fn write_night_prometheus(
    night: &Night,
    last: &[LastReport<'_>],
    clean: Option<f64>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut page = Exposition::default();
    add_night(night, clean, &mut page);
    add_steps(night, &mut page);
    for last in last {
        page.common(labels(last.step, last.root).to_vec());
        add_report(last.report, &mut page);
    }
    out.write_all(page.text().as_bytes())
}

fn add_night(night: &Night, clean: Option<f64>, page: &mut Exposition) {
    let yes = |name, help, yes: bool, page: &mut Exposition| {
        page.number(metric(name, help), u8::from(yes));
    };
    page.number(
        metric("night_started_timestamp_seconds", "When the night began, in seconds since 1970."),
        night.started_at.as_unix_seconds(),
    );
    page.number(
        metric("night_duration_seconds", "How long the night took."),
        night.duration_seconds,
    );
    yes("night_clean", "1 if all was done and nothing found, else 0.", night.is_clean(), page);
    yes("night_done", "1 if every step came to its end, else 0.", night.is_done(), page);
    let worse = night.worse.is_some_and(|worse| worse >= night.fail_on);
    yes("night_worse", "1 if something is new or growing against the nights before.", worse, page);
    if let Some(clean) = clean {
        let help = "When the last clean night ended, in seconds since 1970.";
        page.number(metric("night_last_clean_timestamp_seconds", help), clean);
    }
}

fn add_steps(night: &Night, page: &mut Exposition) {
    let steps = || night.steps.iter();
    page.labelled(
        metric("night_step_done", "1 if the step came to its end, else 0."),
        steps()
            .filter(|step| !step.is_left_out())
            .map(|step| (labels(step.step, step.root.as_ref()), u8::from(step.is_done()))),
    );
    page.labelled(
        metric(
            "night_step_left_out",
            "1 if the step was not run so that nothing is written (read-only, damaged), else 0.",
        ),
        steps().map(|step| (labels(step.step, step.root.as_ref()), u8::from(step.is_left_out()))),
    );
    page.labelled(
        metric("night_step_duration_seconds", "How long the step took."),
        steps().map(|step| (labels(step.step, step.root.as_ref()), step.duration_seconds)),
    );
    page.labelled(
        metric(
            "night_step_started_timestamp_seconds",
            "When the step began, in seconds since 1970.",
        ),
        steps().filter_map(|step| {
            let started = step.started_at?.as_unix_seconds();
            Some((labels(step.step, step.root.as_ref()), started))
        }),
    );
}

fn labels(step: NightStepName, root: Option<&PathName>) -> [(&'static str, String); 2] {
    let root = root.map(PathName::escaped).unwrap_or_default();
    [("step", step.as_str().to_owned()), ("root", root)]
}
