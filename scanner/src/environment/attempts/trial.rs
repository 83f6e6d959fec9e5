//! Calls with their names, tried in a process of their own, and what came of them.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::Pid;

use crate::checks::errno_word;
use crate::system_calls::{Call, Ended, attempt};

/// A call, and what people know it by.
#[derive(Debug)]
pub(super) struct Step {
    /// `mount(2) of an overlay`.
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) part: Part,
    call: Call,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It leads there.
    Way,
    /// It is what is tried.
    Matter,
    /// It shows that what was tried is of use.
    Proof,
}

impl Step {
    /// A step.
    pub(super) fn new(name: &'static str, part: Part, call: Call) -> Self {
        Step { name, part, call }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Everything worked.
    Works,
    /// A step did not.
    Failed {
        /// Its name.
        step: &'static str,
        /// What it is for.
        part: Part,
        /// What the kernel said.
        errno: Errno,
    },
    /// A filter of system calls killed it.
    Killed,
    /// It hung.
    Late {
        /// Whether its process is gone.
        gone: bool,
    },
    /// No process could be made for it.
    NoProcess(Errno),
}

impl Came {
    /// In words, for a fact's source or its reason.
    pub(super) fn words(self) -> String {
        match self {
            Came::Works => "it works".to_owned(),
            Came::Failed { step, errno, .. } => format!("{step}: {}", errno_word(errno)),
            Came::Killed => "its process was killed, as a filter of system calls does".to_owned(),
            Came::Late { gone: true } => "it hung and was killed".to_owned(),
            Came::Late { gone: false } => {
                "it hangs in the kernel; its process cannot be killed and is left behind".to_owned()
            }
            Came::NoProcess(errno) => format!("fork(2): {}", errno_word(errno)),
        }
    }

    /// Whether the user may not: settings, limits and filters say these.
    pub(super) fn is_forbidden(self) -> bool {
        match self {
            Came::Failed { errno, part, .. } => {
                let limit = part == Part::Way && matches!(errno, Errno::NOSPC | Errno::USERS);
                limit || matches!(errno, Errno::PERM | Errno::ACCESS | Errno::NOSYS)
            }
            Came::Killed => true,
            Came::Works | Came::Late { .. } | Came::NoProcess(_) => false,
        }
    }

    /// Whether the process that tried it is still there.
    pub(super) fn is_left_behind(self) -> bool {
        self == Came::Late { gone: false }
    }
}

/// Tries the steps, one after the other. At [`Call::HandOver`] `part` is called.
pub(super) fn try_out(steps: Vec<Step>, time_limit: Duration, part: &mut dyn FnMut(Pid)) -> Came {
    let names: Vec<_> = steps.iter().map(|step| (step.name, step.part)).collect();
    let calls: Vec<_> = steps.into_iter().map(|step| step.call).collect();
    match attempt(&calls, time_limit, part) {
        Ok(Ended::Done) => Came::Works,
        Ok(Ended::Failed { call, errno }) => {
            let (step, part) = names.get(call).copied().unwrap_or(("a step", Part::Way));
            Came::Failed { step, part, errno }
        }
        Ok(Ended::Killed) => Came::Killed,
        Ok(Ended::Late { gone }) => Came::Late { gone },
        Err(errno) => Came::NoProcess(errno),
    }
}

/// A text as the kernel takes it. None of ours holds a NUL, which would end it.
pub(super) fn c(text: impl AsRef<Path>) -> CString {
    let bytes = text.as_ref().as_os_str().as_bytes();
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    CString::new(bytes.get(..end).unwrap_or_default()).unwrap_or_default()
}
