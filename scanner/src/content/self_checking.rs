//! The checksum that a file carries within itself, looked at while the file is read.

use std::os::fd::{AsFd, BorrowedFd};

use super::open_file::OpenFile;
use crate::self_check::{Place, Surroundings, Verdict, Verifier, verifier_for};
use crate::walk::DirectoryNode;

/// Names of directories above a file that decide what it is: names of git's refs have many.
const PARENTS: usize = 14;

/// First bytes that decide what a file is.
const HEAD: usize = 64;

/// The names of the directories above a file, nearest first. The root's own name is a path.
#[derive(Clone, Copy, Debug)]
pub struct Parents<'a> {
    names: [&'a [u8]; PARENTS],
    count: usize,
    /// How many of them stand below the mount point.
    on_mount: usize,
}

impl<'a> Parents<'a> {
    /// Those of the files in a directory; so many names of the root's path stand below its mount point.
    pub fn of(node: &'a DirectoryNode, root_names_on_mount: usize) -> Self {
        let mut parents = Parents { names: [&[]; PARENTS], count: 0, on_mount: 0 };
        let (mut at, mut is_beyond) = (Some(node), false);
        while let Some(node) = at {
            let own = match node.parent() {
                Some(above) if above.device == node.device => 1,
                // What is mounted on a directory below the root.
                Some(_) => 0,
                None => root_names_on_mount,
            };
            if !is_beyond {
                parents.on_mount = parents.count.saturating_add(own);
            }
            is_beyond |= own == 0;
            for name in node.name().to_bytes().rsplit(|byte| *byte == b'/') {
                parents.push(name);
            }
            at = node.parent().map(AsRef::as_ref).filter(|_| parents.count < PARENTS);
        }
        parents
    }

    fn push(&mut self, name: &'a [u8]) {
        if let Some(free) = self.names.get_mut(self.count).filter(|_| !name.is_empty()) {
            *free = name;
            self.count += 1;
        }
    }

    fn place(&self, file: &'a OpenFile) -> Place<'_> {
        let parents = self.names.get(..self.count).unwrap_or_default();
        let (name, size) = (file.name.to_bytes(), file.facts.size());
        Place { name, parents, on_mount: self.on_mount, size }
    }

    /// What checks a file by its place and first bytes.
    fn verifier(&self, file: &OpenFile) -> Option<Box<dyn Verifier>> {
        let mut head = [0; HEAD];
        let length = rustix::io::pread(&file.descriptor, &mut head, 0).unwrap_or(0);
        verifier_for(&self.place(file), head.get(..length).unwrap_or_default())
    }

    /// Whether a file carries a checksum that is made of its bytes in their order.
    pub fn is_checked_in_order(&self, file: &OpenFile) -> bool {
        self.verifier(file).is_some_and(|verifier| verifier.takes_bytes())
    }
}

/// Whether a file's place alone says what its content must be: such a name is looked at even where
/// another name of the same file was read, since stores link their files into many trees.
pub fn is_named_by_its_hash(node: &DirectoryNode, name: &[u8], size: u64) -> bool {
    let parents = Parents::of(node, 0);
    let parents = parents.names.get(..parents.count).unwrap_or_default();
    verifier_for(&Place { name, parents, on_mount: 0, size }, &[]).is_some()
}

/// The check of one file; chosen at its first bytes.
pub struct SelfChecking<'a> {
    parents: Parents<'a>,
    file: &'a OpenFile,
    begun: bool,
    verifier: Option<Box<dyn Verifier>>,
}

impl<'a> SelfChecking<'a> {
    /// For a file that is about to be read.
    pub fn new(parents: Parents<'a>, file: &'a OpenFile) -> Self {
        SelfChecking { parents, file, begun: false, verifier: None }
    }

    /// For one that was read out of order.
    pub fn of_read(parents: Parents<'a>, file: &'a OpenFile) -> Self {
        SelfChecking { parents, file, begun: true, verifier: parents.verifier(file) }
    }

    /// Takes the next bytes.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) {
        if !self.begun {
            self.begun = true;
            let head = bytes.get(..HEAD).unwrap_or(bytes);
            self.verifier = verifier_for(&self.parents.place(self.file), head);
        }
        if let Some(verifier) = &mut self.verifier {
            verifier.update(bytes);
        }
    }

    /// Whether the check, if there is one, is made of the bytes in their order.
    pub fn is_made_in_order(&self) -> bool {
        self.verifier.as_ref().is_some_and(|verifier| verifier.takes_bytes())
    }

    /// Whether the check, if there is one, looks at this file alone.
    pub fn stands_alone(&self) -> bool {
        !self.verifier.as_ref().is_some_and(|verifier| verifier.needs_directory())
    }

    /// What the check says, if there is one, of a file of `size` bytes that were all
    /// taken. None as well where they turn out to be of another format, or have the form of this one,
    /// and no checksum vouches for them.
    /// `directory` opens the one that it stands in.
    pub fn finish<D: AsFd>(
        self,
        size: u64,
        directory: impl FnOnce() -> Option<D>,
    ) -> Option<Verdict> {
        let verifier = self.verifier?;
        let opened = if verifier.needs_directory() { directory() } else { None };
        let directory: Option<BorrowedFd<'_>> = opened.as_ref().map(AsFd::as_fd);
        let (file, name) = (self.file.descriptor.as_fd(), &*self.file.name);
        let has_checksum = verifier.has_checksum();
        let verdict = verifier.finish(&Surroundings { file, directory, name, size });
        let says_nothing =
            verdict == Verdict::NotOurs || (verdict == Verdict::Agrees && !has_checksum);
        (!says_nothing).then_some(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_s_path_gives_names_as_well() {
        let root = DirectoryNode::root(c"/home/coder/.git/".into(), 2, (0, 1));
        let below = DirectoryNode::child(&root, c"objects", 3, (0, 1));
        let below = DirectoryNode::child(&below, c"ab", 4, (0, 1));
        let parents = Parents::of(&below, 1);
        let expected: [&[u8]; 5] = [b"ab", b"objects", b".git", b"coder", b"home"];
        assert_eq!(parents.names[..parents.count], expected);
        assert_eq!(parents.on_mount, 3, "/home/coder is the mount point");
        let mounted = DirectoryNode::child(&below, c"test", 2, (0, 2));
        let within = DirectoryNode::child(&mounted, c"dumps", 3, (0, 2));
        assert_eq!(Parents::of(&within, 1).on_mount, 1, "another one is mounted on test");
    }
}
