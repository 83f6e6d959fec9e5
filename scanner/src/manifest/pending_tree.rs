//! A tree of records that is being put in order while the scan asks its last questions.

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread::{Builder, JoinHandle};

use super::records::Noted;
use super::tree::RecordTree;

/// How a tree is made of what each thread noted.
#[derive(Debug)]
pub struct TreeOptions {
    /// Paths below the root that are no part of it: files that the scan itself writes.
    pub left_out: Vec<Vec<u8>>,
    /// Whether it is a part of a tree, so that a file may have names in other parts.
    pub is_part: bool,
}

impl TreeOptions {
    fn make(self, noted: Vec<Noted>) -> RecordTree {
        let all = noted.into_iter().reduce(|mut all, more| {
            all.append(more);
            all
        });
        // One name here may have others in other parts.
        let several = if self.is_part { 1 } else { 2 };
        RecordTree::of(all.unwrap_or_default(), self.left_out, several)
    }
}

/// A tree that is made by a thread of its own, where one can be had.
#[derive(Debug)]
pub enum PendingTree {
    /// It is under way.
    Begun(JoinHandle<RecordTree>),
    /// It is there.
    Made(Box<RecordTree>),
}

impl PendingTree {
    /// Begins with what each thread noted.
    pub fn begin(noted: Vec<Noted>, options: TreeOptions) -> Self {
        // A closure is lost with all that it holds where no thread can be started for it.
        let (give, given) = sync_channel::<(Vec<Noted>, TreeOptions)>(1);
        let make =
            move || given.recv().map(|(noted, options)| options.make(noted)).unwrap_or_default();
        match Builder::new().name("records".to_owned()).spawn(make) {
            Ok(thread) => {
                // It waits for this and nothing else.
                let _ = give.send((noted, options));
                PendingTree::Begun(thread)
            }
            Err(_) => PendingTree::made(options.make(noted)),
        }
    }

    /// One that is there.
    pub fn made(tree: RecordTree) -> Self {
        PendingTree::Made(Box::new(tree))
    }

    /// Waits for it.
    pub fn finish(self) -> RecordTree {
        match self {
            PendingTree::Begun(thread) => {
                thread.join().unwrap_or_else(|panic| resume_unwind(panic))
            }
            PendingTree::Made(tree) => *tree,
        }
    }
}
