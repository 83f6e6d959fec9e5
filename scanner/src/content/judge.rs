//! `content-unreadable`, `content-short`, `content-zeroed` and `content-self-check-failed`: what
//! the content of a file says.
//!
//! Looks at a file that was read to its end and did not change meanwhile. What could not be read
//! is tried again after pauses; what can be read then was a passing fault below the filesystem
//! and is told as unchecked. Any filesystem; needs permission to read the file.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::bad_ranges::BadRanges;
use super::book::Judged;
use super::open_file::OpenFile;
use super::page_cache::drop_pages;
use super::read::Reading;
use super::reader::{Content, ContentReader, PAUSES, is_same};
use super::{download, zeroed};
use crate::checks::{Refusal, errno_name};
use crate::first_hole::first_hole;
use crate::inode_facts::InodeFacts;
use crate::self_check::{Disagreement, Verdict};
use crate::stamp::Moment;
use crate::system_calls::is_open_for_writing;
use crate::walk::DirectoryNode;
use reports::{Code, Finding, Severity, Subject, UncheckedReason};

/// A file that was written within so many seconds may be half written: a download, an archive that
/// is being made.
const UNFINISHED: i64 = 60;

/// Disagreements that are looked at again after pauses.
const WAITS: usize = 32;

/// Ranges that a finding names.
const RANGES_SHOWN: usize = 64;

impl ContentReader<'_> {
    /// Judges what was read.
    pub(super) fn judge(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        content: Content,
    ) {
        let mut content = content;
        if !content.bad.is_empty() || content.ended < facts.size() {
            content = self.look_again(node, file, facts, content);
            let now = InodeFacts::of_descriptor(file.descriptor.as_fd());
            if self.scope.control.is_stopped() || !now.is_ok_and(|now| is_same(facts, &now)) {
                return self.miss(node, file, UncheckedReason::TooBusy);
            }
        }
        let mut findings = self.proven(node, file, facts, &content);
        // To read it again would say no more.
        let is_fetched = matches!(content.verdict, Some(Verdict::Disagrees(_)))
            && self.is_being_fetched(node, file);
        let doubts =
            if is_fetched { Some(Vec::new()) } else { self.doubts(node, file, facts, &content) };
        let Some(mut doubts) = doubts else {
            return self.miss(node, file, UncheckedReason::Interrupted);
        };
        // Whoever writes a file may not be done with it.
        let may_be_written = || {
            is_unfinished(facts)
                || self.is_being_written(file, &content)
                || self.is_being_fetched(node, file)
        };
        let unfinished = is_fetched || (!doubts.is_empty() && may_be_written());
        let is_disbelieved = content.verdict == Some(Verdict::Disbelieved) && !is_unfinished(facts);
        if !unfinished {
            findings.append(&mut doubts);
        }
        let whole = content.ended == facts.size();
        let unexplained = content.bad.errno().map(Refusal::from).is_some_and(|r| !is_damage(r));
        let unread = unexplained || (!whole && findings.is_empty());
        if findings.is_empty() && !unfinished {
            self.keep(node, file, facts, &content);
        }
        self.book(
            node,
            file,
            facts,
            Judged { content, findings, unfinished, unread, is_disbelieved },
        );
    }

    /// What was refused, and what is missing at the end.
    fn proven(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        content: &Content,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        if content.bad.errno().map(Refusal::from).is_some_and(is_damage) {
            findings.push(self.unreadable(node, file, facts, &content.bad));
        }
        // A filesystem that makes sizes up may hand out less.
        let sizes_hold = self.scope.filesystem.oddities.answers_for_itself;
        if content.ended < facts.size() && sizes_hold {
            findings.push(short(node, file, facts, content.ended));
        }
        findings
    }

    /// What a writer who is not done with the file would explain; none where the scan was stopped before
    /// that was certain.
    fn doubts(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        content: &Content,
    ) -> Option<Vec<Finding>> {
        let mut doubts = Vec::new();
        if content.zero && content.bad.is_empty() && content.ended == facts.size() {
            let directory = || self.descriptors.reopen(node).ok();
            if let Some(reasons) = zeroed::reasons(&file.name, facts, directory) {
                doubts.push(all_zero(node, file, facts, reasons));
            }
        }
        if let Some(Verdict::Disagrees(disagreement)) = &content.verdict {
            let finding = self.disagreement(node, file, facts, disagreement);
            if finding.is_none() && self.scope.control.is_stopped() {
                return None;
            }
            doubts.extend(finding);
        }
        Some(doubts)
    }

    /// Tries what could not be read again.
    fn look_again(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        content: Content,
    ) -> Content {
        let mut content = content;
        for pause in PAUSES {
            self.workers.pause(Duration::from_millis(pause));
            let again = self.still_bad(file, &content.bad);
            if again.ranges() != content.bad.ranges() || content.ended < facts.size() {
                content = self.read_whole(node, file, facts.size());
            }
            if content.bad.is_empty() && content.ended == facts.size() {
                break;
            }
        }
        content
    }

    /// A file that contradicts its own checksum. It is dropped from memory and read twice more; what
    /// does not disagree in the same way each time is no finding.
    fn disagreement(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        seen: &Disagreement,
    ) -> Option<Finding> {
        drop_pages(file);
        // Where many files disagree, as in a cache that was copied wrong, a wait for each of them
        // would take minutes, and the first have shown that it is no matter of time.
        let waits = self.doubted.fetch_add(1, Ordering::Relaxed) < WAITS;
        for pause in PAUSES {
            if waits {
                self.workers.pause(Duration::from_millis(pause));
            }
            let again = self.read_whole(node, file, facts.size());
            let now = InodeFacts::of_descriptor(file.descriptor.as_fd()).ok()?;
            let same = again.verdict == Some(Verdict::Disagrees(seen.clone()));
            if self.scope.control.is_stopped() {
                return None;
            }
            if !is_same(facts, &now) || !same {
                self.gathered.lock(self.workers.index()).totals.volatile += 1;
                return None;
            }
        }
        let expected = format!("{}: {}", seen.format, seen.expected);
        let found = seen.found.clone();
        Some(Finding::new(
            Code::ContentSelfCheckFailed,
            subject(node, file, facts),
            expected,
            found,
        ))
    }

    /// Whether a program that has a doubtful file open for writing, or is to go on with it, explains it:
    /// what feeds it may take its time. Where a server answers, the refusal of a lease says something
    /// else.
    fn is_being_written(&self, file: &OpenFile, content: &Content) -> bool {
        let is_open = || self.is_local(file) && is_open_for_writing(file.descriptor.as_fd());
        match &content.verdict {
            Some(Verdict::Disagrees(disagreement)) => {
                disagreement.may_be_unfinished && (is_open() || has_hole(file))
            }
            _ => is_open(),
        }
    }

    /// Whether what stands beside a file says that it is not fetched to its end.
    fn is_being_fetched(&self, node: &Arc<DirectoryNode>, file: &OpenFile) -> bool {
        let directory = self.descriptors.reopen(node);
        directory.is_ok_and(|directory| download::is_under_way(directory.as_fd(), &file.name))
    }

    /// Which of the bad ranges cannot be read now.
    fn still_bad(&self, file: &OpenFile, bad: &BadRanges) -> BadRanges {
        let mut buffer = [0; 4096];
        let mut reading = Reading {
            file: file.descriptor.as_fd(),
            buffer: &mut buffer,
            bad: BadRanges::default(),
            worker: self.workers.current(),
            stop: self.scope.control.stop_flag(),
        };
        for range in bad.ranges() {
            reading.range(range.clone(), |_| ());
        }
        let mut still = BadRanges::default();
        still.merge(reading.bad);
        still
    }

    fn unreadable(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        bad: &BadRanges,
    ) -> Finding {
        let errno = bad.errno().map(errno_name).unwrap_or_default();
        let found = format!("reading {} of {} bytes says {errno}", bad.bytes(), facts.size());
        let expected = format!("{} readable bytes", facts.size());
        let mut finding =
            Finding::new(Code::ContentUnreadable, subject(node, file, facts), expected, found);
        let ranges = bad.ranges().iter().take(RANGES_SHOWN);
        finding.evidence.extend(ranges.map(|r| format!("bytes {} to {}", r.start, r.end - 1)));
        if bad.has_skipped() {
            finding.evidence.push(
                "so much cannot be read that not each page between two unreadable ones was tried"
                    .to_owned(),
            );
        }
        if let Some(more) = bad.ranges().len().checked_sub(RANGES_SHOWN).filter(|more| *more > 0) {
            finding.evidence.push(format!("{more} more ranges"));
        }
        if !self.scope.filesystem.oddities.answers_for_itself {
            finding.severity = Severity::Suspect;
        }
        finding
    }
}

