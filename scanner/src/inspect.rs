//! Everything that needs an inode's own descriptor, in one open: its flags, its extents, its
//! extended attributes.
//!
//! Regular files are opened, directories are open already; anything else never is, and its
//! attributes are read by name. A FIEMAP of a symbolic link cannot be had: no open descriptor of
//! one takes ioctls.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use reports::UncheckedReason;
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;

use crate::attributes::{AttributeRoom, AttributeSource, path_of};
use crate::checks::{
    Anomalies, Mapped, Refusal, judge_attributes, judge_flags, judge_map, judge_unreadable,
    refused_open,
};
use crate::extents::{AttributeBlock, Claims, ExtentMap, MapError};
use crate::features::Feature;
use crate::filesystem::Filesystem;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::inode_flags::InodeFlags;
use crate::manifest::AttributeDigest;
use crate::oddities::ExtentAddresses;
use crate::scope::Scope;

/// Inodes in use of a filesystem where every file is asked for its flags.
const ALL_FLAGS_UP_TO: u64 = 100_000;

/// Memory that is used again from inode to inode.
#[derive(Debug, Default)]
pub struct InspectionRoom {
    map: ExtentMap,
    attributes: AttributeRoom,
}

/// What looking into one inode brought besides anomalies.
#[derive(Debug, Default)]
pub struct Inspected {
    /// What could not be looked at, and why.
    pub unchecked: Vec<(UncheckedReason, &'static str)>,
    /// One extent explains its size and all its blocks.
    plain: bool,
    /// It has, or may have, a block of attributes.
    pub attribute_block: Option<AttributeBlockSeen>,
    /// Anomalies that a change since the scan began explains.
    pub volatile: u64,
    /// A digest of each attribute.
    pub digests: Vec<AttributeDigest>,
}

/// A block of attributes, which other inodes with the same ones may share.
#[derive(Debug)]
pub struct AttributeBlockSeen {
    /// Where it is could not be seen.
    pub hidden: bool,
    /// A hash of each attribute of the inode.
    pub hashes: Vec<u64>,
}

/// An inode, by what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Inode<'a> {
    /// Its name in the directory that is looked at; none for that directory itself.
    pub name: Option<&'a [u8]>,
    /// What statx said.
    pub facts: &'a InodeFacts,
}

/// What a name in a directory leads to.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The directory.
    pub directory: BorrowedFd<'a>,
    /// The name.
    pub name: &'a CStr,
    /// What statx said.
    pub facts: &'a InodeFacts,
}

/// A file that was to be opened, or the kernel's refusal; none where a descriptor would tell no
/// more than the name.
pub type Opened = Option<Result<OwnedFd, Errno>>;

/// Looks into inodes of one directory.
#[derive(Debug)]
pub struct Inspector<'a> {
    /// What is fixed.
    pub scope: &'a Scope,
    /// What they lie on.
    pub filesystem: &'a Filesystem,
    /// Make sure that what was opened is what was asked for: a second look does.
    pub verify: bool,
}

