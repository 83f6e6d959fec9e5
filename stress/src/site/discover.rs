//! The filesystems that are there: what a user of this machine writes to.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;

use scanner::Footing;

use super::{LeftOut, Limits, Site};

/// What was found.
#[derive(Debug)]
pub struct Discovered {
    /// One of each type of filesystem.
    pub sites: Vec<Site>,
    /// Where none is, and why.
    pub left_out: Vec<LeftOut>,
}

/// Looks in the home directory (`home`), /tmp (`tmp`), /dev/shm (`shm`) and the current directory
/// (`here`).
pub fn discover(limits: &Limits) -> Discovered {
    among(candidates(), limits)
}

/// Where filesystems are made: TMPDIR, which means nothing where it is empty, or /tmp.
pub fn temporary() -> PathBuf {
    let named = env::var_os("TMPDIR").filter(|named| !named.is_empty());
    named.map_or_else(|| "/tmp".into(), PathBuf::from)
}

/// Where runs work that were not told where, each directory once: what killed ones left is there.
pub fn usual_places() -> BTreeSet<PathBuf> {
    let candidates = candidates().into_iter().filter_map(|(_, directory)| directory);
    let all = candidates.chain([temporary()]);
    all.filter_map(|directory| directory.canonicalize().ok()).collect()
}

type Candidate = (&'static str, Option<PathBuf>);

fn candidates() -> Vec<Candidate> {
    vec![
        ("home", env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)),
        ("tmp", Some("/tmp".into())),
        ("shm", Some("/dev/shm".into())),
        ("here", env::current_dir().ok()),
    ]
}

fn among(candidates: Vec<Candidate>, limits: &Limits) -> Discovered {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Discovered { sites: Vec::new(), left_out: Vec::new() };
    for (name, directory) in candidates {
        let out = |why: String| LeftOut::new(name, &why);
        let by_design = |why: String| LeftOut { by_design: true, ..out(why) };
        let there = directory.filter(|directory| directory.exists());
        let site = there.ok_or_else(|| by_design("there is no such directory".to_owned()));
        let site = site.and_then(|directory| {
            let footing = Footing::of(&directory).map_err(|error| out(error.to_string()))?;
            match known.get(footing.kind()) {
                Some(other) => Err(by_design(format!("it is on {} as {other} is", footing.kind()))),
                None => {
                    Site::given(name, &directory, limits).map_err(|error| out(error.to_string()))
                }
            }
        });
        match site {
            Ok(site) => {
                known.insert(site.filesystem.clone(), name);
                found.sites.push(site);
            }
            Err(left_out) => found.left_out.push(left_out),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_bytes: 1 << 20, max_inodes: 100, force: false };

    #[test]
    fn one_of_each_type_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let here = || Some(dir.path().to_owned());
        let missing = Some(dir.path().join("missing"));
        let found = among(
            vec![("none", None), ("missing", missing), ("one", here()), ("two", here())],
            &LIMITS,
        );
        let names: Vec<_> = found.sites.iter().map(|site| site.name.as_str()).collect();
        assert_eq!(names, ["one"]);
        let why: Vec<_> = found.left_out.iter().map(|out| out.why.as_str()).collect();
        let [none, missing, two] = why[..] else { panic!("{why:?}") };
        assert_eq!([none, missing], ["there is no such directory"; 2]);
        assert!(found.left_out.iter().all(|out| out.by_design), "nothing is amiss");
        assert_eq!(two, format!("it is on {} as one is", found.sites[0].filesystem));
    }
}
