//! Reading a report, and why a file is none.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::clip::clip_end;
use crate::{Code, Report, SCHEMA_VERSION};

/// Bytes of what the JSON reader says.
const REASON: usize = 160;

/// Bytes of a word or a version of others.
const WORD: usize = 60;

/// The version of this fscan.
const OWN: &str = env!("CARGO_PKG_VERSION");

/// Why a file could not be read as a report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or JSON that is no report: what the JSON reader says, briefly.
    #[error("not an fscan report: {0}")]
    NotAReport(String),
    /// A report with a word that is not known here. No part of it is read: what is left out of a
    /// report might be the damage.
    #[error(
        "fscan {writer} wrote it with the {kind} `{word}`, which this fscan ({OWN}) does not know: \
         use that one or a newer one"
    )]
    UnknownWord {
        /// `finding`, or `word`.
        kind: &'static str,
        /// The word, or its beginning.
        word: String,
        /// The version that wrote it.
        writer: String,
    },
    /// The account of a night (`fscan nightly`).
    #[error(
        "the account of a night, not a report: give one of the reports beside it; `fscan trend` takes \
         the folder"
    )]
    Night,
    /// A trend (`fscan trend --format json`).
    #[error("a trend, not a report: give the reports that it was made of")]
    Trend,
    /// A report of another schema.
    #[error("the report has schema version {found}, this fscan reads {SCHEMA_VERSION}: {advice}")]
    OtherSchema {
        /// What the report says.
        found: u32,
        /// What to do about it.
        advice: &'static str,
    },
}

/// What tells what a file holds.
#[derive(Deserialize)]
#[serde(expecting = "an object with a schema_version")]
struct Head {
    schema_version: u32,
    /// Of a report.
    tool: Option<IgnoredAny>,
    /// Of a night.
    steps: Option<IgnoredAny>,
    folder: Option<IgnoredAny>,
    /// Of a trend.
    series: Option<IgnoredAny>,
    reports: Option<IgnoredAny>,
}

impl Head {
    /// What it is of, where that is something else that fscan writes.
    fn other(&self) -> Option<ReadError> {
        match self {
            Head { tool: None, steps: Some(_), folder: Some(_), .. } => Some(ReadError::Night),
            Head { tool: None, series: Some(_), reports: Some(_), .. } => Some(ReadError::Trend),
            _ => None,
        }
    }
}

/// Reads what [`write_json`](super::write_json) wrote.
pub fn from_json(text: &[u8]) -> Result<Report, ReadError> {
    let head: Head = serde_json::from_slice(text).map_err(|error| not_a_report(&error))?;
    if let Some(other) = head.other() {
        return Err(other);
    }
    let found = head.schema_version;
    if found != SCHEMA_VERSION {
        let newer = found > SCHEMA_VERSION;
        let advice = if newer { "use a newer fscan" } else { "write the report again" };
        return Err(ReadError::OtherSchema { found, advice });
    }
    serde_json::from_slice(text)
        .map_err(|error| unknown_word(text, &error).unwrap_or_else(|| not_a_report(&error)))
}

/// What the JSON reader says, with the place at its end: it may quote all of a text, and list all
/// words that it would have taken.
fn not_a_report(error: &serde_json::Error) -> ReadError {
    let said = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = match said.strip_suffix(&place) {
        Some(reason) => clip_end(reason, REASON) + &place,
        None => clip_end(&said, REASON),
    };
    ReadError::NotAReport(reason)
}

/// A word that a newer fscan knows. The JSON reader has no name for this error but its text.
fn unknown_word(text: &[u8], error: &serde_json::Error) -> Option<ReadError> {
    #[derive(Deserialize)]
    struct Written {
        tool: Tool,
    }
    #[derive(Deserialize)]
    struct Tool {
        version: String,
    }
    let said = error.to_string();
    let (word, known) = said.strip_prefix("unknown variant `")?.split_once("`, expected ")?;
    let Written { tool } = serde_json::from_slice(text).ok()?;
    let is_code = known.contains(Code::DirentDangling.as_str());
    Some(ReadError::UnknownWord {
        kind: if is_code { "finding" } else { "word" },
        word: clip_end(word, WORD),
        writer: clip_end(&tool.version, WORD),
    })
}
