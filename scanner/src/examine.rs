//! Looking at one directory: everything that can be said of it and its entries in one pass.
//!
//! The same look is taken during the walk and again for a second look; only the walk counts
//! names and goes on into subdirectories.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;

use reports::{Code, Severity, Totals, UncheckedReason};
use rustix::fs::SeekFrom;

use crate::checks::{
    self, Anomalies, Anomaly, DotEntries, IndexFlag, Name, Proof, Refusal, SameNames, Seen,
    SubdirectoryCount, UntypedEntries,
};
use crate::filesystem::Filesystem;
use crate::gathered::{Gathered, finding, finding_beyond};
use crate::inode_facts::{FileKind, InodeFacts};
use crate::links::{Sighting, SingleLinks, Tally};
use crate::scope::Scope;
use crate::walk::{Dirent, Listing, ListingError, OpenDirectory, Subdirectories, Worker};

/// Which look it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The walk.
    Walk,
    /// A second look.
    Again,
}

/// Memory that is used again from directory to directory.
#[derive(Debug, Default)]
pub struct Scratch {
    buffer: Vec<u8>,
    hashes: Vec<u64>,
    singles: SingleLinks,
}

/// The largest buffer that is kept between directories, in bytes. One read of a directory is
/// at most this long; on tmpfs it is as long as the directory.
const BUFFER_KEPT: usize = 1 << 20;

/// The smallest buffer, in bytes.
const BUFFER_LEAST: usize = 1 << 15;

impl Scratch {
    /// Bytes for one read of a directory. A name takes at most twice the space in the listing
    /// that it takes on disk. tmpfs counts 20 bytes a name (mm/shmem.c, `BOGO_DIRENT_SIZE`) and
    /// must be read at once; pages that are not filled cost nothing.
    fn size_for(facts: &InodeFacts, filesystem: &Filesystem) -> usize {
        let size = usize::try_from(facts.size()).unwrap_or(usize::MAX);
        if filesystem.kind == "tmpfs" {
            return (size / 20 + 64).saturating_mul(280).clamp(BUFFER_LEAST, 1 << 30);
        }
        size.saturating_mul(2).clamp(BUFFER_LEAST, BUFFER_KEPT)
    }

    fn reserve(&mut self, bytes: usize) {
        if self.buffer.capacity() < bytes {
            self.buffer = Vec::new();
            self.buffer.reserve_exact(bytes);
        }
    }

    fn release(&mut self) {
        if self.buffer.capacity() > BUFFER_KEPT {
            self.buffer = Vec::new();
        }
        if self.hashes.capacity() > BUFFER_KEPT {
            self.hashes = Vec::new();
        }
    }
}

/// What one look at a directory brought.
#[derive(Debug)]
pub struct Outcome {
    /// What was seen and left out, and what one observation proves.
    pub gathered: Gathered,
    /// What looked wrong and needs a second look.
    pub anomalies: Anomalies,
    /// Where to go on.
    pub subdirectories: Subdirectories,
    /// A sum over names and numbers, equal for equal directories whatever the order.
    pub fingerprint: u64,
}

/// One look at one directory.
struct Look<'a> {
    scope: &'a Scope,
    directory: &'a OpenDirectory<'a>,
    filesystem: &'a Filesystem,
    tally: &'a Tally,
    worker: &'a Worker,
    pass: Pass,
    out: Outcome,
    subdirectories: SubdirectoryCount,
    untyped: UntypedEntries,
    dots: DotEntries,
    singles: SingleLinks,
}

/// Looks at a directory that was just opened.
pub fn look(
    scope: &Scope,
    directory: &OpenDirectory<'_>,
    worker: &Worker,
    scratch: &mut Scratch,
    pass: Pass,
) -> Outcome {
    let other = scope.other_filesystem(directory);
    let other_tally = scope.tallies.other(directory.facts.device());
    let look = Look {
        scope,
        directory,
        filesystem: other.as_deref().unwrap_or(&scope.filesystem),
        tally: other_tally.as_deref().unwrap_or_else(|| scope.tallies.root()),
        worker,
        pass,
        out: Outcome {
            gathered: Gathered::new(scope.options.all_findings),
            anomalies: Anomalies::default(),
            subdirectories: Subdirectories::default(),
            fingerprint: 0,
        },
        subdirectories: SubdirectoryCount::default(),
        untyped: UntypedEntries::default(),
        dots: DotEntries::default(),
        singles: std::mem::take(&mut scratch.singles),
    };
    let outcome = look.take(scratch);
    scratch.release();
    outcome
}

