//! From what headers and records say of a member to a member that is safe, or a refusal.

use super::header::EntryType;
use super::sparse::Layout;
use super::{Found, Limits, Member, MemberKind, MemberPath, Refusal, RefusedMember};
use crate::inode_facts::InodeTime;

/// What is said of a member; numbers are judged already, names are not.
pub struct Facts {
    pub entry_type: EntryType,
    pub name: Vec<u8>,
    pub link: Vec<u8>,
    /// Bytes with holes, or of data that follows whatever the type.
    pub real_size: u64,
    pub mode: u64,
    pub mtime: InodeTime,
    /// Of a sparse file.
    pub layout: Option<Layout>,
}

impl Facts {
    /// The member, or why there is none.
    pub fn judge(mut self, limits: &Limits) -> Found {
        match self.place(limits) {
            Ok((path, kind)) => {
                let is_file = kind == MemberKind::File;
                Found::Member(Member {
                    path,
                    kind,
                    size: if is_file { self.real_size } else { 0 },
                    mode: self.mode as u32 & 0o777,
                    mtime: self.mtime,
                    sparse: self.layout.take().map(|layout| layout.data),
                })
            }
            Err(why) => Found::Refused(RefusedMember { name: self.name, why }),
        }
    }

    fn place(&self, limits: &Limits) -> Result<(MemberPath, MemberKind), Refusal> {
        let path = MemberPath::new(&self.name, limits)?;
        let kind = self.kind(&path, limits)?;
        if path.is_root() && kind != MemberKind::Directory {
            return Err(Refusal::EmptyName);
        }
        Ok((path, kind))
    }

    fn kind(&self, path: &MemberPath, limits: &Limits) -> Result<MemberKind, Refusal> {
        match self.entry_type {
            EntryType::File | EntryType::OldSparse if names_directory(&self.name) => {
                self.slashed_kind()
            }
            EntryType::File | EntryType::OldSparse => Ok(MemberKind::File),
            EntryType::Directory | EntryType::DumpDirectory => Ok(MemberKind::Directory),
            EntryType::Symlink => {
                path.allows_target(&self.link, limits)?;
                Ok(MemberKind::Symlink { target: self.link.clone() })
            }
            EntryType::HardLink => self.hard_link(limits),
            EntryType::Device => Err(Refusal::Device),
            EntryType::Fifo => Err(Refusal::Fifo),
            EntryType::Continued => Err(Refusal::Continued),
            EntryType::Unknown(flag) => Err(Refusal::UnknownType(flag)),
            // The reader keeps these to itself.
            EntryType::Label => Err(Refusal::UnknownType(b'V')),
            EntryType::Pax => Err(Refusal::UnknownType(b'x')),
            EntryType::GlobalPax => Err(Refusal::UnknownType(b'g')),
            EntryType::SolarisPax => Err(Refusal::UnknownType(b'X')),
            EntryType::LongName => Err(Refusal::UnknownType(b'L')),
            EntryType::LongLink => Err(Refusal::UnknownType(b'K')),
        }
    }

    /// The oldest archives have no type for directories, but a slash behind their names.
    fn slashed_kind(&self) -> Result<MemberKind, Refusal> {
        if self.real_size == 0 && self.layout.is_none() {
            Ok(MemberKind::Directory)
        } else {
            Err(Refusal::SlashedFile)
        }
    }

    fn hard_link(&self, limits: &Limits) -> Result<MemberKind, Refusal> {
        let target = MemberPath::new(&self.link, limits).map_err(|why| match why {
            Refusal::EmptyName => Refusal::EmptyTarget,
            Refusal::AbsoluteName => Refusal::AbsoluteTarget,
            Refusal::ParentInName => Refusal::TargetOutside,
            other => other,
        })?;
        if target.is_root() {
            return Err(Refusal::EmptyTarget);
        }
        Ok(MemberKind::HardLink { target })
    }
}

/// Whether only a directory can be meant: `a/` and `a/.`.
fn names_directory(name: &[u8]) -> bool {
    matches!(name.rsplit(|byte| *byte == b'/').next(), Some(b"" | b"."))
}
