//! What a settings file says.

use std::path::Path;

use reports::{PathName, Suppression};
use toml::Spanned;
use toml::de::DeTable;

use super::defaults::Defaults;
use super::suppressions;
use super::table::Table;
use super::wrong::Wrong;

/// Where relative paths of a file count from; none is each PATH of the command line.
pub type Folder<'a> = Option<&'a Path>;

/// A settings file.
#[derive(Debug, Default)]
pub struct Document {
    /// Which findings are accepted.
    pub suppressions: Vec<Suppression>,
    /// Options that were not typed.
    pub defaults: Defaults,
    /// Whether it has such options.
    pub has_defaults: bool,
}

impl Document {
    /// Reads `text`, which stands in `file`.
    pub fn read(text: &str, file: &Path, folder: Folder<'_>) -> anyhow::Result<Self> {
        read(text, file, folder).map_err(|wrong| wrong.told(file, text))
    }
}

fn read(text: &str, file: &Path, folder: Folder<'_>) -> Result<Document, Wrong> {
    let parsed = parse(text)?;
    let table = Table::whole(parsed.get_ref(), &["suppress", "defaults"])?;
    let mut document = Document::default();
    if let Some(list) = table.get("suppress") {
        document.suppressions = suppressions::read(list, &PathName::from(file), folder)?;
    }
    if let Some(field) = table.get("defaults") {
        document.defaults = Defaults::read(field)?;
        document.has_defaults = true;
    }
    Ok(document)
}

/// Reads TOML, every value with its place.
pub fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, Wrong> {
    DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Wrong::new(at, format!("not TOML: {}", error.message()))
    })
}

#[cfg(test)]
mod tests;
