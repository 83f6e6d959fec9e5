//! Looking at one directory: everything that can be said of it and its entries in one pass.
//!
//! The same look is taken during the walk and again for a second look; only the walk counts
//! names and goes on into subdirectories.

mod batch;
mod count;
mod inside;
mod left;
mod list;
mod whole;

use batch::Answer;
pub use count::count_kind;
use left::Left;
use reports::{DirectoryHeld, UncheckedReason};
use rustix::io::Errno;

use crate::checks::{
    self, Anomalies, Anomaly, DotEntries, IndexFlag, Name, NameHashes, Refusal, SameNames, Seen,
    SubdirectoryCount, UntypedEntries,
};
use crate::content::FileSink;
use crate::filesystem::Filesystem;
use crate::gathered::{Gathered, Stamp, finding};
use crate::inode_facts::{FileKind, InodeFacts, time_of_birth};
use crate::inspect::InspectionRoom;
use crate::links::{Sighting, SingleLinks, Tally};
use crate::scope::Scope;
use crate::shard::may_stray;
use crate::system_calls::lacks_key;
use crate::walk::{Buffer, Dirent, ListingError, OpenDirectory, Subdirectories, Worker};

/// Which look it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The walk.
    Walk,
    /// A second look.
    Again,
}

/// What a thread takes along from directory to directory.
#[derive(Debug, Default)]
pub struct Scratch {
    room: Room,
    /// Files on the root's device that wait to be noted.
    pub singles: SingleLinks,
}

/// Memory that is used again.
#[derive(Debug, Default)]
struct Room {
    buffer: Buffer,
    hashes: NameHashes,
    inspection: InspectionRoom,
}

/// Hashes that room is kept for between directories. All of it is cleared for each of them.
const HASHES_KEPT: usize = 1 << 9;

impl Scratch {
    /// Memory for reading a directory.
    pub fn buffer(&mut self) -> &mut Buffer {
        &mut self.room.buffer
    }
}

