//! What a git index is made of, where it has no checksum (gitformat-index(5)).
//!
//! A header, entries, and extensions of a signature and a size, one behind the other up to the zeros
//! that stand for the checksum. Proves that the file is whole in its form; of what the fields say, it
//! proves nothing. Where the end was lost and is read as zeros, they begin within an entry or an
//! extension: an entry of zeros has no mode, zeros are no signature, and no extension of git's ends in
//! more of them than [`longest_zeros`] says.

use std::ffi::CStr;
use std::fmt;
use std::os::fd::BorrowedFd;

use super::hash::Algorithm;
use super::{Surroundings, pread};

/// Why an index is none.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where that shows, in bytes from the beginning.
    pub at: u64,
    what: String,
}

impl Fault {
    fn new(at: u64, what: impl Into<String>) -> Fault {
        Fault { at, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.at, self.what)
    }
}

/// Reads all of an index that ends in a hash of this kind. Memory is bounded.
pub fn read(around: &Surroundings<'_>, algorithm: Algorithm) -> Result<(), Fault> {
    let end = around.size.saturating_sub(algorithm.len() as u64);
    let mut cursor = Cursor { file: around.file, at: 0, end, piece: Vec::new(), used: 0 };
    let nameless = read_entries(&mut cursor, algorithm)?;
    let is_split = read_extensions(&mut cursor)?;
    match nameless {
        Some(fault) if !is_split && !is_shared_without_hash(around.name) => Err(fault),
        _ => Ok(()),
    }
}

/// Whether a file is named as the shared index that git writes without a checksum, as far as 2.47: the
/// names of its entries are left out, and git itself no longer finds what it held.
fn is_shared_without_hash(name: &CStr) -> bool {
    let digits = name.to_bytes().strip_prefix(b"sharedindex.");
    digits.is_some_and(|digits| digits.iter().all(|digit| *digit == b'0'))
}

/// Reads the header and the entries. Gives the first entry without a name, as a split index alone
/// has them: they take the place of others in the shared one.
fn read_entries(cursor: &mut Cursor<'_>, algorithm: Algorithm) -> Result<Option<Fault>, Fault> {
    let [_, version, count] = [cursor.word()?, cursor.word()?, cursor.word()?];
    if !(2..=4).contains(&version) {
        return Err(Fault::new(4, format!("version {version}")));
    }
    let (mut nameless, mut before) = (None, 0);
    for number in 1..=count {
        let start = cursor.at;
        let of_entry = |fault: Fault| {
            let what = format!("entry {number} of {count}: {}", fault.what);
            Fault { at: fault.at, what }
        };
        before = read_entry(cursor, version, algorithm, before).map_err(of_entry)?;
        if before == 0 && nameless.is_none() {
            nameless = Some(of_entry(Fault::new(start, "it has no name")));
        }
    }
    Ok(nameless)
}

/// Reads an entry behind one with a name of `before` bytes, and gives the length of its own.
fn read_entry(
    cursor: &mut Cursor<'_>,
    version: u32,
    algorithm: Algorithm,
    before: u64,
) -> Result<u64, Fault> {
    const TIMES_AND_INODE: u64 = 24;
    const OWNER_AND_SIZE: u64 = 12;
    const EXTENDED: u16 = 0x4000;
    /// The flags hold no more of a length than this.
    const LONGEST: u64 = 0xfff;
    let start = cursor.at;
    cursor.skip(TIMES_AND_INODE)?;
    let mode = cursor.word()?;
    // A file, a link, another repository, or a directory that stands for all below it.
    if !matches!(mode >> 12, 0o10 | 0o12 | 0o16 | 0o4) {
        return Err(Fault::new(start, format!("its mode is {mode:o}")));
    }
    cursor.skip(OWNER_AND_SIZE + algorithm.len() as u64)?;
    let flags = cursor.half_word()?;
    if flags & EXTENDED != 0 {
        cursor.skip(2)?;
    }
    // Version 4 says how much of the name before to take away, and what to put in its place.
    let shared = if version == 4 { before.checked_sub(cursor.varint()?) } else { Some(0) };
    let too_much = || Fault::new(start, "it takes away more than the name before has");
    let length = shared.ok_or_else(too_much)? + cursor.string()?;
    if u64::from(flags) & LONGEST != length.min(LONGEST) {
        return Err(Fault::new(start, "its name has another length than it says"));
    }
    if version < 4 {
        while !(cursor.at - start).is_multiple_of(8) {
            if cursor.byte()? != 0 {
                return Err(Fault::new(start, "no zeros stand behind its name"));
            }
        }
    }
    Ok(length)
}

