//! What hammering filesystems came to.

use crate::numbers::{counted, grouped};
use crate::remediation::shell_word;
use crate::text::stress::{label, what_and_where, whether_it_shows};
use crate::text::stress_targets::checked;
use crate::{Stress, StressDivergence, StressTarget};

use super::comparison::capital;
use super::detail::Detail;
use super::markup::{code, prose, quoted};
use super::more;
use super::section::{Section, list, worth};

pub(super) fn section(stress: &Stress, detail: &Detail) -> Section {
    let conclusion = stress.conclusion();
    let (_, label) = label(stress, conclusion);
    // What it says of targets is a text of others, which must not end the emphasis.
    let mut blocks = vec![
        format!("{} {}", prose(&capital(&label), detail.text), conclusion.text()),
        format!("The run: {}.", prose(&what_and_where(stress), detail.text)),
    ];
    if let Some(class) = &stress.recorded {
        let shows = prose(&whether_it_shows(stress, class), detail.text);
        blocks.push(format!("Recorded was: {shows}."));
    }
    if !stress.targets.is_empty() {
        let targets = stress.targets.iter().take(detail.rows);
        blocks.push(list(targets.map(|target| one_target(target, stress, detail))));
        blocks.extend(more(stress.targets.len() as u64, detail));
        blocks.push(format!("Checked: {}.", checked(&stress.targets)));
    }
    blocks.extend(not_provided(stress, detail));
    let divergences = stress.divergences.iter().take(detail.rows);
    if stress.divergence_count() > 0 {
        blocks.push(list(divergences.map(|row| one_divergence(row, detail))));
        blocks.extend(more(stress.divergence_count(), detail));
    }
    Section::new("Stress", worth::STRESS, &blocks)
}

fn one_target(target: &StressTarget, stress: &Stress, detail: &Detail) -> String {
    let because = target.ended_because.as_ref();
    let because = because.map(|why| format!(" ({})", prose(why, detail.text)));
    format!(
        "{} ({}): {}, {}; {}{}.",
        quoted(&target.name, detail.text),
        prose(&target.filesystem, detail.text),
        counted(target.operations, "operation", "operations"),
        counted(
            stress.divergences_on(&target.name).count() as u64,
            "kind of divergence",
            "kinds of divergences"
        ),
        target.ended.text(),
        because.unwrap_or_default(),
    )
}

fn not_provided(stress: &Stress, detail: &Detail) -> Option<String> {
    let count = stress.not_provided.len() as u64;
    let first = stress.not_provided.first()?;
    Some(format!(
        "{} not provided. The first: {}: {}.",
        counted(count, "target was", "targets were"),
        quoted(&first.name, detail.text),
        prose(&first.why, detail.text)
    ))
}

fn one_divergence(row: &StressDivergence, detail: &Detail) -> String {
    let times = match row.occurrences {
        0 | 1 => "once".to_owned(),
        count => format!("{} times", grouped(count)),
    };
    let replay = row.replay_file.as_ref().filter(|file| !file.is_shortened());
    let replay = replay.map(|file| format!("fscan replay {}", shell_word(file.as_bytes())));
    let replay = replay.filter(|command| command.len() <= detail.command);
    let replay =
        replay.map_or_else(String::new, |command| format!(" Replay it: {}.", code(&command)));
    format!(
        "{} on {} {times}: {}; expected: {}; found: {}.{replay}",
        quoted(&row.class, detail.text),
        quoted(&row.target, detail.text),
        quoted(&row.operation, detail.text),
        prose(&row.expected, detail.text),
        prose(&row.found, detail.text),
    )
}
