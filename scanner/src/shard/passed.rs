//! Directories of others that a shard passed through, so that a damaged tree, in which many ways lead
//! to one directory, is not gone through a million times.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use foldhash::fast::RandomState;

use crate::inode_facts::{Device, InodeFacts};
use crate::oddities::Oddities;
use crate::walk::DirectoryNode;

/// Times that a directory is passed through: damage gives one a second name, hardly ever a third.
const MOST: u8 = 2;

/// How often each was passed through.
#[derive(Debug, Default)]
pub struct PassedDirectories(Mutex<HashMap<(Device, u64), u8, RandomState>>);

impl PassedDirectories {
    /// Whether a directory may be passed through once more. Where numbers mean little, unless it
    /// lies within itself.
    pub fn admits(&self, node: &DirectoryNode, facts: &InodeFacts, oddities: &Oddities) -> bool {
        let (device, ino) = (facts.device(), facts.ino());
        if !oddities.numbers_identify || oddities.shared_number == Some(ino) {
            return !node.parent().is_some_and(|above| above.is_within(ino, device));
        }
        let mut passed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = passed.entry((device, ino)).or_default();
        *times = times.saturating_add(1);
        *times <= MOST
    }
}
