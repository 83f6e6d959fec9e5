//! A large file that all threads read at once, each a segment at a time.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use blake3::hazmat::ChainingValue;

use super::bad_ranges::BadRanges;
use super::open_file::OpenFile;
use super::reader::Content;
use super::tree_hash::TreeHash;
use crate::checkpoint::KnownPart;
use crate::stamp::Moment;
use crate::walk::DirectoryNode;

/// A file, and how far the reading of it is.
#[derive(Debug)]
pub struct LargeFile {
    /// Its directory.
    pub node: Arc<DirectoryNode>,
    /// The file.
    pub file: OpenFile,
    /// Drop it from memory at the end.
    pub dropped: bool,
    /// When the reading began.
    pub begun: Moment,
    /// Whether a later run may take over what is read: the file is the one that was named, and
    /// whoever changes it will change its times.
    pub may_be_kept: bool,
    /// Segments that need not be read.
    known: Vec<bool>,
    tree: TreeHash,
    next: AtomicU64,
    left: AtomicU64,
    abandoned: AtomicBool,
    /// Threads that may have parts of it mapped.
    inside: AtomicUsize,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    values: Vec<ChainingValue>,
    bad: BadRanges,
    /// Where it ended, if before its size.
    ended: Option<u64>,
    zero: bool,
}

/// What reading a segment brought.
#[derive(Debug)]
pub struct Segment {
    /// Its part of the hash.
    pub value: ChainingValue,
    /// What could not be read of it.
    pub bad: BadRanges,
    /// Where the file ended within it.
    pub ended: Option<u64>,
    /// Whether it holds zero bytes alone.
    pub zero: bool,
}

impl LargeFile {
    /// Cut as `tree` says.
    pub fn new(node: Arc<DirectoryNode>, file: OpenFile, tree: TreeHash, dropped: bool) -> Self {
        let segments = tree.segments();
        let values = vec![[0; 32]; usize::try_from(segments).unwrap_or(0)];
        LargeFile {
            node,
            file,
            dropped,
            begun: Moment::now(),
            may_be_kept: false,
            known: vec![false; values.len()],
            tree,
            next: AtomicU64::new(0),
            left: AtomicU64::new(segments),
            abandoned: AtomicBool::new(false),
            inside: AtomicUsize::new(0),
            seen: Mutex::new(Seen { values, bad: BadRanges::default(), ended: None, zero: true }),
        }
    }

    /// Takes over a segment that an earlier run read; tells of how many bytes, or none where it
    /// is known or wrong. One is always left to be read, so that somebody comes to the end.
    pub fn know(&mut self, part: &KnownPart) -> Option<u64> {
        let index = usize::try_from(part.index).ok()?;
        let known = self.known.get_mut(index).filter(|known| !**known)?;
        if *self.left.get_mut() == 1 {
            return None;
        }
        *known = true;
        *self.left.get_mut() -= 1;
        let seen = self.seen.get_mut().unwrap_or_else(PoisonError::into_inner);
        *seen.values.get_mut(index)? = part.value;
        seen.zero &= part.zero;
        let range = self.tree.range(part.index);
        Some(range.end - range.start)
    }

    /// The next segment that nobody reads yet: its number and its bytes.
    pub fn take_segment(&self) -> Option<(u64, std::ops::Range<u64>)> {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let known = self.known.get(usize::try_from(index).ok()?)?;
            if !*known {
                return Some((index, self.tree.range(index)));
            }
        }
    }

    /// Takes account of a segment; true if it was the last one to come.
    pub fn finish_segment(&self, index: u64, segment: Segment) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = usize::try_from(index).ok().and_then(|at| seen.values.get_mut(at)) {
            *value = segment.value;
        }
        seen.bad.merge(segment.bad);
        seen.ended = [seen.ended, segment.ended].into_iter().flatten().min();
        seen.zero &= segment.zero;
        drop(seen);
        self.left.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Before a thread reads of it.
    pub fn enter(&self) {
        self.inside.fetch_add(1, Ordering::AcqRel);
    }

    /// Behind that; true for the last one, if all was read or given up.
    pub fn leave(&self) -> bool {
        let is_last = self.inside.fetch_sub(1, Ordering::AcqRel) == 1;
        let is_done = self.left.load(Ordering::Acquire) == 0;
        is_last && (is_done || self.abandoned.load(Ordering::Relaxed))
    }

    /// Gives the file up; true for the first who does.
    pub fn abandon(&self) -> bool {
        self.next.store(self.tree.segments(), Ordering::Relaxed);
        !self.abandoned.swap(true, Ordering::Relaxed)
    }

    /// How many pieces were found unreadable so far.
    pub fn bad_pieces(&self) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).bad.pieces()
    }

    /// What all segments together say.
    pub fn content(&self) -> Content {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = seen.ended.unwrap_or(self.file.facts.size());
        Content {
            hash: self.tree.merge(&seen.values),
            bad: seen.bad.clone(),
            ended,
            counted: ended,
            zero: seen.zero,
            verdict: None,
            may_be_kept: self.may_be_kept,
            begun: self.begun,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::{AsFd, OwnedFd};

    use super::*;
    use crate::inode_facts::InodeFacts;

    const SEGMENT: u64 = 1 << 20;

    fn large(size: u64) -> LargeFile {
        let file = tempfile::tempfile().unwrap();
        file.set_len(size).unwrap();
        let facts = InodeFacts::of_descriptor(file.as_fd()).unwrap();
        let file = OpenFile {
            descriptor: OwnedFd::from(file),
            name: c"f".into(),
            facts,
            attributes: Vec::new(),
        };
        let node = DirectoryNode::root(c"/".into(), 2, (0, 1));
        LargeFile::new(node, file, TreeHash::new(size).unwrap(), false)
    }

    fn known(index: u64) -> KnownPart {
        KnownPart { index, value: [index as u8; 32], zero: index == 1, run: 0 }
    }

    #[test]
    fn known_segments_are_not_read_and_one_always_is() {
        let mut file = large(3 * SEGMENT + 5);
        assert_eq!(file.know(&known(3)), Some(5));
        assert_eq!(file.know(&known(3)), None, "it is known");
        assert_eq!(file.know(&known(4)), None, "there is none");
        assert_eq!(file.know(&known(u64::MAX)), None, "there is none");
        assert_eq!(file.know(&known(1)), Some(SEGMENT));
        assert_eq!(file.know(&known(0)), Some(SEGMENT));
        assert_eq!(file.know(&known(2)), None, "it is the last");
        assert_eq!(file.take_segment(), Some((2, 2 * SEGMENT..3 * SEGMENT)));
        assert_eq!(file.take_segment(), None);
        let segment =
            Segment { value: [2; 32], bad: BadRanges::default(), ended: None, zero: true };
        assert!(file.finish_segment(2, segment), "it was the last to come");
        let values: Vec<_> = (0..4).map(|index| [index; 32]).collect();
        let content = file.content();
        assert_eq!(content.hash, TreeHash::new(3 * SEGMENT + 5).unwrap().merge(&values));
        assert!(!content.zero, "one of the known segments holds something");
    }
}
