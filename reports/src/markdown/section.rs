//! Sections of the page, and the page that they make.

/// A part of the page that can be left out.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// Its heading.
    pub(super) heading: &'static str,
    /// Blocks of Markdown, an empty line between them.
    pub(super) body: String,
    /// What is worth less goes first.
    pub(super) worth: u8,
}

/// The worth of sections.
pub(super) mod worth {
    pub(in super::super) const STRESS: u8 = 0;
    pub(in super::super) const ROUND_TRIPS: u8 = 1;
    pub(in super::super) const COMPARISON: u8 = 2;
    pub(in super::super) const UNEXAMINED: u8 = 3;
    pub(in super::super) const FINDINGS: u8 = 4;
    pub(in super::super) const SCANNED: u8 = 5;
    pub(in super::super) const COMPONENTS: u8 = 6;
    pub(in super::super) const ADVICE: u8 = 7;
}

impl Section {
    /// A section of blocks.
    pub(super) fn new(heading: &'static str, worth: u8, blocks: &[String]) -> Self {
        Section { heading, body: blocks.join("\n\n"), worth }
    }
}

/// The page.
pub(super) fn joined(headline: &str, sections: &[Section], end: &[String]) -> String {
    let mut page = headline.to_owned();
    for section in sections {
        for part in ["\n## ", section.heading, "\n\n", section.body.trim_end(), "\n"] {
            page.push_str(part);
        }
    }
    for block in end {
        for part in ["\n", block, "\n"] {
            page.push_str(part);
        }
    }
    page
}

/// An item of a list a line.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")
}
