//! What to do next, in order.

use crate::Recommendation;
use crate::Step;
use crate::numbers::grouped;

use super::detail::Detail;
use super::markup::{code, fenced, prose};
use super::more;
use super::section::{Section, list, worth};

/// Codes or facts named as the cause of one recommendation.
const CAUSES: usize = 12;

pub(super) fn section(recommendations: &[Recommendation], detail: &Detail) -> Option<Section> {
    if recommendations.is_empty() {
        return None;
    }
    let numbered = recommendations.iter().take(detail.rows).enumerate();
    let mut blocks: Vec<_> = numbered.map(|(index, row)| item(index + 1, row, detail)).collect();
    blocks.extend(more(recommendations.len() as u64, detail));
    Some(Section::new("What to do next", worth::ADVICE, &blocks))
}

fn item(number: usize, row: &Recommendation, detail: &Detail) -> String {
    let mut blocks = vec![format!("### {number}. {}", prose(&row.title, detail.text))];
    blocks.extend(because(row));
    let steps = row.steps.iter().take(detail.rows).enumerate();
    let steps: Vec<_> = steps.map(|(index, row)| step(index + 1, row, detail)).collect();
    if !steps.is_empty() {
        blocks.push(steps.join("\n").trim_end().to_owned());
    }
    blocks.extend(more(row.steps.len() as u64, detail));
    if let Some(why) = &row.held_back {
        let why = prose(why, detail.text);
        blocks.push(format!("**Held back:** commands that destroy something. {why}"));
    }
    blocks.push(list([
        format!("**Caveat:** {}", prose(&row.caveat, detail.text)),
        format!("**Source:** {}", prose(&row.source, detail.text)),
        format!("**Confidence:** {}", row.confidence.as_str()),
    ]));
    blocks.join("\n\n")
}

/// What led to it.
fn because(row: &Recommendation) -> Option<String> {
    let codes = row.because.iter().map(|code| code.as_str().to_owned());
    let facts = row.facts.iter().map(|fact| fact.as_str().to_owned());
    let causes: Vec<_> = codes.chain(facts).collect();
    if causes.is_empty() {
        return None;
    }
    let shown: Vec<_> = causes.iter().take(CAUSES).map(|cause| code(cause)).collect();
    let rest = causes.len().saturating_sub(CAUSES);
    let rest = match rest {
        0 => String::new(),
        rest => format!(" ... and {} more", grouped(rest as u64)),
    };
    Some(format!("Because of {}{rest}.", shown.join(", ")))
}

/// A step; its command stands whole or not at all, for half a command does something else.
fn step(number: usize, row: &Step, detail: &Detail) -> String {
    let lead = format!("{number}. ");
    let text = prose(&row.text, detail.text);
    match &row.command {
        None => format!("{lead}{text}\n"),
        Some(command) if command.len() <= detail.command => {
            let fence = fenced(command, lead.len());
            format!("{lead}{text}\n\n{fence}")
        }
        Some(command) => {
            let size = grouped(command.len() as u64);
            format!("{lead}{text} (Its command of {size} bytes stands in the report alone.)\n")
        }
    }
}
