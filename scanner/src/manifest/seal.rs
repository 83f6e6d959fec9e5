//! What a manifest holds, proven by its bytes without reading its lines.
//!
//! Two manifests with the same digest hold the same entries, so nothing need be compared. That the
//! digest is that of the lines must be proven all the same: someone may have edited one. A plain
//! file's lines are hashed as they stand; the footer of a compressed one also bears the hash of
//! the compressed bytes, which are a third of them and need not be expanded.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::GzDecoder;

use super::lines::GZIP_MAGIC;
use super::open::open;
use super::wire::Footer;
use super::{ContentHash, Counts, ManifestReader};

/// Longer than any footer, in bytes.
const FOOTER: u64 = 2048;

/// What is hashed at once, in bytes.
const BUFFER: usize = 1 << 20;

/// What a manifest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// In numbers.
    pub counts: Counts,
    /// BLAKE3 of all entry lines: equal where the entries are.
    pub digest: ContentHash,
}

/// Reads the footer of a file and proves it by the bytes in front. None where that cannot be done,
/// for whatever reason: [`ManifestReader`] tells which.
pub fn read_seal(path: &Path) -> Option<Seal> {
    let mut file = open(path).ok()?;
    let length = file.seek(SeekFrom::End(0)).ok()?;
    let start = file.seek(SeekFrom::Start(length.saturating_sub(FOOTER))).ok()?;
    let mut tail = Vec::new();
    (&mut file).take(FOOTER).read_to_end(&mut tail).ok()?;
    file.rewind().ok()?;
    let (offset, footer) = gzip_footer(&tail).or_else(|| plain_footer(&tail))?;
    let end = start + offset as u64;
    let proven = match footer.stored {
        Some(hash) if is_gzip_member(tail.get(offset..)?) => hash_of(&mut file, 0, end)? == hash,
        _ => {
            let begin = end_of_first_line(&mut file)?;
            hash_of(&mut file, begin, end)? == footer.digest
        }
    };
    // The digest says nothing of the numbers beside it; the header has them once more.
    let reader = ManifestReader::open(path).ok()?;
    let counted = reader.header().counts == footer.counts;
    let header_proven = footer.header.is_none_or(|hash| hash == reader.header_hash());
    (proven && counted && header_proven)
        .then_some(Seal { counts: footer.counts, digest: footer.digest })
}

/// The footer as a gzip member that ends with the file, and where it begins.
fn gzip_footer(tail: &[u8]) -> Option<(usize, Footer)> {
    let begins = (0..tail.len()).rev();
    begins.filter(|begin| tail.get(*begin..).is_some_and(is_gzip_member)).find_map(|begin| {
        let mut member = tail.get(begin..)?;
        let mut line = Vec::new();
        GzDecoder::new(&mut member).take(FOOTER).read_to_end(&mut line).ok()?;
        let whole = member.is_empty() && Footer::is_one(&line) && line.ends_with(b"\n");
        Some((begin, Footer::parse(&line).ok().filter(|_| whole)?))
    })
}

/// The footer as the last line of the file, and where it begins.
fn plain_footer(tail: &[u8]) -> Option<(usize, Footer)> {
    let line = tail.strip_suffix(b"\n")?;
    let begin = memchr::memrchr(b'\n', line)? + 1;
    let line = tail.get(begin..)?;
    Some((begin, Footer::parse(line).ok().filter(|_| Footer::is_one(line))?))
}

fn is_gzip_member(bytes: &[u8]) -> bool {
    bytes.starts_with(&GZIP_MAGIC)
}

/// Where the second line begins.
fn end_of_first_line(file: &mut File) -> Option<u64> {
    file.rewind().ok()?;
    let mut head = Vec::new();
    file.take(1 << 20).read_to_end(&mut head).ok()?;
    Some(memchr::memchr(b'\n', &head)? as u64 + 1)
}

/// BLAKE3 of the bytes from `begin` up to `end`.
fn hash_of(file: &mut File, begin: u64, end: u64) -> Option<ContentHash> {
    file.seek(SeekFrom::Start(begin)).ok()?;
    let mut rest = file.take(end.checked_sub(begin)?);
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match rest.read(&mut buffer).ok()? {
            0 => break,
            read => hasher.update(buffer.get(..read)?),
        };
    }
    // A file that shrank meanwhile proves nothing.
    (rest.limit() == 0).then(|| *hasher.finalize().as_bytes())
}
