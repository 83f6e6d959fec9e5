//! Who visits what when.
//!
//! A visited directory hands back its subdirectories. A range of them is one task: it is split
//! in halves, the upper ones are left for other threads and the last one is visited at once. So
//! the walk goes deep first, waiting tasks are few (log n for n subdirectories), idle threads
//! steal the largest pieces, and nothing recurses however deep the tree is.

use std::collections::HashMap;
use std::ffi::CStr;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::Scope;
use rustix::io::Errno;

use super::descriptors::{Descriptors, Kept, open_directory};
use super::node::DirectoryNode;
use super::workers::{Worker, Workers};
use crate::inode_facts::InodeFacts;

/// A directory that a visitor may read.
#[derive(Debug)]
pub struct OpenDirectory<'a> {
    /// Where it stands.
    pub node: &'a Arc<DirectoryNode>,
    /// Its descriptor, just opened: the listing starts at the beginning.
    pub descriptor: BorrowedFd<'a>,
    /// What statx said of it after it was opened.
    pub facts: &'a InodeFacts,
}

/// What a walk does with each directory.
pub trait Visitor: Sync {
    /// Reads a directory and hands back the subdirectories to go on with.
    /// What is spawned as one of `tasks` is done before the walk ends.
    fn visit<'s>(
        &'s self,
        directory: &OpenDirectory<'_>,
        worker: &Worker,
        tasks: &Scope<'s>,
    ) -> Subdirectories;

    /// Takes note of a subdirectory of `parent` that could not be opened.
    fn unopened(&self, parent: &Arc<DirectoryNode>, name: &CStr, ino: u64, errno: Errno);

    /// Takes note of a subdirectory in whose place another one stood when it was opened. That one
    /// is visited; where the first one is now is not known.
    fn replaced(&self, _parent: &Arc<DirectoryNode>, _name: &CStr, _ino: u64) {}
}

/// Names of subdirectories, one after the other in one piece of memory: a directory may have a
/// million of them.
#[derive(Debug, Default)]
pub struct Subdirectories {
    names: Vec<u8>,
    entries: Vec<Subdirectory>,
}

#[derive(Clone, Copy, Debug)]
struct Subdirectory {
    ino: u64,
    name_at: usize,
    noatime: bool,
    /// The walk does not go into it.
    passed_by: bool,
}

impl Subdirectories {
    /// Adds one, with the inode number that its name led to, and whether this user may read it
    /// without leaving a mark on its access time.
    pub fn push(&mut self, name: &CStr, ino: u64, noatime: bool) {
        let name_at = self.names.len();
        self.entries.push(Subdirectory { ino, name_at, noatime, passed_by: false });
        self.names.extend_from_slice(name.to_bytes_with_nul());
    }

    /// Notes one that the walk does not go into, until [`Subdirectories::keep_one_name_each`].
    pub fn pass_by(&mut self, name: &CStr, ino: u64) {
        self.push(name, ino, false);
        if let Some(entry) = self.entries.last_mut() {
            entry.passed_by = true;
        }
    }

    /// Keeps of several names of one directory the first in the order of their bytes; hands back the
    /// others, and what they lead to. Forgets what the walk does not go into.
    pub fn keep_one_name_each(&mut self) -> Vec<(Box<CStr>, u64)> {
        let mut numbers: Vec<u64> = self.entries.iter().map(|entry| entry.ino).collect();
        numbers.sort_unstable();
        if !numbers.iter().zip(numbers.iter().skip(1)).any(|(one, next)| one == next) {
            self.entries.retain(|entry| !entry.passed_by);
            return Vec::new();
        }
        let mut first: HashMap<u64, Box<CStr>> = HashMap::new();
        for (name, entry) in (0..self.entries.len()).filter_map(|index| self.get(index)) {
            let kept = first.entry(entry.ino).or_insert_with(|| name.into());
            if name < kept {
                *kept = name.into();
            }
        }
        let (mut kept, mut others) = (Subdirectories::default(), Vec::new());
        for (name, entry) in (0..self.entries.len()).filter_map(|index| self.get(index)) {
            let is_first = first.get(&entry.ino).is_some_and(|first| **first == *name);
            if !is_first {
                others.push((name.into(), entry.ino));
            } else if !entry.passed_by {
                kept.push(name, entry.ino, entry.noatime);
            }
        }
        *self = kept;
        others
    }

    fn get(&self, index: usize) -> Option<(&CStr, Subdirectory)> {
        let entry = self.entries.get(index)?;
        let name = CStr::from_bytes_until_nul(self.names.get(entry.name_at..)?).ok()?;
        Some((name, *entry))
    }
}

/// Visits every directory below a root.
pub struct Walker<'a, V> {
    /// What to do.
    pub visitor: &'a V,
    /// Which directories are open.
    pub descriptors: &'a Descriptors,
    /// Who does it.
    pub workers: &'a Workers,
    /// Set from outside to end the walk early.
    pub stop: &'a AtomicBool,
}

/// Some of the subdirectories of one directory, still to be visited.
struct Branch {
    parent: Arc<DirectoryNode>,
    /// The parent's descriptor, unless too many are open.
    kept: Option<Arc<Kept>>,
    subdirectories: Arc<Subdirectories>,
    range: Range<usize>,
}

