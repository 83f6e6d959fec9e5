//! Where operations run at night: the targets of `fscan stress`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use reports::PathName;
use rustix::fs::{CWD, Mode, OFlags, openat};
use stress::site::Space;

use super::config::{Config, StressStep};
use crate::arguments::Place;

/// The targets that are named, or every root and the folder of the control arm; and what should be
/// known of the latter.
pub fn of(config: &Config, stress: &StressStep) -> (Vec<Place>, Option<String>) {
    if !stress.targets.is_empty() {
        return (stress.targets.clone(), None);
    }
    let remark = without_control(config, stress);
    let control = config.control.as_ref().filter(|_| remark.is_none());
    let mut taken = BTreeSet::new();
    let target = |(number, place): (usize, &PathBuf)| Place {
        name: free_name(place, number, &mut taken),
        directory: place.clone(),
    };
    let places = config.roots.iter().chain(control).enumerate();
    (places.map(target).collect(), remark)
}

/// Why the usual folder of the control arm, which nobody named, is not worked in: it is in memory,
/// and in containers often small. All of the step would fail for it.
fn without_control(config: &Config, stress: &StressStep) -> Option<String> {
    let control = config.control.as_ref().filter(|_| !config.control_is_named)?;
    let lacks_room = lacks_room(control, stress.max_bytes);
    lacks_room.then(|| {
        format!(
            "{}: too little is free for `[stress] max-bytes` ({} MiB), so stress compares with nothing \
             there; allow less, or name another folder (`control`)",
            PathName::from(control.as_path()).escaped(),
            stress.max_bytes >> 20
        )
    })
}

/// Whether a folder in memory has no room for so many bytes. What cannot be asked has.
fn lacks_room(folder: &Path, bytes: u64) -> bool {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    let space = openat(CWD, folder, flags, Mode::empty());
    let space = space.and_then(|folder| Space::of(folder.as_fd()));
    let memory = scanner::available_memory().is_some_and(|available| bytes > available / 2);
    memory || space.is_ok_and(|space| !space.has_room_for(bytes))
}

/// A name for a target. Names have to differ, and directories may be called the same.
fn free_name(place: &Path, number: usize, taken: &mut BTreeSet<String>) -> String {
    let name = place.file_name().map_or("root".into(), OsStr::to_string_lossy).replace('=', "-");
    let numbered = |number: usize| match number {
        0 => name.clone(),
        _ => format!("{name}-{}", number + 1),
    };
    let mut names = (number..).map(numbered);
    names.find(|name| taken.insert(name.clone())).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_names_of_their_own() {
        for (places, expected) in [
            (["/home", "/data", "/srv"], ["home", "data-2", "srv-3"]),
            (["/p/y-2", "/q/y", "/r/y"], ["y-2", "y-3", "y-4"]),
            (["/p/y-2", "/q/y", "/"], ["y-2", "y-3", "root-3"]),
            (["/p/y-2", "/q/y", "/a=b"], ["y-2", "y-3", "a-b-3"]),
        ] {
            let mut taken = BTreeSet::new();
            let name = |(number, place)| free_name(Path::new(place), number, &mut taken);
            let names: Vec<_> = places.into_iter().enumerate().map(name).collect();
            assert_eq!(names, expected);
        }
    }

    /// Where the usual folder is too small, the roots are hammered all the same.
    #[test]
    fn the_control_arm_that_nobody_named_is_no_condition() {
        for (named, bytes, expected, remarked) in [
            (false, 1, &["home=/home", "tmp-2=/tmp"][..], false),
            (false, u64::MAX, &["home=/home"], true),
            // It was asked for: the step says what is missing.
            (true, u64::MAX, &["home=/home", "tmp-2=/tmp"], false),
        ] {
            let text = "roots = [\"/home\"]";
            let mut config = Config::read(text, Path::new("nightly.toml")).unwrap();
            (config.control, config.control_is_named) = (Some("/tmp".into()), named);
            let mut stress = config.stress.take().unwrap();
            stress.max_bytes = bytes;
            let (targets, remark) = of(&config, &stress);
            let told = |it: &Place| format!("{}={}", it.name, it.directory.display());
            assert_eq!(targets.iter().map(told).collect::<Vec<_>>(), expected, "{named} {bytes}");
            assert_eq!(remark.is_some(), remarked, "{remark:?}");
        }
    }
}
