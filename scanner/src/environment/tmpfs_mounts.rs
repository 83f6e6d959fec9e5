//! Where tmpfs is mounted, and how large each is.
//!
//! Looks at the mount table and statvfs(3) of each. Those below /proc and /sys are left out: they
//! hide files from a container and take no data.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use reports::{Answer, Fact, FactName};
use rustix::fs::statvfs;

use super::probe::Learnt;
use super::words::{bounded, shown};
use super::{Probe, Surroundings};
use crate::checks::errno_word;
use crate::mounts::{self, Mount};

/// Where tmpfs is mounted.
pub(super) struct TmpfsMounts;

const SOURCE: &str = "/proc/thread-self/mountinfo, statvfs(3)";

/// Most mounts that are told of.
const MOST: usize = 50;

impl Probe for TmpfsMounts {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::TmpfsMounts, FactName::SharedMemorySize]
    }

    fn learn(&self, _: &Surroundings) -> Vec<Fact> {
        let learnt = match mounts::read() {
            Ok(table) => list(&points(&table)),
            Err(error) => Learnt::unknown(format!("the mount table: {error}"), SOURCE),
        };
        vec![
            learnt.of_machine(FactName::TmpfsMounts),
            shared_memory().of_machine(FactName::SharedMemorySize),
        ]
    }
}

/// Where a tmpfs can be seen: nothing is mounted over it on the same point.
fn points(table: &[Mount]) -> Vec<&Path> {
    let hidden = |point: &Path| ["/proc", "/sys"].iter().any(|above| point.starts_with(above));
    let points = table.iter().enumerate().filter_map(|(position, mount)| {
        let point = Path::new(OsStr::from_bytes(&mount.point));
        let last = table.iter().rposition(|other| other.point == mount.point);
        let counts = mount.filesystem == "tmpfs" && last == Some(position) && !hidden(point);
        counts.then_some(point)
    });
    points.collect()
}

fn list(points: &[&Path]) -> Learnt {
    let rows = points.iter().take(MOST).map(|point| format!("{}: {}", shown(point), size(point)));
    let rows = bounded(rows);
    let source = if points.len() > rows.len() {
        format!("{SOURCE}; {} of {} are told", rows.len(), points.len())
    } else {
        SOURCE.to_owned()
    };
    Learnt::new(Answer::is(rows), source)
}

fn size(point: &Path) -> String {
    match bytes(point) {
        Ok(0) => "no limit".to_owned(),
        Ok(bytes) => format!("{bytes} bytes"),
        Err(why) => why,
    }
}

fn bytes(point: &Path) -> Result<u64, String> {
    let space = statvfs(point).map_err(|errno| format!("statvfs says {}", errno_word(errno)))?;
    Ok(space.f_blocks.saturating_mul(space.f_frsize))
}

fn shared_memory() -> Learnt {
    let path = Path::new("/dev/shm");
    let source = "/dev/shm, statvfs(3)";
    let is_mount = mounts::of_path(path).is_some_and(|mount| mount.point == b"/dev/shm");
    match bytes(path) {
        Ok(_) if !is_mount => Learnt::unknown("nothing is mounted there", source),
        Ok(bytes) => Learnt::new(Answer::is(bytes), source),
        Err(why) => Learnt::unknown(why, source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tmpfs_that_can_be_seen_counts() {
        let table = b"1 0 0:1 / / rw - ext4 /dev/vda rw\n\
            2 1 0:2 / /tmp rw - tmpfs tmpfs rw\n\
            3 1 0:3 /null /proc/kcore rw - tmpfs tmpfs rw\n\
            4 1 0:4 / /over rw - tmpfs tmpfs rw\n\
            5 4 0:5 / /over rw - ext4 /dev/vdb rw\n\
            6 1 0:6 / /a\\040b rw - tmpfs tmpfs rw\n\
            7 1 0:7 / /process rw - tmpfs tmpfs rw\n";
        let table = mounts::parse(table);
        assert_eq!(points(&table), ["/tmp", "/a b", "/process"].map(Path::new));
    }

    #[test]
    fn what_cannot_be_asked_says_why() {
        let Learnt { answer, .. } = list(&[Path::new("/no-such-directory")]);
        assert_eq!(answer, Answer::is(vec!["/no-such-directory: statvfs says ENOENT".to_owned()]));
    }

    #[test]
    fn long_lists_are_cut_with_their_number() {
        let long: Vec<_> = (0..20).map(|n| format!("/none{n}{}", "x".repeat(990))).collect();
        let paths = |names: &[String]| list(&names.iter().map(Path::new).collect::<Vec<_>>());
        let Learnt { answer: Answer::Value(value), source } = paths(&long) else { panic!() };
        assert_eq!(value.list().unwrap().len(), 8);
        assert!(source.ends_with("; 8 of 20 are told"), "{source}");
        let many: Vec<_> = (0..60).map(|n| format!("/none{n}")).collect();
        assert!(paths(&many).source.ends_with("; 50 of 60 are told"));
    }
}
