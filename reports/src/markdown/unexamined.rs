//! What was not examined, and why. "Could not look" is not "looks fine".

use crate::numbers::{counted, grouped};
use crate::text::unexamined::{all_examined, open_sentences, unfinished_sentences};
use crate::{Report, Unchecked};

use super::detail::Detail;
use super::markup::{name, prose};
use super::more;
use super::section::{Section, list, worth};

pub(super) fn section(report: &Report, detail: &Detail) -> Option<Section> {
    let unfinished = unfinished_sentences(report);
    let open = open_sentences(report);
    let mut blocks = Vec::new();
    if !report.unchecked.is_empty() {
        blocks.push(list(report.unchecked.iter().take(detail.rows).map(|row| item(row, detail))));
        blocks.extend(more(report.unchecked.len() as u64, detail));
    }
    for (lead, sentences) in
        [("These checks did not see everything:", unfinished), ("These left something open:", open)]
    {
        if !sentences.is_empty() {
            blocks.push(lead.to_owned());
            let shown = sentences.iter().take(detail.rows);
            blocks.push(list(shown.map(|sentence| format!("{}.", prose(sentence, detail.text)))));
            blocks.extend(more(sentences.len() as u64, detail));
        }
    }
    if !report.complete {
        blocks.insert(0, "The run stopped before its end.".to_owned());
    } else if blocks.is_empty() && !report.saw_nothing() {
        blocks.push(prose(all_examined(report), detail.text));
    }
    (!blocks.is_empty()).then(|| Section::new("Not examined", worth::UNEXAMINED, &blocks))
}

fn item(row: &Unchecked, detail: &Detail) -> String {
    let shown = row.examples.iter().take(detail.examples);
    let mut examples: Vec<_> =
        shown.map(|path| name(&path.escaped(), detail.text.min(200))).collect();
    let more = row.count.saturating_sub(examples.len() as u64);
    if more > 0 {
        examples.push(format!("... and {} more", grouped(more)));
    }
    format!(
        "{}: {} ({}): {}",
        prose(&row.what, detail.text),
        prose(row.reason.text(), detail.text),
        counted(row.count, "place", "places"),
        examples.join(", ")
    )
}
