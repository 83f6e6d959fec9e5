//! Where operations run at night: the targets of `fscan stress`.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::config::{Config, StressStep};

/// The targets that are named, or every root and the folder of the control arm, as words of a
/// command line.
pub fn words(config: &Config, stress: &StressStep) -> Vec<OsString> {
    if !stress.targets.is_empty() {
        let targets = stress.targets.iter();
        return targets.map(|target| word(&target.name, &target.directory)).collect();
    }
    let places = config.roots.iter().chain(&config.control);
    let mut taken = BTreeSet::new();
    let target =
        |(number, place): (usize, &PathBuf)| word(&free_name(place, number, &mut taken), place);
    places.enumerate().map(target).collect()
}

fn word(name: &str, directory: &Path) -> OsString {
    let mut word = OsString::from(format!("{name}="));
    word.push(directory);
    word
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
}
