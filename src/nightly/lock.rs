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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use rustix::io::{FdFlags, fcntl_getfd};

    use super::*;
    use crate::nightly::config::Config;

    #[test]
    fn a_step_holds_it_until_the_night_has_come_to_its_end() {
        let top = tempfile::tempdir().unwrap();
        let text = format!("roots = [\"/proc\"]\nreports = \"{}/n\"", top.path().display());
        let config = Config::read(&text, Path::new("nightly.toml")).unwrap();
        let store = Store::open(&config).unwrap();
        let lock = take(&store).unwrap();
        let error = take(&store).map(drop).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        assert!(!fcntl_getfd(&lock.0).unwrap().contains(FdFlags::CLOEXEC), "steps inherit it");
        // One that the kernel does not let go keeps no other night away.
        let mut step = Command::new("/bin/sleep").arg("60").spawn().unwrap();
        drop(lock);
        let again = take(&store).map(drop);
        step.kill().and_then(|()| step.wait()).unwrap();
        again.unwrap();
    }
}
