//! One night at a time: a lock that the kernel releases when its holders are gone, which are the
//! night and its step under way. A night that is killed may leave that step at work.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, bail};
use reports::{PathName, Timestamp, escape_prose};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;

use super::store::Store;

/// The file that is locked.
const NAME: &str = ".lock";

/// The most that is read of who holds it, in bytes.
const LONGEST: usize = 200;

/// How often it is tried to take it while others look.
const TRIES: u32 = 100;

/// The time between.
const PAUSE: Duration = Duration::from_millis(100);

/// A lock that is held as long as this is, or, where the process is killed, as long as a step runs.
pub struct Lock(File);

impl Drop for Lock {
    /// A step that the kernel does not let go keeps no other night away.
    fn drop(&mut self) {
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

/// Takes the lock, or says who holds it.
pub fn take(store: &Store) -> anyhow::Result<Lock> {
    // Steps inherit it: not closed when they are started.
    let file = open(store, OFlags::RDWR | OFlags::CREATE)?;
    let Some(mut file) = file else { bail!("{}: it went away", shown(store)) };
    hold_soon(store, &file)?;
    // Who holds it is told to others alone: that it cannot be written (a full disk) keeps nobody.
    let holder = format!("process {}, since {}\n", std::process::id(), Timestamp::now());
    let _ = file.set_len(0).and_then(|()| file.write_all_at(holder.as_bytes(), 0));
    let _ = file.flush();
    Ok(Lock(file))
}

/// Whether it could be taken. Nothing is made.
pub fn expect_free(store: &Store) -> anyhow::Result<()> {
    let file = open(store, OFlags::RDWR | OFlags::CLOEXEC)?;
    file.map_or(Ok(()), |file| {
        hold(store, &file, FlockOperation::NonBlockingLockShared).map(|()| drop(Lock(file)))
    })
}

/// Locks the file for a night. Others that merely look share it for a moment, which is waited for;
/// another night shares it with nobody.
fn hold_soon(store: &Store, file: &File) -> anyhow::Result<()> {
    let mut tries = TRIES;
    loop {
        let held = hold(store, file, FlockOperation::NonBlockingLockExclusive);
        tries -= 1;
        if held.is_ok() || tries == 0 || !is_merely_looked_at(file) {
            return held;
        }
        sleep(PAUSE);
    }
}

fn is_merely_looked_at(file: &File) -> bool {
    let shared = flock(file, FlockOperation::NonBlockingLockShared);
    shared.is_ok_and(|()| flock(file, FlockOperation::Unlock).is_ok())
}

/// Locks the file, or says who did.
fn hold(store: &Store, file: &File, how: FlockOperation) -> anyhow::Result<()> {
    match flock(file, how) {
        Ok(()) => Ok(()),
        Err(Errno::WOULDBLOCK) => {
            let mut holder = vec![0; LONGEST];
            let read = file.read_at(&mut holder, 0).unwrap_or_default();
            let holder = String::from_utf8_lossy(holder.get(..read).unwrap_or_default());
            bail!(
                "another night is under way ({}); it, or a step that it left behind, holds {}: wait for \
                 its end, or stop it",
                escape_prose(holder.trim()),
                shown(store)
            );
        }
        Err(errno) => Err(errno).with_context(|| format!("{}: flock", shown(store))),
    }
}

/// Opens the file; none where it is not there. What is none of a night's own says nothing of nights.
fn open(store: &Store, flags: OFlags) -> anyhow::Result<Option<File>> {
    let foreign = |what: &str| {
        anyhow::anyhow!("{}: it is {what}, and nights make a file of it; remove it", shown(store))
    };
    let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = match openat(&store.folder, NAME, flags, Mode::RUSR | Mode::WUSR) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::LOOP) => return Err(foreign("a symbolic link")),
        Err(Errno::ISDIR) => return Err(foreign("a folder")),
        Err(errno) => return Err(errno).with_context(|| format!("{}: open", shown(store))),
    };
    let metadata = file.metadata().with_context(|| format!("{}: stat", shown(store)))?;
    if metadata.is_file() { Ok(Some(file)) } else { Err(foreign("no regular file")) }
}

fn shown(store: &Store) -> String {
    PathName::from(store.path.join(NAME).as_path()).escaped()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use rustix::io::{FdFlags, fcntl_getfd};

    use super::*;
    use crate::nightly::config::Config;
    use crate::nightly::places::Places;

    #[test]
    fn a_step_holds_it_until_the_night_has_come_to_its_end() {
        let top = tempfile::tempdir().unwrap();
        let text = format!("roots = [\"/proc\"]\nreports = \"{}/n\"", top.path().display());
        let config = Config::read(&text, Path::new("nightly.toml")).unwrap();
        let store = Store::open(&config, &Places::find(&config)).unwrap();
        let lock = take(&store).unwrap();
        for held in [take(&store).map(drop), expect_free(&store)] {
            let error = held.unwrap_err().to_string();
            assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        }
        assert!(!fcntl_getfd(&lock.0).unwrap().contains(FdFlags::CLOEXEC), "steps inherit it");
        // One that the kernel does not let go keeps no other night away.
        let mut step = Command::new("/bin/sleep").arg("60").spawn().unwrap();
        drop(lock);
        let again = take(&store).map(drop);
        step.kill().and_then(|()| step.wait()).unwrap();
        again.unwrap();
    }

    /// A dry run just then makes no night fail.
    #[test]
    fn whoever_merely_looks_is_waited_for() {
        let top = tempfile::tempdir().unwrap();
        let store = Store::there(top.path().canonicalize().unwrap()).unwrap();
        drop(take(&store).unwrap());
        let looker = open(&store, OFlags::RDWR | OFlags::CLOEXEC).unwrap().unwrap();
        hold(&store, &looker, FlockOperation::NonBlockingLockShared).unwrap();
        expect_free(&store).unwrap();
        let looking = std::thread::spawn(move || {
            sleep(PAUSE * 8);
            drop(Lock(looker));
        });
        take(&store).unwrap();
        looking.join().unwrap();
    }

    #[test]
    fn what_is_none_of_a_nights_own_is_named() {
        let top = tempfile::tempdir().unwrap();
        let store = Store::there(top.path().canonicalize().unwrap()).unwrap();
        let path = top.path().join(NAME);
        expect_free(&store).unwrap();
        assert!(!path.exists(), "looking makes nothing");
        let refused = |expected: &str| {
            for refused in [take(&store).map(drop), expect_free(&store)] {
                let error = refused.unwrap_err().to_string();
                assert!(error.contains(expected) && error.ends_with("remove it"), "{error}");
            }
        };
        std::os::unix::fs::symlink("elsewhere", &path).unwrap();
        refused(".lock: it is a symbolic link");
        assert!(!top.path().join("elsewhere").exists());
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        refused(".lock: it is a folder");
        std::fs::remove_dir(&path).unwrap();
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(&store.folder, NAME, kind, Mode::RUSR | Mode::WUSR, 0).unwrap();
        refused(".lock: it is no regular file");
        std::fs::remove_file(&path).unwrap();
        drop(take(&store).unwrap());
        expect_free(&store).unwrap();
    }
}
