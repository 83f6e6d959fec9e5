//! What a shard does in a directory that another one looks at: it looks for subdirectories, and
//! judges nothing.
//!
//! One thing must be told by whoever comes first: the kernel drops a broken hash index once a mount,
//! while it is listed.

use std::ffi::CStr;

use reports::UncheckedReason;
use rustix::io::Errno;

use super::{is_stray, may_stray};
use crate::checks::{Anomaly, IndexFlag, Refusal};
use crate::examine::unjudged_reason;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::scope::Scope;
use crate::walk::{Buffer, Dirent, Listing, ListingError, OpenDirectory, Subdirectories, Worker};

/// What passing through a directory brought.
#[derive(Debug, Default)]
pub struct Passed {
    /// Where to go on.
    pub subdirectories: Subdirectories,
    /// Names of subdirectories that could not be looked up, and why.
    pub unknown: Vec<(Box<CStr>, UncheckedReason)>,
    /// Why it could not be read to its end.
    pub closed: Option<UncheckedReason>,
    /// What the kernel lets nobody else see.
    pub dropped_index: Option<Anomaly>,
}

/// Lists a directory that was just opened.
pub fn pass_through(
    scope: &Scope,
    directory: &OpenDirectory<'_>,
    worker: &Worker,
    buffer: &mut Buffer,
) -> Passed {
    let OpenDirectory { descriptor, facts, .. } = *directory;
    let mut passed = Passed::default();
    if scope.is_elsewhere(facts, true) {
        return passed;
    }
    let index = IndexFlag::before(descriptor, facts, &scope.filesystem);
    let mut listing = Listing::new(descriptor, buffer.room_for(facts, &scope.filesystem), None);
    let mut begins = true;
    while let Some(block) = listing.block() {
        match block {
            // Whoever comes to it by its right name goes on from there.
            Ok(block) if std::mem::take(&mut begins) && is_stray(scope, directory, &block) => {
                break;
            }
            Ok(block) => {
                block.for_each(|entry| passed.entry(scope, directory, worker, entry));
            }
            Err(error) => {
                passed.closed = Some(reason(error));
                break;
            }
        }
        if scope.control.is_stopped() {
            passed.closed = Some(UncheckedReason::Interrupted);
            break;
        }
    }
    if may_stray(scope) {
        passed.subdirectories.keep_one_name_each();
    }
    if scope.options.checks.entries {
        passed.dropped_index = index.after(descriptor, facts);
    }
    passed
}

impl Passed {
    fn entry(
        &mut self,
        scope: &Scope,
        directory: &OpenDirectory<'_>,
        worker: &Worker,
        entry: Dirent<'_>,
    ) {
        let OpenDirectory { node, descriptor, .. } = *directory;
        let may_be_one = matches!(entry.kind, FileKind::Directory | FileKind::Unknown);
        let name = entry.name.to_bytes();
        if !may_be_one || entry.is_dot() || scope.is_excluded(node, name) {
            return;
        }
        worker.tick();
        match InodeFacts::of_entry(descriptor, entry.name) {
            Ok(facts) if facts.kind() != FileKind::Directory => {}
            Ok(facts) if facts.is_mount_root() || scope.is_elsewhere(&facts, true) => {}
            Ok(facts) if scope.goes_into(node, name, &facts) => {
                let noatime = scope.may_skip_atime(&facts);
                self.subdirectories.push(entry.name, facts.ino(), noatime);
            }
            Ok(facts) if may_stray(scope) => self.subdirectories.pass_by(entry.name, facts.ino()),
            Ok(_) => {}
            Err(errno) => self.unknown.push((entry.name.into(), reason_of(errno))),
        }
    }
}

fn reason(error: ListingError) -> UncheckedReason {
    match error {
        ListingError::Read(errno) => reason_of(errno),
        ListingError::Loop { .. } | ListingError::Endless { .. } => {
            UncheckedReason::EndlessDirectory
        }
    }
}

fn reason_of(errno: Errno) -> UncheckedReason {
    unjudged_reason(Refusal::from(errno))
}
