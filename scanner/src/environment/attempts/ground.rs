//! The way into a mount namespace of one's own.

use rustix::thread::{CapabilitySet, capabilities};

use super::super::Surroundings;
use super::trial::{Part, Step, c};
use crate::system_calls::Call;

/// How the namespace is come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// With the right to mount (CAP_SYS_ADMIN): a mount namespace alone.
    Privileged,
    /// Without it: in a user namespace, which gives that right inside.
    UserNamespace,
}

impl Ground {
    /// The one that this process can have.
    pub(super) fn of_this_process() -> Self {
        if has(CapabilitySet::SYS_ADMIN) { Ground::Privileged } else { Ground::UserNamespace }
    }

    /// As it stands in a fact's source.
    pub(super) fn words(self) -> &'static str {
        match self {
            Ground::Privileged => "tried in a mount namespace",
            Ground::UserNamespace => "tried in a user and mount namespace",
        }
    }

    /// The steps there. The user is root inside, as containers without root have it.
    pub(super) fn steps(self, surroundings: &Surroundings) -> Vec<Step> {
        let mut steps = match self {
            Ground::Privileged => vec![unshare(libc::CLONE_NEWNS)],
            Ground::UserNamespace => {
                let mut steps = vec![unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS)];
                steps.extend(map_own(surroundings));
                steps
            }
        };
        // What is mounted here must not show where others look.
        let flags = libc::MS_REC | libc::MS_PRIVATE;
        steps.push(Step::new("mount(2) with MS_PRIVATE", Part::Way, mount("none", "/", flags, "")));
        steps
    }
}

/// Whether the process has a capability.
pub(super) fn has(capability: CapabilitySet) -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(capability))
}

/// A new namespace.
pub(super) fn unshare(flags: libc::c_int) -> Step {
    Step::new("unshare(2)", Part::Way, Call::Unshare(flags))
}

/// The user's own ids, which anybody may map (user_namespaces(7)).
fn map_own(surroundings: &Surroundings) -> [Step; 3] {
    let write = |name, file: &str, text: String| {
        Step::new(name, Part::Way, Call::Write { file: c(file), text: c(text) })
    };
    let (user, group) = (surroundings.user, surroundings.group);
    [
        write("writing /proc/self/setgroups", "/proc/self/setgroups", "deny".to_owned()),
        write("writing /proc/self/uid_map", "/proc/self/uid_map", format!("0 {user} 1\n")),
        write("writing /proc/self/gid_map", "/proc/self/gid_map", format!("0 {group} 1\n")),
    ]
}

/// A mount of a filesystem that no device is behind.
pub(super) fn mount(kind: &str, target: &str, flags: libc::c_ulong, options: &str) -> Call {
    Call::Mount { source: c(kind), target: c(target), kind: c(kind), flags, options: c(options) }
}
