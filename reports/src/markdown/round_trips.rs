//! What tar round trips came to.

use crate::numbers::{counted, grouped};
use crate::sum::sum;
use crate::text::tar_runs::troubles;
use crate::text::tar_trips::{label, refused, what_and_where};
use crate::{TarClassification, TarRun, TarTrips};

use super::comparison::capital;
use super::detail::Detail;
use super::markup::{prose, quoted};
use super::more;
use super::section::{Section, list, worth};

pub(super) fn section(trips: &TarTrips, detail: &Detail) -> Section {
    let conclusion = trips.conclusion();
    let (_, label) = label(conclusion);
    let unreadable = trips.unreadable_beyond.saturating_add(trips.unreadable.len() as u64);
    let mut blocks = vec![
        format!("**{}** {}", capital(label), conclusion.text()),
        format!("Extracted: {}.", prose(&what_and_where(trips), detail.text)),
        list(trips.runs.iter().take(detail.rows).map(|run| one_run(run, detail))),
    ];
    blocks.extend(more(trips.runs.len() as u64, detail));
    blocks.extend(failures(&trips.runs, detail));
    if unreadable > 0 {
        let entries = counted(unreadable, "entry", "entries");
        blocks.push(format!("{entries} of the tree that was packed could not be read."));
    }
    blocks.extend(left_off(trips, detail));
    Section::new("Tar round trips", worth::ROUND_TRIPS, &blocks)
}

fn one_run(run: &TarRun, detail: &Detail) -> String {
    format!(
        "{} on {}{}: {} of {}: {}.",
        run.pattern.as_str(),
        prose(&run.filesystem, detail.text),
        if run.control { " (control)" } else { "" },
        counted(run.entries, "entry", "entries"),
        counted(run.packages, "package", "packages"),
        troubles(run).join(", "),
    )
}

/// Each cause of failures with its first messages.
fn failures(runs: &[TarRun], detail: &Detail) -> Option<String> {
    let items: Vec<_> =
        TarClassification::ALL.iter().filter_map(|&class| failure(class, runs, detail)).collect();
    (!items.is_empty()).then(|| format!("What failed, and why:\n\n{}", list(items)))
}

fn failure(class: TarClassification, runs: &[TarRun], detail: &Detail) -> Option<String> {
    let count = Some(sum(runs.iter().map(|run| run.count(class)))).filter(|count| *count > 0)?;
    // Those of the control arm come last.
    let arm = |control| runs.iter().filter(move |run| run.control == control);
    let errors = arm(false).chain(arm(true)).flat_map(|run| &run.errors);
    let errors = errors.filter(|error| error.classification == class).take(detail.examples);
    let messages: Vec<_> = errors.map(|error| quoted(&error.message, detail.text)).collect();
    let (times, told) = (counted(count, "time", "times"), messages.len() as u64);
    let more = Some(count.saturating_sub(told)).filter(|more| *more > 0);
    let more = more.map_or_else(String::new, |more| format!(", ... and {} more", grouped(more)));
    Some(format!(
        "{}, {times}. {} First: {}{more}.",
        class.as_str(),
        class.text(),
        messages.join(", ")
    ))
}

/// What of the archives was not extracted.
fn left_off(trips: &TarTrips, detail: &Detail) -> Option<String> {
    let count = Some(trips.refused_count()).filter(|count| *count > 0)?;
    let first = trips.refused.first().map(|row| prose(&refused(row), detail.text));
    let first = first.map_or_else(String::new, |first| format!(" The first: {first}."));
    let members = counted(count, "member or archive was", "members or archives were");
    Some(format!("{members} not extracted.{first}"))
}
