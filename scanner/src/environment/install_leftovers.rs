//! Directories that an interrupted npm install left.
//!
//! npm renames `node_modules/foo` to `node_modules/.foo-XXXXXXXX` and removes that at the end; the
//! eight characters are taken from the SHA-1 of the old path in base64, letters and digits alone
//! (@npmcli/arborist: lib/retire-path.js). Looks for such directories in every `node_modules`
//! a few levels below the root, without following links or crossing mounts, within bounds of
//! depth, number and time. A name proves nothing by itself: an install may be running.

use std::collections::{HashSet, VecDeque};
use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reports::{Answer, Fact, FactName};
use rustix::fs::{Dir, FileType, Mode, OFlags, open};

use super::place::Place;
use super::probe::Learnt;
use super::words::{bounded, verbatim};
use super::{Probe, Surroundings};
use crate::inode_facts::{FileKind, InodeFacts};
use crate::mounts;

/// Directories that an interrupted npm install left.
pub(super) struct InstallLeftovers;

/// How deep below a root a `node_modules` is looked for.
const DEEPEST: usize = 4;
/// Most directories that are read.
const MOST_DIRECTORIES: usize = 20_000;
/// Most names that are read.
const MOST_NAMES: usize = 2_000_000;
/// Most paths that are told.
const MOST_TOLD: usize = 20;

impl Probe for InstallLeftovers {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::InstallLeftovers]
    }

    fn asks_root_by_root(&self) -> bool {
        true
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let each = surroundings.places.iter().map(|place| {
            let Learnt { answer, source } = of_place(place, surroundings.time_limit / 2);
            Fact::of_path(FactName::InstallLeftovers, &place.name, answer, source)
        });
        each.collect()
    }
}

fn of_place(place: &Place, time: Duration) -> Learnt {
    if let Some(trouble) = &place.trouble {
        return Learnt::unknown(trouble, "not looked for");
    }
    let mut search = Search::new(Instant::now() + time);
    search.run(&place.path);
    search.end()
}

/// A directory to be read.
struct Due {
    path: PathBuf,
    depth: usize,
    is_packages: bool,
}

/// The search below one root.
struct Search {
    until: Instant,
    due: VecDeque<Due>,
    /// Where something is mounted.
    mounts: HashSet<PathBuf>,
    found: Vec<PathBuf>,
    read: usize,
    names: usize,
    /// Directories that could not be read.
    unread: usize,
    /// Why the search ended early.
    cut: Option<&'static str>,
}

impl Search {
    fn new(until: Instant) -> Self {
        let table = mounts::read().unwrap_or_default();
        let points = table.into_iter().map(|mount| OsStr::from_bytes(&mount.point).into());
        Search {
            until,
            due: VecDeque::new(),
            mounts: points.collect(),
            found: Vec::new(),
            read: 0,
            names: 0,
            unread: 0,
            cut: None,
        }
    }

    fn run(&mut self, root: &Path) {
        let is_packages = root.file_name() == Some(OsStr::new("node_modules"));
        self.due.push_back(Due { path: root.to_owned(), depth: 0, is_packages });
        while let Some(due) = self.due.pop_front() {
            self.cut = self.cut.or_else(|| self.why_cut());
            if self.cut.is_some() {
                return;
            }
            self.read += 1;
            if self.read_directory(&due).is_none() {
                self.unread += 1;
            }
        }
    }

