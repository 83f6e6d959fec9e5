//! Rows of a list until it has no more room: a report may have millions of them, which no browser
//! opens.

use maud::{Markup, PreEscaped, html};

use super::words::prose;
use crate::numbers::grouped;

/// Bytes of markup that a list takes, unless it says otherwise.
pub(super) const ROOM: usize = 512 * 1024;

/// Bytes of markup that the evidence of one row takes.
const EVIDENCE: usize = 32 * 1024;

/// The rows that fit.
pub(super) struct Rows {
    /// Their markup.
    pub(super) markup: Markup,
    /// How many more there are.
    pub(super) left_out: u64,
}

/// Renders rows until they take `room` bytes.
pub(super) fn rows<T>(
    items: impl IntoIterator<Item = T>,
    room: usize,
    mut render: impl FnMut(T) -> Markup,
) -> Rows {
    let mut markup = String::new();
    let mut left_out = 0;
    for item in items {
        if markup.len() < room {
            markup.push_str(&render(item).0);
        } else {
            left_out += 1;
        }
    }
    Rows { markup: PreEscaped(markup), left_out }
}

/// A list of `items`, and how much is not in it.
pub(super) fn list<T>(items: impl IntoIterator<Item = T>, render: impl Fn(T) -> Markup) -> Markup {
    let rows = rows(items, ROOM, |item| html! { li { (render(item)) } });
    html! {
        ul { (rows.markup) }
        (beyond(rows.left_out))
    }
}

/// What else was noted, a fact a line.
pub(super) fn evidence(lines: &[String]) -> Markup {
    let shown = rows(lines, EVIDENCE, |line| html! { li { (prose(line)) } });
    html! {
        ul.evidence { (shown.markup) }
        (beyond(shown.left_out))
    }
}

/// That rows are left out of the page.
pub(super) fn beyond(count: u64) -> Markup {
    html! {
        @if count > 0 {
            p.beyond { "… and " (grouped(count)) " more, for which this page has no room: the JSON report has them." }
        }
    }
}

/// That the report itself counts more than it lists.
pub(super) fn uncounted(count: u64, what: &str) -> Markup {
    html! {
        @if count > 0 { p.beyond { "… and " (grouped(count)) " more" (what) "." } }
    }
}
