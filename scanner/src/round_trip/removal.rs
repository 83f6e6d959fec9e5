//! Removing a tree, and making sure that it is gone.
//!
//! What a filesystem does not remove, although it says so, shows as a directory that is not
//! empty, or as a name that is still there.

use std::thread::sleep;
use std::time::Duration;

use rustix::io::Errno;

use super::file_system::{Failure, FileSystem, Listed, join, split};
use super::removals::is_at_or_below;
use crate::inode_facts::FileKind;

/// How long what cannot be removed has to change its mind, each time.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(300)];

/// What is still there, and why.
#[derive(Debug)]
pub struct NotRemoved {
    /// What it is about.
    pub path: Vec<u8>,
    /// The call that failed; none where all calls said that they did it.
    pub failure: Option<Failure>,
    /// Names that the directory still lists.
    pub left: Vec<Vec<u8>>,
}

/// Removes a directory with all that is in it, and tells what stayed. A tree that is not there is
/// removed already.
pub fn remove_tree(on: &dyn FileSystem, path: &[u8]) -> Vec<NotRemoved> {
    let mut removal = Removal { on, failures: Vec::new() };
    removal.remove(path);
    removal.failures
}

/// The same, and tries again what did not work at once.
pub fn remove_patiently(on: &dyn FileSystem, path: &[u8]) -> Vec<NotRemoved> {
    let mut left = remove_tree(on, path);
    for pause in PAUSES {
        if left.is_empty() {
            break;
        }
        sleep(pause);
        left = remove_tree(on, path);
    }
    left
}

/// The same as [`remove_tree`], where others remove as well: what is gone already is as good as removed, and what
/// cannot be is left.
pub fn remove_what_is_there(on: &dyn FileSystem, path: &[u8]) {
    Removal { on, failures: Vec::new() }.remove(path);
}

struct Removal<'a> {
    on: &'a dyn FileSystem,
    failures: Vec<NotRemoved>,
}

/// A directory on the way down, and again on the way up.
enum Visit {
    Empty(Vec<u8>),
    Remove(Vec<u8>),
}

impl Removal<'_> {
    fn remove(&mut self, path: &[u8]) {
        let mut to_do = vec![Visit::Empty(path.to_vec())];
        while let Some(visit) = to_do.pop() {
            match visit {
                Visit::Empty(directory) => {
                    to_do.push(Visit::Remove(directory.clone()));
                    let below = self.empty(&directory);
                    to_do.extend(below.into_iter().map(Visit::Empty));
                }
                Visit::Remove(directory) => self.remove_directory(&directory),
            }
        }
        if self.failures.is_empty() {
            self.make_sure(path);
        }
    }

    /// Removes all names of a directory but those of directories, which it hands back.
    fn empty(&mut self, directory: &[u8]) -> Vec<Vec<u8>> {
        let listed = match self.list(directory) {
            Ok(listed) => listed,
            Err(failure) if failure.errno == Errno::NOENT => return Vec::new(),
            Err(failure) => {
                self.note(directory, failure);
                return Vec::new();
            }
        };
        let mut directories = Vec::new();
        for entry in listed {
            let path = join(directory, &entry.name);
            if entry.kind == FileKind::Directory {
                directories.push(path);
                continue;
            }
            match self.unlink(directory, &path) {
                // A listing need not know types, and it may be wrong.
                Err(failure) if failure.errno == Errno::ISDIR => directories.push(path),
                Err(failure) if failure.errno != Errno::NOENT => self.note(&path, failure),
                _ => {}
            }
        }
        directories
    }

    /// An archive may have made a directory that nobody may write to.
    fn unlink(&self, directory: &[u8], path: &[u8]) -> Result<(), Failure> {
        match self.on.unlink(path) {
            Err(failure) if failure.errno == Errno::ACCESS => {
                self.on.set_directory_mode(directory, 0o700)?;
                self.on.unlink(path)
            }
            done => done,
        }
    }

    /// Nor list.
    fn list(&self, directory: &[u8]) -> Result<Vec<Listed>, Failure> {
        match self.on.list(directory) {
            Err(failure) if failure.errno == Errno::ACCESS => {
                // The one above may have let itself be listed and not entered.
                let (above, _) = split(directory);
                if !above.is_empty() {
                    self.on.set_directory_mode(above, 0o700)?;
                }
                self.on.set_directory_mode(directory, 0o700)?;
                self.on.list(directory)
            }
            listed => listed,
        }
    }

    fn remove_directory(&mut self, directory: &[u8]) {
        let (above, _) = split(directory);
        let removed = match self.on.remove_directory(directory) {
            Err(failure) if failure.errno == Errno::ACCESS && !above.is_empty() => self
                .on
                .set_directory_mode(above, 0o700)
                .and_then(|()| self.on.remove_directory(directory)),
            done => done,
        };
        match removed {
            Err(failure) if failure.errno == Errno::NOTEMPTY => {
                // What could not be removed has been told.
                let told = |not: &NotRemoved| is_at_or_below(&not.path, directory);
                if !self.failures.iter().any(told) {
                    let left = self.on.list(directory).unwrap_or_default();
                    let left = left.into_iter().map(|entry| entry.name).collect();
                    let path = directory.to_vec();
                    self.failures.push(NotRemoved { path, failure: Some(failure), left });
                }
            }
            Err(failure) if failure.errno != Errno::NOENT => self.note(directory, failure),
            _ => {}
        }
    }

    /// Whether the name is gone, for a lookup and in the listing.
    fn make_sure(&mut self, path: &[u8]) {
        let (parent, name) = split(path);
        let looked = self.on.look(path);
        let found = !matches!(&looked, Err(failure) if failure.errno == Errno::NOENT);
        let listed = self.on.list(parent).unwrap_or_default();
        if found || listed.iter().any(|entry| entry.name == name) {
            let left = vec![name.to_vec()];
            self.failures.push(NotRemoved { path: path.to_vec(), failure: looked.err(), left });
        }
    }

    fn note(&mut self, path: &[u8], failure: Failure) {
        self.failures.push(NotRemoved {
            path: path.to_vec(),
            failure: Some(failure),
            left: Vec::new(),
        });
    }
}
