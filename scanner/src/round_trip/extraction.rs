//! One package on its way: a step at a time, so that many can go on side by side.

mod member;
mod package;
mod store;

use std::io::Read;
use std::time::Instant;

use rustix::io::Errno;

use super::expected::{ByPath, Paths, What, collide};
use super::file_system::{Call, Failure, FileSystem, OpenFile, join};
use super::layout::Layout;
use super::packages::Package;
use super::pattern::{Pattern, Step};
use super::removal::NotRemoved;
use super::trouble::{Refused, Stumble, Witness};
use crate::archive::{ArchiveError, ArchiveReader, Found, Limits, Member, MemberKind, Remark};

/// Bytes of content that are written at once.
const WRITTEN_AT_ONCE: usize = 1 << 16;

/// What all packages of a round have in common.
pub struct Round<'a> {
    /// The calls.
    pub on: &'a dyn FileSystem,
    /// How it is done.
    pub pattern: &'static Pattern,
    /// The round's directory below the scratch directory.
    pub directory: Vec<u8>,
    /// Who finds out why a call failed.
    pub witness: &'a dyn Witness,
    /// Bytes that may still be written.
    pub room: &'a (dyn Fn() -> u64 + Sync),
    /// Asked between portions of a file.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
    /// Whether no other package is under way beside: its archive is expanded ahead then.
    pub alone: bool,
    /// How much an archive may hold.
    pub limits: Limits,
    /// Names that the store has given away.
    pub temporaries: &'a std::sync::atomic::AtomicU64,
}

/// What became of a package.
#[derive(Debug, Default)]
pub struct Extracted {
    /// What must be there now.
    pub expected: ByPath,
    /// Paths that were given up: what is there is anybody's guess.
    pub dropped: Paths,
    /// Calls that failed.
    pub stumbles: Vec<Stumble>,
    /// What was to be removed and is still there.
    pub not_removed: Vec<NotRemoved>,
    /// Members that were not extracted, and archives that could not be read to their end.
    pub refused: Vec<Refused>,
    /// Members that were begun with.
    pub entries: u64,
    /// Of these, those that were made without an error.
    pub succeeded: u64,
    /// Bytes that were written.
    pub bytes: u64,
}

/// A package on its way.
pub struct Extraction<'a> {
    round: &'a Round<'a>,
    package: Package,
    layout: Layout,
    phase: Phase,
    archive: Option<ArchiveReader<Box<dyn Read + Send>>>,
    current: Option<Current>,
    /// Directories that were made, where the pattern remembers them.
    made: Paths,
    /// Files of the store that belong to it, by what they are to be called.
    stored: Vec<store::Stored>,
    /// Members that the archive has brought, refused ones included.
    members: u64,
    /// Of these, those that the pattern does nothing with.
    passed_over: u64,
    /// Room for what is written.
    room: Vec<u8>,
    /// When it began: what was taken away since then explains what is missing.
    since: Instant,
    extracted: Extracted,
}

/// Where it is.
enum Phase {
    Before(usize),
    NextMember,
    Member(&'static [Step], usize),
    Between(usize),
    Again(usize, usize),
    After(usize),
    Done,
}

/// The member that is under way.
struct Current {
    member: Member,
    /// Where it goes.
    path: Vec<u8>,
    file: Option<OpenFile>,
    /// The name that it has in the store before its content is known.
    temporary: Vec<u8>,
    /// The mode that it was made with.
    made_with: u32,
    /// The mode that the file has which it was written over.
    kept_mode: Option<u32>,
    hash: Option<blake3::Hash>,
}

/// Why a member or package does not go on.
enum Halt {
    /// A call failed.
    Failed(Failure),
    /// The archive asks for what is not done.
    Refused(&'static str),
    /// The same, and nothing in its place was touched.
    Untouched(&'static str),
    /// The archive ends or contradicts itself.
    Archive(ArchiveError),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Halt::Failed(failure)
    }
}

impl<'a> Extraction<'a> {
    /// Begins with a package.
    pub fn new(round: &'a Round<'a>, package: Package) -> Self {
        let layout = Layout::new(round.pattern.name, &round.directory, &package.name);
        Extraction {
            round,
            package,
            layout,
            phase: Phase::Before(0),
            archive: None,
            current: None,
            made: Paths::default(),
            stored: Vec::new(),
            members: 0,
            passed_over: 0,
            room: vec![0; WRITTEN_AT_ONCE],
            since: Instant::now(),
            extracted: Extracted::default(),
        }
    }