impl Inspector<'_> {
    /// Opens what a name leads to, where that tells more than the name does.
    pub fn open(&self, entry: Entry<'_>) -> Opened {
        let opens = entry.facts.kind() == FileKind::Regular && self.opens_files();
        opens.then(|| self.open_file(entry))
    }

    /// Looks into what a name leads to and what [`Inspector::open`] brought. Claims go to
    /// `claims`, where they are wanted.
    pub fn entry(
        &self,
        entry: Entry<'_>,
        opened: &Opened,
        room: &mut InspectionRoom,
        claims: Option<&mut Claims>,
        anomalies: &mut Anomalies,
    ) -> Inspected {
        let Entry { name, facts, .. } = entry;
        match opened {
            Some(Ok(file)) => {
                let inode = Inode { name: Some(name.to_bytes()), facts };
                self.open_inode(file.as_fd(), inode, room, claims, anomalies)
            }
            Some(Err(errno)) => {
                let before = anomalies.count();
                let mut inspected = self.by_name(entry, room, anomalies);
                // A damaged access list keeps those from opening the file whom it is about.
                if anomalies.count() == before {
                    self.cannot_open(*errno, name, facts, anomalies, &mut inspected);
                }
                inspected
            }
            None if facts.kind() == FileKind::Directory => Inspected::default(),
            None => self.by_name(entry, room, anomalies),
        }
    }

    /// Whether a regular file's descriptor tells more than its name.
    fn opens_files(&self) -> bool {
        let checks = self.scope.options.checks;
        ((checks.extents || checks.allocation) && !self.filesystem.refusals.file_extents.is_known())
            || (checks.attributes && self.filesystem.oddities.is_ext)
            || checks.content
    }

    /// O_NONBLOCK: where an entry says "file" and a FIFO stands, nobody waits for its other end.
    fn open_file(&self, entry: Entry<'_>) -> Result<OwnedFd, Errno> {
        let Entry { directory, name, facts } = entry;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let noatime =
            if self.scope.may_skip_atime(facts) { OFlags::NOATIME } else { OFlags::empty() };
        let opened = match openat(directory, name, flags | noatime, Mode::empty()) {
            Err(Errno::PERM) if !noatime.is_empty() => {
                openat(directory, name, flags, Mode::empty())?
            }
            opened => opened?,
        };
        if self.verify {
            let now = InodeFacts::of_descriptor(opened.as_fd())?;
            if (now.ino(), now.device()) != (facts.ino(), facts.device()) {
                return Err(Errno::NOENT);
            }
        }
        Ok(opened)
    }

    fn cannot_open(
        &self,
        errno: Errno,
        name: &CStr,
        facts: &InodeFacts,
        anomalies: &mut Anomalies,
        inspected: &mut Inspected,
    ) {
        let reason = match Refusal::from(errno) {
            // It went away since; the directory's second look would tell.
            Refusal::Gone | Refusal::Unexplained(Errno::LOOP) => UncheckedReason::Vanished,
            Refusal::Denied => UncheckedReason::PermissionDenied,
            Refusal::OutOfResources => UncheckedReason::OutOfResources,
            Refusal::NoAnswer => UncheckedReason::NoAnswer,
            // Somebody holds a lease on it (fcntl(2), F_SETLEASE), or runs it in place.
            Refusal::Unexplained(Errno::AGAIN | Errno::TXTBSY) => UncheckedReason::TooBusy,
            // fs-verity or encryption that this kernel was built without.
            Refusal::Unexplained(Errno::OPNOTSUPP | Errno::NOPKG | Errno::KEYREJECTED) => {
                UncheckedReason::Unsupported
            }
            Refusal::Damage(_) | Refusal::Unexplained(_) => {
                let anomaly = refused_open(errno, name.to_bytes(), facts.ino());
                let answers = self.filesystem.oddities.answers_for_itself;
                anomalies.add(if answers { anomaly } else { anomaly.only_suspect() });
                if self.scope.options.checks.content {
                    inspected.unchecked.push((UncheckedReason::ReadError, "content"));
                }
                return;
            }
        };
        let checks = self.scope.options.checks;
        for (asked, what) in [
            (checks.extents, "extents"),
            (checks.allocation, "allocation"),
            (checks.content, "content"),
        ] {
            if asked {
                inspected.unchecked.push((reason, what));
            }
        }
    }

    /// Reads the attributes of what is not opened.
    fn by_name(
        &self,
        entry: Entry<'_>,
        room: &mut InspectionRoom,
        anomalies: &mut Anomalies,
    ) -> Inspected {
        let Entry { directory, name, facts } = entry;
        let mut inspected = Inspected::default();
        let checks = self.scope.options.checks;
        inspected.attribute_block = may_have_block(self.filesystem, facts);
        if !checks.attributes || self.filesystem.refusals.attributes.is_known() {
            return inspected;
        }
        if !self.scope.has_proc {
            inspected.unchecked.push((UncheckedReason::Unsupported, "attributes"));
            return inspected;
        }
        let Some(path) = path_of(directory, name) else { return inspected };
        let source = AttributeSource::Named(&path);
        let inode = Inode { name: Some(name.to_bytes()), facts };
        self.attributes(source, inode, &mut room.attributes, anomalies, &mut inspected);
        inspected
    }

    /// Looks into an open file or directory.
    pub fn open_inode(
        &self,
        file: BorrowedFd<'_>,
        inode: Inode<'_>,
        room: &mut InspectionRoom,
        claims: Option<&mut Claims>,
        anomalies: &mut Anomalies,
    ) -> Inspected {
        let checks = self.scope.options.checks;
        let mut inspected = if checks.extents || checks.allocation {
            self.extents(file, inode, &mut room.map, claims, anomalies)
        } else {
            Inspected::default()
        };
        if checks.attributes {
            if !inspected.plain || self.asks_plain_files(inode.facts) {
                self.judge_flags(file, inode, anomalies);
            }
            let source = AttributeSource::Open(file);
            self.attributes(source, inode, &mut room.attributes, anomalies, &mut inspected);
        }
        inspected
    }

    /// Whether an inode that one extent explains is asked for its flags all the same. Little can be
    /// wrong with them, and on a large filesystem asking takes 4 % of a whole scan.
    fn asks_plain_files(&self, facts: &InodeFacts) -> bool {
        self.verify
            || facts.kind() != FileKind::Regular
            || self.filesystem.used_inodes <= ALL_FLAGS_UP_TO
    }

    fn judge_flags(&self, file: BorrowedFd<'_>, inode: Inode<'_>, anomalies: &mut Anomalies) {
        if let Some(flags) = self.flags(file) {
            judge_flags(inode.name, inode.facts, flags, self.filesystem, anomalies);
        }
    }

    fn flags(&self, file: BorrowedFd<'_>) -> Option<InodeFlags> {
        if self.filesystem.oddities.is_ext { InodeFlags::read(file).ok() } else { None }
    }

    /// Reads and judges the map of an open inode.
    fn extents(
        &self,
        file: BorrowedFd<'_>,
        inode: Inode<'_>,
        map: &mut ExtentMap,
        claims: Option<&mut Claims>,
        anomalies: &mut Anomalies,
    ) -> Inspected {
        let mut inspected = Inspected::default();
        let Inode { facts, .. } = inode;
        let filesystem = self.filesystem;
        let refused = match facts.kind() {
            FileKind::Directory => &filesystem.refusals.directory_extents,
            _ => &filesystem.refusals.file_extents,
        };
        if refused.is_known() {
            return inspected;
        }
        let recent = self.scope.is_recent(facts);
        let end = filesystem.end.unwrap_or(u64::MAX);
        match map.read(file, facts) {
            Ok(()) if map.is_plain(facts, filesystem.block_size, end) => {
                inspected.plain = !filesystem.lacks(Feature::Extents);
            }
            Err(MapError::Refused(errno @ (Errno::NOTTY | Errno::OPNOTSUPP | Errno::NOSYS))) => {
                // One file may be refused where others answer.
                let answers = filesystem.oddities.extent_addresses != ExtentAddresses::Nothing;
                let single = facts.kind() != FileKind::Directory
                    && (answers || filesystem.oddities.has_layers);
                if single {
                    inspected.unchecked.push((UncheckedReason::Unsupported, "extents"));
                } else {
                    refused.note(errno);
                }
                return inspected;
            }
            read => {
                if filesystem.oddities.is_ext && has_more_than(map, facts) {
                    map.read_attribute_block(file);
                }
                inspected.attribute_block = block_of(map.attribute_block);
                let flags = self.flags(file);
                let mapped = Mapped { name: inode.name, facts, flags, map, filesystem };
                self.judge(&mapped, read, recent, anomalies, &mut inspected);
            }
        }
        if let Some(claims) = claims {
            if self.scope.claims.allows(map.extents.len()) {
                claims.add(facts, map, filesystem.block_size, recent);
            } else {
                let reason = UncheckedReason::OutOfResources;
                inspected.unchecked.extend([(reason, "extents"), (reason, "allocation")]);
            }
        }
        map.release();
        inspected
    }

    /// Judges a map that was read, as far as it could be.
    fn judge(
        &self,
        mapped: &Mapped<'_>,
        read: Result<(), MapError>,
        recent: bool,
        anomalies: &mut Anomalies,
        inspected: &mut Inspected,
    ) {
        match read {
            Ok(()) if !self.scope.options.checks.extents => {}
            Ok(()) if recent => {
                let mut explained = Anomalies::default();
                judge_map(mapped, &mut explained);
                inspected.volatile += explained.count();
            }
            Ok(()) => judge_map(mapped, anomalies),
            Err(error) => {
                if !judge_unreadable(mapped, error, anomalies) {
                    inspected.unchecked.push((why(error), "extents"));
                }
            }
        }
    }

    fn attributes(
        &self,
        source: AttributeSource<'_>,
        inode: Inode<'_>,
        room: &mut AttributeRoom,
        anomalies: &mut Anomalies,
        inspected: &mut Inspected,
    ) {
        let Inode { name, facts } = inode;
        let refused = &self.filesystem.refusals.attributes;
        if refused.is_known() {
            return;
        }
        let (ino, filesystem) = (facts.ino(), self.filesystem);
        let seen = judge_attributes(source, name, ino, filesystem, room, anomalies);
        inspected.digests = seen.digests;
        match seen.unchecked {
            Some(UncheckedReason::Unsupported)
                if !seen.any && !self.filesystem.oddities.has_layers =>
            {
                refused.note(Errno::OPNOTSUPP);
            }
            Some(reason) => inspected.unchecked.push((reason, "attributes")),
            None => {}
        }
        // Attributes that this user cannot see may stand in the block as well.
        if self.scope.sees_all_attributes && seen.unchecked.is_none() {
            inspected.attribute_block = inspected
                .attribute_block
                .take()
                .filter(|block| seen.any || !block.hidden)
                .map(|block| AttributeBlockSeen { hashes: seen.hashes, ..block });
        }
    }
}