    fn why_cut(&self) -> Option<&'static str> {
        if Instant::now() >= self.until {
            Some("the time was up")
        } else if self.read >= MOST_DIRECTORIES {
            Some("there are too many directories")
        } else if self.names >= MOST_NAMES {
            Some("there are too many names")
        } else {
            None
        }
    }

    /// Reads a directory; none: it cannot be read, or not to its end.
    fn read_directory(&mut self, due: &Due) -> Option<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = open(&due.path, flags, Mode::empty()).ok()?;
        for entry in Dir::read_from(&directory).ok()? {
            let entry = entry.ok()?;
            self.names += 1;
            if self.names.is_multiple_of(1024) && self.why_cut().is_some() {
                return Some(());
            }
            let is_directory = match entry.file_type() {
                FileType::Directory => true,
                FileType::Unknown => InodeFacts::of_entry(directory.as_fd(), entry.file_name())
                    .is_ok_and(|facts| facts.kind() == FileKind::Directory),
                _ => false,
            };
            if is_directory {
                self.meet(due, entry.file_name().to_bytes());
            }
        }
        Some(())
    }

    /// Takes up a directory that was met.
    fn meet(&mut self, above: &Due, name: &[u8]) {
        let path = above.path.join(OsStr::from_bytes(name));
        if matches!(name, b"." | b".." | b".git") || self.mounts.contains(&path) {
            return;
        }
        let is_scope = name.starts_with(b"@");
        if above.is_packages && is_retired(name) {
            self.found.push(path);
        } else if above.is_packages && is_scope {
            self.due.push_back(Due { path, depth: above.depth, is_packages: true });
        } else if !above.is_packages && above.depth < DEEPEST {
            let is_packages = name == b"node_modules";
            self.due.push_back(Due { path, depth: above.depth + 1, is_packages });
        }
    }

    fn end(mut self) -> Learnt {
        self.found.sort();
        let named: Vec<_> = self.found.iter().filter_map(|path| verbatim(path)).collect();
        let nameless = self.found.len() - named.len();
        let count = named.len();
        let told = bounded(named.into_iter().take(MOST_TOLD));
        let source = self.words(told.len(), count, nameless);
        if told.is_empty() && nameless > 0 {
            let why = format!("there are {nameless}, with names that cannot be shown");
            return Learnt::unknown(why, source);
        }
        if told.is_empty() && self.read == self.unread {
            return Learnt::unknown("the directory cannot be read", source);
        }
        Learnt::new(Answer::is(told), source)
    }

    /// What was looked at, what was not, and what of it is told.
    fn words(&self, told: usize, named: usize, nameless: usize) -> String {
        let read = self.read;
        let looked_at =
            format!("names in node_modules, {DEEPEST} levels deep, {read} directories read");
        let unread = (self.unread > 0).then(|| format!("{} could not be read", self.unread));
        let cut = self.cut.map(|cut| format!("not all was looked at: {cut}"));
        let left_out = (told < named).then(|| format!("{told} of {named} are told"));
        let nameless =
            (nameless > 0).then(|| format!("{nameless} more with names that cannot be shown"));
        let all = [Some(looked_at), unread, cut, left_out, nameless];
        all.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// `.foo-Ab3dEf9h`. Eight small letters are a word that others put behind a name; of what npm makes
/// hardly any looks like that.
fn is_retired(name: &[u8]) -> bool {
    let Some((front, hash)) = name.split_last_chunk::<8>() else { return false };
    let Some(package) = front.strip_prefix(b".").and_then(|front| front.strip_suffix(b"-")) else {
        return false;
    };
    !package.is_empty()
        && hash.iter().all(u8::is_ascii_alphanumeric)
        && hash.iter().any(|byte| !byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn names_that_npm_makes_are_known() {
        let retired = [".foo-Ab3dEf9h", ".a-b.c-00000000", ".\u{fc}-ABCDEFGH", ".a-abcdefg1"];
        let others = [
            ".foo-internal",
            ".foo-Ab3dEf9",
            ".foo-Ab3dEf9hh",
            ".foo-Ab3d+f9h",
            ".foo-Ab3d_f9h",
            "foo-Ab3dEf9h",
            ".-Ab3dEf9h",
            ".fooAb3dEf9h",
            ".bin",
            "",
        ];
        for name in retired {
            assert!(is_retired(name.as_bytes()), "{name}");
        }
        for name in others {
            assert!(!is_retired(name.as_bytes()), "{name}");
        }
    }

    /// The paths that are told of a tree of these directories, and the source.
    fn search(directories: &[&str]) -> (Vec<String>, String) {
        let dir = tempfile::tempdir().unwrap();
        directories.iter().for_each(|path| fs::create_dir_all(dir.path().join(path)).unwrap());
        fs::write(dir.path().join("file"), "").unwrap();
        symlink("a", dir.path().join("link")).unwrap();
        let learnt = of_place(&Place::of(dir.path()), Duration::from_secs(20));
        let Answer::Value(value) = &learnt.answer else { panic!("{learnt:?}") };
        let top = format!("{}/", dir.path().canonicalize().unwrap().display());
        let paths = value.list().unwrap().iter().map(|path| path.replacen(&top, "", 1));
        (paths.collect(), learnt.source)
    }

    #[test]
    fn leftovers_are_found_where_npm_leaves_them() {
        let (paths, source) = search(&[
            "node_modules/.z-Ab3dEf9h",
            "node_modules/@s/.x-Ab3dEf9h",
            "node_modules/ok/node_modules/.deep-Ab3dEf9h",
            "node_modules/.bin",
            "a/b/c/node_modules/.four-Ab3dEf9h",
            "a/b/c/d/node_modules/.five-Ab3dEf9h",
            "a/.no-packages-Ab3dEf9h",
            ".git/node_modules/.git-Ab3dEf9h",
        ]);
        let expected = [
            "a/b/c/node_modules/.four-Ab3dEf9h",
            "node_modules/.z-Ab3dEf9h",
            "node_modules/@s/.x-Ab3dEf9h",
        ];
        assert_eq!(paths, expected);
        assert!(!source.contains("not all"), "{source}");
        assert_eq!(search(&["a"]).0, [""; 0]);
    }

    #[test]
    fn many_are_cut_with_their_number() {
        let names: Vec<_> = (0..25).map(|n| format!("node_modules/.p{n:02}-Ab3dEf9h")).collect();
        let (paths, source) = search(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(paths.len(), MOST_TOLD);
        assert!(source.ends_with("20 of 25 are told"), "{source}");
    }

    #[test]
    fn only_a_path_that_a_command_can_name_is_told() {
        let (paths, source) = search(&[
            "node_modules/.a-Ab3dEf9h",
            "node_modules/.\u{1b}-Ab3dEf9h",
            "node_modules/.a\\-Ab3dEf9h",
        ]);
        assert_eq!(paths, ["node_modules/.a-Ab3dEf9h"]);
        assert!(source.ends_with("; 2 more with names that cannot be shown"), "{source}");
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("node_modules/.\n-Ab3dEf9h")).unwrap();
        let learnt = of_place(&Place::of(dir.path()), Duration::from_secs(20));
        let why = "there are 1, with names that cannot be shown";
        assert_eq!(learnt.answer, Answer::unknown(why), "none would be wrong");
    }

    #[test]
    fn a_search_without_time_says_that_it_saw_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let learnt = of_place(&Place::of(dir.path()), Duration::ZERO);
        assert!(matches!(learnt.answer, Answer::Unknown(_)));
        assert!(learnt.source.ends_with("the time was up"), "{}", learnt.source);
        let none = of_place(&Place::of(Path::new("/no-such-root")), Duration::ZERO);
        assert_eq!(none.answer, Answer::unknown("the path: lookup says ENOENT"));
    }
}