impl Look<'_> {
    fn take(mut self, scratch: &mut Scratch) -> Outcome {
        if self.pass == Pass::Walk && !self.is_to_be_read() {
            return self.out;
        }
        let index =
            IndexFlag::before(self.directory.descriptor, self.directory.facts, self.filesystem);
        let (complete, repeated) = self.list(scratch);
        self.tally.meet_singles(&mut self.singles);
        scratch.singles = std::mem::take(&mut self.singles);
        if self.pass == Pass::Walk
            && let Some(anomaly) = index.after(self.directory.descriptor, self.directory.facts)
        {
            self.prove(&anomaly);
        }
        if complete {
            self.judge_directory();
            self.judge_repeated(&repeated, scratch);
        } else {
            self.out.gathered.unseen += 1;
        }
        self.excuse_casefolding();
        self.settle_facts();
        self.out
    }

    /// Whether the walk goes into this directory at all.
    fn is_to_be_read(&mut self) -> bool {
        let facts = self.directory.facts;
        let elsewhere = self.scope.is_elsewhere(facts, true);
        if elsewhere && !self.scope.options.cross_mounts {
            self.miss(UncheckedReason::OtherFilesystem, "directory", None);
            return false;
        }
        if crate::oddities::stores_nothing(&self.filesystem.kind) {
            self.miss(UncheckedReason::PseudoFilesystem, "directory", None);
            return false;
        }
        self.tally.meet_directory(facts.ino()) == Sighting::First || self.is_another_directory()
    }

    /// Decides on a directory whose number was met before: under a second name it is not read
    /// again; where numbers mean little it is read unless it lies within itself.
    fn is_another_directory(&mut self) -> bool {
        let facts = self.directory.facts;
        if self.filesystem.oddities.numbers_identify {
            if self.scope.is_recent(facts) {
                self.out.gathered.totals.volatile += 1;
            } else {
                self.tally.suspect_directory(facts.ino());
            }
            return false;
        }
        let above = self.directory.node.parent();
        let loops = above.is_some_and(|node| node.is_within(facts.ino(), facts.device()));
        if loops {
            self.miss(UncheckedReason::EndlessDirectory, "directory", None);
        }
        !loops
    }

    /// Reads the directory. Tells whether it came to its end, and the hashes of names that were
    /// repeated.
    fn list(&mut self, scratch: &mut Scratch) -> (bool, Vec<u64>) {
        scratch.reserve(Scratch::size_for(self.directory.facts, self.filesystem));
        let most = self.most_names();
        let buffer = scratch.buffer.spare_capacity_mut();
        let mut listing = Listing::new(self.directory.descriptor, buffer, most);
        let mut same = SameNames::new(&self.scope.hasher, &mut scratch.hashes);
        let mut unreported = 0;
        let complete = loop {
            match listing.next() {
                None => break true,
                Some(Ok(entry)) => self.entry(&entry, &mut same),
                Some(Err(error)) => {
                    self.listing_failed(error);
                    break false;
                }
            }
            unreported += 1;
            if unreported == 1024 {
                self.scope.control.add_entries(if self.pass == Pass::Walk {
                    unreported
                } else {
                    0
                });
                unreported = 0;
                self.tally.meet_singles(&mut self.singles);
                if self.scope.control.is_stopped() {
                    self.miss(UncheckedReason::Interrupted, "directory", None);
                    break false;
                }
            }
        };
        if self.pass == Pass::Walk {
            self.scope.control.add_entries(unreported);
        }
        (complete, same.repeated())
    }

    /// An ext4 entry takes at least 12 bytes (fs/ext4/ext4.h, `ext4_dir_rec_len`). In a busy
    /// directory entries that are renamed can be listed several times.
    fn most_names(&self) -> Option<u64> {
        let in_blocks = self.filesystem.oddities.is_ext.then(|| self.directory.facts.size() / 12);
        in_blocks.map(|names| names.saturating_mul(4).max(4096))
    }

    fn entry(&mut self, entry: &Dirent<'_>, same: &mut SameNames<'_>) {
        let (name, bytes) = (entry.name(), entry.name().to_bytes());
        if matches!(bytes, b"." | b"..") {
            self.dots.note(bytes, entry.ino(), entry.kind());
            return;
        }
        self.out.gathered.totals.entries += 1;
        if self.scope.options.checks.entries {
            self.judge_name(entry, same);
        }
        if self.is_excluded(bytes) {
            self.subdirectories.note(entry.kind());
            self.miss(UncheckedReason::Excluded, "entry", Some(bytes));
            return;
        }
        match InodeFacts::of_entry(self.directory.descriptor, name) {
            Ok(facts) => self.answered(entry, &facts),
            Err(errno) => self.refused(entry, errno.into()),
        }
        self.worker.tick();
    }

    fn judge_name(&mut self, entry: &Dirent<'_>, same: &mut SameNames<'_>) {
        let bytes = entry.name().to_bytes();
        let shape = Name::of(bytes);
        let hash = same.note(bytes, shape);
        self.out.fingerprint = self
            .out
            .fingerprint
            .wrapping_add(hash ^ entry.ino().wrapping_mul(0x9e37_79b9_7f4a_7c15));
        checks::judge_name(bytes, entry.ino(), &mut self.out.anomalies);
        checks::judge_reserved(bytes, entry.ino(), self.filesystem, &mut self.out.anomalies);
        if shape == Name::Unsafe {
            self.out.anomalies.add(checks::unsafe_name(bytes, entry.ino()));
        }
        if entry.kind() == FileKind::Unknown && self.filesystem.oddities.is_ext {
            self.untyped.note(bytes, entry.ino());
        }
    }

    fn answered(&mut self, entry: &Dirent<'_>, facts: &InodeFacts) {
        let seen = Seen {
            name: entry.name(),
            listed_ino: entry.ino(),
            listed_kind: entry.kind(),
            facts,
            directory: self.directory.descriptor,
            directory_facts: self.directory.facts,
            filesystem: self.filesystem,
            started: self.scope.started,
            overflow: self.scope.overflow,
        };
        let covered = seen.is_covered();
        self.subdirectories.note(if covered { entry.kind() } else { facts.kind() });
        checks::judge_entry(&seen, self.scope.options.checks, &mut self.out.anomalies);
        if self.pass == Pass::Again {
            return;
        }
        if covered && !self.scope.options.cross_mounts {
            count_kind(&mut self.out.gathered.totals, facts.kind());
            self.miss(UncheckedReason::OtherFilesystem, "entry", Some(entry.name().to_bytes()));
            return;
        }
        // What a mount covers stays unseen, also where the walk goes on into the mount.
        self.out.gathered.unseen += u64::from(covered);
        self.count(entry.name(), facts);
    }

    /// Counts an entry and its inode, and goes on into a directory.
    fn count(&mut self, name: &CStr, facts: &InodeFacts) {
        let totals = &mut self.out.gathered.totals;
        count_kind(totals, facts.kind());
        if facts.kind() == FileKind::Directory {
            let noatime = self.scope.may_skip_atime(facts);
            self.out.subdirectories.push(name, facts.ino(), noatime);
            return;
        }
        let counts = self.filesystem.oddities.file_links_count_names
            && (self.scope.options.checks.links || facts.nlink() > 1);
        let met =
            if counts { self.tally.meet_file(facts, &mut self.singles) } else { Sighting::First };
        if facts.kind() == FileKind::Regular {
            totals.hardlinked += u64::from(facts.nlink() > 1);
            if met == Sighting::First {
                totals.bytes_apparent = totals.bytes_apparent.wrapping_add(facts.size());
                totals.bytes_allocated += facts.sectors() * 512;
            }
        }
    }

    fn refused(&mut self, entry: &Dirent<'_>, refusal: Refusal) {
        let bytes = entry.name().to_bytes();
        self.out.gathered.totals.errors += 1;
        self.subdirectories.note(entry.kind());
        match unchecked_reason(refusal) {
            Some(reason) => self.miss(reason, "entry", Some(bytes)),
            None if self.scope.options.checks.entries => checks::judge_lookup(
                bytes,
                entry.ino(),
                refusal,
                self.filesystem.oddities,
                &mut self.out.anomalies,
            ),
            None => self.miss(UncheckedReason::Vanished, "entry", Some(bytes)),
        }
    }

    fn listing_failed(&mut self, error: ListingError) {
        self.out.gathered.totals.errors += 1;
        let oddities = self.filesystem.oddities;
        let judged = self.scope.options.checks.entries
            && checks::judge_directory_read(error, oddities, &mut self.out.anomalies);
        if !judged {
            let reason = match error {
                ListingError::Read(errno) => unchecked_reason(errno.into()),
                ListingError::Loop { .. } | ListingError::Endless { .. } => None,
            };
            self.miss(reason.unwrap_or(UncheckedReason::EndlessDirectory), "directory", None);
        }
    }

    /// What can be judged once all entries were seen.
    fn judge_directory(&mut self) {
        let OpenDirectory { descriptor, facts, .. } = *self.directory;
        let anomalies = &mut self.out.anomalies;
        if self.scope.options.checks.links {
            checks::judge_directory_links(facts, self.subdirectories, self.filesystem, anomalies);
        }
        if !self.scope.options.checks.entries {
            return;
        }
        std::mem::take(&mut self.untyped).judge(self.dots.dot_kind(), anomalies);
        if self.filesystem.oddities.dot_entries_on_disk {
            let parent = self.parent_ino();
            self.dots.judge(facts.ino(), parent, &mut self.out.anomalies);
        }
        let anomalies = &mut self.out.anomalies;
        checks::judge_directory_size(descriptor, facts, self.filesystem, anomalies);
        let random = self.out.fingerprint ^ self.scope.started.seconds() as u64;
        checks::judge_absent_name(descriptor, facts, self.filesystem, random, anomalies);
    }

    /// What ".." must be; none where that cannot be told.
    fn parent_ino(&self) -> Option<u64> {
        let facts = self.directory.facts;
        if facts.is_mount_root() {
            return self.filesystem.is_whole().then_some(facts.ino());
        }
        let parent = self.directory.node.parent()?;
        (parent.device == facts.device()).then_some(parent.ino)
    }

    /// Reads the directory once more for the names whose hashes were repeated.
    fn judge_repeated(&mut self, repeated: &[u64], scratch: &mut Scratch) {
        if repeated.is_empty() {
            return;
        }
        if let Err(errno) = rustix::fs::seek(self.directory.descriptor, SeekFrom::Start(0)) {
            self.listing_failed(ListingError::Read(errno));
            return;
        }
        let buffer = scratch.buffer.spare_capacity_mut();
        let mut listing = Listing::new(self.directory.descriptor, buffer, self.most_names());
        let mut names = Vec::new();
        while let Some(entry) = listing.next() {
            let Ok(entry) = entry else { return };
            let bytes = entry.name().to_bytes();
            let hash = checks::fold_hash(&self.scope.hasher, bytes, Name::of(bytes));
            if repeated.binary_search(&hash).is_ok() {
                names.push((bytes.to_vec(), entry.ino()));
            }
        }
        checks::judge_same_names(names, &mut self.out.anomalies);
    }

    /// On some kernels a casefolded directory denies names that it lists.
    fn excuse_casefolding(&mut self) {
        let dangling = |anomaly: &Anomaly| anomaly.code == Code::DirentDangling;
        if self.out.anomalies.kept.iter().any(dangling)
            && checks::is_casefolded(self.directory.descriptor)
        {
            self.out.anomalies.kept.retain(|anomaly| !dangling(anomaly));
            self.out.anomalies.beyond.remove(&Code::DirentDangling);
            self.miss(UncheckedReason::CasefoldLookup, "directory", None);
        }
    }

    /// Moves what one observation proves out of what awaits a second look.
    fn settle_facts(&mut self) {
        if self.out.anomalies.is_empty() {
            return;
        }
        let is_fact = |anomaly: &Anomaly| {
            anomaly.severity <= Severity::Warning && anomaly.proof == Proof::Refusal
        };
        let kept = std::mem::take(&mut self.out.anomalies.kept);
        let (facts, waiting): (Vec<_>, Vec<_>) = kept.into_iter().partition(is_fact);
        self.out.anomalies.kept = waiting;
        if self.pass == Pass::Walk {
            facts.iter().for_each(|fact| self.prove(fact));
        }
        let beyond = std::mem::take(&mut self.out.anomalies.beyond);
        for (code, count) in beyond {
            if code.severity() > Severity::Warning {
                self.out.anomalies.beyond.insert(code, count);
            } else if self.pass == Pass::Walk {
                self.out.gathered.findings.add(finding_beyond(code, count, self.directory.node));
            }
        }
    }

    fn prove(&mut self, anomaly: &Anomaly) {
        self.out.gathered.findings.add(finding(anomaly, self.directory.node));
    }

    fn miss(&mut self, reason: UncheckedReason, what: &str, name: Option<&[u8]>) {
        if self.pass == Pass::Walk {
            self.out.gathered.miss(reason, what, self.directory.node, name);
        }
    }

    fn is_excluded(&self, name: &[u8]) -> bool {
        let exclude = &self.scope.options.exclude;
        !exclude.is_empty()
            && (exclude.is_match(OsStr::from_bytes(name))
                || exclude.is_match(OsStr::from_bytes(&self.directory.node.path_below_root(name))))
    }
}

/// Counts one name by what it leads to.
pub fn count_kind(totals: &mut Totals, kind: FileKind) {
    match kind {
        FileKind::Directory => totals.directories += 1,
        FileKind::Regular => totals.files += 1,
        FileKind::Symlink => totals.symlinks += 1,
        _ => totals.other += 1,
    }
}

/// Why something could not be looked at; none where the refusal says something of the
/// filesystem.
pub fn unchecked_reason(refusal: Refusal) -> Option<UncheckedReason> {
    match refusal {
        Refusal::Denied => Some(UncheckedReason::PermissionDenied),
        Refusal::OutOfResources => Some(UncheckedReason::OutOfResources),
        Refusal::NoAnswer => Some(UncheckedReason::NoAnswer),
        Refusal::Gone | Refusal::Damage(_) | Refusal::Unexplained(_) => None,
    }
}