/// Reads the extensions. Gives whether one of them says that the index is split.
fn read_extensions(cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
    let mut is_split = false;
    let mut last_zeros = None;
    while cursor.at < cursor.end {
        let start = cursor.at;
        let signature = cursor.word()?.to_be_bytes();
        let size = u64::from(cursor.word()?);
        let said = |what: String| Fault::new(start, what);
        if !signature.iter().all(u8::is_ascii_alphanumeric) {
            return Err(said(format!("no extension, but {}", signature.escape_ascii())));
        }
        let name = signature.escape_ascii();
        if size > cursor.end - cursor.at {
            let left = cursor.end - cursor.at;
            return Err(said(format!(
                "extension {name} of {size} bytes, of which {left} are left"
            )));
        }
        is_split |= &signature == b"link";
        last_zeros = longest_zeros(signature)
            .filter(|zeros| size >= *zeros)
            .map(|zeros| (zeros, said(format!("extension {name} ends in {zeros} zeros or more"))));
        cursor.skip(size)?;
    }
    match last_zeros {
        Some((zeros, fault)) if cursor.ends_in_zeros(zeros) => Err(fault),
        _ => Ok(is_split),
    }
}

/// As many zeros as no whole extension ends in. Trees, undone conflicts and the end of the entries
/// end in a hash, the table of offsets in a count that is not zero. The others end in bitmaps or in
/// what stat(2) said of a directory: few zeros, and never a hundred. None of those that are not known.
fn longest_zeros(signature: [u8; 4]) -> Option<u64> {
    match &signature {
        b"TREE" | b"REUC" | b"EOIE" => Some(8),
        b"IEOT" => Some(4),
        b"link" | b"FSMN" => Some(64),
        b"UNTR" => Some(128),
        _ => None,
    }
}

/// Reads on from a place, up to the end.
struct Cursor<'a> {
    file: BorrowedFd<'a>,
    at: u64,
    end: u64,
    /// What was read ahead, of which so many bytes are used.
    piece: Vec<u8>,
    used: usize,
}

