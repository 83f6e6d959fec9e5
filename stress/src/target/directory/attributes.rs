//! Modes, times and extended attributes.

use rustix::fs::{
    AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, XattrFlags, chmodat, lgetxattr, llistxattr,
    lremovexattr, lsetxattr, utimensat,
};
use rustix::io::Errno;

use super::DirectoryTarget;
use super::names::fs_mode;
use super::resolve::by_descriptor;
use crate::data::pattern;
use crate::operand::{AttributeHow, Mode};
use crate::path::Path;

/// What the names of attributes begin with.
const PREFIX: &[u8] = b"user.";

/// Room for a value and for a list of names, in bytes: the most that Linux gives.
const ROOM: usize = 65_536;

impl DirectoryTarget {
    /// A path that leads to a name itself, for calls that take no descriptor.
    fn path_to(&self, path: &Path) -> Result<(Vec<u8>, super::resolve::Parent<'_>), Errno> {
        let parent = self.parent(path)?;
        Ok((by_descriptor(&parent, self.last(path)), parent))
    }

    pub(super) fn set_attribute(
        &mut self,
        path: &Path,
        attribute: u8,
        (length, fill): (u32, u8),
        how: AttributeHow,
    ) -> Result<(), Errno> {
        let flags = match how {
            AttributeHow::Any => XattrFlags::empty(),
            AttributeHow::Create => XattrFlags::CREATE,
            AttributeHow::Replace => XattrFlags::REPLACE,
        };
        let mut value = vec![0; length.min(crate::data::MOST) as usize];
        pattern(fill, 0, &mut value);
        let (path, _parent) = self.path_to(path)?;
        lsetxattr(path.as_slice(), name(attribute), &value, flags)
    }

    pub(super) fn get_attribute(&self, path: &Path, attribute: u8) -> Result<Vec<u8>, Errno> {
        let (path, _parent) = self.path_to(path)?;
        let mut value = Vec::with_capacity(ROOM);
        lgetxattr(path.as_slice(), name(attribute), rustix::buffer::spare_capacity(&mut value))?;
        Ok(value)
    }

    pub(super) fn remove_attribute(&self, path: &Path, attribute: u8) -> Result<(), Errno> {
        let (path, _parent) = self.path_to(path)?;
        lremovexattr(path.as_slice(), name(attribute))
    }

    /// The numbers of ours, in order, and other names of `user.`; other namespaces are the
    /// system's own.
    pub(super) fn list_attributes(&self, path: &Path) -> Result<(Vec<u8>, Vec<Vec<u8>>), Errno> {
        let (path, _parent) = self.path_to(path)?;
        let mut list = Vec::with_capacity(ROOM);
        llistxattr(path.as_slice(), rustix::buffer::spare_capacity(&mut list))?;
        let (mut known, mut other) = (Vec::new(), Vec::new());
        for name in list.split(|byte| *byte == 0).filter(|name| name.starts_with(PREFIX)) {
            match number(name) {
                Some(number) => known.push(number),
                None => other.push(name.to_vec()),
            }
        }
        known.sort_unstable();
        Ok((known, other))
    }

    pub(super) fn change_mode(&self, path: &Path, mode: Mode) -> Result<(), Errno> {
        let itself = self.refer(path)?;
        chmodat(CWD, by_descriptor(&itself, b"").as_slice(), fs_mode(mode), AtFlags::empty())
    }

    pub(super) fn change_time(
        &self,
        path: &Path,
        seconds: i64,
        nanoseconds: u32,
    ) -> Result<(), Errno> {
        if nanoseconds >= 1_000_000_000 {
            return Err(Errno::INVAL);
        }
        let times = Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() },
        };
        let itself = self.refer(path)?;
        utimensat(CWD, by_descriptor(&itself, b"").as_slice(), &times, AtFlags::empty())
    }
}

fn name(attribute: u8) -> Vec<u8> {
    [PREFIX, format!("a{attribute}").as_bytes()].concat()
}

fn number(name: &[u8]) -> Option<u8> {
    let digits = name.strip_prefix(PREFIX)?.strip_prefix(b"a")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
