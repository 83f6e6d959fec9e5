//! Entries that one row for the directory above them stands for.

use super::lone::Lones;

/// An entry that has a row, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Top {
    pub(super) index: usize,
    /// Entries below it.
    pub(super) below: u64,
    /// Bytes of it and of them.
    pub(super) bytes: u64,
}

/// The topmost of the entries that `has_row`; one belongs to the row of its directory's if that
/// has one and it `goes_along`.
pub(super) fn collapse(
    lones: &Lones,
    has_row: impl Fn(usize) -> bool,
    goes_along: impl Fn(usize) -> bool,
) -> Vec<Top> {
    let mut tops: Vec<Top> = Vec::new();
    // For each entry the number of its row, directories before what they hold.
    let mut row_of: Vec<Option<usize>> = vec![None; lones.len()];
    for (index, lone) in lones.iter().filter(|(index, _)| has_row(*index)) {
        let parent = lone.parent.filter(|_| goes_along(index));
        let above = parent.and_then(|parent| row_of.get(parent).copied().flatten());
        let row = above.unwrap_or_else(|| {
            tops.push(Top { index, below: 0, bytes: 0 });
            tops.len() - 1
        });
        if let Some(top) = tops.get_mut(row) {
            top.below += u64::from(above.is_some());
            top.bytes = top.bytes.saturating_add(lone.bytes());
        }
        if let Some(place) = row_of.get_mut(index) {
            *place = Some(row);
        }
    }
    tops
}
