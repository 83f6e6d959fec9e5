//! A mount of tmpfs in namespaces of one's own.
//!
//! Calls mount(2) over / there, which needs no directory and is seen by nobody. Proves that the
//! user can or cannot mount. As root it says nothing of those who are not.

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
        let mut steps = ground.steps(surroundings);
        let call = mount("tmpfs", "/", libc::MS_NOSUID | libc::MS_NODEV, "size=64k,mode=0700");
        steps.push(Step::new("mount(2)", Part::Matter, call));
        let came = try_out(steps, surroundings.time_limit, &mut |_| ());
        let (answer, source) = judge(came, ground.words());
        vec![Fact::of_machine(FactName::MountTmpfs, answer, source)]
    }
}

fn judge(came: Came, source: &str) -> (Answer, String) {
    match came {
        Came::Works => (Answer::is(true), source.to_owned()),
        came if came.is_forbidden() || is_kernel_without(came) => {
            (Answer::is(false), format!("{source}: {}", came.words()))
        }
        came => (Answer::unknown(came.words()), source.to_owned()),
    }
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
            let answer = judge(came, "tried").0;
            let flag = if let Answer::Value(value) = &answer { value.flag() } else { None };
            assert_eq!(flag, expected, "{came:?}");
        }
    }
}
