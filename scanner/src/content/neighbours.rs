//! Whether the files beside one of zero bytes say that it ought to hold something.
//!
//! Where it is the only one of its kind, three that hold something do. Several are what a crash
//! leaves of a burst of writes, and also what a program makes whose data are zeros here and there:
//! tiles of the sea among those of the land. The latter writes them in between the others. So
//! several must have been written within a minute in which none of the others was, and be few.
//!
//! Of plain numbers (weights, samples, pixels) zeros are as good as any. So the neighbours speak only
//! where they are text, or begin with the same signature.

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::pread;

use super::zero_kinds::ending;
use super::zeroed::LEAST;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::self_check::is_text;
use crate::walk::Listing;

/// Neighbours of the same kind that must hold something.
const FEWEST: usize = 3;

/// For each other one that is zeroed, too, so many must hold something.
const FOR_EACH: usize = 8;

/// Neighbours that are looked at.
const MOST_LOOKED_AT: usize = 64;

/// Bytes that tell text, and those of a signature.
const HEAD: usize = 64;
const SIGNATURE: usize = 4;

/// Length of a burst of writes, in seconds.
const BURST: i64 = 60;

/// The neighbours of a file.
#[derive(Default)]
pub struct Neighbours {
    /// When those that hold something were modified, in seconds.
    filled: Vec<i64>,
    /// What they begin with.
    heads: Vec<[u8; HEAD]>,
    /// When those that begin with zero bytes were.
    zeroed: Vec<i64>,
}

impl Neighbours {
    /// Looks at the files of a kind and 4 KiB or more beside the named one.
    pub fn look(directory: BorrowedFd<'_>, name: &CStr, kind: &str) -> Neighbours {
        let mut buffer = [0; 1 << 14];
        let mut listing = Listing::new(directory, &mut buffer, Some(1 << 16));
        let (mut found, mut looked_at) = (Neighbours::default(), 0);
        while let Some(Ok(block)) = listing.block() {
            let alike = block.filter(|entry| entry.name != name);
            for entry in alike.filter(|e| ending(e.name.to_bytes()).as_deref() == Some(kind)) {
                if looked_at >= MOST_LOOKED_AT {
                    return found;
                }
                looked_at += 1;
                match begins_with_something(directory, entry.name) {
                    Some((Some(head), modified)) => {
                        found.filled.push(modified);
                        found.heads.push(head);
                    }
                    Some((None, modified)) => found.zeroed.push(modified),
                    None => {}
                }
            }
        }
        found
    }

    /// How many say that a file of zeros, modified at such a time, ought to hold something.
    pub fn speak_against(&self, modified: i64) -> Option<usize> {
        let first = self.zeroed.iter().fold(modified, |first, at| first.min(*at));
        let last = self.zeroed.iter().fold(modified, |last, at| last.max(*at));
        let apart = self.filled.iter().all(|at| !(first..=last).contains(at));
        let is_burst = apart && last.saturating_sub(first) <= BURST;
        let enough = self.filled.len() >= FEWEST.max(FOR_EACH * self.zeroed.len());
        let speak = enough && self.are_of_one_form() && (self.zeroed.is_empty() || is_burst);
        speak.then_some(self.filled.len())
    }

    /// Whether those that hold something are text, or begin with the same signature.
    fn are_of_one_form(&self) -> bool {
        let signature = |head: &[u8; HEAD]| head.first_chunk::<SIGNATURE>().copied();
        let first = self.heads.first().and_then(signature);
        self.heads.iter().all(|head| is_text(head))
            || (first != Some([0; SIGNATURE])
                && self.heads.iter().all(|head| signature(head) == first))
    }
}

/// What a regular file begins with, if its first 4 KiB hold something, and when it was modified; none
/// for what is smaller or cannot be read.
fn begins_with_something(
    directory: BorrowedFd<'_>,
    name: &CStr,
) -> Option<(Option<[u8; HEAD]>, i64)> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let facts = InodeFacts::of_entry(directory, name).ok()?;
    if facts.kind() != FileKind::Regular || facts.size() < LEAST {
        return None;
    }
    let file = openat(directory, name, flags, Mode::empty()).ok()?;
    let mut bytes = [0; LEAST as usize];
    let length = pread(&file, &mut bytes, 0).ok()?;
    let is_filled = bytes.get(..length)?.iter().any(|byte| *byte != 0);
    let head = bytes.first_chunk().copied().filter(|_| is_filled);
    Some((head, facts.modified_at().0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(filled: &[i64], zeroed: &[i64]) -> Option<usize> {
        let (filled, zeroed) = (filled.to_vec(), zeroed.to_vec());
        let heads = vec![[b'a'; HEAD]; filled.len()];
        Neighbours { filled, heads, zeroed }.speak_against(1000)
    }

    /// As weights of a network are: one whose numbers are all zero is as good as its neighbours.
    #[test]
    fn plain_numbers_speak_against_nothing() {
        let said = |heads: [[u8; HEAD]; 3]| {
            let (filled, heads) = (vec![5; 3], heads.to_vec());
            Neighbours { filled, heads, zeroed: vec![] }.speak_against(1000)
        };
        let signed = |last| {
            let mut head = [last; HEAD];
            head[..4].copy_from_slice(b"\x93NUM");
            head
        };
        assert_eq!(said([[1; HEAD], [2; HEAD], [3; HEAD]]), None);
        assert_eq!(said([1, 2, 3].map(signed)), Some(3), "a signature");
        assert_eq!(said([[b'a'; HEAD], [b'b'; HEAD], [b'\n'; HEAD]]), Some(3), "text");
    }

    #[test]
    fn the_only_one_needs_three_against_it() {
        assert_eq!(said(&[1000, 1000], &[]), None);
        assert_eq!(said(&[1000, 1000, 5], &[]), Some(3));
    }

    #[test]
    fn several_need_eight_times_as_many_and_a_burst_of_their_own() {
        assert_eq!(said(&[5; 8], &[1001]), Some(8));
        assert_eq!(said(&[5; 7], &[1001]), None, "too few");
        assert_eq!(said(&[5; 15], &[1001, 1001]), None, "too few for two");
        assert_eq!(said(&[5; 16], &[1001, 990]), Some(16));
        assert_eq!(said(&[5; 16], &[1001, 900]), None, "written over a longer time");
        assert_eq!(said(&[5, 5, 5, 5, 5, 5, 5, 1001], &[1002]), None, "one in between");
        assert_eq!(said(&[1000; 8], &[1000]), None, "all at one time");
    }
}
