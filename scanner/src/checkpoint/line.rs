//! The lines of a checkpoint behind its header.

use crate::manifest::ContentHash;
use crate::manifest::hex::{array_from_hex, to_hex};

use super::identity::FileIdentity;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// What follows was read by a run that began so many seconds after 1970.
    Run(i64),
    /// A file was read whole and is sound.
    File(FileIdentity, ContentHash),
    /// A part of a large file was read.
    Part {
        /// The file.
        file: FileIdentity,
        /// Which part.
        index: u64,
        /// Its part of the hash.
        value: ContentHash,
        /// Whether it holds zero bytes alone.
        zero: bool,
    },
    /// The run was stopped while it read a file that has to be read in one go.
    Cut(FileIdentity),
    /// BLAKE3 of everything above.
    Seal(ContentHash),
}

impl Line {
    /// The line, its newline included.
    pub fn to_text(&self) -> String {
        match self {
            Line::Run(seconds) => format!("run {seconds}\n"),
            Line::File(file, hash) => format!("file {} {}\n", to_hex(&file.0), to_hex(hash)),
            Line::Part { file, index, value, zero } => {
                let kind = if *zero { "zero" } else { "part" };
                format!("{kind} {} {index} {}\n", to_hex(&file.0), to_hex(value))
            }
            Line::Cut(file) => format!("cut {}\n", to_hex(&file.0)),
            Line::Seal(hash) => format!("seal {}\n", to_hex(hash)),
        }
    }

    /// Reads a line with its newline; none where it is no such line.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
        let mut words = text.split(' ');
        let kind = words.next()?;
        let mut word = || words.next();
        let line = match kind {
            "run" => Line::Run(word()?.parse().ok()?),
            "file" => Line::File(identity(word()?)?, array_from_hex(word()?)?),
            "part" | "zero" => Line::Part {
                file: identity(word()?)?,
                index: word()?.parse().ok()?,
                value: array_from_hex(word()?)?,
                zero: kind == "zero",
            },
            "cut" => Line::Cut(identity(word()?)?),
            "seal" => Line::Seal(array_from_hex(word()?)?),
            _ => return None,
        };
        words.next().is_none().then_some(line)
    }
}

fn identity(hex: &str) -> Option<FileIdentity> {
    array_from_hex(hex).map(FileIdentity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_back() {
        let file = FileIdentity([7; 16]);
        for line in [
            Line::Run(1_764_000_000),
            Line::Run(-5),
            Line::File(file, [0xab; 32]),
            Line::Part { file, index: u64::MAX, value: [1; 32], zero: true },
            Line::Part { file, index: 0, value: [1; 32], zero: false },
            Line::Cut(file),
            Line::Seal([0; 32]),
        ] {
            assert_eq!(Line::parse(line.to_text().as_bytes()), Some(line));
        }
    }

    #[test]
    fn other_lines_are_none() {
        let whole = Line::File(FileIdentity([7; 16]), [0xab; 32]).to_text();
        let damaged = [
            whole.trim_end().to_owned(),
            whole.replace("file", "pile"),
            whole.replace("ab\n", "a\n"),
            whole.replace('\n', " 1\n"),
            whole.replacen("07", "0g", 1),
            "run\n".to_owned(),
            "run x\n".to_owned(),
            "\n".to_owned(),
        ];
        for line in damaged {
            assert_eq!(Line::parse(line.as_bytes()), None, "{line:?}");
        }
    }
}