/// A directory just visited, with its descriptor.
struct Visited {
    node: Arc<DirectoryNode>,
    descriptor: OwnedFd,
    subdirectories: Subdirectories,
}

impl<V: Visitor> Walker<'_, V> {
    /// Walks from `root`, whose descriptor was just opened, on the threads of `pool`.
    pub fn walk(&self, pool: &rayon::ThreadPool, root: &Arc<DirectoryNode>, descriptor: OwnedFd) {
        pool.scope(|scope| {
            scope.spawn(|scope| {
                match InodeFacts::of_descriptor(descriptor.as_fd()) {
                    Ok(facts) => {
                        let visited = self.visit(Arc::clone(root), descriptor, &facts, scope);
                        self.descend(visited, scope);
                    }
                    Err(errno) => self.visitor.unopened(root, root.name(), root.ino, errno),
                }
                self.workers.current().leave();
            });
        });
    }

    /// Goes down from a visited directory, always into one subdirectory, and leaves the others
    /// for whoever is free.
    fn descend<'s>(&'s self, mut at: Visited, scope: &Scope<'s>) {
        while !self.stop.load(Ordering::Relaxed) {
            let Some(next) = self.share(at, scope) else {
                return;
            };
            at = next;
        }
    }

    /// Leaves all but the first subdirectory to others and visits that one.
    fn share<'s>(&'s self, at: Visited, scope: &Scope<'s>) -> Option<Visited> {
        let Visited { node, descriptor, subdirectories } = at;
        let count = subdirectories.entries.len();
        if count <= 1 {
            return self.enter(&node, descriptor.as_fd(), &subdirectories, 0, scope);
        }
        let descriptor = Arc::new(descriptor);
        let kept = self.descriptors.keep(&descriptor);
        let subdirectories = Arc::new(subdirectories);
        self.spawn_upper_halves(&node, kept.as_ref(), &subdirectories, 0..count, scope);
        self.enter(&node, descriptor.as_fd(), &subdirectories, 0, scope)
    }

    /// Spawns `range` but its first, in halves, the largest first: that is where thieves begin.
    fn spawn_upper_halves<'s>(
        &'s self,
        parent: &Arc<DirectoryNode>,
        kept: Option<&Arc<Kept>>,
        subdirectories: &Arc<Subdirectories>,
        mut range: Range<usize>,
        scope: &Scope<'s>,
    ) {
        while range.len() > 1 {
            let middle = range.start + range.len() / 2;
            let upper = Branch {
                parent: Arc::clone(parent),
                kept: kept.cloned(),
                subdirectories: Arc::clone(subdirectories),
                range: middle..range.end,
            };
            scope.spawn(move |scope| self.run(upper, scope));
            range.end = middle;
        }
    }

    fn run<'s>(&'s self, branch: Branch, scope: &Scope<'s>) {
        if !self.stop.load(Ordering::Relaxed)
            && let Some(visited) = self.first_of(branch, scope)
        {
            self.descend(visited, scope);
        }
        self.workers.current().leave();
    }

    /// Visits the first directory of a branch; the rest of the branch is spawned.
    fn first_of<'s>(&'s self, branch: Branch, scope: &Scope<'s>) -> Option<Visited> {
        let Branch { parent, kept, subdirectories, range } = branch;
        let first = range.start;
        self.spawn_upper_halves(&parent, kept.as_ref(), &subdirectories, range, scope);
        if let Some(kept) = kept {
            return self.enter(&parent, kept.as_fd(), &subdirectories, first, scope);
        }
        self.workers.current().enter(&parent);
        match self.descriptors.reopen(&parent) {
            Ok(descriptor) => {
                self.enter(&parent, descriptor.as_fd(), &subdirectories, first, scope)
            }
            Err(error) => {
                let (name, entry) = subdirectories.get(first)?;
                self.visitor.unopened(&parent, name, entry.ino, error.into());
                None
            }
        }
    }

    /// Opens and visits one subdirectory.
    fn enter<'s>(
        &'s self,
        parent: &Arc<DirectoryNode>,
        descriptor: BorrowedFd<'_>,
        subdirectories: &Subdirectories,
        index: usize,
        scope: &Scope<'s>,
    ) -> Option<Visited> {
        let (name, entry) = subdirectories.get(index)?;
        let opened = open_directory(descriptor, name, entry.noatime)
            .and_then(|opened| Ok((InodeFacts::of_descriptor(opened.as_fd())?, opened)));
        match opened {
            Ok((facts, descriptor)) => {
                if facts.ino() != entry.ino {
                    self.visitor.replaced(parent, name, entry.ino);
                }
                let node = DirectoryNode::child(parent, name, facts.ino(), facts.device());
                Some(self.visit(node, descriptor, &facts, scope))
            }
            Err(errno) => {
                self.visitor.unopened(parent, name, entry.ino, errno);
                None
            }
        }
    }

    fn visit<'s>(
        &'s self,
        node: Arc<DirectoryNode>,
        descriptor: OwnedFd,
        facts: &InodeFacts,
        scope: &Scope<'s>,
    ) -> Visited {
        let worker = self.workers.current();
        worker.enter(&node);
        let open = OpenDirectory { node: &node, descriptor: descriptor.as_fd(), facts };
        let subdirectories = self.visitor.visit(&open, worker, scope);
        Visited { node, descriptor, subdirectories }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::{File, create_dir_all, write};
    use std::path::Path;
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::inode_facts::FileKind;
    use crate::walk::Listing;

    /// Notes every name, and opens no more directories than it must.
    #[derive(Default)]
    struct Names(Mutex<BTreeSet<Vec<u8>>>);

    impl Visitor for Names {
        fn visit<'s>(
            &'s self,
            directory: &OpenDirectory<'_>,
            _: &Worker,
            _: &Scope<'s>,
        ) -> Subdirectories {
            let mut subdirectories = Subdirectories::default();
            let mut buffer = [0; 4096];
            let mut listing = Listing::new(directory.descriptor, &mut buffer, None);
            while let Some(block) = listing.block() {
                for entry in block.unwrap().filter(|entry| !entry.is_dot()) {
                    let path = directory.node.path_bytes(Some(entry.name.to_bytes()));
                    self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
                    if entry.kind == FileKind::Directory {
                        subdirectories.push(entry.name, entry.ino, false);
                    }
                }
            }
            subdirectories
        }

        fn unopened(&self, parent: &Arc<DirectoryNode>, name: &CStr, _: u64, errno: Errno) {
            panic!("{:?}/{name:?}: {errno}", parent.path_bytes(None));
        }
    }

    fn walk(path: &Path, threads: usize, most_kept: Option<usize>) -> BTreeSet<Vec<u8>> {
        use std::os::unix::ffi::OsStrExt;
        let names = Names::default();
        let workers = Workers::new(threads);
        let open = || OwnedFd::from(File::open(path).unwrap());
        let mut descriptors = Descriptors::new(Arc::new(open()), threads);
        if let Some(most) = most_kept {
            descriptors = descriptors.with_limits(most, 4);
        }
        let walker = Walker {
            visitor: &names,
            descriptors: &descriptors,
            workers: &workers,
            stop: &AtomicBool::new(false),
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let root = std::ffi::CString::new(path.as_os_str().as_bytes()).unwrap();
        walker.walk(&pool, &DirectoryNode::root(root.into(), 0, (0, 0)), open());
        names.0.into_inner().unwrap()
    }

    /// What walkdir, which is simple and sequential, sees of the same tree.
    fn second_opinion(path: &Path) -> BTreeSet<Vec<u8>> {
        use std::os::unix::ffi::OsStrExt;
        let entries = walkdir::WalkDir::new(path).min_depth(1);
        let bytes = |entry: walkdir::DirEntry| entry.path().as_os_str().as_bytes().to_vec();
        entries.into_iter().map(|entry| bytes(entry.unwrap())).collect()
    }

    /// A chain with two side branches at each level, of which one has a branch of its own.
    fn grow(path: &Path, levels: usize) {
        let mut at = path.to_owned();
        for level in 0..levels {
            create_dir_all(at.join("side/twig")).unwrap();
            create_dir_all(at.join("other")).unwrap();
            write(at.join(format!("file-{level}")), "").unwrap();
            at.push("down");
        }
    }

    #[test]
    fn of_several_names_of_one_directory_the_first_is_kept() {
        let mut all = Subdirectories::default();
        for (name, ino) in [(c"b", 12), (c"a", 13), (c"c", 12), (c"aa", 12), (c"z", 14)] {
            all.push(name, ino, false);
        }
        all.pass_by(c"y", 14);
        all.pass_by(c"x", 15);
        let seconds = [(c"b".into(), 12), (c"c".into(), 12), (c"z".into(), 14)];
        assert_eq!(all.keep_one_name_each(), seconds, "also where the first is passed by");
        let names = |all: &Subdirectories| {
            [0, 1, 2].map(|index| all.get(index).map(|(name, _)| name.to_owned()))
        };
        assert_eq!(names(&all), [Some(c"a".to_owned()), Some(c"aa".to_owned()), None]);
        all.pass_by(c"w", 16);
        assert_eq!(all.keep_one_name_each(), [], "nothing is left to do");
        assert_eq!(names(&all), [Some(c"a".to_owned()), Some(c"aa".to_owned()), None]);
    }

    #[test]
    fn every_name_is_seen_once_by_any_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        grow(folder.path(), 60);
        let expected = second_opinion(folder.path());
        assert_eq!(expected.len(), 60 * 5 - 1);
        for threads in [1, 2, 8] {
            assert_eq!(walk(folder.path(), threads, None), expected, "{threads} threads");
        }
    }

    #[test]
    fn a_walk_that_may_keep_nothing_open_finds_its_way_back() {
        let folder = tempfile::tempdir().unwrap();
        grow(folder.path(), 60);
        let expected = second_opinion(folder.path());
        for most_kept in [0, 1, 7] {
            assert_eq!(walk(folder.path(), 2, Some(most_kept)), expected, "{most_kept} kept");
        }
    }
}
