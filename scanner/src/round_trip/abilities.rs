//! What the filesystem keeps of what it is told, tried out before anything is judged by it.
//!
//! vfat keeps no modes, a default access control list replaces the umask, ext4 with small inodes
//! keeps whole seconds.

use super::file_system::{Creation, Failure, FileSystem};
use crate::inode_facts::InodeTime;

/// A name for trying things out.
const PROBE: &[u8] = b"probe";

/// A time with nanoseconds, and modes that differ from what anybody would make up.
const TIME: InodeTime = (1_234_567_890, 123_456_789);
const MODE: u32 = 0o751;

/// What it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// The permission bits that a new file can have at most: those that the umask, or a default
    /// access control list, leaves.
    pub left_by_umask: u32,
    /// A mode that is set is the mode that is told.
    pub keeps_modes: bool,
    /// A time that is set is the time that is told, within so many nanoseconds below it; none
    /// where it is another one altogether.
    pub time_grain: Option<u64>,
    /// The earliest and latest times that it can tell, where it has such: others become these.
    pub ends_of_time: [Option<InodeTime>; 2],
}

/// Times that few filesystems can tell: 1970 is before vfat begins, 2477 behind ext4's end.
const EARLY: InodeTime = (0, 0);
const LATE: InodeTime = (16_000_000_000, 0);

/// Tries it.
pub fn try_out(on: &dyn FileSystem) -> Result<Abilities, Failure> {
    let file = on.open(PROBE, Creation::Exclusive, 0o777)?;
    let made = on.look(PROBE)?.mode;
    // That either cannot be set is told by what is there afterwards.
    let _ = on.set_mode(&file, MODE);
    let _ = on.set_times(&file, TIME);
    let looked = on.look(PROBE)?;
    let end = |time| {
        let _ = on.set_times(&file, time);
        let told = on.look(PROBE).ok().map(|looked| looked.modified_at);
        told.filter(|told| *told != time)
    };
    let ends_of_time = [end(EARLY), end(LATE)];
    on.close(file)?;
    on.unlink(PROBE)?;
    Ok(Abilities {
        left_by_umask: made & 0o777,
        keeps_modes: looked.mode == MODE,
        time_grain: grain(looked.modified_at),
        ends_of_time,
    })
}

/// How coarse times are, told by one.
fn grain(told: InodeTime) -> Option<u64> {
    let lost = nanoseconds(TIME).checked_sub(nanoseconds(told))?;
    // vfat keeps every other second.
    let grains = [0, 100, 1_000, 1_000_000, 1_000_000_000, 2_000_000_000];
    grains.into_iter().find(|grain| lost == 0 || lost < *grain)
}

fn nanoseconds((seconds, nanoseconds): InodeTime) -> u64 {
    (seconds as u64).saturating_mul(1_000_000_000).saturating_add(nanoseconds.into())
}

impl Abilities {
    /// Whether a time that was set may be told as another one.
    pub fn is_same_time(&self, set: InodeTime, told: InodeTime) -> bool {
        let Some(grain) = self.time_grain else { return true };
        let lost = nanoseconds(set).checked_sub(nanoseconds(told));
        let [first, last] = self.ends_of_time;
        set == told
            || lost.is_some_and(|lost| lost < grain)
            || (Some(told) == first && set < told)
            || (Some(told) == last && set > told)
            || set.0 < 0
    }
}
