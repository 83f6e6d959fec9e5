//! The last line: proof that nothing is missing and nothing was changed.

use serde::{Deserialize, Serialize};

use crate::manifest::hex::{array_from_hex, to_hex};
use crate::manifest::{ContentHash, Counts};

/// What the last line of a manifest says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footer {
    /// What the lines above hold.
    pub counts: Counts,
    /// BLAKE3 of the bytes of all entry lines, their newlines included.
    pub digest: ContentHash,
    /// BLAKE3 of the header's line, its newline included; none in manifests of an early form.
    pub header: Option<ContentHash>,
    /// In a compressed file: BLAKE3 of all its bytes in front of the footer.
    pub stored: Option<ContentHash>,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    end: bool,
    #[serde(flatten)]
    counts: Counts,
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stored: Option<String>,
}

impl Footer {
    /// How a footer begins and no entry does.
    const BEGINNING: &[u8] = br#"{"end":true,"#;

    /// Whether a line is meant as one.
    pub fn is_one(line: &[u8]) -> bool {
        line.starts_with(Self::BEGINNING)
    }

    /// Reads a line.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let wire: Wire = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let hash = |hex: &str| array_from_hex(hex).ok_or("a digest is not 64 hexadecimal digits");
        Ok(Footer {
            counts: wire.counts,
            digest: hash(&wire.digest)?,
            header: wire.header.as_deref().map(hash).transpose()?,
            stored: wire.stored.as_deref().map(hash).transpose()?,
        })
    }

    /// The line, its newline included.
    pub fn to_line(self) -> serde_json::Result<Vec<u8>> {
        let wire = Wire {
            end: true,
            counts: self.counts,
            digest: to_hex(&self.digest),
            header: self.header.as_ref().map(|hash| to_hex(hash)),
            stored: self.stored.as_ref().map(|hash| to_hex(hash)),
        };
        let mut line = serde_json::to_vec(&wire)?;
        line.push(b'\n');
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footer_reads_back_and_is_known_as_one() {
        for stored in [None, Some([7; 32])] {
            let (counts, digest, header) = (Counts::default(), [0xab; 32], stored);
            let footer = Footer { counts, digest, header, stored };
            let line = footer.to_line().unwrap();
            assert!(Footer::is_one(&line));
            assert_eq!(Footer::parse(&line), Ok(footer));
        }
        assert!(!Footer::is_one(br#"{"path":"end"}"#));
    }
}