impl Cursor<'_> {
    fn fault(&self) -> Fault {
        Fault::new(self.at, "it ends too early")
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        const AHEAD: u64 = 32 << 10;
        if self.used >= self.piece.len() {
            let wanted = self.end.saturating_sub(self.at).min(AHEAD);
            self.piece.resize(wanted as usize, 0);
            self.used = 0;
            if wanted == 0 || !pread::fill(self.file, self.at, &mut self.piece) {
                self.piece.clear();
                return Err(self.fault());
            }
        }
        let byte = self.piece.get(self.used).copied().ok_or_else(|| self.fault())?;
        self.used += 1;
        self.at += 1;
        Ok(byte)
    }

    fn half_word(&mut self) -> Result<u16, Fault> {
        Ok(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    fn word(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_be_bytes([self.byte()?, self.byte()?, self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, length: u64) -> Result<(), Fault> {
        if length > self.end.saturating_sub(self.at) {
            return Err(self.fault());
        }
        self.at += length;
        let ahead = (self.piece.len() - self.used) as u64;
        if length <= ahead {
            self.used += length as usize;
        } else {
            self.piece.clear();
            self.used = 0;
        }
        Ok(())
    }

    /// The length of what stands before the next zero, which is taken as well.
    fn string(&mut self) -> Result<u64, Fault> {
        let mut length = 0;
        while self.byte()? != 0 {
            length += 1;
        }
        Ok(length)
    }

    /// A number as the offset of a delta in a pack is written (gitformat-pack(5)).
    fn varint(&mut self) -> Result<u64, Fault> {
        let mut byte = self.byte()?;
        let mut value = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            value =
                value.saturating_add(1).saturating_mul(128).saturating_add(u64::from(byte & 0x7f));
        }
        Ok(value)
    }

    /// Whether there are so many zeros, a few, right before the end.
    fn ends_in_zeros(&self, count: u64) -> bool {
        let mut last = vec![1; count as usize];
        let start = self.end.saturating_sub(count);
        pread::fill(self.file, start, &mut last) && last.iter().all(|byte| *byte == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;

    const PATH: &str = ".git/index";

    /// Names as they are sorted, one of them longer than the flags can say.
    fn names() -> Vec<String> {
        let mut names: Vec<String> = (10..60).map(|n| format!("src/part-{n}/mod.rs")).collect();
        names.push(format!("src/{}", "z".repeat(5000)));
        names.push("zig".to_owned());
        names
    }

    fn entries(version: u8, hash: usize, names: &[String]) -> Vec<u8> {
        let mut bytes = [&b"DIRC\0\0\0"[..], &[version, 0, 0, 0], &[names.len() as u8]].concat();
        let mut before = "";
        for name in names {
            let start = bytes.len();
            bytes.resize(start + 40 + hash, 0x11);
            bytes[start + 24..start + 28].copy_from_slice(&0o100_644_u32.to_be_bytes());
            let extended = if version == 2 { 0 } else { 0x4000 };
            bytes.extend((name.len().min(0xfff) as u16 | extended).to_be_bytes());
            bytes.extend(if version == 2 { &[][..] } else { &[0x20, 0] });
            if version == 4 {
                let alike = before.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
                bytes.extend(varint(before.len() - alike));
                bytes.extend(&name.as_bytes()[alike..]);
                bytes.push(0);
            } else {
                bytes.extend(name.as_bytes());
                let length = (bytes.len() - start + 8) & !7;
                bytes.resize(start + length, 0);
            }
            before = name;
        }
        bytes
    }

    fn varint(mut value: usize) -> Vec<u8> {
        let mut bytes = vec![value as u8 & 0x7f];
        while value > 0x7f {
            value = (value >> 7) - 1;
            bytes.insert(0, 0x80 | value as u8 & 0x7f);
        }
        bytes
    }

    fn extension(signature: &[u8], content: &[u8]) -> Vec<u8> {
        [signature, &(content.len() as u32).to_be_bytes(), content].concat()
    }

    /// The tree of a cache, longer than what was lost.
    fn tree(hash: usize) -> Vec<u8> {
        let node = |n: usize| [format!("d{n}\x001 0\n").as_bytes(), &vec![0x22; hash]].concat();
        extension(b"TREE", &(0..40).flat_map(node).collect::<Vec<u8>>())
    }

    #[test]
    fn an_index_whose_end_was_lost_is_not_one_without_a_checksum() {
        let lab = Lab::new();
        for (version, hash) in [(2, 20), (3, 20), (4, 20), (2, 32), (3, 32), (4, 32)] {
            let begun = entries(version, hash, &names());
            let extended = [&begun[..], &tree(hash)].concat();
            let ahead = [&begun[..], &extension(b"UNTR", &[7; 3000]), &tree(hash)].concat();
            let behind = [&begun[..], &tree(hash), &extension(b"UNTR", &[7; 3000])].concat();
            for body in [begun, extended, ahead, behind] {
                let whole = [&body[..], &vec![0; hash]].concat();
                lab.not_checked(PATH, &whole);
                for lost in [hash + 8, 100, 160, 512, 1000, 2000, 4096] {
                    let mut zeroed = whole.clone();
                    let from = zeroed.len() - lost;
                    let held = &body[from.min(body.len())..];
                    if held.len() < 128 && !held.contains(&0x22) && !held.contains(&0x11) {
                        // Zeros behind a name, or fewer than an untracked cache may end in.
                        continue;
                    }
                    zeroed[from..].fill(0);
                    let found = lab.disagrees(PATH, &zeroed).found;
                    assert!(found.starts_with("byte "), "{version} {hash} {lost}: {found}");
                }
                lab.disagrees(PATH, &[&body[..], &[0], &vec![0; hash]].concat());
            }
        }
    }

    #[test]
    fn what_follows_the_entries_has_to_be_extensions() {
        let lab = Lab::new();
        let begun = entries(2, 20, &names()[..3]);
        let with = |more: &[u8]| [&begun[..], more, &[0; 20]].concat();
        for good in [
            extension(b"sdir", b""),
            extension(b"FSMN", b"\0\0\0\x02token\0"),
            extension(b"NEW1", &[0; 400]),
            extension(b"link", &[0; 20]),
            [extension(b"link", &[3; 20]), extension(b"TREE", b"\0-1 0\n")].concat(),
        ] {
            lab.not_checked(PATH, &with(&good));
        }
        for (bad, said) in [
            (extension(b"TR\x1bE", b"a"), r"byte 276: no extension, but TR\x1bE"),
            (extension(b"TREE", b"abc")[..10].to_vec(), "of 3 bytes, of which 2 are left"),
            (extension(b"TREE", &[0; 8]), "ends in 8 zeros or more"),
            (extension(b"IEOT", &[0; 4]), "ends in 4 zeros or more"),
            (extension(b"UNTR", &[0; 128]), "ends in 128 zeros or more"),
            (b"TREE\0".to_vec(), "it ends too early"),
        ] {
            let found = lab.disagrees(PATH, &with(&bad)).found;
            assert!(found.contains(said), "{found}");
        }
    }

    #[test]
    fn a_split_index_alone_has_entries_without_a_name() {
        let lab = Lab::new();
        for version in 2..=4 {
            let nameless = entries(version, 20, &[String::new(), String::new()]);
            let found = lab.disagrees(PATH, &[&nameless[..], &[0; 20]].concat()).found;
            assert_eq!(found, "byte 12: entry 1 of 2: it has no name");
            let split = [&nameless[..], &extension(b"link", &[3; 20]), &[0; 20]].concat();
            lab.not_checked(PATH, &split);
            // As git 2.47 writes it.
            let shared = format!(".git/sharedindex.{}", "0".repeat(40));
            lab.not_checked(&shared, &[&nameless[..], &[0; 20]].concat());
            let mut zeroed = [&nameless[..], &[0; 20]].concat();
            zeroed[nameless.len() / 2..].fill(0);
            lab.disagrees(&shared, &zeroed);
        }
    }

    #[test]
    fn broken_entries_show() {
        let lab = Lab::new();
        let index = [entries(2, 20, &["name".to_owned()]), vec![0; 20]].concat();
        lab.not_checked(PATH, &index);
        for (place, value, said) in [
            (7, 5, "byte 4: version 5"),
            (11, 2, "byte 84: entry 2 of 2: it ends too early"),
            (38, 0x11, "byte 12: entry 1 of 1: its mode is 10644"),
            (73, 5, "byte 12: entry 1 of 1: its name has another length than it says"),
            (75, 0, "byte 12: entry 1 of 1: its name has another length than it says"),
            (82, 1, "byte 12: entry 1 of 1: no zeros stand behind its name"),
        ] {
            let mut changed = index.clone();
            changed[place] = value;
            assert_eq!(lab.disagrees(PATH, &changed).found, said, "byte {place}");
        }
        let mut strips = entries(4, 20, &["a".to_owned()]);
        strips[76] = 5;
        let found = lab.disagrees(PATH, &[&strips[..], &[0; 20]].concat()).found;
        assert!(found.ends_with("it takes away more than the name before has"), "{found}");
    }
}
