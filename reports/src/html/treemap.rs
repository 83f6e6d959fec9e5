//! Where in the tree the bytes are, and the damage: a drawing, and the same numbers as a table.

use maud::{Markup, html};

use super::rows::{ROOM, beyond, rows};
use super::section::{Section, scrolled};
use super::treemap_drawing::drawing;
use super::words::path;
use crate::numbers::{bytes, counted, grouped};
use crate::{Directories, DirectoryRow, Report};

/// Rows that are drawn: a report from elsewhere may have more than a page can show.
const DRAWN: usize = 1000;

/// Directories that the list of damage names.
const DAMAGED: usize = 12;

pub(super) fn section(report: &Report) -> Option<Section> {
    let known = report.directories.as_ref().filter(|known| !known.rows.is_empty())?;
    let tree = Tree::of(known);
    let body = html! {
        (drawing(&tree))
        (damaged(&tree))
        details {
            summary { "All numbers as a table" }
            (table(known))
        }
        (remarks(known))
    };
    Some(Section::new("tree", "Where in the tree", body))
}

/// Rows, and which are within which.
pub(super) struct Tree<'a> {
    pub(super) rows: &'a [DirectoryRow],
    pub(super) roots: Vec<usize>,
    below: Vec<Vec<usize>>,
}

impl<'a> Tree<'a> {
    fn of(known: &'a Directories) -> Self {
        let rows = known.rows.get(..DRAWN).unwrap_or(&known.rows);
        let (mut roots, mut below) = (Vec::new(), vec![Vec::new(); rows.len()]);
        for (index, row) in rows.iter().enumerate() {
            let around = row.within.and_then(|around| usize::try_from(around).ok());
            // Rows stand behind those around them, whatever a report says: nothing goes in circles.
            match around.filter(|around| *around < index).and_then(|around| below.get_mut(around)) {
                Some(below) => below.push(index),
                None => roots.push(index),
            }
        }
        let size = |index: &usize| rows.get(*index).map_or(0, |row| row.bytes_apparent);
        let largest_first = |list: &mut Vec<usize>| {
            list.sort_by_key(|index| std::cmp::Reverse(size(index)));
        };
        largest_first(&mut roots);
        below.iter_mut().for_each(largest_first);
        Tree { rows, roots, below }
    }

    pub(super) fn below(&self, index: usize) -> &[usize] {
        self.below.get(index).map_or(&[], Vec::as_slice)
    }

    /// Findings of damage that stand in a directory itself or in one without a row: corrupt and
    /// suspect ones.
    pub(super) fn own_damage(&self, index: usize) -> (u64, u64) {
        let own = |of: fn(&DirectoryRow) -> u64| {
            let of = |index: usize| self.rows.get(index).map_or(0, of);
            let below = self.below(index).iter().map(|row| of(*row)).fold(0, u64::saturating_add);
            of(index).saturating_sub(below)
        };
        (own(|row| row.corrupt), own(|row| row.suspect))
    }
}

pub(super) fn damage_words((corrupt, suspect): (u64, u64)) -> String {
    let parts = [(corrupt, "corrupt"), (suspect, "suspect")];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{} {word}", grouped(*count))).collect::<Vec<_>>().join(", ")
}

/// The directories with most damage of their own.
fn damaged(tree: &Tree<'_>) -> Markup {
    let all = tree.rows.iter().enumerate().map(|(index, row)| (row, tree.own_damage(index)));
    let mut hit: Vec<_> = all.filter(|(_, own)| *own != (0, 0)).collect();
    hit.sort_by_key(|(_, own)| std::cmp::Reverse(*own));
    html! {
        @if !hit.is_empty() {
            h3 { "Damaged directories" }
            ul.places {
                @for (row, own) in hit.iter().take(DAMAGED) {
                    li { (path(&row.path)) " " span.muted { (damage_words(*own)) } }
                }
            }
            @if hit.len() > DAMAGED {
                p.muted { (grouped((hit.len() - DAMAGED) as u64)) " more stand in the table." }
            }
        }
    }
}

fn table(known: &Directories) -> Markup {
    let shown = rows(&known.rows, ROOM, |row| {
        html! {
            tr {
                th scope="row" { (path(&row.path)) }
                td.number { (bytes(row.bytes_apparent)) }
                td.number { (bytes(row.bytes_allocated)) }
                td.number { (grouped(row.files)) }
                td.number { (grouped(row.directories)) }
                td.number { (grouped(row.corrupt)) }
                td.number { (grouped(row.suspect)) }
            }
        }
    });
    let head = ["Bytes", "On disk", "Files", "Directories", "Corrupt", "Suspect"];
    let table = html! {
        table {
            thead { tr { th scope="col" { "Directory, with all below it" } @for word in head { th.number scope="col" { (word) } } } }
            tbody { (shown.markup) }
        }
    };
    html! { (scrolled("Directories", &table)) (beyond(shown.left_out)) }
}

/// What the rows do not tell apart.
fn remarks(known: &Directories) -> Markup {
    html! {
        @if known.elsewhere_apparent > 0 {
            p.muted {
                (bytes(known.elsewhere_apparent)) " of the total belong to files with several names: "
                "each name counts its part where it stands, and not all of these names are here."
            }
        }
        @if let Some(deepest) = known.deepest {
            p.muted {
                "Directories below " (counted(deepest, "level", "levels"))
                " from / on are not told apart from the ones around them: they are too many or too deep."
            }
        }
        p.muted { "Smaller directories have no row of their own; they count in the ones around them." }
    }
}
