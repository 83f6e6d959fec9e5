//! What diverged: each class with what was expected and found, and how to see it again.

use maud::{Markup, html};

use super::advice::copied;
use super::rows::{ROOM, beyond, evidence, rows, uncounted};
use super::words::{command, plain, prose, word};
use crate::numbers::{counted, grouped};
use crate::remediation::shell_word;
use crate::text::stress_divergences::{elsewhere, operations};
use crate::{Stress, StressDivergence};

/// Divergences that stand open at first.
const OPEN: usize = 2;

pub(super) fn divergences(stress: &Stress) -> Markup {
    let all = stress.divergences.iter().enumerate();
    let shown = rows(all, 4 * ROOM, |(index, row)| one(row, index < OPEN));
    html! {
        @if stress.divergence_count() > 0 {
            h3 { "Divergences" }
            (shown.markup)
            (beyond(shown.left_out))
            (uncounted(stress.divergences_beyond, " that the report only counts"))
        }
    }
}

fn one(row: &StressDivergence, open: bool) -> Markup {
    let times = match row.occurrences {
        0 | 1 => "once".to_owned(),
        count => format!("{} times", grouped(count)),
    };
    html! {
        details.card open[open] {
            summary { strong { (plain(&row.class)) } " " span.muted { "on " (plain(&row.target)) ", " (times) } }
            dl.facts {
                dt { "Operation" } dd { (word(&row.operation)) }
                dt { "Expected" } dd { (prose(&row.expected)) }
                dt { "Found" } dd { (prose(&row.found)) }
                @if !row.evidence.is_empty() {
                    dt { "Evidence" }
                    dd { (evidence(&row.evidence)) }
                }
                dt { "Met in" } dd { "round " (grouped(row.round)) ", operation " (grouped(row.position)) }
                dt { "Elsewhere" }
                dd { @match elsewhere(row).as_str() { "" => "not tried", words => (plain(words)) } }
                dt { "Reproducer" }
                dd {
                    @if !row.reproducer.is_empty() {
                        (counted(operations(&row.reproducer).len() as u64, "operation", "operations")) ", "
                    }
                    (row.minimised.text())
                }
            }
            (reproducer(row))
        }
    }
}

/// The lines, whole, so that they can be copied; then what runs them.
fn reproducer(row: &StressDivergence) -> Markup {
    let lines: Vec<_> = row.reproducer.iter().map(|line| crate::escape_prose(line)).collect();
    let text = lines.join("\n");
    html! {
        @if text.len() > ROOM { p.beyond { "The reproducer is too long for this page: the JSON report has it." } }
        @else if !text.is_empty() { (copied(&text)) }
        @match row.replay_file.as_ref().filter(|file| !file.is_shortened()) {
            Some(file) => (copied(&command(&format!("fscan replay {}", shell_word(file.as_bytes()))))),
            None if !lines.is_empty() => p.muted { "fscan replay FILE, where FILE holds these lines; --reproducers DIR writes it." },
            None => {},
        }
    }
}
