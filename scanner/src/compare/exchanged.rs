//! Files in whose place another one was put that BEFORE has under another path: names that were
//! exchanged, or a rename over what was there. Nobody wrote to such a file, so that its size and time
//! prove nothing where they happen to be those of the file that was there. A rename keeps the time, so
//! the other one must have had it, too.

use std::collections::HashMap;

use super::change::Change;
use super::difference::{DifferenceKind, FieldChange};
use super::fields::is_same_time;
use super::lone::Lones;
use super::moves::Moves;
use super::pass::{Pass, Sink};
use crate::inode_facts::{FileKind, InodeTime};
use crate::manifest::hex::to_hex;
use crate::manifest::{ContentHash, Entry};

/// A file with other bytes behind the same size and time, until all of BEFORE went by. There may be
/// millions.
pub(super) struct Suspected {
    path: Box<[u8]>,
    kind: DifferenceKind,
    /// What differs besides the bytes.
    others: Vec<FieldChange>,
    was: ContentHash,
    is: ContentHash,
    modified_at: InodeTime,
}

impl Suspected {
    /// Where another file may have been put in its place; else the change is handed back.
    pub(super) fn of(before: &Entry, after: &Entry, mut change: Change) -> Result<Self, Change> {
        let hashes = before.hash.zip(after.hash).filter(|_| change.may_be_of_another());
        match (hashes, change.kind.take()) {
            (Some((was, is)), Some(kind)) => {
                change.fields.retain(|field| field.name != "hash");
                change.fields.shrink_to_fit();
                let (path, modified_at) = (before.path.as_slice().into(), after.modified_at);
                Ok(Suspected { path, kind, others: change.fields, was, is, modified_at })
            }
            (_, kind) => Err(Change { kind, ..change }),
        }
    }

    fn fields(&self) -> Vec<FieldChange> {
        let hash = FieldChange::new("hash", to_hex(&self.was), to_hex(&self.is));
        [&[hash], self.others.as_slice()].concat()
    }
}

/// A file of BEFORE in whose place something else is now: it may have been put elsewhere.
pub(super) struct Displaced {
    path: Box<[u8]>,
    hash: ContentHash,
    modified_at: InodeTime,
}

impl Displaced {
    /// Of an entry; none where its bytes do not tell it from others.
    pub(super) fn of(before: &Entry) -> Option<Self> {
        let is_telling = before.kind == FileKind::Regular && before.size > 0;
        let hash = before.hash.filter(|_| is_telling && before.unreadable.is_empty())?;
        let path = before.path.as_slice().into();
        Some(Displaced { path, hash, modified_at: before.modified_at })
    }
}

impl<S: Sink> Pass<'_, S> {
    /// Tells of those that may be another file. Each file that left its place is in one other at most.
    pub(super) fn settle_suspected(&mut self, missing: &Lones, moves: &Moves) {
        let suspected = std::mem::take(&mut self.suspected);
        let displaced = std::mem::take(&mut self.displaced);
        // By the second as well, in which the two must agree.
        let key = |hash: ContentHash, modified_at: InodeTime| (hash, modified_at.0);
        let wanted = suspected.iter().map(|file| (key(file.is, file.modified_at), Vec::new()));
        let mut left: HashMap<_, Vec<(InodeTime, &[u8])>> = wanted.collect();
        let displaced = displaced.iter().map(|file| (file.hash, file.modified_at, &*file.path));
        let gone = missing.iter().filter(|(index, _)| moves.may_be_anywhere(*index));
        let gone = gone
            .filter_map(|(_, lone)| Some((lone.telling_hash()?, lone.modified_at, &*lone.path)));
        for (hash, modified_at, path) in displaced.chain(gone) {
            if let Some(known) = left.get_mut(&key(hash, modified_at)) {
                known.push((modified_at, path));
            }
        }
        for file in suspected {
            let known = left.get_mut(&key(file.is, file.modified_at));
            let put = known.and_then(|known| {
                let at = known.iter().position(|(at, _)| is_same_time(*at, file.modified_at))?;
                Some(known.swap_remove(at).1.to_vec())
            });
            let kind = put.map(|was| DifferenceKind::ContentOfAnother { was });
            let (path, fields) = (file.path.to_vec(), file.fields());
            let kind = Some(kind.unwrap_or(file.kind));
            self.tell(path, None, Change { kind, fields, unknown: None });
        }
    }
}
