//! Who reads which file when.

use std::ops::Range;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use blake3::Hasher;
use rayon::Scope as Tasks;
use reports::UncheckedReason;

use super::bad_ranges::BadRanges;
use super::in_place::Window;
use super::large_file::{LargeFile, Segment};
use super::open_file::{FILES, OpenFile};
use super::page_cache::{drop_pages, is_to_be_dropped};
use super::rate_limit::RateLimit;
use super::read::Reading;
use super::self_checking::{Parents, SelfChecking};
use super::tree_hash::TreeHash;
use crate::gathered::{Gathered, PerWorker};
use crate::inode_facts::{FileKind, InodeFacts};
use crate::manifest::ContentHash;
use crate::scope::Scope;
use crate::self_check::Verdict;
use crate::stamp::Moment;
use crate::walk::{Descriptors, DirectoryNode, Workers, descriptor_limit};

/// Bytes of a thread's buffer: it stays in the processor's second-level cache.
pub(super) const BUFFER: usize = 256 << 10;

/// Why a checksum is left, though it could be compared.
pub(super) const CUT_TWICE: &str = "two runs of the scan ended within it";

/// From this size on all threads read a file together, in bytes.
const LARGE: u64 = 8 << 20;

/// Bytes of a large file that are looked at where they stand, or else read, at once.
const STEP: u64 = 1 << 20;

/// Open files that wait to be read at most.
const MOST_WAITING: usize = 1024;

/// The most bytes of holes in a file that is read: hashing the zeros that they stand for takes
/// minutes. A file can have eight million times as many.
const MOST_HOLES: u64 = 1 << 40;

/// Pauses before a file is read again, in milliseconds.
pub(super) const PAUSES: [u64; 2] = [30, 120];

/// Memory of one thread.
#[derive(Debug, Default)]
pub struct ReadRoom {
    buffer: Vec<u8>,
}

/// What reading a file brought.
#[derive(Clone, Debug)]
pub struct Content {
    /// BLAKE3 of its bytes, zeros in place of those that cannot be read.
    pub hash: Option<ContentHash>,
    /// What cannot be read.
    pub bad: BadRanges,
    /// Where it ended.
    pub ended: u64,
    /// Of that, how many bytes were counted as read when they were, maybe by an earlier run.
    pub counted: u64,
    /// Whether it holds zero bytes alone.
    pub zero: bool,
    /// What the checksum that it carries says.
    pub verdict: Option<Verdict>,
    /// Whether a later run may take it over: no other file was looked at, and whoever changes this
    /// one will change its times.
    pub may_be_kept: bool,
    /// When the reading began.
    pub begun: Moment,
}

/// What came of reading a range of a file.
#[derive(Debug)]
struct Passed {
    /// What could not be read.
    bad: BadRanges,
    /// Where the file ended, or the range.
    ended: u64,
    /// Whether it was all zeros.
    zero: bool,
}

/// Reads the files that a walk hands over.
#[derive(Debug)]
pub struct ContentReader<'a> {
    /// What is fixed.
    pub scope: &'a Scope,
    /// The way back to each directory.
    pub descriptors: &'a Descriptors,
    /// Who reads.
    pub workers: &'a Workers,
    /// Where findings go.
    pub gathered: &'a PerWorker<Gathered>,
    room: &'a PerWorker<ReadRoom>,
    pub(super) limit: Option<RateLimit>,
    waiting: AtomicUsize,
    /// Files that contradict their own checksum, so far.
    pub(super) doubted: AtomicUsize,
    most_waiting: usize,
    /// Open files that a thread gathers before it hands them over.
    pub most_in_hand: usize,
}

impl<'a> ContentReader<'a> {
    /// For one root.
    pub fn new(
        scope: &'a Scope,
        descriptors: &'a Descriptors,
        workers: &'a Workers,
        gathered: &'a PerWorker<Gathered>,
        room: &'a PerWorker<ReadRoom>,
    ) -> Self {
        ContentReader {
            scope,
            descriptors,
            workers,
            gathered,
            room,
            limit: scope.options.max_rate.map(RateLimit::new),
            waiting: AtomicUsize::new(0),
            doubted: AtomicUsize::new(0),
            most_waiting: (descriptor_limit() / 16).min(MOST_WAITING),
            most_in_hand: scope.files_together.min(FILES),
        }
    }