    /// Takes the next step; false when there is none.
    pub fn advance(&mut self) -> bool {
        let pattern = self.round.pattern;
        match self.phase {
            Phase::Before(at) => self.with_package(pattern.before, at, Phase::Before),
            Phase::NextMember => self.next_member(),
            Phase::Member(steps, at) => self.with_member(steps, at),
            Phase::Between(at) => self.with_package(pattern.between, at, Phase::Between),
            Phase::Again(file, at) => self.with_stored(file, at),
            Phase::After(at) => self.with_package(pattern.after, at, Phase::After),
            Phase::Done => return false,
        }
        true
    }

    /// What became of it.
    pub fn finish(self) -> Extracted {
        self.extracted
    }

    fn with_package(&mut self, steps: &[Step], at: usize, next: fn(usize) -> Phase) {
        let Some(step) = steps.get(at) else {
            self.phase = match self.phase {
                Phase::Before(_) => self.open_archive(),
                Phase::Between(_) => {
                    self.order_stored();
                    Phase::Again(0, 0)
                }
                _ => Phase::Done,
            };
            return;
        };
        self.phase = next(at + 1);
        if let Err(halt) = self.package_step(*step) {
            let earlier = join(&self.layout.place, b"package.json");
            let dropped = &mut self.extracted.dropped;
            match step {
                // npm retires only what is there.
                Step::LeaveEarlier => {
                    dropped.insert(earlier);
                    self.phase = next(at + 2);
                }
                Step::Retire => drop(dropped.insert(earlier)),
                // Without its directory nothing of it can be extracted (node-tar's CwdError).
                Step::MakePackage | Step::MakeStage | Step::MoveStage => {
                    self.phase = self.give_up();
                }
                Step::LinkPackage => {
                    dropped.extend(self.layout.link.iter().map(|(link, _)| link.clone()));
                }
                _ => {}
            }
            let place = self.layout.place.clone();
            self.stumble(halt, &place, None);
        }
    }

    /// Nothing of it is looked for, and only what was retired is still to be removed.
    fn give_up(&mut self) -> Phase {
        self.extracted.expected.clear();
        self.extracted.succeeded = 0;
        let Layout { place, stage, retired, .. } = &self.layout;
        self.extracted.dropped.extend([place, stage, retired].map(Clone::clone));
        let steps = self.round.pattern.after;
        let cleaning = steps.iter().position(|step| *step == Step::RemoveRetired);
        Phase::After(cleaning.unwrap_or(steps.len()))
    }

    fn open_archive(&mut self) -> Phase {
        let room = (self.round.room)();
        if room == 0 {
            self.refuse(None, "no room: a twentieth of the filesystem stays free");
            return self.give_up();
        }
        let limits = self.package.within(self.round.limits);
        let limits = Limits { bytes: limits.bytes.min(room), ..limits };
        match self.package.open(limits, self.round.alone) {
            Ok(input) => {
                self.archive = Some(ArchiveReader::of_expanded(input, limits));
                Phase::NextMember
            }
            Err(error) => {
                self.refuse(None, &format!("it cannot be opened: {error}"));
                self.give_up()
            }
        }
    }

    fn next_member(&mut self) {
        let found = self.archive.as_mut().map(ArchiveReader::next_member);
        self.members += u64::from(matches!(found, Some(Ok(Some(_)))));
        self.phase = match found.unwrap_or(Ok(None)) {
            Ok(Some(Found::Member(member))) => self.begin(member),
            Ok(Some(Found::Refused(refused))) => {
                self.refuse(Some(&refused.name), &refused.why.to_string());
                Phase::NextMember
            }
            Ok(None) => {
                self.note_end();
                Phase::Between(0)
            }
            // What it was has been told when a member was read.
            Err(ArchiveError::AfterError { .. }) => Phase::Between(0),
            Err(error) => {
                self.refuse(None, &error.to_string());
                Phase::Between(0)
            }
        };
    }

    /// What makes one doubt that the archive is whole although it was read to its end.
    fn note_end(&mut self) {
        if self.members == 0 {
            self.refuse(None, "it holds nothing; a file that was lost to zeros looks so");
        }
        if self.members > 0 && self.members == self.passed_over {
            self.refuse(None, "none of its members is one that this pattern extracts");
        }
        let remarks = self.archive.as_ref().map(|archive| archive.remarks().to_vec());
        for remark in remarks.unwrap_or_default() {
            match remark {
                Remark::NoEnd => self.refuse(None, "it has no end: members may be missing"),
                Remark::BehindGzip => self.refuse(None, "bytes that are no gzip follow its end"),
                // Some tools write no better, and tar passes over it.
                Remark::LoneZeroBlock | Remark::BehindEnd => {}
            }
        }
    }

