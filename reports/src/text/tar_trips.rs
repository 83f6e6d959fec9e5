//! What tar round trips came to: a line or two where all is well, else what failed and why.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::sum::sum;
use crate::{TarConclusion, TarRefused, TarRun, TarTrips};

use super::listed::listed;
use super::numbers::{bytes, counted, duration, grouped};
use super::page::{Page, Style};
use super::{tar_failures, tar_runs};

/// Rows of what was refused when not everything is to be shown.
const EXAMPLES: usize = 3;

pub(super) fn write<W: Write>(trips: &TarTrips, page: &mut Page<'_, W>) -> io::Result<()> {
    page.heading("Tar round trips")?;
    let conclusion = trips.conclusion();
    let (style, label) = label(conclusion);
    let compared = trips.runs.iter().any(|run| run.control);
    let read = trips.unreadable.is_empty();
    if conclusion == TarConclusion::Passed && !compared && read && !page.verbose() {
        page.labelled(2, style, label, &in_a_sentence(trips))?;
        return write_refused(trips, page);
    }
    page.paragraph(2, &what_and_where(trips))?;
    tar_runs::write(&trips.runs, page)?;
    tar_failures::write(&trips.runs, page)?;
    tar_failures::write_unreadable(trips, page)?;
    if trips.refused_count() > 0 {
        page.blank()?;
        write_refused(trips, page)?;
    }
    page.blank()?;
    page.labelled(2, style, label, conclusion.text())
}

pub(crate) fn label(conclusion: TarConclusion) -> (Style, &'static str) {
    match conclusion {
        TarConclusion::Passed => (Style::Good, "passed:"),
        TarConclusion::PassedSoFar => (Style::Doubtful, "passed so far:"),
        TarConclusion::NothingExtracted => (Style::Doubtful, "not tried:"),
        TarConclusion::FailsHereOnly => (Style::Bad, "failed:"),
        TarConclusion::NotAccused | TarConclusion::FailsInControlToo | TarConclusion::NoControl => {
            (Style::Doubtful, "failed:")
        }
    }
}

/// All there is to say where nothing failed and nothing is to be compared.
fn in_a_sentence(trips: &TarTrips) -> String {
    let ways = trips.runs.iter().map(|run| run.pattern.as_str());
    let filesystems = trips.runs.iter().map(|run| escape_prose(&run.filesystem));
    let of_all = |count: fn(&TarRun) -> u64| sum(trips.runs.iter().map(count));
    format!(
        "{}; {} on {}: {}, {} in {}, all as they were written",
        what(trips),
        listed(ways.map(str::to_owned)),
        listed(filesystems),
        counted(of_all(|run| run.entries), "entry", "entries"),
        bytes(of_all(|run| run.bytes)),
        duration(trips.runs.iter().map(|run| run.seconds).sum()),
    )
}

/// What was extracted, so that it can be repeated.
fn what(trips: &TarTrips) -> String {
    let rounds = trips.runs.iter().map(|run| run.rounds).max().unwrap_or_default();
    let parts = [
        Some(escape_prose(&trips.source)),
        trips.seed.map(|seed| format!("seed {seed}")),
        trips.jobs.map(|jobs| format!("{jobs} at once")),
        (rounds > 1).then(|| format!("{} rounds", grouped(rounds.into()))),
        trips.churn.then(|| "beside a competing installer".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub(crate) fn what_and_where(trips: &TarTrips) -> String {
    let arms = [(false, "in"), (true, "control in")].map(|(control, word)| {
        let places = places(trips, control);
        (!places.is_empty()).then(|| format!("{word} {}", places.join(", ")))
    });
    let arms: Vec<_> = arms.into_iter().flatten().collect();
    if arms.is_empty() { what(trips) } else { format!("{}; {}", what(trips), arms.join("; ")) }
}

/// The directories of the control arm or of the others, each once.
fn places(trips: &TarTrips, control: bool) -> Vec<String> {
    let mut places = Vec::new();
    for run in trips.runs.iter().filter(|run| run.control == control) {
        let place = run.directory.escaped();
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// What of the archives was not extracted.
fn write_refused<W: Write>(trips: &TarTrips, page: &mut Page<'_, W>) -> io::Result<()> {
    let count = trips.refused_count();
    if count == 0 {
        return Ok(());
    }
    let count_text = counted(count, "member or archive", "members or archives");
    page.labelled(2, Style::Doubtful, "not extracted:", &count_text)?;
    let limit = if page.verbose() { usize::MAX } else { EXAMPLES };
    let mut shown = 0;
    for row in trips.refused.iter().take(limit) {
        page.verbatim(4, Style::Plain, &refused(row))?;
        shown += 1;
    }
    match count.saturating_sub(shown) {
        0 => Ok(()),
        more => page.paragraph(4, &format!("... and {} more", grouped(more))),
    }
}

pub(crate) fn refused(row: &TarRefused) -> String {
    let member = row.member.as_ref().map(|member| format!("{}: ", member.escaped()));
    let why = escape_prose(&row.why);
    format!("{}: {}{why}", row.archive.escaped(), member.unwrap_or_default())
}
