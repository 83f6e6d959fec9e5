//! One night at a time: a lock that the kernel releases when its holders are gone, which are the
//! night and its step under way. A night that is killed may leave that step at work.

use std::io::{Read, Write};
use std::os::unix::fs::FileExt;

use anyhow::{Context, bail};
use reports::{PathName, Timestamp, escape_prose};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;

use super::store::Store;

/// The file that is locked.
const NAME: &str = ".lock";

/// The most that is read of who holds it, in bytes.
const LONGEST: u64 = 200;

/// A lock that is held as long as this is, or, where the process is killed, as long as a step runs.
pub struct Lock(std::fs::File);

impl Drop for Lock {
    /// A step that the kernel does not let go keeps no other night away.
    fn drop(&mut self) {
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

/// Takes the lock, or says who holds it.
pub fn take(store: &Store) -> anyhow::Result<Lock> {
    let shown = PathName::from(store.path.join(NAME).as_path()).escaped();
    // Steps inherit it: not closed when they are started.
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW;
    let mode = Mode::RUSR | Mode::WUSR;
    let file = openat(&store.folder, NAME, flags | OFlags::NONBLOCK, mode);
    let mut file = std::fs::File::from(file.with_context(|| format!("{shown}: open"))?);
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => {
            let mut holder = String::new();
            let _ = (&mut file).take(LONGEST).read_to_string(&mut holder);
            bail!(
                "another night is under way ({}); it, or a step that it left behind, holds {shown}: \
                 wait for its end, or stop it",
                escape_prose(holder.trim())
            );
        }
        Err(errno) => return Err(errno).with_context(|| format!("{shown}: flock")),
    }
    // Who holds it is told to others alone: that it cannot be written (a full disk) keeps nobody.
    let holder = format!("process {}, since {}\n", std::process::id(), Timestamp::now());
    let _ = file.set_len(0).and_then(|()| file.write_all_at(holder.as_bytes(), 0));
    let _ = file.flush();
    Ok(Lock(file))
}