    /// Begins with a member, if the pattern does anything with such a one.
    fn begin(&mut self, member: Member) -> Phase {
        let pattern = self.round.pattern;
        let steps = match member.kind {
            MemberKind::File => pattern.file,
            MemberKind::Directory => pattern.directory,
            MemberKind::Symlink { .. } => pattern.symlink,
            MemberKind::HardLink { .. } => pattern.hard_link,
        };
        let Some(stripped) =
            member.path.strip(self.package.strip(pattern.strip)).filter(|path| !path.is_root())
        else {
            self.passed_over += 1;
            return Phase::NextMember;
        };
        if steps.is_empty() {
            self.passed_over += 1;
            return Phase::NextMember;
        }
        self.extracted.entries += 1;
        let path = join(&self.layout.stage, stripped.as_bytes());
        self.current = Some(Current {
            member,
            path,
            file: None,
            temporary: Vec::new(),
            made_with: 0,
            kept_mode: None,
            hash: None,
        });
        Phase::Member(steps, 0)
    }

    fn with_member(&mut self, steps: &'static [Step], at: usize) {
        let (Some(step), Some(mut current)) = (steps.get(at), self.current.take()) else {
            self.phase = Phase::NextMember;
            return;
        };
        match self.member_step(*step, &mut current) {
            Ok(()) if at + 1 == steps.len() => {
                self.extract(current);
                self.phase = Phase::NextMember;
            }
            Ok(()) => {
                self.current = Some(current);
                self.phase = Phase::Member(steps, at + 1);
            }
            Err(halt) => {
                self.drop_member(current, halt);
                self.phase = Phase::NextMember;
            }
        }
    }

    /// As node-tar does: the entry is dropped, and the archive goes on.
    fn drop_member(&mut self, current: Current, halt: Halt) {
        let Current { path, file, member, .. } = current;
        if let Some(file) = file {
            // What is told is why it was given up; that it cannot be closed either adds nothing.
            let _ = self.round.on.close(file);
        }
        let untouched = matches!(halt, Halt::Untouched(_));
        self.stumble(halt, &path, Some(member.path.as_bytes()));
        // What an earlier member of that name left is still there then.
        if !untouched || !self.extracted.expected.contains_key(&path) {
            self.extracted.expected.remove(&path);
            self.extracted.dropped.insert(path);
        }
    }

    /// Takes account of what did not work.
    fn stumble(&mut self, halt: Halt, path: &[u8], member: Option<&[u8]>) {
        match halt {
            Halt::Failed(failure) if is_name_refused(&failure) => {
                self.refuse(member, "its name is too long for this filesystem, or not allowed");
            }
            Halt::Failed(failure) => {
                let collides = self.collides(&failure, path);
                let package = self.package.name.clone();
                let stumble = self.round.witness.look_into(failure, self.since, collides, package);
                self.extracted.stumbles.push(stumble);
            }
            Halt::Refused(why) | Halt::Untouched(why) => self.refuse(member, why),
            Halt::Archive(error) => self.refuse(None, &error.to_string()),
        }
    }

    /// Whether the archive has two members that want the same name, or a file where another one
    /// wants a directory, on a filesystem that does not tell case.
    fn collides(&self, failure: &Failure, path: &[u8]) -> bool {
        let in_the_way = [Errno::EXIST, Errno::NOTDIR, Errno::ISDIR, Errno::NOTEMPTY];
        let no_directory = |what: &What| !matches!(what, What::Directory { .. });
        let others = || self.extracted.expected.iter().filter(|(other, _)| *other != path);
        in_the_way.contains(&failure.errno)
            && others().any(|(other, what)| {
                collide(other, path) && (no_directory(what) || other.len() >= path.len())
            })
    }

    fn refuse(&mut self, member: Option<&[u8]>, why: &str) {
        self.extracted.refused.push(Refused {
            archive: self.package.origin(),
            member: member.map(<[u8]>::to_vec),
            why: why.to_owned(),
        });
    }
}

/// Whether it is the name that the filesystem does not take. vfat says EINVAL to some.
fn is_name_refused(failure: &Failure) -> bool {
    let makes = matches!(failure.call, Call::Open | Call::MakeDirectory | Call::Symlink);
    match failure.errno {
        Errno::NAMETOOLONG | Errno::ILSEQ => true,
        Errno::INVAL => makes,
        _ => false,
    }
}
