//! Where the layers of an overlay that is tried lie: in a directory of their own, on the
//! filesystem that Docker's data root is on, and gone afterwards.

use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use reports::PathName;
use rustix::fs::{Mode, mkdirat};

use super::super::Surroundings;
use super::super::docker_roots::docker_root;
use super::super::place::panics;
use super::super::standing::Standing;
use super::super::words::shown;
use crate::checks::errno_word;
use crate::inode_facts::{Device, InodeFacts};
use crate::kernel::ErrorCounters;
use crate::mounts::Mount;
use crate::round_trip::open_directory;
use crate::scratch::{Kind, Scratch, clean, leftovers};

/// Makes a scratch directory on Docker's filesystem; an error says why there is none.
pub(super) fn find(surroundings: &Surroundings) -> Result<Scratch, String> {
    let root = docker_root(surroundings).path?;
    let Standing { mount, ancestor } = Standing::of(&root)?;
    let ancestor = ancestor
        .filter(|_| !panics(&mount))
        .ok_or_else(|| format!("{}: nothing may be looked up there", shown(&root)))?;
    speaks_against(&mount).map_or(Ok(()), Err)?;
    let device = device_of(&ancestor)?;
    let untouched = surroundings.untouched.as_deref().map_err(String::clone)?;
    let mut why = Vec::new();
    for place in candidates(surroundings, &ancestor) {
        match try_place(untouched, &place, device) {
            Ok(scratch) => return Ok(scratch),
            Err(error) => why.push(format!("{}: {error}", shown(&place))),
        }
    }
    let root = shown(&root);
    Err(format!("no directory on the filesystem of {root} can be written to: {}", why.join(", ")))
}

/// Why nothing is written to a filesystem.
fn speaks_against(mount: &Mount) -> Option<String> {
    let counters = mount.device_name().as_deref().and_then(ErrorCounters::read);
    let damaged = counters.is_some_and(|counters| counters.errors > 0);
    let point = || shown(String::from_utf8_lossy(&mount.point).as_ref());
    damaged.then(|| {
        format!("{}: the kernel has errors of it on record: nothing is written there", point())
    })
}

/// Directories for what lives a moment, then the place itself.
fn candidates(surroundings: &Surroundings, ancestor: &Path) -> Vec<PathBuf> {
    let given = [surroundings.directory("TMPDIR"), surroundings.home(), Some(ancestor.to_owned())];
    let usual = ["/var/tmp", "/tmp"].map(PathBuf::from);
    let mut all: Vec<PathBuf> = Vec::new();
    for place in usual.into_iter().chain(given.into_iter().flatten()) {
        if !all.contains(&place) {
            all.push(place);
        }
    }
    all
}

fn try_place(untouched: &[PathBuf], place: &Path, device: Device) -> Result<Scratch, String> {
    let by_table = crate::mounts::of_path(place);
    if by_table.as_ref().is_some_and(panics) {
        return Err("errors=panic".to_owned());
    }
    let resolved = place.canonicalize().map_err(|error| error.kind().to_string())?;
    if untouched.iter().any(|untouched| resolved.starts_with(untouched)) {
        return Err("nothing is to be written below it".to_owned());
    }
    if device_of(&resolved)? != device {
        return Err("another filesystem".to_owned());
    }
    // Empty directories that a run left which was killed here.
    for leftover in leftovers(&resolved, Kind::Environment).unwrap_or_default() {
        let _ = clean(&leftover);
    }
    Scratch::make(&resolved, Kind::Environment).map_err(|error| errno_word(error.errno()))
}

fn device_of(directory: &Path) -> Result<Device, String> {
    let says = |call: &'static str| move |errno| format!("{call} says {}", errno_word(errno));
    let opened = open_directory(directory).map_err(says("open"))?;
    Ok(InodeFacts::of_descriptor(opened.as_fd()).map_err(says("statx"))?.device())
}

/// The directories of an overlay, in one directory of a scratch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layers {
    /// The name of that directory.
    pub(super) directory: &'static str,
}

impl Layers {
    /// Makes them.
    pub(super) fn make(self, scratch: &Scratch) -> Result<(), String> {
        let make = |path: &str| {
            let made = mkdirat(scratch.directory(), path, Mode::RWXU);
            made.map_err(|errno| format!("mkdir says {}", errno_word(errno)))
        };
        make(self.directory)?;
        let names = ["lower1", "lower2", "upper", "work", "merged"];
        names.iter().try_for_each(|name| make(&format!("{}/{name}", self.directory)))
    }
}

/// The directory that a scratch lies in.
pub(super) fn place_of(scratch: &Scratch) -> String {
    shown(scratch.path.parent().unwrap_or(&scratch.path))
}

/// Removes it, and tells what is left.
pub(super) fn leave(scratch: Scratch) -> Option<String> {
    let path = PathName::from(scratch.path.as_path());
    if scratch.keep {
        return Some(format!("{} is left behind", path.escaped()));
    }
    scratch.close().err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::tests::Fixture;
    use super::*;

    fn names(directory: &Path) -> usize {
        fs::read_dir(directory).unwrap().count()
    }

    #[test]
    fn a_place_is_worked_in_and_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let device = device_of(dir.path()).unwrap();
        let mut killed = Scratch::make(dir.path(), Kind::Environment).unwrap();
        killed.keep = true;
        drop(killed);
        // A child of another test may hold its lock until it runs a program of its own.
        let is_left = || leftovers(dir.path(), Kind::Environment).is_ok_and(|all| !all.is_empty());
        for _ in 0..1000 {
            if is_left() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let scratch = try_place(&[], dir.path(), device).unwrap();
        assert_eq!(names(dir.path()), 1, "what another left is gone");
        Layers { directory: "plain" }.make(&scratch).unwrap();
        assert!(scratch.path.join("plain/merged").is_dir());
        assert_eq!(leave(scratch), None);
        assert_eq!(names(dir.path()), 0);
    }

    #[test]
    fn some_places_are_not_worked_in() {
        let dir = tempfile::tempdir().unwrap();
        let device = device_of(dir.path()).unwrap();
        let why = |untouched: &[PathBuf], place: &Path, device| {
            try_place(untouched, place, device).unwrap_err()
        };
        assert_eq!(why(&[], dir.path(), (0, 0)), "another filesystem");
        assert_eq!(why(&[], &dir.path().join("none"), device), "entity not found");
        let untouched = [dir.path().canonicalize().unwrap()];
        let below = dir.path().join("below");
        fs::create_dir(&below).unwrap();
        assert_eq!(why(&untouched, &below, device), "nothing is to be written below it");
        assert_eq!(names(&below), 0);
    }

    #[test]
    fn a_place_that_is_there_twice_is_tried_once() {
        let mut fixture = Fixture::of_this_system();
        fixture.set("TMPDIR", "/tmp");
        fixture.set("HOME", "/home/coder");
        let all = candidates(&fixture.0, Path::new("/var/lib"));
        assert_eq!(all, ["/var/tmp", "/tmp", "/home/coder", "/var/lib"].map(PathBuf::from));
    }
}