fn block_of(block: AttributeBlock) -> Option<AttributeBlockSeen> {
    let hidden = match block {
        AttributeBlock::NotAsked | AttributeBlock::None => return None,
        AttributeBlock::At(_) => false,
        AttributeBlock::Hidden => true,
    };
    Some(AttributeBlockSeen { hidden, hashes: Vec::new() })
}

/// The block of attributes that an inode may have which is not opened: more is allocated than its
/// content can need, as far as that is known.
fn may_have_block(filesystem: &Filesystem, facts: &InodeFacts) -> Option<AttributeBlockSeen> {
    let content = match facts.kind() {
        FileKind::Symlink if facts.size() >= 60 => filesystem.block_size,
        _ => 0,
    };
    let more = filesystem.oddities.is_ext && facts.sectors().saturating_mul(512) > content;
    more.then(|| AttributeBlockSeen { hidden: true, hashes: Vec::new() })
}

/// Whether more is allocated than the map shows.
fn has_more_than(map: &ExtentMap, facts: &InodeFacts) -> bool {
    map.mapped().is_none_or(|bytes| bytes / 512 < facts.sectors())
}

fn why(error: MapError) -> UncheckedReason {
    match error {
        MapError::Refused(errno) => match Refusal::from(errno) {
            Refusal::Denied => UncheckedReason::PermissionDenied,
            Refusal::OutOfResources => UncheckedReason::OutOfResources,
            Refusal::NoAnswer => UncheckedReason::NoAnswer,
            Refusal::Gone => UncheckedReason::Vanished,
            Refusal::Damage(_) | Refusal::Unexplained(_) => UncheckedReason::Unsupported,
        },
        MapError::Backwards | MapError::TooMany => UncheckedReason::OutOfResources,
    }
}
