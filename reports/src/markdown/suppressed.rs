//! What somebody accepts.

use crate::Suppressed;
use crate::text::suppressed::{is_shown, sentence};

use super::detail::Detail;
use super::markup::prose;
use super::more;
use super::section::{Section, list, worth};

pub(super) fn section(rows: &[Suppressed], detail: &Detail) -> Option<Section> {
    let rows: Vec<_> = rows.iter().filter(|row| is_shown(row, false)).collect();
    let shown = rows.iter().take(detail.rows);
    let mut blocks =
        vec![list(shown.map(|row| format!("{}.", prose(&sentence(row), detail.text))))];
    blocks.extend(more(rows.len() as u64, detail));
    (!rows.is_empty()).then(|| Section::new("Suppressed", worth::UNEXAMINED, &blocks))
}
