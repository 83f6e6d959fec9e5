//! Whose a scratch directory is: the process that made it, as it stands in the mark.
//!
//! Numbers of processes come again, in small containers every night. With the moment at which it
//! was started, in ticks since boot (proc_pid_stat(5)), and the boot itself, a number belongs to one
//! process for good.

use std::fs;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::str::FromStr;

/// The longest that stands in a mark, in bytes.
const LONGEST: u64 = 200;

/// How many fields of proc_pid_stat(5) stand between the name, which may hold anything, and the
/// moment of the start.
const BEFORE_START: usize = 19;

/// A process that makes scratch directories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner(String);

impl Owner {
    /// The process of this number, which must not have been waited for; none where /proc does not
    /// tell of it.
    pub fn of_process(number: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        let start = fields.split_whitespace().nth(BEFORE_START)?;
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        format!("{number}.{start}.{}", boot.trim()).parse().ok()
    }

    /// What a mark says; none where it is empty or says something else.
    pub(super) fn of_mark(mark: OwnedFd) -> Option<Self> {
        let mut text = String::new();
        fs::File::from(mark).take(LONGEST).read_to_string(&mut text).ok()?;
        text.parse().ok()
    }

    /// As a word of a command line, and in marks.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Owner {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |part: &str| {
            !part.is_empty() && part.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-')
        };
        match text.splitn(4, '.').collect::<Vec<_>>()[..] {
            [number, start, boot] if [number, start, boot].into_iter().all(is_word) => {
                Ok(Owner(text.to_owned()))
            }
            _ => Err("not NUMBER.START.BOOT"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_itself_alone() {
        let own = Owner::of_process(std::process::id()).unwrap();
        assert_eq!(own.as_str().parse(), Ok(own.clone()));
        assert_eq!(Owner::of_process(std::process::id()), Some(own.clone()));
        let mut other = std::process::Command::new("/bin/sleep").arg("60").spawn().unwrap();
        let others = Owner::of_process(other.id());
        other.kill().and_then(|()| other.wait()).unwrap();
        assert_ne!(others.unwrap(), own);
        assert_eq!(Owner::of_process(other.id()), None, "it is gone");
        for text in ["", "1.2", "1..3", "1.2.3.4", "1.2.x/y", "1.2.3\n"] {
            assert!(text.parse::<Owner>().is_err(), "{text}");
        }
    }
}
