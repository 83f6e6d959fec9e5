//! What a comparison of two manifests came to.

use crate::numbers::{counted, grouped};
use crate::text::comparison::{side, tally, verdict};
use crate::{Diff, DiffDirectory};

use super::detail::Detail;
use super::markup::{name, prose};
use super::more;
use super::section::{Section, list, worth};
use super::table::{Side, table};

pub(super) fn section(diff: &Diff, detail: &Detail) -> Section {
    let (label, _, text) = verdict(diff);
    let unchecked = diff.totals.unchecked;
    let not_comparable = (unchecked.entries > 0).then(|| {
        let tally = tally(unchecked);
        format!("Not comparable: {tally}.")
    });
    let sides = [("before", &diff.before), ("after", &diff.after)];
    let sides = sides.map(|(word, of)| prose(&side(word, of), detail.text.max(300)));
    let directories = &diff.by_directory;
    let blocks = [
        Some(format!("**{}** {}.", capital(label), prose(&text, 600))),
        not_comparable,
        Some(list(sides)),
        (!directories.is_empty()).then(|| directory_table(directories, detail)),
        more(directories.len() as u64, detail),
    ];
    let blocks: Vec<_> = blocks.into_iter().flatten().collect();
    Section::new("Compared with the manifest", worth::COMPARISON, &blocks)
}

/// The words with a capital letter at their beginning.
pub(super) fn capital(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn directory_table(rows: &[DiffDirectory], detail: &Detail) -> String {
    let head = [
        ("Directory", Side::Left),
        ("Missing", Side::Right),
        ("Changed", Side::Right),
        ("Metadata", Side::Right),
        ("Moved", Side::Right),
        ("Added", Side::Right),
    ];
    let cells = |row: &DiffDirectory| {
        let directory = match &row.path {
            Some(path) => name(&path.escaped(), detail.text),
            None => counted(row.directories, "more directory", "more directories"),
        };
        let [missing, changed, metadata, moved, added] =
            [row.missing, row.changed, row.metadata, row.moved, row.added].map(grouped);
        [directory, missing, changed, metadata, moved, added]
    };
    table(head, rows.iter().take(detail.rows).map(cells))
}
