//! What the kernel does about damage of a root's filesystem, and what it has on record.
//!
//! Looks at `errors=` (/proc/fs/ext4/DEV/options, else the mount table) and at the counters of ext4
//! (/sys/fs/ext4/DEV/errors_count, first_error_time, last_error_time). A count above 0 proves that
//! the kernel met damage since the last fsck; none proves nothing.

use reports::{Answer, Fact, FactName};

use super::place::Place;
use super::words::shown;
use super::{Probe, Surroundings};
use crate::errors_policy::ErrorsPolicy;
use crate::kernel::ErrorCounters;
use crate::mounts::Mount;
use crate::oddities;

/// What the kernel does about damage, and what it has on record.
pub(super) struct RootErrors;

impl Probe for RootErrors {
    fn facts(&self) -> &'static [FactName] {
        &[
            FactName::ErrorsPolicy,
            FactName::KernelErrors,
            FactName::KernelFirstError,
            FactName::KernelLastError,
        ]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        surroundings.places.iter().flat_map(of_place).collect()
    }
}

fn of_place(place: &Place) -> [Fact; 4] {
    let device = place.mount().and_then(ext4_device);
    let directory = device.as_ref().map_or_else(|_| "DEV".to_owned(), shown);
    let counters = device.and_then(|device| {
        let counters = ErrorCounters::read(&device);
        counters.ok_or_else(|| "the counters cannot be read".to_owned())
    });
    let count = super::probe::answer(counters.as_ref().map(|it| it.errors).map_err(String::clone));
    let time = |of: fn(&ErrorCounters) -> Option<u64>| match &counters {
        Ok(counters) => {
            of(counters).map_or_else(|| Answer::unknown("no error is on record"), Answer::is)
        }
        Err(why) => Answer::unknown(why),
    };
    let fact = |name, answer, file: &str| {
        Fact::of_path(name, &place.name, answer, format!("/sys/fs/ext4/{directory}/{file}"))
    };
    let (policy, source) = policy(place);
    [
        Fact::of_path(FactName::ErrorsPolicy, &place.name, policy, source),
        fact(FactName::KernelErrors, count, "errors_count"),
        fact(FactName::KernelFirstError, time(ErrorCounters::first_time), "first_error_time"),
        fact(FactName::KernelLastError, time(ErrorCounters::last_time), "last_error_time"),
    ]
}

/// The kernel's name of the device, where ext4 keeps counters for it.
fn ext4_device(mount: &Mount) -> Result<String, String> {
    if !oddities::of(&mount.filesystem).is_ext {
        return Err(format!("{} keeps no counters", shown(&mount.filesystem)));
    }
    mount.device_name().ok_or_else(|| "the device has no name in /sys/dev/block".to_owned())
}

fn policy(place: &Place) -> (Answer, &'static str) {
    let source = "/proc/fs/ext4, /proc/thread-self/mountinfo";
    let answer = match place.mount() {
        Ok(mount) => match ErrorsPolicy::of(mount) {
            Some(policy) => Answer::is(policy.to_string()),
            None if oddities::of(&mount.filesystem).is_ext => {
                Answer::unknown("neither /proc/fs/ext4 nor the mount table says")
            }
            None => Answer::unknown(format!("{} has no such policy", shown(&mount.filesystem))),
        },
        Err(why) => Answer::unknown(why),
    };
    (answer, source)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::mounts::parse;

    fn learn(line: &str) -> [Fact; 4] {
        let mut place = Place::unresolved(Path::new("/mnt"), "not looked up".to_owned());
        place.mount = parse(line.as_bytes()).pop();
        of_place(&place)
    }

    #[test]
    fn other_filesystems_have_neither_policy_nor_counters() {
        let [policy, errors, first, _] = learn("1 0 0:99 / /mnt rw - tmpfs tmpfs rw\n");
        assert_eq!(policy.answer, Answer::unknown("tmpfs has no such policy"));
        assert_eq!(errors.answer, Answer::unknown("tmpfs keeps no counters"));
        assert_eq!(first.answer, Answer::unknown("tmpfs keeps no counters"));
    }

    #[test]
    fn the_mount_table_tells_the_policy_where_proc_does_not() {
        let line = "1 0 0:99 / /mnt rw - ext4 /dev/none rw,errors=remount-ro\n";
        let [policy, errors, ..] = learn(line);
        assert_eq!(policy.answer, Answer::is("remount-ro"));
        assert_eq!(errors.answer, Answer::unknown("the counters cannot be read"));
        assert_eq!(errors.source, "/sys/fs/ext4/none/errors_count");
        assert_eq!(learn("")[0].answer, Answer::unknown("not looked up"));
    }
}
