//! What came of a file, added to what its thread gathers.

use std::sync::Arc;

use reports::{BlockTally, Code, Finding, UncheckedReason};

use super::bad_blocks::note_blocks;
use super::open_file::OpenFile;
use super::reader::{CUT_TWICE, Content, ContentReader};
use super::self_checking::is_named_by_its_hash;
use crate::gathered::Gathered;
use crate::inode_facts::InodeFacts;
use crate::self_check::Verdict;
use crate::walk::DirectoryNode;

/// A file that was read, and what is held of it.
pub struct Judged {
    /// What it holds.
    pub content: Content,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// Whether more would be, if its writer were known to be done with it.
    pub unfinished: bool,
    /// Whether it was not read to its end, and not by damage.
    pub unread: bool,
    /// Whether it contradicts itself and is named as test data.
    pub is_disbelieved: bool,
}

impl ContentReader<'_> {
    /// Adds what was read and found.
    pub(super) fn book(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        judged: Judged,
    ) {
        let Judged { content, findings, unfinished, unread, is_disbelieved } = judged;
        self.scope.control.add_findings(findings.len() as u64);
        let is_unreadable = findings.iter().any(|finding| finding.code == Code::ContentUnreadable);
        let blocks = is_unreadable.then(|| {
            let mut blocks = BlockTally::default();
            note_blocks(&self.scope.filesystem, file, facts, &content.bad, &mut blocks);
            blocks
        });
        let mut gathered = self.gathered.lock(self.workers.index());
        blocks.into_iter().for_each(|blocks| gathered.blocks.merge(blocks));
        self.count(&mut gathered, node, file, facts, &content);
        let is_sound = findings.is_empty() && !unfinished;
        findings.into_iter().for_each(|finding| gathered.findings.add(finding));
        let reasons =
            [(unfinished, UncheckedReason::Unfinished), (unread, UncheckedReason::ReadError)];
        for (_, reason) in reasons.into_iter().filter(|(holds, _)| *holds) {
            self.leave_unread(&mut gathered, node, file, reason);
        }
        let path = || node.path(Some(file.name.to_bytes()));
        if is_disbelieved {
            gathered.unchecked.add(UncheckedReason::TestData, "content", path());
        }
        if let Some(Verdict::NotChecked(why)) = content.verdict
            && is_sound
        {
            let is_cut = why == CUT_TWICE;
            let reason =
                if is_cut { UncheckedReason::Interrupted } else { UncheckedReason::NotVerified };
            gathered.unchecked.add(reason, &format!("self-check ({why})"), path());
        }
        let whole = content.ended == facts.size();
        gathered.records.add_file(node, file, facts, whole.then_some(content));
    }

    /// Counts a file's bytes, and whether its own checksum vouches for them.
    fn count(
        &self,
        gathered: &mut Gathered,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        content: &Content,
    ) {
        let is_verified = content.verdict == Some(Verdict::Agrees);
        if self.is_read_apart(node, file, facts) {
            let linked = gathered.linked.of(self.scope.linked_inode(facts));
            linked.bytes_read += content.ended;
            linked.verified |= is_verified;
        }
        let read = content.ended.saturating_sub(content.counted);
        gathered.totals.bytes_read = gathered.totals.bytes_read.saturating_add(read);
        gathered.totals.files_verified += u64::from(is_verified);
    }

    /// Notes that a file's content is not known.
    pub(super) fn miss(&self, node: &Arc<DirectoryNode>, file: &OpenFile, reason: UncheckedReason) {
        let mut gathered = self.gathered.lock(self.workers.index());
        self.leave_unread(&mut gathered, node, file, reason);
        gathered.records.add_file(node, file, &file.facts, None);
    }

    /// Notes why content is not known: where other shards may come to the same file, beside what else
    /// is counted of it.
    fn leave_unread(
        &self,
        gathered: &mut Gathered,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        reason: UncheckedReason,
    ) {
        let path = node.path(Some(file.name.to_bytes()));
        if self.is_read_apart(node, file, &file.facts) {
            let inode = self.scope.linked_inode(&file.facts);
            gathered.linked.of(inode).leave_unread(reason, path);
        } else {
            gathered.unchecked.add(reason, "content", path);
        }
    }

    /// Whether other shards may read the same file by another name. One that is named by its hash is
    /// read by each of its names.
    fn is_read_apart(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
    ) -> bool {
        self.scope.is_counted_apart(facts)
            && !is_named_by_its_hash(node, file.name.to_bytes(), facts.size())
    }
}
