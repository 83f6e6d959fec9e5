//! What everybody reads: the verdict.

use crate::Report;
use crate::text::summary;

/// The heading and a sentence or two. It holds no text of others.
pub(super) fn text(report: &Report) -> String {
    let (label, _) = summary::verdict_label(report);
    format!("# fscan: {label}\n\n{}\n", summary::verdict_sentences(report))
}
