//! A directory in which round trips are made: what it stands on, whether there is room, and the
//! scratch directory in it.

use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use reports::{CheckRun, PathName, Root};
use rustix::fs::{StatVfs, fstatvfs};
use rustix::io::Errno;

use super::abilities::{Abilities, try_out};
use super::options::TripError;
use super::packages::Size;
use crate::control::Control;
use crate::errors_policy::ErrorsPolicy;
use crate::filesystem::Filesystem;
use crate::footing::{Footing, describe};
use crate::kernel::ErrorCounters;
use crate::memory;
use crate::mounts::Mount;
use crate::scratch::{Kind, Scratch, ScratchError};

/// The most that stays free, in bytes.
const MOST_LEFT_FREE: u64 = 1 << 30;

/// Blocks of a directory whose index may be full: with blocks of 1 KiB some 2,000 were seen.
const LARGE: u64 = 500;

/// A place, ready for use.
pub struct Place {
    /// The directory, without symbolic links.
    pub path: PathBuf,
    /// What it stands on.
    pub filesystem: Filesystem,
    /// What that does when it meets damage.
    pub policy: Option<ErrorsPolicy>,
    /// Where the work is done.
    pub scratch: Scratch,
    /// What the filesystem keeps of what it is told.
    pub abilities: Abilities,
    /// The kernel's name of the device, and the errors that it had counted at the beginning.
    pub kernel: Option<(String, u64)>,
    /// What may be written before too little stays free.
    pub room: Size,
}

impl Place {
    /// Makes everything ready for so much to be written.
    pub fn prepare(path: &Path, size: Size, admit: Admit<'_>) -> Result<Self, TripError> {
        let footing = Footing::of(path)?;
        admit(path, &footing.filesystem, footing.policy)?;
        if footing.is_read_only() {
            return Err(ScratchError::read_only(&path.into()).into());
        }
        let Footing { filesystem, policy, space, path: whole } = footing;
        let mut room = room(path, &space, size)?;
        if filesystem.kind == "tmpfs" {
            room.bytes = room.bytes.min(memory_for(path, size)?);
        }
        let kernel = filesystem.mount.as_ref().and_then(Mount::device_name).and_then(|device| {
            let counted = ErrorCounters::read(&device)?.errors;
            Some((device, counted))
        });
        let scratch = match Scratch::make(&whole, Kind::Tar) {
            // The last room may just have been somebody else's.
            Err(error) if error.errno() == Errno::NOSPC => Scratch::make(&whole, Kind::Tar)
                .map_err(|error| full_in_spite(&whole, size, &error).unwrap_or(error.into()))?,
            made => made?,
        };
        let abilities = try_out(&scratch.beneath).map_err(|failure| TripError::Probe {
            path: PathName::new(super::arm::absolute(&scratch.path, &failure.path)),
            call: failure.call.word(),
            errno: failure.errno,
        })?;
        Ok(Place { path: whole, filesystem, policy, scratch, abilities, kernel, room })
    }

    /// What the report says of it.
    pub fn describe(&self, check: CheckRun) -> Root {
        describe(&self.path, &self.filesystem, self.policy, vec![check])
    }
}

/// Decides whether a filesystem with this policy may be written to, before anything is.
pub type Admit<'a> = &'a dyn Fn(&Path, &Filesystem, Option<ErrorsPolicy>) -> Result<(), TripError>;

/// That an ext4 makes no directory although it tells of room: for want of what its bitmaps hold. A
/// quota would say EDQUOT there, and others may use their last room before they tell so (btrfs). In a
/// large directory it may be the index that is full (large_dir, ext4(5)).
fn full_in_spite(path: &Path, size: Size, error: &ScratchError) -> Option<TripError> {
    let now = Footing::of(path).ok().filter(|_| error.errno() == Errno::NOSPC)?;
    let (inodes, bytes) = (now.space.f_favail, bytes_left(&now.space));
    let may_index_be_full = path.metadata().map_or(0, |it| it.len()) / LARGE >= now.space.f_frsize;
    let is_full = may_index_be_full
        || !now.filesystem.oddities.is_ext
        || room(path, &now.space, size).is_err();
    (!is_full).then(|| TripError::FullInSpite { path: path.into(), inodes, bytes })
}

/// Writing meets damage as looking does: under `errors=panic` it needs force, and what else comes
/// of it is said.
pub fn admit(
    path: &Path,
    policy: Option<ErrorsPolicy>,
    force: bool,
    control: &Control,
) -> Result<(), TripError> {
    match policy {
        Some(ErrorsPolicy::Panic) if !force => Err(TripError::ErrorsPanic { path: path.into() }),
        Some(ErrorsPolicy::RemountReadOnly) => {
            control.remark(&format!(
                "{}: mounted with errors=remount-ro: if damage is met, the kernel turns this mount \
                 read-only",
                PathName::from(path).escaped()
            ));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What is written to a tmpfs takes memory: no more than half of what is available.
fn memory_for(path: &Path, size: Size) -> Result<u64, TripError> {
    let available = memory::available().unwrap_or(u64::MAX);
    if size.bytes > available / 2 {
        return Err(TripError::NoMemory { path: path.into(), needed: size.bytes, available });
    }
    Ok(available / 2)
}

/// How many bytes may still be written to a directory's filesystem; none where it does not say.
pub fn room_left(directory: BorrowedFd<'_>) -> u64 {
    fstatvfs(directory).map_or(u64::MAX, |space| bytes_left(&space))
}

fn bytes_left(space: &StatVfs) -> u64 {
    // A tmpfs without a limit and some servers do not say how large they are.
    if space.f_blocks == 0 {
        return u64::MAX;
    }
    let whole = space.f_blocks.saturating_mul(space.f_frsize);
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    free.saturating_sub((whole / 20).min(MOST_LEFT_FREE))
}

/// How much may be written. A twentieth of the filesystem stays free, and no more than a
/// gibibyte, since others live there too.
fn room(path: &Path, space: &StatVfs, size: Size) -> Result<Size, TripError> {
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let room = bytes_left(space);
    // A file takes half a block more than its size, a directory a whole one.
    let needed = size.bytes.saturating_add(size.entries.saturating_mul(space.f_frsize));
    if needed > room {
        return Err(TripError::NoRoom { path: path.into(), needed, free });
    }
    // A filesystem that makes inodes as it needs them may say that it has none at all.
    let needed = size.entries.saturating_add(size.entries / 4);
    if space.f_files > 0 && needed > space.f_favail {
        return Err(TripError::NoInodes { path: path.into(), needed, free: space.f_favail });
    }
    let entries = if space.f_files > 0 { space.f_favail } else { u64::MAX };
    Ok(Size { entries, bytes: room })
}