/// Whether a file was written so lately that its writer may not be done with it.
fn is_unfinished(facts: &InodeFacts) -> bool {
    let age = Moment::now().seconds().saturating_sub(facts.modified_at().0);
    (-UNFINISHED..UNFINISHED).contains(&age)
}

/// Whether a file has a hole, as a download in pieces has: what is written as a whole has none.
fn has_hole(file: &OpenFile) -> bool {
    first_hole(file.descriptor.as_fd()).is_some_and(|hole| hole < file.facts.size())
}

fn is_damage(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::Damage(_))
}

fn short(node: &Arc<DirectoryNode>, file: &OpenFile, facts: &InodeFacts, ended: u64) -> Finding {
    let expected = format!("{} bytes, as its size says", facts.size());
    let found = format!("it ends after {ended} bytes");
    Finding::new(Code::ContentShort, subject(node, file, facts), expected, found)
}

fn all_zero(
    node: &Arc<DirectoryNode>,
    file: &OpenFile,
    facts: &InodeFacts,
    reasons: Vec<String>,
) -> Finding {
    let found = format!("{} zero bytes and nothing else", facts.size());
    let expected = "content of its kind";
    let mut finding =
        Finding::new(Code::ContentZeroed, subject(node, file, facts), expected, found);
    finding.evidence = reasons;
    finding
}

fn subject(node: &Arc<DirectoryNode>, file: &OpenFile, facts: &InodeFacts) -> Subject {
    let path = Some(node.path(Some(file.name.to_bytes())));
    Subject { path, inode: Some(facts.ino()), device: None }
}
