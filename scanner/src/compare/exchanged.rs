//! Files in whose place another one was put that BEFORE has under another path: names that were
//! exchanged, or a rename over what was there. Nobody wrote to such a file, so that its size and time
//! prove nothing where they happen to be those of the file that was there.

use std::collections::HashMap;

use super::change::Change;
use super::difference::DifferenceKind;
use super::lone::Lones;
use super::pass::{Pass, Sink};
use crate::manifest::{ContentHash, Entry};

/// A file with other bytes behind the same size and time, until all of BEFORE went by.
pub(super) struct Suspected {
    path: Vec<u8>,
    change: Change,
    was: ContentHash,
    is: ContentHash,
}

impl Suspected {
    /// Where another file may have been put in its place; else the change is handed back.
    pub(super) fn of(before: &Entry, after: &Entry, change: Change) -> Result<Self, Change> {
        match (change.may_be_of_another(), before.hash, after.hash) {
            (true, Some(was), Some(is)) => {
                Ok(Suspected { path: before.path.clone(), change, was, is })
            }
            _ => Err(change),
        }
    }
}

impl<S: Sink> Pass<'_, S> {
    /// Tells of them. Only what left its own place in BEFORE can have been put elsewhere: what is missing
    /// and did not just lose its name, and what has other bytes itself.
    pub(super) fn settle_suspected(&mut self, missing: &Lones) {
        let suspected = std::mem::take(&mut self.suspected);
        let gone = missing.iter().map(|(_, lone)| lone).filter(|lone| !lone.is_lost);
        let gone = gone.filter_map(|lone| Some((lone.hash?, lone.path.to_vec())));
        let replaced = suspected.iter().map(|file| (file.was, file.path.clone()));
        let wanted = || suspected.iter().map(|file| file.is);
        let mut left: HashMap<ContentHash, Option<Vec<u8>>> =
            wanted().map(|hash| (hash, None)).collect();
        for (hash, path) in gone.chain(replaced) {
            if let Some(known) = left.get_mut(&hash) {
                known.get_or_insert(path);
            }
        }
        for Suspected { path, mut change, is, .. } in suspected {
            if let Some(Some(was)) = left.get(&is) {
                change.kind = Some(DifferenceKind::ContentOfAnother { was: was.clone() });
            }
            self.tell(path, None, change);
        }
    }
}
