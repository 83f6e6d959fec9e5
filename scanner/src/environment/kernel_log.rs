//! Whether the kernel's log can be read.
//!
//! Opens /dev/kmsg and reads one record, which changes nothing. Containers seldom have that file.
//! Proves that the log can or cannot be read there; `dmesg` may have another way (syslog(2)).

use reports::{Answer, Fact, FactName};
use rustix::io::Errno;

use super::probe::Learnt;
use super::{Probe, Surroundings};
use crate::checks::errno_word;
use crate::kernel::try_log;

/// Whether the kernel's log can be read.
pub(super) struct KernelLog;

const SOURCE: &str = "/dev/kmsg";

impl Probe for KernelLog {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::KernelLog]
    }

    fn learn(&self, _: &Surroundings) -> Vec<Fact> {
        vec![judge(try_log()).of_machine(FactName::KernelLog)]
    }
}

fn judge(read: Result<(), Errno>) -> Learnt {
    match read {
        Ok(()) => Learnt::new(Answer::is(true), SOURCE),
        Err(errno @ (Errno::PERM | Errno::ACCESS | Errno::NOENT | Errno::NXIO | Errno::NODEV)) => {
            Learnt::new(Answer::is(false), format!("{SOURCE}: {}", errno_word(errno)))
        }
        Err(errno) => Learnt::unknown(errno_word(errno), SOURCE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_an_answer() {
        assert_eq!(judge(Ok(())).answer, Answer::is(true));
        assert_eq!(judge(Err(Errno::PERM)).answer, Answer::is(false));
        assert_eq!(judge(Err(Errno::PERM)).source, "/dev/kmsg: EPERM");
        assert_eq!(judge(Err(Errno::NOENT)).answer, Answer::is(false));
        assert_eq!(judge(Err(Errno::MFILE)).answer, Answer::unknown("EMFILE"));
    }
}
