//! Tables of GitHub's kind, which pandoc reads as well.

use super::markup::cell;

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table; each cell is Markdown of one line.
pub(super) fn table<const COLUMNS: usize>(
    head: [(&str, Side); COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let rule = head.map(|(_, side)| match side {
        Side::Left => "---".to_owned(),
        Side::Right => "---:".to_owned(),
    });
    let head = head.map(|(word, _)| word.to_owned());
    let lines = std::iter::once(line(&head)).chain(std::iter::once(line(&rule)));
    let rows = rows.into_iter().map(|row| line(&row.map(|text| cell(&text))));
    lines.chain(rows).collect::<Vec<_>>().join("\n")
}

fn line<const COLUMNS: usize>(cells: &[String; COLUMNS]) -> String {
    format!("| {} |", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_in_a_cell_is_no_other_cell() {
        let head = [("what", Side::Left), ("count", Side::Right)];
        let shown = table(head, [["`a|b`".to_owned(), "1".to_owned()]]);
        assert_eq!(shown, "| what | count |\n| --- | ---: |\n| `a\\|b` | 1 |");
    }
}
