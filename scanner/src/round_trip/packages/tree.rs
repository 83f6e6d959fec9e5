//! The files of a tree itself, packed: a package for each directory that a `node_modules` holds,
//! and one for all the rest.
//!
//! What is listed and cannot be opened shows here first: that is how damaged directories look to
//! whoever reads them.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use reports::TarClassification;
use rustix::io::Errno;
use walkdir::{DirEntry, WalkDir};

use super::files::unlike;
use super::{Contents, Package, Size, SourceError, Supply};
use crate::archive::{Operation, PackError, PackNotice, Trouble, pack_tree};
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;
use crate::manifest::Compression;
use crate::round_trip::beneath::{Beneath, open_directory};
use crate::round_trip::evidence::OnTheSpot;
use crate::round_trip::file_system::{Call, Failure, join, split};
use crate::round_trip::removals::Removals;
use crate::round_trip::trouble::{Stumble, Witness};
use crate::scratch;

/// A tree that is packed, and what could not be packed of it.
#[derive(Debug)]
pub struct Tree {
    /// Its root.
    pub root: PathBuf,
    /// Whether it stands on a filesystem of the kernel's own.
    pub answers_for_itself: bool,
    beneath: Beneath,
    /// Directories that are packages of their own, as paths below the root.
    packages: HashSet<Vec<u8>>,
    troubles: Mutex<Troubles>,
}

/// What could not be packed, each once however often it is tried.
#[derive(Debug, Default)]
pub struct Troubles {
    /// Calls that failed.
    pub stumbles: Vec<Stumble>,
    /// What this user may not read.
    pub denied: Vec<Vec<u8>>,
    /// What lies too deep to be reached by its path.
    pub too_long: Vec<Vec<u8>>,
    /// What went away, or changed while it was read.
    pub volatile: u64,
    known: HashSet<Vec<u8>>,
}

/// A part of a tree.
#[derive(Clone, Debug)]
pub struct Branch {
    tree: Arc<Tree>,
    /// Its directory, as a path below the root.
    below: Vec<u8>,
}

/// The branches of a tree.
pub fn supply(root: &Path) -> Result<Supply, SourceError> {
    let opened = root.canonicalize().and_then(|root| Ok((open_directory(&root)?, root)));
    let (directory, root) = opened.map_err(|error| SourceError::Unreadable {
        path: root.into(),
        call: "open",
        error,
        hint: "; give a directory that can be read",
    })?;
    let facts = InodeFacts::of_descriptor(directory.as_fd());
    let filesystem = facts.map(|facts| Filesystem::of(directory.as_fd(), &facts));
    let mut tree = Tree {
        answers_for_itself: filesystem.is_ok_and(|fs| fs.oddities.answers_for_itself),
        beneath: Beneath::new(directory),
        packages: HashSet::new(),
        troubles: Mutex::default(),
        root,
    };
    let size = tree.find_packages();
    if size.entries == 0 && tree.lock().known.is_empty() {
        return Err(SourceError::Nothing {
            path: tree.root.as_path().into(),
            what: "there is nothing in it to pack; give another tree: --from-tree=TREE",
        });
    }
    let tree = Arc::new(tree);
    let name = tree.root.file_name().unwrap_or(OsStr::new("tree")).as_bytes().to_vec();
    let mut taken = HashSet::new();
    let mut below: Vec<_> = tree.packages.iter().cloned().collect();
    below.sort();
    let whole = std::iter::once((name, Vec::new()));
    let parts = below.into_iter().map(|below| (package_name(&below), below));
    let packages = whole.chain(parts).map(|(name, below)| Package {
        name: unlike(&name, &mut taken),
        contents: Contents::Packed(Arc::new(Branch { tree: Arc::clone(&tree), below })),
    });
    let packages = packages.collect();
    Ok(Supply { packages, size: Some(size), tree: Some(tree), ..Supply::default() })
}

/// `foo` or `@scope/foo` of a path that ends so.
fn package_name(below: &[u8]) -> Vec<u8> {
    let (above, name) = split(below);
    let (_, scope) = split(above);
    if scope.starts_with(b"@") { join(scope, name) } else { name.to_vec() }
}

impl Tree {
    /// Finds the packages, and how much there is.
    fn find_packages(&mut self) -> Size {
        let mut size = Size::default();
        let walk = WalkDir::new(&self.root).min_depth(1).same_file_system(true);
        for entry in walk.into_iter().filter_entry(|entry| !is_scratch(entry)) {
            match entry.and_then(|entry| Ok((entry.metadata()?, entry))) {
                Ok((metadata, entry)) => {
                    size.entries += 1;
                    if metadata.is_file() {
                        // Holes are not written out again.
                        let bytes = metadata.len().min(metadata.blocks().saturating_mul(512));
                        size.bytes = size.bytes.saturating_add(bytes);
                    } else if metadata.is_dir() && is_package(entry.path()) {
                        self.packages.insert(self.below(entry.path()));
                    }
                }
                Err(error) => self.note_walk(&error),
            }
        }
        size
    }

