//! What to do next.

use std::io::{self, Write};

use crate::path_name::{escape, escape_prose, is_unsafe_to_show};
use crate::{Recommendation, Step};

use super::page::{Page, Style};

pub(super) fn write<W: Write>(
    recommendations: &[Recommendation],
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    if recommendations.is_empty() {
        return Ok(());
    }
    page.heading("What to do next")?;
    for (index, recommendation) in recommendations.iter().enumerate() {
        if index > 0 {
            page.blank()?;
        }
        write_recommendation(index + 1, recommendation, page)?;
    }
    Ok(())
}

fn write_recommendation<W: Write>(
    number: usize,
    recommendation: &Recommendation,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let title = escape_prose(&recommendation.title);
    page.verbatim(0, Style::Strong, &format!("{number}. {title}"))?;
    let codes = recommendation.because.iter().map(|code| code.as_str());
    let facts = recommendation.facts.iter().map(|fact| fact.as_str());
    let reasons: Vec<_> = codes.chain(facts).collect();
    page.labelled(3, Style::Faint, "Because of", &reasons.join(", "))?;
    for step in &recommendation.steps {
        write_step(step, page)?;
    }
    if let Some(why) = &recommendation.held_back {
        page.labelled(3, Style::Doubtful, "Held back", &escape_prose(why))?;
    }
    page.labelled(3, Style::Faint, "Caveat", &escape_prose(&recommendation.caveat))?;
    let source = format!(
        "{} (confidence: {})",
        escape_prose(&recommendation.source),
        recommendation.confidence.as_str()
    );
    page.labelled(3, Style::Faint, "Source", &source)
}

/// A step; the lines of its command stand alone and whole, so that they can be pasted.
fn write_step<W: Write>(step: &Step, page: &mut Page<'_, W>) -> io::Result<()> {
    page.labelled(3, Style::Plain, "-", &escape_prose(&step.text))?;
    let lines = step.command.iter().flat_map(|command| command.lines());
    for line in lines {
        page.verbatim(10, Style::Plain, &shown(line))?;
    }
    Ok(())
}

/// A line of a command as it is, unless a terminal must not see it.
fn shown(line: &str) -> String {
    if line.contains(is_unsafe_to_show) { escape(line.as_bytes()) } else { line.to_owned() }
}
