//! `dirent-duplicate-name` and `name-collision`: names that are one.
//!
//! Looks at all names of a directory. The same name twice proves a damaged directory: lookup
//! reaches one of the two only. Names that differ in case or Unicode normalisation alone are
//! legal here, and lose a file wherever they are unpacked on macOS or Windows. Any filesystem,
//! no privilege. While listing, a hash of each name's folded form is kept (9 to 18 bytes a name);
//! only a directory in which two of them agree is listed again to compare the names themselves.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use reports::Code;
use unicode_normalization::UnicodeNormalization;

use super::name_words::{every, words};
use super::{Anomalies, Anomaly, Name};

/// ASCII letters in lower case. Some signs are told apart by the same bit, `[` and `{` for one: a
/// directory of names that differ in these alone is listed once more.
fn lower_case(word: u64) -> u64 {
    let is_ascii = !word & every(0x80);
    word | is_ascii >> 2
}

/// Hashes of the names of one directory.
pub type NameHashes = HashSet<u64, RandomState>;

/// The folded names of one directory, as hashes.
#[derive(Debug)]
pub struct SameNames<'a> {
    hasher: &'a RandomState,
    seen: &'a mut NameHashes,
    repeated: Vec<u64>,
}

impl<'a> SameNames<'a> {
    /// Starts a directory; the memory of `seen` is used again.
    pub fn new(hasher: &'a RandomState, seen: &'a mut NameHashes) -> Self {
        seen.clear();
        SameNames { hasher, seen, repeated: Vec::new() }
    }

    /// Takes note of a name. Tells a hash of it as it is, not folded.
    #[inline]
    pub fn note(&mut self, name: &[u8], shape: Name) -> u64 {
        let hash = fold_hash(self.hasher, name, shape);
        if !self.seen.insert(hash) {
            self.repeated.push(hash);
        }
        words(name).fold(hash, |sum, word| sum.rotate_left(7).wrapping_add(word))
    }

    /// The hashes that came more than once, sorted.
    pub fn repeated(mut self) -> Vec<u64> {
        self.repeated.sort_unstable();
        self.repeated.dedup();
        self.repeated
    }
}

/// The hash of a name's folded form.
#[inline]
pub fn fold_hash(hasher: &RandomState, name: &[u8], shape: Name) -> u64 {
    match shape {
        Name::Plain => hash_caseless(hasher, name),
        Name::International | Name::Unsafe => hash_caseless(hasher, &fold(name)),
    }
}

#[inline]
fn hash_caseless(hasher: &RandomState, name: &[u8]) -> u64 {
    let mut state = hasher.build_hasher();
    words(name).for_each(|word| state.write_u64(lower_case(word)));
    state.write_usize(name.len());
    state.finish()
}

/// A name in the form in which file systems that ignore case and normalisation compare it.
/// Through the upper case first, so that "ß" and "SS" meet as they do there.
pub fn fold(name: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(name) {
        Ok(text) => {
            let folded: String = text
                .nfd()
                .flat_map(char::to_uppercase)
                .flat_map(char::to_lowercase)
                .nfc()
                .collect();
            Cow::Owned(folded.into_bytes())
        }
        Err(_) => Cow::Borrowed(name),
    }
}

/// Judges the names whose hashes were repeated: each name with its inode numbers.
pub fn judge(mut names: Vec<(Vec<u8>, u64)>, anomalies: &mut Anomalies) {
    names.sort_unstable();
    let mut exact: BTreeMap<Vec<u8>, Vec<u64>> = BTreeMap::new();
    for (name, ino) in names {
        exact.entry(name).or_default().push(ino);
    }
    let mut folded: BTreeMap<Vec<u8>, Vec<&[u8]>> = BTreeMap::new();
    for (name, inodes) in &exact {
        folded.entry(fold(name).into_owned()).or_default().push(name);
        if let [first, _, ..] = inodes.as_slice() {
            anomalies.add(duplicate(name, *first, inodes));
        }
    }
    for alike in folded.values() {
        if let [first, second, ..] = alike.as_slice() {
            anomalies.add(collision(first, second, alike.len()));
        }
    }
}

fn duplicate(name: &[u8], first: u64, inodes: &[u64]) -> Anomaly {
    let found = format!("the name is listed {} times, for inodes {inodes:?}", inodes.len());
    Anomaly::new(Code::DirentDuplicateName, "a name stands once in its directory", found)
        .named(name)
        .inode(first)
        .compared()
}

fn collision(first: &[u8], second: &[u8], count: usize) -> Anomaly {
    let found = format!("{count} names fold to one; another is {}", reports::escape(second));
    Anomaly::new(Code::NameCollision, "names that differ in more than case", found).named(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(names: &[&str]) -> Vec<Code> {
        let hasher = RandomState::default();
        let mut seen = NameHashes::default();
        let mut same = SameNames::new(&hasher, &mut seen);
        for name in names {
            same.note(name.as_bytes(), Name::of(name.as_bytes()));
        }
        let repeated = same.repeated();
        let suspects = names
            .iter()
            .map(|name| name.as_bytes())
            .filter(|name| repeated.contains(&fold_hash(&hasher, name, Name::of(name))))
            .zip(20..)
            .map(|(name, ino)| (name.to_vec(), ino))
            .collect();
        let mut anomalies = Anomalies::default();
        judge(suspects, &mut anomalies);
        anomalies.kept.iter().map(|anomaly| anomaly.code).collect()
    }

    #[test]
    fn names_that_fold_to_one_have_hashes_of_their_own() {
        let (hasher, mut seen) = (RandomState::default(), NameHashes::default());
        let mut same = SameNames::new(&hasher, &mut seen);
        let mut hash = |name: &str| same.note(name.as_bytes(), Name::of(name.as_bytes()));
        let names = ["a", "A", "makefile-of-1", "Makefile-of-1", "makefile-oF-1"];
        let hashes: HashSet<u64> = names.iter().map(|name| hash(name)).collect();
        assert_eq!(hashes.len(), names.len());
        assert_eq!(hash("a"), hash("a"));
        assert_eq!(same.repeated().len(), 2);
        // Only letters are folded: bytes of other scripts differ by the same bit.
        let hash = |name: &str| fold_hash(&hasher, name.as_bytes(), Name::International);
        assert_ne!(hash("\u{4e00}"), hash("\u{4e20}"));
    }

    #[test]
    fn equal_names_and_alike_names_are_told_apart() {
        assert_eq!(codes(&["a", "b", "c"]), []);
        assert_eq!(codes(&["a", "b", "a"]), [Code::DirentDuplicateName]);
        assert_eq!(codes(&["xt_MARK.h", "b", "xt_mark.h"]), [Code::NameCollision]);
        assert_eq!(codes(&["caf\u{e9}", "cafe\u{301}"]), [Code::NameCollision]);
        assert_eq!(codes(&["straße", "STRASSE"]), [Code::NameCollision]);
        assert_eq!(codes(&["A", "a", "a"]), [Code::DirentDuplicateName, Code::NameCollision]);
    }
}