    /// Has files of a directory read by whoever is free, or reads them at once where too many
    /// wait.
    pub fn take<'s>(
        &'s self,
        node: &Arc<DirectoryNode>,
        mut files: Vec<OpenFile>,
        tasks: &Tasks<'s>,
    ) {
        files.retain(|file| self.is_to_be_read(node, file));
        if files.is_empty() {
            return;
        }
        let count = files.len();
        if self.waiting.fetch_add(count, Ordering::Relaxed) + count > self.most_waiting {
            self.waiting.fetch_sub(count, Ordering::Relaxed);
            let parents = self.parents(node);
            files.into_iter().for_each(|file| self.read_alone(node, parents, file));
            return;
        }
        let node = Arc::clone(node);
        tasks.spawn(move |tasks| {
            self.workers.current().enter(&node);
            let parents = self.parents(&node);
            for file in files {
                self.read(&node, parents, file, tasks);
                self.waiting.fetch_sub(1, Ordering::Relaxed);
            }
            self.workers.current().leave();
        });
    }

    fn is_to_be_read(&self, node: &Arc<DirectoryNode>, file: &OpenFile) -> bool {
        // A server may say that nothing takes up any room.
        let sizes_hold = self.scope.filesystem.oddities.answers_for_itself;
        if sizes_hold && holes(&file.facts) > MOST_HOLES {
            self.miss(node, file, UncheckedReason::MostlyHoles);
            return false;
        }
        !self.has_taken_over(node, file)
    }

    /// Whether a file lies on the root's own filesystem, and that is no server's.
    pub(super) fn is_local(&self, file: &OpenFile) -> bool {
        let filesystem = &self.scope.filesystem;
        filesystem.oddities.answers_for_itself && file.facts.device() == filesystem.device
    }

    /// The names above the files of a directory.
    fn parents<'n>(&self, node: &'n DirectoryNode) -> Parents<'n> {
        Parents::of(node, self.scope.root_names_on_mount)
    }

    /// `parents` are those of the files of `node`.
    fn read<'s>(
        &'s self,
        node: &Arc<DirectoryNode>,
        parents: Parents<'_>,
        file: OpenFile,
        tasks: &Tasks<'s>,
    ) {
        let threads = self.scope.options.threads;
        // One thread alone gains nothing, but for a later run that goes on in the middle.
        let in_parts = threads > 1 || self.scope.options.checkpoint.is_some();
        let is_large = file.facts.size() >= LARGE && in_parts;
        match TreeHash::new(file.facts.size()) {
            // A checksum of its own is made in order.
            Some(tree)
                if is_large
                    && (!parents.is_checked_in_order(&file) || self.was_cut_twice(node, &file)) =>
            {
                let dropped = is_to_be_dropped(&file, self.scope.options.keep_cache);
                let stands_alone = SelfChecking::of_read(parents, &file).stands_alone();
                let mut large = LargeFile::new(Arc::clone(node), file, tree, dropped);
                self.resume_large(&mut large);
                large.may_be_kept &= stands_alone;
                let large = Arc::new(large);
                for _ in 1..threads {
                    let large = Arc::clone(&large);
                    tasks.spawn(move |_| {
                        self.workers.current().enter(&large.node);
                        self.help_with(&large);
                        self.workers.current().leave();
                    });
                }
                self.help_with(&large);
            }
            _ => self.read_alone(node, parents, file),
        }
    }

    /// Reads segments of a large file until none is left. The last who leaves it drops it from memory:
    /// what somebody has mapped stays there.
    fn help_with(&self, large: &LargeFile) {
        large.enter();
        self.read_segments(large);
        if large.leave() && large.dropped {
            drop_pages(&large.file);
        }
    }

    fn read_segments(&self, large: &LargeFile) {
        let mut window = Window::new(&large.file);
        while let Some((index, range)) = large.take_segment() {
            if self.scope.control.is_stopped() {
                return self.abandon(large);
            }
            let (start, end) = (range.start, range.end);
            let before = BadRanges::after(large.bad_pieces());
            let hasher = TreeHash::hasher(start);
            let (hasher, passed) = self.hash(&mut window, &large.file, range, before, hasher);
            let Passed { bad, ended, zero } = passed;
            self.gathered.lock(self.workers.index()).totals.bytes_read += ended - start;
            if self.scope.control.is_stopped() {
                return self.abandon(large);
            }
            let ended = (ended < end).then_some(ended);
            let value = if ended.is_some() { [0; 32] } else { TreeHash::value(&hasher) };
            if ended.is_none() && bad.is_empty() {
                self.keep_part(large, index, value, zero);
            }
            if large.finish_segment(index, Segment { value, bad, ended, zero }) {
                let mut content = large.content();
                let own = SelfChecking::of_read(self.parents(&large.node), &large.file);
                let size = large.file.facts.size();
                content.verdict = if own.is_made_in_order() {
                    Some(Verdict::NotChecked(CUT_TWICE))
                } else {
                    self.verdict(own, &large.node, &content, size)
                };
                self.settle(&large.node, &large.file, content);
            }
        }
    }

    /// Gives a large file up, which is told once.
    fn abandon(&self, large: &LargeFile) {
        if large.abandon() {
            self.miss(&large.node, &large.file, UncheckedReason::Interrupted);
        }
    }

    /// Reads a file from its beginning to its end.
    fn read_alone(&self, node: &Arc<DirectoryNode>, parents: Parents<'_>, file: OpenFile) {
        if self.scope.control.is_stopped() {
            self.miss(node, &file, UncheckedReason::Interrupted);
            return;
        }
        let dropped = is_to_be_dropped(&file, self.scope.options.keep_cache);
        let content = self.read_among(node, parents, &file, file.facts.size());
        self.settle(node, &file, content);
        if self.scope.control.is_stopped() && file.facts.size() >= LARGE {
            self.keep_cut(node, &file);
        }
        if dropped {
            drop_pages(&file);
        }
        crate::system_calls::close(file.descriptor);
    }

    /// Reads a file of `size` bytes once, in order.
    pub(super) fn read_whole(
        &self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        size: u64,
    ) -> Content {
        self.read_among(node, self.parents(node), file, size)
    }

    /// The same where the names above the file are known.
    fn read_among(
        &self,
        node: &Arc<DirectoryNode>,
        parents: Parents<'_>,
        file: &OpenFile,
        size: u64,
    ) -> Content {
        let begun = Moment::now();
        let shows_changes = self.shows_changes(file, begun);
        let content = |hasher: &Hasher, passed: Passed, may_be_kept| {
            let hash = Some(*hasher.finalize().as_bytes());
            let Passed { bad, ended, zero } = passed;
            Content { hash, bad, ended, counted: 0, zero, verdict: None, may_be_kept, begun }
        };
        let nothing_bad = BadRanges::default();
        // What decides by the bytes must be given a copy, which does not change meanwhile.
        if size >= LARGE && !parents.is_checked_in_order(file) {
            let mut window = Window::new(file);
            let (hasher, passed) =
                self.hash(&mut window, file, 0..size, nothing_bad, Hasher::new());
            let own = SelfChecking::of_read(parents, file);
            let mut content = content(&hasher, passed, shows_changes && own.stands_alone());
            content.verdict = self.verdict(own, node, &content, size);
            return content;
        }
        let mut hasher = Hasher::new();
        let mut own = SelfChecking::new(parents, file);
        let passed = self.pass(file, 0..size, nothing_bad, |bytes| {
            hasher.update(bytes);
            own.update(bytes);
        });
        if size == 0 {
            // No bytes came that chose a verifier. After a crash such files are common.
            own.update(&[]);
        }
        let mut content = content(&hasher, passed, shows_changes && own.stands_alone());
        content.verdict = self.verdict(own, node, &content, size);
        content
    }

    /// What the check says of a file of `size` bytes, where all of them were read.
    fn verdict(
        &self,
        own: SelfChecking<'_>,
        node: &Arc<DirectoryNode>,
        content: &Content,
        size: u64,
    ) -> Option<Verdict> {
        let is_whole = content.bad.is_empty() && content.ended == size;
        let directory = || self.descriptors.reopen(node).ok();
        if is_whole { own.finish(size, directory) } else { None }
    }

    /// Hashes a range of a large file with a `hasher` that has seen nothing yet: step by step, where
    /// it stands in memory or by reading it.
    fn hash(
        &self,
        window: &mut Window<'_>,
        file: &OpenFile,
        range: Range<u64>,
        bad: BadRanges,
        mut hasher: Hasher,
    ) -> (Hasher, Passed) {
        let mut passed = Passed { bad, ended: range.start, zero: true };
        while passed.ended < range.end {
            let step = passed.ended..range.end.min(passed.ended + STEP);
            let before = hasher.clone();
            let in_place = self.pass_in_place(window, &step, |bytes| {
                hasher.update(bytes);
            });
            if let Some(zero) = in_place {
                passed.zero &= zero;
                passed.ended = step.end;
                continue;
            }
            hasher = before;
            // Of a file that has unreadable bytes the rest is read at once.
            let end = if passed.bad.is_empty() { step.end } else { range.end };
            let read = self.pass(file, step.start..end, passed.bad, |bytes| {
                hasher.update(bytes);
            });
            passed = Passed { zero: passed.zero && read.zero, ..read };
            if passed.ended < end {
                break;
            }
        }
        (hasher, passed)
    }

    /// Reads a range of a file and hands it out.
    fn pass(
        &self,
        file: &OpenFile,
        range: Range<u64>,
        bad: BadRanges,
        mut take: impl FnMut(&[u8]),
    ) -> Passed {
        let mut room = self.room.lock(self.workers.index());
        if room.buffer.is_empty() {
            room.buffer = vec![0; BUFFER];
        }
        let mut reading = Reading {
            file: file.descriptor.as_fd(),
            buffer: &mut room.buffer,
            bad,
            worker: self.workers.current(),
            stop: self.scope.control.stop_flag(),
        };
        let (mut zero, start) = (true, range.start);
        let ended = reading.range(range, |bytes| {
            zero = zero && is_zero(bytes);
            take(bytes);
            if let Some(limit) = &self.limit {
                self.wait(limit.wait_after(bytes.len()));
            }
        });
        self.scope.control.add_bytes(ended - start);
        Passed { bad: reading.bad, ended, zero }
    }

    /// Waits, unless the scan is stopped.
    fn wait(&self, pause: Duration) {
        const BEAT: Duration = Duration::from_millis(50);
        let mut left = pause;
        while !left.is_zero() && !self.scope.control.is_stopped() {
            self.workers.pause(left.min(BEAT));
            left = left.saturating_sub(BEAT);
        }
    }

    /// Makes sure that a file did not change while it was read; where it did it is read again.
    fn settle(&self, node: &Arc<DirectoryNode>, file: &OpenFile, content: Content) {
        let (mut facts, mut content) = (file.facts, content);
        for pause in PAUSES.map(Some).into_iter().chain([None]) {
            if self.scope.control.is_stopped() {
                return self.miss(node, file, UncheckedReason::Interrupted);
            }
            let Ok(now) = InodeFacts::of_descriptor(file.descriptor.as_fd()) else {
                return self.miss(node, file, UncheckedReason::ReadError);
            };
            if now.kind() != FileKind::Regular {
                return self.miss(node, file, UncheckedReason::Vanished);
            }
            // A change within the same tick of the clock would not show.
            if is_same(&facts, &now) && content.begun.would_change(now.changed_at()) {
                return self.judge(node, file, &now, content);
            }
            let Some(pause) = pause else { break };
            self.wait(Duration::from_millis(pause));
            facts = InodeFacts::of_descriptor(file.descriptor.as_fd()).unwrap_or(now);
            content = self.read_whole(node, file, facts.size());
        }
        self.gathered.lock(self.workers.index()).totals.volatile += 1;
        self.miss(node, file, UncheckedReason::TooBusy);
    }
}

/// Whether there is nothing but zeros.
pub(super) fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// Bytes of a file that nothing is stored for.
fn holes(facts: &InodeFacts) -> u64 {
    facts.size().saturating_sub(facts.sectors().saturating_mul(512))
}

/// Whether nobody wrote in between, as far as the file tells.
pub fn is_same(one: &InodeFacts, other: &InodeFacts) -> bool {
    let stamps = |facts: &InodeFacts| (facts.size(), facts.modified_at(), facts.changed_at());
    (one.ino(), one.device()) == (other.ino(), other.device()) && stamps(one) == stamps(other)
}
