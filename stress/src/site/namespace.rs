//! A mount namespace of our own: nobody else sees what is mounted in it, and the kernel takes it
//! apart when the process ends, however it ends.

use std::fs;

use nix::sched::{CloneFlags, unshare};
use rustix::io::Errno;
use rustix::mount::{MountPropagationFlags, mount_change};
use rustix::process::{getegid, geteuid};
use scanner::errno_name;

/// That this process, or thread, is in one. Only here may anything be mounted.
#[derive(Debug)]
pub struct Namespace {
    unprivileged: bool,
}

impl Namespace {
    /// Whether it is in a user namespace as well, which lets it mount tmpfs and overlay and
    /// nothing that has a device (user_namespaces(7)).
    pub fn is_unprivileged(&self) -> bool {
        self.unprivileged
    }
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum NamespaceError {
    /// Other threads would not be in it.
    #[error("a mount namespace is made before the first thread, and there are {count} threads")]
    Threads {
        /// How many threads there are.
        count: usize,
    },
    /// The kernel makes none for this user.
    #[error(
        "making a mount namespace: {call} says {}; be root, allow user namespaces \
         (user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns), or give \
         directories of filesystems that are mounted already (NAME=DIR)",
        errno_name(*errno)
    )]
    NotMade {
        /// What was tried.
        call: &'static str,
        /// What the kernel said.
        errno: Errno,
    },
}

/// Puts this process into a mount namespace of its own, for good. Where the user may not do that,
/// it is in a user namespace of its own too: with its own user and group, all others unknown there,
/// and every capability over what belongs to it, so that modes do not keep it from its own files.
///
/// After an error of the kernel the process may be in a user namespace that it cannot leave: then
/// it can only end.
pub fn enter_namespace() -> Result<Namespace, NamespaceError> {
    let count = fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if count > 1 {
        return Err(NamespaceError::Threads { count });
    }
    enter()
}

/// Puts this thread into one, and those that it starts.
pub(super) fn enter() -> Result<Namespace, NamespaceError> {
    let failed = |call| move |errno| NamespaceError::NotMade { call, errno };
    let unprivileged = match unshare(CloneFlags::CLONE_NEWNS) {
        Ok(()) => false,
        Err(nix::errno::Errno::EPERM) => {
            enter_user_namespace()?;
            true
        }
        Err(errno) => return Err(failed("unshare")(Errno::from_raw_os_error(errno as i32))),
    };
    // What is mounted here must not show elsewhere, nor the other way round.
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(failed("mount(MS_PRIVATE)"))?;
    Ok(Namespace { unprivileged })
}

fn enter_user_namespace() -> Result<(), NamespaceError> {
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    let flags = CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS;
    unshare(flags).map_err(|errno| NamespaceError::NotMade {
        call: "unshare",
        errno: Errno::from_raw_os_error(errno as i32),
    })?;
    // A group can only be mapped when no others can be taken on.
    write("/proc/self/setgroups", "deny")?;
    write("/proc/self/uid_map", &format!("{uid} {uid} 1\n"))?;
    write("/proc/self/gid_map", &format!("{gid} {gid} 1\n"))
}

fn write(path: &'static str, text: &str) -> Result<(), NamespaceError> {
    fs::write(path, text).map_err(|error| NamespaceError::NotMade {
        call: path,
        errno: Errno::from_io_error(&error).unwrap_or(Errno::IO),
    })
}
