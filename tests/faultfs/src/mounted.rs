//! The filesystem in its place.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use fuser::{BackgroundSession, Config, MountOption, SessionACL};
use rustix::io::Errno;
use rustix::mount::{UnmountFlags, unmount};

use crate::script::Script;
use crate::shown::FaultFs;

/// Threads that answer calls: one that sleeps must not keep the others from being answered.
const THREADS: usize = 4;

/// How long it may be in use when it is unmounted.
const BUSY: Duration = Duration::from_secs(10);

/// A mounted filesystem. It is unmounted when this is dropped.
#[derive(Debug)]
pub struct Mounted {
    session: BackgroundSession,
    script: Arc<Script>,
    point: PathBuf,
}

impl Mounted {
    /// Shows `folder` at `point`, which exists, with the faults of `script`. Errors are those of
    /// mount(2), or of opening /dev/fuse.
    pub fn new(folder: &Path, point: &Path, script: Script) -> io::Result<Self> {
        let script = Arc::new(script);
        let mut config = Config::default();
        config.mount_options = vec![
            MountOption::FSName("faultfs".to_owned()),
            MountOption::Subtype("faultfs".to_owned()),
            MountOption::DefaultPermissions,
        ];
        config.acl = SessionACL::All;
        config.n_threads = Some(THREADS);
        let filesystem = FaultFs::new(folder, Arc::clone(&script));
        let session = fuser::spawn_mount(filesystem, point, &config)?;
        Ok(Mounted { session, script, point: point.to_owned() })
    }

    /// How often each rule broke its promise so far, in their order.
    pub fn fired(&self) -> Vec<u64> {
        self.script.fired()
    }

    /// Unmounts it and waits until its threads have ended.
    pub fn unmount(self) -> io::Result<()> {
        // A process that another thread is just starting has all that is open here for a moment.
        let begun = Instant::now();
        let mut unmounted = unmount(&self.point, UnmountFlags::empty());
        while unmounted == Err(Errno::BUSY) && begun.elapsed() < BUSY {
            sleep(Duration::from_millis(5));
            unmounted = unmount(&self.point, UnmountFlags::empty());
        }
        let ended = match unmounted {
            Ok(()) => self.session.join(),
            // Whoever may not do it himself leaves it to fusermount.
            Err(_) => self.session.umount_and_join(),
        };
        match ended {
            // A thread that was just answering sees the connection end: it ended all the same.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => Ok(()),
            ended => ended,
        }
    }
}
