//! A section of the page.

use maud::{Markup, html};

/// A part of the page with a heading, which the page's own list of contents leads to.
pub(super) struct Section {
    /// Its anchor.
    pub(super) id: &'static str,
    /// Its heading.
    pub(super) heading: &'static str,
    /// A word or number that stands beside it in the list of contents.
    pub(super) note: Option<String>,
    /// All below the heading.
    pub(super) body: Markup,
}

impl Section {
    /// A section without a note.
    pub(super) fn new(id: &'static str, heading: &'static str, body: Markup) -> Self {
        Section { id, heading, note: None, body }
    }

    /// The same with a note.
    pub(super) fn noted(self, note: impl Into<String>) -> Self {
        Section { note: Some(note.into()), ..self }
    }

    pub(super) fn markup(&self) -> Markup {
        html! {
            section id=(self.id) aria-labelledby={ (self.id) "-heading" } {
                h2 id={ (self.id) "-heading" } { (self.heading) }
                (self.body)
            }
        }
    }
}

/// A table that may be wider than the page: it scrolls by itself, by keyboard as well.
pub(super) fn scrolled(label: &str, table: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) { (table) }
    }
}
