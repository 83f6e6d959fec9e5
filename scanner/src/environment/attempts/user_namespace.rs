//! A new user namespace.
//!
//! Calls unshare(2) with CLONE_NEWUSER. Proves that the user can or cannot make one now; what may
//! be done in it is another matter, which AppArmor may restrict.

use reports::{Answer, Fact, FactName};
use rustix::io::Errno;

use super::super::{Probe, Surroundings};
use super::ground::unshare;
use super::trial::{Came, try_out};

/// A new user namespace.
pub(in super::super) struct NewUserNamespace;

impl Probe for NewUserNamespace {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::UserNamespaces]
    }

    fn tries(&self) -> bool {
        true
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let steps = vec![unshare(libc::CLONE_NEWUSER)];
        let came = try_out(steps, surroundings.time_limit, &mut |_| ());
        let (answer, source) = judge(came);
        vec![Fact::of_machine(FactName::UserNamespaces, answer, source)]
    }
}

const SOURCE: &str = "tried: unshare(2), CLONE_NEWUSER";

/// A kernel that was built without them says EINVAL.
fn judge(came: Came) -> (Answer, String) {
    match came {
        Came::Works => (Answer::is(true), SOURCE.to_owned()),
        Came::Failed { errno: Errno::INVAL, .. } => {
            (Answer::is(false), format!("{SOURCE}: EINVAL"))
        }
        came if came.is_forbidden() => (Answer::is(false), format!("{SOURCE}: {}", came.words())),
        came => (Answer::unknown(came.words()), SOURCE.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::Part;
    use super::*;

    #[test]
    fn a_refusal_is_an_answer_and_a_shortage_none() {
        let failed = |errno| Came::Failed { step: "unshare(2)", part: Part::Way, errno };
        let cases = [
            (Came::Works, Some(true)),
            (failed(Errno::PERM), Some(false)),
            (failed(Errno::NOSPC), Some(false)),
            (failed(Errno::USERS), Some(false)),
            (failed(Errno::INVAL), Some(false)),
            (failed(Errno::NOSYS), Some(false)),
            (Came::Killed, Some(false)),
            (failed(Errno::NOMEM), None),
            (Came::Late { gone: true }, None),
            (Came::NoProcess(Errno::AGAIN), None),
        ];
        for (came, expected) in cases {
            let answer = judge(came).0;
            let flag = if let Answer::Value(value) = &answer { value.flag() } else { None };
            assert_eq!(flag, expected, "{came:?}");
        }
    }
}
