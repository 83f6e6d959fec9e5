//! The filesystem in its place.

use std::io;
use std::path::Path;
use std::sync::Arc;

use fuser::{BackgroundSession, Config, MountOption, SessionACL};

use crate::script::Script;
use crate::shown::FaultFs;

/// Threads that answer calls: one that sleeps must not keep the others from being answered.
const THREADS: usize = 4;

/// A mounted filesystem. It is unmounted when this is dropped.
#[derive(Debug)]
pub struct Mounted {
    session: BackgroundSession,
    script: Arc<Script>,
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
        Ok(Mounted { session, script })
    }

    /// How often each rule broke its promise so far, in their order.
    pub fn fired(&self) -> Vec<u64> {
        self.script.fired()
    }

    /// Unmounts it and waits until its threads have ended.
    pub fn unmount(self) -> io::Result<()> {
        match self.session.umount_and_join() {
            // A thread that was just answering sees the connection end: it ended all the same.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => Ok(()),
            ended => ended,
        }
    }
}