impl Room {
    fn release(&mut self) {
        self.buffer.release();
        if self.hashes.capacity() > HASHES_KEPT {
            self.hashes = NameHashes::default();
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
    /// Whether the listing came to its end.
    pub complete: bool,
    /// A sum over names and numbers, equal for equal directories whatever the order.
    pub fingerprint: u64,
    /// What the directory itself holds.
    pub held: DirectoryHeld,
}

/// One look at one directory.
struct Look<'a, 'f> {
    scope: &'a Scope,
    directory: &'a OpenDirectory<'a>,
    filesystem: &'a Filesystem,
    tally: &'a Tally,
    worker: &'a Worker,
    pass: Pass,
    /// Who reads the content of files, where that is asked for.
    files: Option<FileSink<'f>>,
    out: Outcome,
    subdirectories: SubdirectoryCount,
    untyped: UntypedEntries,
    dots: DotEntries,
    singles: &'a mut SingleLinks,
    /// Why it is not looked at, where its first entries say so.
    left: Option<Left>,
}

/// Looks at a directory that was just opened.
pub fn look(
    scope: &Scope,
    directory: &OpenDirectory<'_>,
    worker: &Worker,
    scratch: &mut Scratch,
    pass: Pass,
    files: Option<FileSink<'_>>,
) -> Outcome {
    let other = scope.other_filesystem(directory);
    let other_tally = scope.tallies.other(directory.facts.device());
    let Scratch { room, singles } = scratch;
    if other_tally.is_some() {
        scope.tallies.root().meet_singles(singles);
    }
    let mut look = Look {
        scope,
        directory,
        filesystem: other.as_deref().unwrap_or(&scope.filesystem),
        tally: other_tally.as_deref().unwrap_or_else(|| scope.tallies.root()),
        worker,
        pass,
        files,
        out: Outcome {
            gathered: Gathered::new(&scope.options),
            anomalies: Anomalies::new(scope.options.all_findings),
            subdirectories: Subdirectories::default(),
            complete: false,
            fingerprint: 0,
            held: DirectoryHeld::default(),
        },
        subdirectories: SubdirectoryCount::default(),
        untyped: UntypedEntries::default(),
        dots: DotEntries::default(),
        singles,
        left: None,
    };
    look.take(room);
    if let Some(tally) = &other_tally {
        tally.meet_singles(look.singles);
    }
    room.release();
    look.out
}

impl Look<'_, '_> {
    fn take(&mut self, room: &mut Room) {
        if self.pass == Pass::Walk && !self.is_to_be_read() {
            return;
        }
        self.note_missing_key();
        let index =
            IndexFlag::before(self.directory.descriptor, self.directory.facts, self.filesystem);
        let (complete, repeated) = self.list(room);
        self.out.complete = complete;
        if let Some(left) = self.left {
            self.prove_dropped_index(index);
            self.leave(left);
            return;
        }
        self.leave_second_names();
        if let Some(files) = &mut self.files {
            files.flush();
        }
        self.look_inside_directory(&mut room.inspection);
        self.prove_dropped_index(index);
        if complete {
            self.judge_directory();
            self.judge_repeated(&repeated, room);
        } else {
            self.out.gathered.unseen += 1;
            if self.scope.options.shard.is_some() {
                self.out.gathered.closed.add_own(self.directory.node.path(None));
            }
        }
        self.excuse_casefolding();
        self.settle_facts();
    }

    /// Without its key an encrypted directory is walked, but its names are made up and say nothing of
    /// what it holds.
    fn note_missing_key(&mut self) {
        let OpenDirectory { node, descriptor, facts, .. } = *self.directory;
        let is_first = self.pass == Pass::Walk && facts.is_encrypted() && !node.is_locked();
        if is_first && lacks_key(descriptor) {
            node.lock();
            self.out.gathered.records.miss(node, b"");
            self.out.gathered.unchecked.add(UncheckedReason::NoKey, "names", node.path(None));
        }
    }

    /// Whether the walk goes into this directory at all.
    fn is_to_be_read(&mut self) -> bool {
        let facts = self.directory.facts;
        if self.scope.is_elsewhere(facts, true)
            && let Err(reason) = self.may_cross_into(facts)
        {
            self.miss(reason, "directory", None);
            return false;
        }
        // Whether it is to be met by this name its first entries tell.
        may_stray(self.scope) || self.is_met_first()
    }

    /// Takes note of the directory. Whether it is to be read, or was before.
    fn is_met_first(&mut self) -> bool {
        let ino = self.directory.facts.ino();
        self.tally.meet_directory(ino) == Sighting::First || self.is_another_directory()
    }

    /// Decides on a directory whose number was met before: under a second name it is not read
    /// again; where numbers mean little it is read unless it lies within itself.
    fn is_another_directory(&mut self) -> bool {
        let facts = self.directory.facts;
        let is_mounted_again = facts.is_mount_root() || self.scope.is_root_again(facts);
        if is_mounted_again && self.filesystem.oddities.numbers_identify {
            // A bind mount of a directory that is seen under its own name as well, which the mount
            // table did not tell when the scan began; or the root, in a mount of what holds it.
            self.miss(UncheckedReason::MountedAgain, "directory", None);
            return false;
        }
        if self.filesystem.oddities.shared_number == Some(facts.ino()) {
            return true;
        }
        if self.filesystem.oddities.numbers_identify {
            return self.is_successor();
        }
        let above = self.directory.node.parent();
        let loops = above.is_some_and(|node| node.is_within(facts.ino(), facts.device()));
        if loops {
            self.miss(UncheckedReason::EndlessDirectory, "directory", None);
        }
        !loops
    }

    /// Decides on a directory whose number was met before where numbers identify: made during
    /// the scan, it follows one that was removed, and is read. One that was only renamed was
    /// read, or is being read, under its former name. One that did not change has two names.
    fn is_successor(&mut self) -> bool {
        let facts = self.directory.facts;
        if !self.scope.is_recent(facts) {
            self.tally.suspect_directory(facts.ino());
            return false;
        }
        self.out.gathered.totals.volatile += 1;
        let born = time_of_birth(self.directory.descriptor);
        if born.is_none() {
            self.miss(UncheckedReason::Vanished, "directory", None);
        }
        born.is_some_and(|born| self.scope.started.may_precede(born))
    }

    /// Judges an entry. Tells whether its inode was met before, or nothing where it is not to be
    /// looked into.
    fn entry(
        &mut self,
        entry: Dirent<'_>,
        answer: &Answer,
        same: &mut SameNames<'_>,
    ) -> Option<Sighting> {
        let bytes = entry.name.to_bytes();
        self.out.gathered.totals.entries += 1;
        if self.scope.options.checks.entries {
            self.judge_name(entry, same);
        }
        if self.scope.options.checks.inodes {
            checks::judge_reserved(bytes, entry.ino, self.filesystem, &mut self.out.anomalies);
        }
        match answer {
            Some(Ok(facts)) => return self.answered(entry, facts),
            Some(Err(errno)) => self.refused(entry, (*errno).into()),
            None => {
                self.subdirectories.note(entry.kind);
                self.miss(UncheckedReason::Excluded, "entry", Some(bytes));
            }
        }
        None
    }

    fn judge_name(&mut self, entry: Dirent<'_>, same: &mut SameNames<'_>) {
        let bytes = entry.name.to_bytes();
        let shape = Name::of(bytes);
        let hash = same.note(bytes, shape);
        self.out.fingerprint =
            self.out.fingerprint.wrapping_add(hash ^ entry.ino.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        if shape != Name::Plain {
            checks::judge_name(bytes, entry.ino, shape, &mut self.out.anomalies);
        }
        if entry.kind == FileKind::Unknown && self.filesystem.oddities.is_ext {
            self.untyped.note(bytes, entry.ino);
        }
    }

    fn answered(&mut self, entry: Dirent<'_>, facts: &InodeFacts) -> Option<Sighting> {
        let seen = Seen {
            name: entry.name,
            listed_ino: entry.ino,
            listed_kind: entry.kind,
            facts,
            directory: self.directory.descriptor,
            directory_facts: self.directory.facts,
            filesystem: self.filesystem,
            started: self.scope.started,
            overflow: self.scope.overflow,
        };
        let covered = seen.is_covered();
        self.subdirectories.note(if covered { entry.kind } else { facts.kind() });
        checks::judge_entry(&seen, self.scope.options.checks, &mut self.out.anomalies);
        if self.pass == Pass::Again {
            return (!covered).then_some(Sighting::Again);
        }
        if covered && let Err(reason) = self.may_cross_into(facts) {
            count_kind(&mut self.out.gathered.totals, facts.kind());
            self.miss(reason, "entry", Some(entry.name.to_bytes()));
            for point in self.scope.mounts_beyond(facts) {
                let unchecked = &mut self.out.gathered.unchecked;
                unchecked.add(UncheckedReason::NotReached, "directory", point.as_path().into());
            }
            return None;
        }
        // What a mount covers stays unseen, also where the walk goes on into the mount.
        self.out.gathered.unseen += u64::from(covered);
        if covered && facts.kind() != FileKind::Directory {
            // A file that is mounted over another one; elsewhere it may have a name of its own.
            count_kind(&mut self.out.gathered.totals, facts.kind());
            self.miss(UncheckedReason::OtherFilesystem, "entry", Some(entry.name.to_bytes()));
            return None;
        }
        if covered {
            self.out.gathered.records.cross(self.directory.node, entry.name.to_bytes());
        }
        let is_directory = facts.kind() == FileKind::Directory;
        let says_otherwise = !matches!(entry.kind, FileKind::Directory | FileKind::Unknown);
        if is_directory && says_otherwise && self.scope.options.shard.is_some() {
            self.scope.adopted.add(self.directory.node, entry.name.to_bytes());
        }
        let met = self.count(entry.name, facts);
        (!covered).then_some(met)
    }

    fn may_cross_into(&self, facts: &InodeFacts) -> Result<(), UncheckedReason> {
        if self.scope.options.cross_mounts {
            self.scope.may_enter(facts)
        } else {
            Err(UncheckedReason::OtherFilesystem)
        }
    }

    fn refused(&mut self, entry: Dirent<'_>, refusal: Refusal) {
        let bytes = entry.name.to_bytes();
        self.out.gathered.totals.errors += 1;
        if self.scope.options.shard.is_some() {
            self.out.gathered.closed.add_own(self.directory.node.path(Some(bytes)));
        }
        let loops = refusal == Refusal::Unexplained(Errno::LOOP) && !self.may_be_shared();
        // The ".." of a directory that holds this one counts elsewhere.
        self.subdirectories.note(if loops { FileKind::Unknown } else { entry.kind });
        match unchecked_reason(refusal) {
            Some(reason) => self.miss(reason, "entry", Some(bytes)),
            None if self.scope.options.checks.entries && loops && self.is_above(entry.ino) => {
                self.out.anomalies.add(checks::holds_itself(bytes, entry.ino));
            }
            None if self.scope.options.checks.entries => checks::judge_lookup(
                bytes,
                entry.ino,
                refusal,
                self.filesystem.oddities,
                &mut self.out.anomalies,
            ),
            None => self.miss(unjudged_reason(refusal), "entry", Some(bytes)),
        }
    }

    /// Whether numbers do not say which directory it is, or somebody else answers.
    fn may_be_shared(&self) -> bool {
        let oddities = self.filesystem.oddities;
        !(oddities.numbers_identify && oddities.answers_for_itself)
    }

    /// Whether a number is that of this directory or of one above.
    fn is_above(&self, ino: u64) -> bool {
        self.directory.node.is_within(ino, self.directory.facts.device())
    }

    fn listing_failed(&mut self, error: ListingError) {
        self.out.gathered.totals.errors += 1;
        let oddities = self.filesystem.oddities;
        let judged = self.scope.options.checks.entries
            && checks::judge_directory_read(error, oddities, &mut self.out.anomalies);
        if !judged {
            let reason = match error {
                ListingError::Read(errno) => unjudged_reason(errno.into()),
                ListingError::Loop { .. } | ListingError::Endless { .. } => {
                    UncheckedReason::EndlessDirectory
                }
            };
            self.miss(reason, "directory", None);
        }
    }

    fn prove(&mut self, anomaly: &Anomaly) {
        let node = self.directory.node;
        let directory = node.path_or_beginning();
        self.out.gathered.findings.add_in(Some(&directory), finding(anomaly, node));
    }

    fn miss(&mut self, reason: UncheckedReason, what: &str, name: Option<&[u8]>) {
        if self.pass == Pass::Walk {
            self.out.gathered.miss(reason, what, self.directory.node, name);
        }
    }
}

/// What tells whether a directory changed.
pub fn stamp(facts: &InodeFacts) -> Stamp {
    (facts.modified_at(), facts.changed_at())
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

/// The same for a refusal that no check is to judge.
pub fn unjudged_reason(refusal: Refusal) -> UncheckedReason {
    unchecked_reason(refusal).unwrap_or(match refusal {
        Refusal::Gone => UncheckedReason::Vanished,
        _ => UncheckedReason::ReadError,
    })
}