    fn below(&self, path: &Path) -> Vec<u8> {
        path.strip_prefix(&self.root).unwrap_or(path).as_os_str().as_bytes().to_vec()
    }

    fn note_walk(&self, error: &walkdir::Error) {
        let number = error.io_error().and_then(io::Error::raw_os_error);
        let (Some(path), Some(number)) = (error.path(), number) else { return };
        self.note(Call::List, self.below(path), Errno::from_raw_os_error(number));
    }

    /// Finds out at once why something cannot be read.
    fn note(&self, call: Call, path: Vec<u8>, errno: Errno) {
        if !self.lock().known.insert(path.clone()) {
            return;
        }
        let removals = Removals::default();
        let witness =
            OnTheSpot { beneath: &self.beneath, removals: &removals, kernel: None, shared: true };
        let failure = Failure { call, errno, path, to: None, parent: None };
        let stumble = witness.look_into(failure, Instant::now(), false, Vec::new());
        let mut troubles = self.lock();
        match stumble.classification {
            // Others work in the tree; only what contradicts itself is told.
            TarClassification::ParentRemoved => troubles.volatile += 1,
            TarClassification::Permission => troubles.denied.push(stumble.path),
            _ if errno == Errno::NAMETOOLONG => troubles.too_long.push(stumble.path),
            _ => troubles.stumbles.push(stumble),
        }
    }

    /// What could not be packed so far.
    pub fn take_troubles(&self) -> Troubles {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Troubles> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Our own scratch directories are no part of the tree.
fn is_scratch(entry: &DirEntry) -> bool {
    scratch::is_ours(entry.file_name().as_bytes())
}

/// Whether a directory lies in a `node_modules`, or in a scope that does. What npm and pnpm keep
/// there under hidden names is theirs.
fn is_package(path: &Path) -> bool {
    fn name_of(path: Option<&Path>) -> Option<&[u8]> {
        path.and_then(Path::file_name).map(OsStr::as_bytes)
    }
    let hidden_or_scope = |name: &[u8]| name.starts_with(b".") || name.starts_with(b"@");
    let parent = path.parent();
    let modules = |path: Option<&Path>| name_of(path) == Some(b"node_modules");
    let scoped = name_of(parent).is_some_and(|name| name.starts_with(b"@"));
    let plain = name_of(Some(path)).is_some_and(|name| !hidden_or_scope(name));
    plain && (modules(parent) || (scoped && modules(parent.and_then(Path::parent))))
}

impl Branch {
    /// Packs it, compressed, on a thread of its own while it is read.
    pub fn pack(&self) -> io::Result<PipeReader> {
        let (reader, writer) = io::pipe()?;
        let branch = self.clone();
        thread::Builder::new().name("pack".to_owned()).spawn(move || branch.write(writer))?;
        Ok(reader)
    }

    fn write(&self, output: PipeWriter) {
        let tree = &self.tree;
        let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY;
        let root = match tree.beneath.open_at(&self.below, flags, rustix::fs::Mode::empty()) {
            Ok(root) => root,
            Err(errno) => return tree.note(Call::List, self.below.clone(), errno),
        };
        let mut skip = |path: &[u8]| {
            let (_, name) = split(path);
            scratch::is_ours(name) || tree.packages.contains(&join(&self.below, path))
        };
        let mut notice = |notice: PackNotice<'_>| self.note(&notice);
        let output = io::BufWriter::with_capacity(1 << 16, output);
        match pack_tree(root.as_fd(), output, Compression::Gzip, &mut skip, &mut notice) {
            // Who reads has stopped, or notices that the archive ends too early.
            Ok(_) | Err(PackError::Output(_)) => {}
            Err(PackError::Root { operation, errno }) => {
                tree.note(call_of(operation), self.below.clone(), errno);
            }
        }
    }

    fn note(&self, notice: &PackNotice<'_>) {
        let path = join(&self.below, notice.path);
        match notice.trouble {
            Trouble::Refused { operation, errno } => {
                self.tree.note(call_of(operation), path, errno);
            }
            Trouble::Changed | Trouble::Replaced => {
                let mut troubles = self.tree.lock();
                if troubles.known.insert(path) {
                    troubles.volatile += 1;
                }
            }
        }
    }
}

fn call_of(operation: Operation) -> Call {
    match operation {
        Operation::Lstat => Call::Look,
        Operation::Open => Call::OpenToRead,
        Operation::Read => Call::Read,
        Operation::Readlink => Call::ReadLink,
        Operation::Scandir => Call::List,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_from_other_directories() {
        let table = [
            ("/a/node_modules/foo", true),
            ("/a/node_modules/@s/foo", true),
            ("/a/node_modules/@s", false),
            ("/a/node_modules/.pnpm", false),
            ("/a/node_modules/.pnpm/foo@1/node_modules/foo", true),
            ("/a/node_modules/foo/lib", false),
            ("/a/foo", false),
        ];
        for (path, expected) in table {
            assert_eq!(is_package(Path::new(path)), expected, "{path}");
        }
        assert_eq!(package_name(b"x/node_modules/@s/foo"), b"@s/foo");
        assert_eq!(package_name(b"node_modules/foo"), b"foo");
    }
}
