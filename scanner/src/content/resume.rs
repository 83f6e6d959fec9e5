//! Files that an earlier run of the same scan read, and what is kept for a later one.

use std::os::fd::AsFd;
use std::sync::Arc;

use super::bad_ranges::BadRanges;
use super::large_file::LargeFile;
use super::open_file::OpenFile;
use super::page_cache::is_written_back;
use super::reader::{Content, ContentReader, is_same};
use super::self_checking::is_named_by_its_hash;
use crate::checkpoint::{Checkpoint, FileIdentity};
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;
use crate::manifest::ContentHash;
use crate::self_check::Verdict;
use crate::stamp::Moment;
use crate::walk::DirectoryNode;

impl ContentReader<'_> {
    /// The checkpoint, where a file's times tell whether it changed: a server or an image shows
    /// what it was told.
    fn checkpoint_of(&self, facts: &InodeFacts) -> Option<&Checkpoint> {
        let checkpoint = self.scope.options.checkpoint.as_deref()?;
        let own = &self.scope.filesystem;
        let is_true = |filesystem: &Filesystem| {
            let oddities = filesystem.oddities;
            oddities.change_time_is_true && oddities.mapped_stores_show
        };
        let tells = if facts.device() == own.device {
            is_true(own)
        } else {
            let others = self.scope.others();
            others.iter().any(|other| other.device == facts.device() && is_true(other))
        };
        tells.then_some(checkpoint)
    }

    /// Takes over what an earlier run read; false where there is nothing to take.
    pub(super) fn has_taken_over(&self, node: &Arc<DirectoryNode>, file: &OpenFile) -> bool {
        let Some(checkpoint) = self.checkpoint_of(&file.facts) else { return false };
        let identity = self.identity(node, file, &file.facts);
        if !checkpoint.knows_file(&identity) || !is_what_was_named(file) {
            return false;
        }
        let known = checkpoint.take_file(&identity, file.facts.size());
        known.is_some_and(|hash| {
            self.take_over(node, file, hash);
            true
        })
    }

    fn take_over(&self, node: &Arc<DirectoryNode>, file: &OpenFile, hash: ContentHash) {
        self.scope.control.add_known_bytes(file.facts.size());
        let content = Content {
            hash: Some(hash),
            bad: BadRanges::default(),
            ended: file.facts.size(),
            counted: file.facts.size(),
            zero: false,
            verdict: None,
            may_be_kept: false,
            begun: Moment::now(),
        };
        let mut gathered = self.gathered.lock(self.workers.index());
        gathered.records.add_file(node, file, &file.facts, Some(content));
    }

    /// Keeps what was read of a sound file whose content depends on no other. Which of several
    /// names a later run meets first is chance, but a name that says what the content must be is
    /// looked at for itself.
    pub(super) fn keep(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        content: &Content,
    ) {
        // What is told of a file is told by the run that goes on, too.
        let agreed = matches!(content.verdict, None | Some(Verdict::Agrees));
        let sound = content.bad.is_empty() && !content.zero && agreed && content.may_be_kept;
        let hash = content.hash.filter(|_| sound && content.ended == facts.size());
        let (Some(checkpoint), Some(hash)) = (self.checkpoint_of(facts), hash) else { return };
        let identity = self.identity(node, file, facts);
        checkpoint.keep_file(identity, hash);
        if self.has_several_names(facts) {
            let by_number = FileIdentity::by_number(node, facts);
            if by_number != identity {
                checkpoint.keep_file(by_number, hash);
            }
        }
    }

    /// Whether a change after `now` will show in a file's times; asked for before it is read.
    pub(super) fn shows_changes(&self, file: &OpenFile, now: Moment) -> bool {
        self.checkpoint_of(&file.facts).is_some() && is_written_back(file, now)
    }

    /// Fills in what earlier runs read of a large file.
    pub(super) fn resume_large(&self, large: &mut LargeFile) {
        large.may_be_kept = self.shows_changes(&large.file, large.begun);
        let Some(checkpoint) = self.checkpoint_of(&large.file.facts) else { return };
        if !is_what_was_named(&large.file) {
            large.may_be_kept = false;
            return;
        }
        let identity = FileIdentity::by_place(&large.node, file_name(large), &large.file.facts);
        for part in checkpoint.parts(&identity) {
            if let Some(bytes) = large.know(part) {
                checkpoint.took_part(part, bytes);
                self.scope.control.add_known_bytes(bytes);
            }
        }
    }

    /// Keeps a part of a large file. A file that changed since it was opened has another identity
    /// then, unless the clock did not move on.
    pub(super) fn keep_part(&self, large: &LargeFile, index: u64, value: ContentHash, zero: bool) {
        let facts = &large.file.facts;
        if let Some(checkpoint) = self.checkpoint_of(facts)
            && large.may_be_kept
            && large.begun.would_change(facts.changed_at())
        {
            let identity = FileIdentity::by_place(&large.node, file_name(large), facts);
            checkpoint.keep_part(identity, index, value, zero);
        }
    }

    /// Keeps that the run was stopped in a large file which carries its own checksum, and is read in one
    /// go for it.
    pub(super) fn keep_cut(&self, node: &DirectoryNode, file: &OpenFile) {
        if let Some(checkpoint) = self.checkpoint_of(&file.facts) {
            let name = file.name.to_bytes();
            checkpoint.keep_cut(FileIdentity::by_place(node, name, &file.facts));
        }
    }

    /// Whether two earlier runs were stopped in such a file: then it is read in parts, and its checksum
    /// is left. One may have come to it just before its end.
    pub(super) fn was_cut_twice(&self, node: &DirectoryNode, file: &OpenFile) -> bool {
        let checkpoint = self.checkpoint_of(&file.facts);
        checkpoint.is_some_and(|checkpoint| {
            let name = file.name.to_bytes();
            checkpoint.cuts(&FileIdentity::by_place(node, name, &file.facts)) >= 2
        })
    }

    fn identity(&self, node: &DirectoryNode, file: &OpenFile, facts: &InodeFacts) -> FileIdentity {
        let name = file.name.to_bytes();
        if self.has_several_names(facts) && !is_named_by_its_hash(node, name, facts.size()) {
            FileIdentity::by_number(node, facts)
        } else {
            FileIdentity::by_place(node, name, facts)
        }
    }

    fn has_several_names(&self, facts: &InodeFacts) -> bool {
        facts.nlink() > 1
            && self.scope.filesystem.oddities.numbers_identify
            && facts.device() == self.scope.filesystem.device
    }
}

/// Whether a file is the one that was asked for by its name before it was opened.
fn is_what_was_named(file: &OpenFile) -> bool {
    let opened = InodeFacts::of_descriptor(file.descriptor.as_fd());
    opened.is_ok_and(|opened| is_same(&file.facts, &opened))
}

fn file_name(large: &LargeFile) -> &[u8] {
    large.file.name.to_bytes()
}
