//! The report as JSON: the writer, and the reader beside it.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::path_name::is_unsafe_to_show;
use crate::{Report, SCHEMA_VERSION};

/// Why a file could not be read as a report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or JSON that is no report.
    #[error("not an fscan report: {0}")]
    NotAReport(serde_json::Error),
    /// A report of another schema.
    #[error("the report has schema version {found}, this fscan reads {SCHEMA_VERSION}: {advice}")]
    OtherSchema {
        /// What the report says.
        found: u32,
        /// What to do about it.
        advice: &'static str,
    },
}

/// The cause stands in the message, so it is no source that would be told twice.
impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        ReadError::NotAReport(error)
    }
}

/// Reads what [`write_json`] wrote.
pub fn from_json(text: &[u8]) -> Result<Report, ReadError> {
    #[derive(Deserialize)]
    #[serde(expecting = "an object with a schema_version")]
    struct Version {
        schema_version: u32,
    }
    let Version { schema_version: found } = serde_json::from_slice(text)?;
    if found != SCHEMA_VERSION {
        let newer = found > SCHEMA_VERSION;
        let advice = if newer { "use a newer fscan" } else { "write the report again" };
        return Err(ReadError::OtherSchema { found, advice });
    }
    Ok(serde_json::from_slice(text)?)
}

/// Writes a report as indented JSON that is safe to show on a terminal: characters that move a
/// cursor or reorder text stand as `\uNNNN`, which every JSON reader turns back.
pub fn write_json(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write_shown(report, out)
}

/// The same of anything.
pub(crate) fn write_shown(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut *out, Shown(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// The pretty format, with unsafe characters escaped (`serde_json` itself escapes only those
/// below U+0020).
struct Shown<'a>(PrettyFormatter<'a>);

impl Formatter for Shown<'_> {
    fn begin_array<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_array(w)
    }

    fn end_array<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array(w)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(w, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array_value(w)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object(w)
    }

    fn end_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object(w)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(w, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object_value(w)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object_value(w)
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        w: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for piece in fragment.split_inclusive(is_unsafe_to_show) {
            match piece.chars().next_back() {
                Some(last) if is_unsafe_to_show(last) => {
                    w.write_all(piece.trim_end_matches(last).as_bytes())?;
                    let mut units = [0; 2];
                    for unit in last.encode_utf16(&mut units) {
                        write!(w, "\\u{unit:04x}")?;
                    }
                }
                _ => w.write_all(piece.as_bytes())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
