//! What hammering filesystems came to: where, how much and how fast; then what diverged.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::{Stress, StressConclusion, StressTarget};

use super::listed::listed;
use super::numbers::counted;
use super::page::{Page, Style};
use super::{
    stress_capabilities, stress_coverage, stress_divergences, stress_quirks, stress_targets,
};

pub(super) fn write<W: Write>(stress: &Stress, page: &mut Page<'_, W>) -> io::Result<()> {
    page.heading("Stress")?;
    page.paragraph(2, &what_and_where(stress))?;
    stress_targets::write(stress, page)?;
    write_not_provided(stress, page)?;
    stress_divergences::write(stress, page)?;
    if has_more_to_say(stress, page.verbose()) {
        page.blank()?;
        stress_capabilities::write(stress, page)?;
        stress_quirks::write(stress, page)?;
        stress_coverage::write(stress, page)?;
    }
    page.blank()?;
    if let Some(class) = &stress.recorded {
        page.labelled(2, Style::Plain, "recorded:", &whether_it_shows(stress, class))?;
    }
    let conclusion = stress.conclusion();
    let (style, label) = label(stress, conclusion);
    page.labelled(2, style, &label, conclusion.text())
}

fn has_more_to_say(stress: &Stress, verbose: bool) -> bool {
    let tried = || stress.targets.iter().any(|target| !target.capabilities.is_empty());
    let features = stress.missing_features().next().is_some() || (verbose && tried());
    features || !stress.quirks.is_empty() || !stress.coverage.is_empty()
}

/// What makes the same operations again, and where they ran.
pub(crate) fn what_and_where(stress: &Stress) -> String {
    let threads = counted(stress.threads.into(), "thread", "threads");
    let what = format!(
        "seed {}, profile {}, {threads} a target",
        stress.seed,
        escape_prose(&stress.profile)
    );
    let (made, given): (Vec<_>, Vec<_>) = stress.targets.iter().partition(|target| target.made);
    let place = |target: &&StressTarget| {
        format!("{} in {}", escape_prose(&target.name), target.directory.escaped())
    };
    let mut places: Vec<_> = given.iter().map(place).collect();
    if !made.is_empty() {
        let count = counted(made.len() as u64, "target", "targets");
        places.push(format!("{count} made for this run"));
    }
    if places.is_empty() { what } else { format!("{what}; {}", places.join(", ")) }
}

/// What a replay is for: whether the divergence that was recorded shows, and where.
pub(crate) fn whether_it_shows(stress: &Stress, class: &str) -> String {
    let ran = stress.targets.iter().filter(|target| target.operations > 0);
    let (shown, not): (Vec<_>, Vec<_>) = ran
        .map(|target| target.name.as_str())
        .partition(|name| stress.divergences_on(name).any(|row| row.class == class));
    let on = |what: &str, names: Vec<&str>| match listed(names.into_iter().map(escape_prose)) {
        names if names.is_empty() => String::new(),
        names => format!("; {what} on {names}"),
    };
    let class = escape_prose(class);
    format!("{class}{}{}", on("it shows", shown), on("it does not show", not))
}

pub(crate) fn label(stress: &Stress, conclusion: StressConclusion) -> (Style, String) {
    match conclusion {
        StressConclusion::NothingRun => (Style::Doubtful, "not tried:".to_owned()),
        StressConclusion::NoDivergence => (Style::Good, "passed:".to_owned()),
        StressConclusion::NoDivergenceSoFar => (Style::Doubtful, "passed so far:".to_owned()),
        StressConclusion::TargetLost => (Style::Bad, "lost:".to_owned()),
        StressConclusion::DivergesThereOnly => (Style::Bad, diverges(stress, " alone")),
        StressConclusion::DivergesEverywhere
        | StressConclusion::DivergesInPart
        | StressConclusion::NotCompared => (Style::Doubtful, diverges(stress, "")),
    }
}

/// On which targets something diverged.
fn diverges(stress: &Stress, alone: &str) -> String {
    let names = stress.diverging_targets().into_iter().map(escape_prose);
    match listed(names).as_str() {
        "" => "diverges:".to_owned(),
        names => format!("diverges on {names}{alone}:"),
    }
}

/// Targets that were asked for and are not there.
fn write_not_provided<W: Write>(stress: &Stress, page: &mut Page<'_, W>) -> io::Result<()> {
    if stress.not_provided.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let count = counted(stress.not_provided.len() as u64, "target", "targets");
    page.labelled(2, Style::Doubtful, "not provided:", &count)?;
    for row in &stress.not_provided {
        let name = format!("{}:", escape_prose(&row.name));
        page.labelled(4, Style::Plain, &name, &escape_prose(&row.why))?;
    }
    Ok(())
}
