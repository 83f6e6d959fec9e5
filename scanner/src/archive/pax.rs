//! The records of a PAX extended header (pax(1p), "pax Extended Header").
//!
//! A record is `length key=value\n`; its length counts all of that. What is malformed is an error
//! and not skipped: tools that go on read another archive than those that stop.

use super::number::decimal;
use super::pax_time::parse_time;
use super::sparse::SparseRecords;
use crate::inode_facts::InodeTime;

/// What the records of one header say, as far as it matters for what is read. Later records of
/// a key replace earlier ones, as the standard has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaxRecords {
    /// The name.
    pub path: Option<Vec<u8>>,
    /// The link target.
    pub link: Option<Vec<u8>>,
    /// Bytes of data behind the header, whatever the header itself says.
    pub size: Option<u64>,
    /// When the content last changed.
    pub mtime: Option<InodeTime>,
    /// Where the data of a sparse file lies.
    pub sparse: SparseRecords,
}

/// Why records cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaxFault {
    /// They are malformed; the words go behind "the record".
    Malformed(&'static str),
    /// A sparse file has more pieces than allowed.
    ManyPieces,
}

impl PaxRecords {
    /// Reads all records; sparse maps of at most `pieces` pieces.
    pub fn parse(mut bytes: &[u8], pieces: usize) -> Result<Self, PaxFault> {
        let mut records = PaxRecords::default();
        while !bytes.is_empty() {
            let (key, value, rest) = split_record(bytes).map_err(PaxFault::Malformed)?;
            records.take(key, value, pieces)?;
            bytes = rest;
        }
        Ok(records)
    }

    fn take(&mut self, key: &[u8], value: &[u8], pieces: usize) -> Result<(), PaxFault> {
        let number = || decimal(value).ok_or(PaxFault::Malformed("has a size that is no number"));
        match key {
            b"path" => self.path = Some(not_empty(value)?),
            b"linkpath" => self.link = Some(not_empty(value)?),
            b"size" => self.size = Some(number()?),
            b"mtime" => {
                let time = parse_time(value);
                self.mtime = Some(time.ok_or(PaxFault::Malformed("has a time that is none"))?);
            }
            _ => {
                if let Some(key) = key.strip_prefix(b"GNU.sparse.") {
                    self.sparse.take(key, value, pieces)?;
                }
            }
        }
        Ok(())
    }

    /// Whether they say what is read, and not only what is noted about it.
    pub fn decide_content(&self) -> bool {
        self.path.is_some()
            || self.link.is_some()
            || self.size.is_some()
            || self.sparse != SparseRecords::default()
    }
}

/// An empty value takes back what was said before (pax(1p)), which no tool writes for a name and
/// hardly two read alike.
fn not_empty(value: &[u8]) -> Result<Vec<u8>, PaxFault> {
    if value.is_empty() {
        return Err(PaxFault::Malformed("has an empty name"));
    }
    Ok(value.to_vec())
}

/// Key, value, and what follows the record.
type Split<'a> = (&'a [u8], &'a [u8], &'a [u8]);

fn split_record(bytes: &[u8]) -> Result<Split<'_>, &'static str> {
    const BAD_LENGTH: &str = "has a length that is no number";
    // 20 digits hold every length there can be.
    let head = bytes.get(..bytes.len().min(21)).unwrap_or(bytes);
    let blank = memchr::memchr(b' ', head).ok_or(BAD_LENGTH)?;
    let digits = bytes.get(..blank).unwrap_or_default();
    let length = decimal(digits).and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or(BAD_LENGTH)?;
    let (record, rest) = bytes.split_at_checked(length).ok_or("has a length beyond its end")?;
    let text = record.get(blank + 1..).ok_or("has a length that is too short")?;
    let text = text.strip_suffix(b"\n").ok_or("does not end with a line feed")?;
    let equals = memchr::memchr(b'=', text).ok_or("has no equals sign")?;
    let (key, value) = text.split_at_checked(equals).unwrap_or_default();
    if key.is_empty() || memchr::memchr(0, key).is_some() {
        return Err("has a key that is none");
    }
    Ok((key, value.get(1..).unwrap_or_default(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Result<PaxRecords, PaxFault> {
        PaxRecords::parse(bytes, 10)
    }

    #[test]
    fn what_is_malformed_is_an_error() {
        for bytes in [
            &b"x"[..],
            b"11 path=abc\0",
            b"12 path=abc",
            b"13 path=abc\n",
            b"11 path=abc\n",
            b"12 path=abc\n\0",
            b"-12 path=abc\n",
            b"+12 path=abc\n",
            b" 12 path=abc\n",
            b"0 path=abc\n",
            b"2 path=abc\n",
            b"3 path=abc\n",
            b"12_path=abc\n",
            b"12 pathoabc\n",
            b"9 =path1\n",
            b"8 path=\n",
            b"99999999999999999999999999999 path=abc\n",
            b"18446744073709551615 path=abc\n",
            b"12 size=0x1\n",
            b"11 size=-1\n",
            b"28 size=9223372036854775808\n",
            b"12 mtime=x\n",
            b"11 a\0b=abc\n",
        ] {
            assert!(parse(bytes).is_err(), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn values_may_hold_anything() {
        let records = parse(b"14 path=a\nb=c\n15 linkpath=12\n9 size=7\n10 k=\0\0\0\0\n").unwrap();
        assert_eq!(records.path.as_deref(), Some(&b"a\nb=c"[..]));
        assert_eq!(records.link.as_deref(), Some(&b"12"[..]));
        assert_eq!(records.size, Some(7));
        assert_eq!(parse(b"10 path=a\n10 path=b\n").unwrap().path.as_deref(), Some(&b"b"[..]));
        assert!(!parse(b"13 comment=x\n").unwrap().decide_content());
    }
}
