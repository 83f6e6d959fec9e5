//! What somebody accepts: how much of it there was, why, until when, and who says so.

use maud::html;

use super::rows::list;
use super::section::Section;
use super::words::{path, prose};
use crate::Suppressed;
use crate::numbers::grouped;
use crate::sum::sum;
use crate::text::suppressed::sentence;

pub(super) fn section(rows: &[Suppressed]) -> Option<Section> {
    if rows.is_empty() {
        return None;
    }
    let body = list(rows, |row| {
        html! {
            (prose(&sentence(row))) ". "
            span.muted { "Said by " (path(&row.file)) "." }
        }
    });
    let count = sum(rows.iter().map(|row| row.count));
    Some(Section::new("suppressed", "Suppressed", body).noted(grouped(count)))
}
