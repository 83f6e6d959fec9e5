//! A mount of tmpfs where it would be used.
//!
//! Calls mount(2) over / in a mount namespace of its own, which needs no directory and is seen by
//! nobody. Proves that the user can or cannot mount. Without CAP_SYS_ADMIN a tmpfs can be had in a
//! user namespace at most, which is of no use to those outside; that is tried for the source alone.

use reports::{Answer, Fact, FactName};
use rustix::io::Errno;

use super::super::{Probe, Surroundings};
use super::ground::{Ground, mount};
use super::trial::{Came, Part, Step, try_out};

/// A mount of tmpfs.
pub(in super::super) struct TmpfsMount;

impl Probe for TmpfsMount {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::MountTmpfs]
    }

    fn tries(&self) -> bool {
        true
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let ground = Ground::of_this_process();
        let (answer, source) = judge(try_mount(surroundings, ground), ground);
        vec![Fact::of_machine(FactName::MountTmpfs, answer, source)]
    }
}

fn try_mount(surroundings: &Surroundings, ground: Ground) -> Came {
    let mut steps = ground.steps(surroundings);
    let call = mount("tmpfs", "/", libc::MS_NOSUID | libc::MS_NODEV, "size=64k,mode=0700");
    steps.push(Step::new("mount(2)", Part::Matter, call));
    try_out(steps, surroundings.time_limit, &mut |_| ())
}

fn judge(came: Came, ground: Ground) -> (Answer, String) {
    match ground {
        Ground::Privileged => judge_privileged(came, ground.words()),
        Ground::UserNamespace => {
            let there = match came {
                Came::Works => "it works".to_owned(),
                came if is_refused(came) => format!("it is refused ({})", came.words()),
                came => format!("that is not known ({})", came.words()),
            };
            let source = format!("needs CAP_SYS_ADMIN; in a user namespace of one's own {there}");
            (Answer::is(false), source)
        }
    }
}

fn judge_privileged(came: Came, source: &str) -> (Answer, String) {
    match came {
        Came::Works => (Answer::is(true), source.to_owned()),
        came if is_refused(came) => (Answer::is(false), format!("{source}: {}", came.words())),
        came => (Answer::unknown(came.words()), source.to_owned()),
    }
}

fn is_refused(came: Came) -> bool {
    came.is_forbidden() || is_kernel_without(came)
}

/// Whether the kernel was built without what is asked for.
fn is_kernel_without(came: Came) -> bool {
    matches!(
        came,
        Came::Failed { part: Part::Matter, errno: Errno::NODEV, .. }
            | Came::Failed { step: "unshare(2)", errno: Errno::INVAL, .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forbids_is_an_answer() {
        let failed = |step, part, errno| Came::Failed { step, part, errno };
        let cases = [
            (Came::Works, Some(true)),
            (failed("mount(2)", Part::Matter, Errno::PERM), Some(false)),
            (failed("mount(2)", Part::Matter, Errno::NODEV), Some(false)),
            (failed("unshare(2)", Part::Way, Errno::NOSPC), Some(false)),
            (failed("unshare(2)", Part::Way, Errno::INVAL), Some(false)),
            (failed("writing /proc/self/uid_map", Part::Way, Errno::PERM), Some(false)),
            (failed("writing /proc/self/uid_map", Part::Way, Errno::NOENT), None),
            (failed("mount(2)", Part::Matter, Errno::NOSPC), None),
            (failed("mount(2) with MS_PRIVATE", Part::Way, Errno::INVAL), None),
        ];
        for (came, expected) in cases {
            let answer = judge(came, Ground::Privileged).0;
            let flag = if let Answer::Value(value) = &answer { value.flag() } else { None };
            assert_eq!(flag, expected, "{came:?}");
        }
    }

    #[test]
    fn a_user_namespace_is_no_place_for_others() {
        let failed = |errno| Came::Failed { step: "unshare(2)", part: Part::Way, errno };
        for (came, due) in [
            (Came::Works, "it works"),
            (failed(Errno::PERM), "it is refused (unshare(2): EPERM)"),
            (failed(Errno::NOMEM), "that is not known (unshare(2): ENOMEM)"),
        ] {
            let (answer, source) = judge(came, Ground::UserNamespace);
            assert_eq!(answer, Answer::is(false), "{came:?}");
            assert!(source.starts_with("needs CAP_SYS_ADMIN; ") && source.ends_with(due));
        }
    }
}
