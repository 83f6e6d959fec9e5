//! Room on a root's filesystem.
//!
//! Asks statvfs(3): size, what users without privilege can still fill (f_bavail), inodes, and the
//! block size (f_frsize). Where damage would make the kernel panic the mount point alone is asked.
//! A filesystem without a fixed number of inodes says 0, which is no number.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use reports::{Answer, Fact, FactName};
use rustix::fs::{StatVfs, fstatvfs, statvfs};

use super::place::{Place, panics};
use super::{Probe, Surroundings};
use crate::checks::errno_word;

/// Room on a root's filesystem.
pub(super) struct RootSpace;

const NAMES: [FactName; 5] = [
    FactName::SpaceSize,
    FactName::SpaceFree,
    FactName::InodesSize,
    FactName::InodesFree,
    FactName::BlockSize,
];

impl Probe for RootSpace {
    fn facts(&self) -> &'static [FactName] {
        &NAMES
    }

    fn asks_root_by_root(&self) -> bool {
        true
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        surroundings.places.iter().flat_map(of_place).collect()
    }
}

fn of_place(place: &Place) -> Vec<Fact> {
    let space = ask(place);
    let facts = NAMES.map(|name| {
        let answer = match &space {
            Ok(space) => number(name, space),
            Err(why) => Answer::unknown(why),
        };
        Fact::of_path(name, &place.name, answer, "statvfs(3)")
    });
    facts.into()
}

fn ask(place: &Place) -> Result<StatVfs, String> {
    let space = match &place.mount {
        Some(mount) if panics(mount) => statvfs(OsStr::from_bytes(&mount.point)),
        _ => fstatvfs(place.open()?),
    };
    space.map_err(|errno| format!("statvfs says {}", errno_word(errno)))
}

fn number(name: FactName, space: &StatVfs) -> Answer {
    let bytes = |blocks: u64| blocks.saturating_mul(space.f_frsize);
    match name {
        FactName::SpaceSize => Answer::is(bytes(space.f_blocks)),
        FactName::SpaceFree if space.f_blocks == 0 => Answer::unknown("no fixed size"),
        FactName::SpaceFree => Answer::is(bytes(space.f_bavail)),
        FactName::BlockSize => Answer::is(space.f_frsize),
        _ if space.f_files == 0 => Answer::unknown("no fixed number of inodes"),
        FactName::InodesSize => Answer::is(space.f_files),
        _ => Answer::is(space.f_favail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statvfs_is_told_in_bytes_and_inodes() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::of(dir.path());
        let space = statvfs(dir.path()).unwrap();
        let facts = of_place(&place);
        let number = |at: usize| facts[at].value().and_then(reports::FactValue::number);
        assert_eq!(number(0), Some(space.f_blocks * space.f_frsize));
        assert!(number(1) <= number(0) && number(3) <= number(2));
        assert_eq!(number(4), Some(space.f_frsize));
    }

    #[test]
    fn a_root_that_is_not_there_has_no_room_that_is_known() {
        let facts = of_place(&Place::of(std::path::Path::new("/no-such-root")));
        let unknown = Answer::unknown("the path: lookup says ENOENT");
        assert!(facts.len() == 5 && facts.iter().all(|fact| fact.answer == unknown), "{facts:?}");
    }

    #[test]
    fn what_has_no_fixed_number_of_inodes_says_so() {
        let facts = of_place(&Place::of(std::path::Path::new("/proc")));
        assert_eq!(facts[1].answer, Answer::unknown("no fixed size"));
        assert_eq!(facts[3].answer, Answer::unknown("no fixed number of inodes"));
    }
}
