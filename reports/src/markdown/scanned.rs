//! What was looked at, by whom, and how much it was.

use crate::numbers::duration;
use crate::remediation::shell_word;
use crate::text::summary;
use crate::{Report, Root};

use super::detail::Detail;
use super::markup::{name, prose, quoted};
use super::more;
use super::section::{Section, worth};
use super::table::{Side, table};

pub(super) fn section(report: &Report, detail: &Detail) -> Section {
    // What was made for the run is gone: nobody can go there.
    let made = |root: &&Root| report.stress.as_ref().is_some_and(|stress| stress.made(&root.path));
    let roots: Vec<_> = report.roots.iter().filter(|root| !made(root)).collect();
    let blocks = [
        (!roots.is_empty()).then(|| root_table(&roots, detail)),
        more(roots.len() as u64, detail),
        Some(totals(report, detail)),
        Some(run(report, detail)),
    ];
    let blocks: Vec<_> = blocks.into_iter().flatten().collect();
    Section::new("What was scanned", worth::SCANNED, &blocks)
}

fn root_table(roots: &[&Root], detail: &Detail) -> String {
    let head = [("Path", Side::Left), ("Filesystem", Side::Left), ("Device", Side::Left)];
    let row = |root: &&Root| {
        let or_unknown = |text: &str| match text {
            "" => "unknown".to_owned(),
            text => quoted(text, detail.text),
        };
        let path = name(&root.path.escaped(), detail.text);
        [path, or_unknown(&root.filesystem), or_unknown(&root.device)]
    };
    table(head, roots.iter().take(detail.rows).map(row))
}

fn totals(report: &Report, detail: &Detail) -> String {
    let mut sentences = Vec::new();
    // Round trips and stress alone walk nothing.
    let else_done =
        report.tar.is_some() || report.stress.is_some() || report.is_about_environment();
    if report.totals.entries > 0 || !else_done {
        sentences.push(summary::totals_sentence(&report.totals, report.duration_seconds));
    }
    if report.totals.volatile > 0 {
        sentences.push(summary::volatile_sentence(report.totals.volatile));
    }
    if let Some(resumed) = &report.resumed {
        sentences.push(summary::resumed_sentences(resumed, report));
    }
    let marked: Vec<_> =
        sentences.iter().map(|sentence| prose(sentence, detail.text.max(400))).collect();
    marked.join(" ")
}

/// Who looked, when and how.
fn run(report: &Report, detail: &Detail) -> String {
    let tool = &report.tool;
    let words: Vec<_> = tool.command.iter().map(|word| shell_word(word.as_bytes())).collect();
    let privileges = match tool.privileges.as_slice() {
        [] => "without privileges".to_owned(),
        held => format!("with {}", quoted(&held.join(", "), detail.text)),
    };
    format!(
        "Scanned by fscan {} on the host {} (kernel {}) as {} {privileges}, begun at {} and done after {}, with {}.",
        prose(&tool.version, detail.text),
        quoted(&tool.host, detail.text),
        quoted(&tool.kernel, detail.text),
        quoted(&tool.user, detail.text),
        report.started_at,
        duration(report.duration_seconds),
        quoted(&words.join(" "), detail.text),
    )
}
