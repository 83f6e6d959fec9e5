//! Changes of a whole sequence: what one operation makes and another uses has to change in both.

use std::collections::{BTreeMap, BTreeSet};

use super::operands::{handles, paths, places};
use crate::name::{Family, Name};
use crate::op::Op;
use crate::operand::Handle;
use crate::path::{Path, Place};

/// How many of the names that are used alike a name is tried to be the same as.
const MERGES: usize = 8;

/// A change that is the same in every operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// What is in this directory is moved to where the directory is.
    Lift(Path),
    /// A name becomes another one, which has a lower index.
    Name(Name, Name),
    /// A handle becomes another one, which has a lower index.
    Handle(Handle, Handle),
}

impl Change {
    /// The sequence with the change.
    pub fn applied(&self, ops: &[Op]) -> Vec<Op> {
        let mut ops = ops.to_vec();
        ops.iter_mut().for_each(|op| self.apply(op));
        ops
    }

    fn apply(&self, op: &mut Op) {
        match self {
            Change::Lift(directory) => lift(directory, op),
            Change::Name(from, to) => {
                let renamed = |name: &Name| if name == from { *to } else { *name };
                change_names(op, |names| names.iter().map(renamed).collect());
            }
            Change::Handle(from, to) => {
                handles(op).into_iter().filter(|handle| *handle == from).for_each(|handle| {
                    *handle = *to;
                });
            }
        }
    }
}

/// Every change that makes a sequence simpler, the most useful first.
pub(super) fn changes(ops: &[Op]) -> Vec<Change> {
    let mut uses = Uses::default();
    ops.iter().for_each(|op| uses.add(&mut op.clone()));
    uses.lifts().chain(uses.renames()).chain(uses.other_handles()).collect()
}

fn lift(directory: &Path, op: &mut Op) {
    let outer = directory.split().0;
    let lifted = |names: &[Name]| match names.strip_prefix(directory.names()) {
        Some(inner) => [outer, inner].concat(),
        None => names.to_vec(),
    };
    match op {
        // The directory itself is looked at where it is.
        Op::Look { path } if path.names() == directory.names() => {}
        // A target is seen from where its link is: it is changed where that is the top.
        Op::Symlink { target, path } => {
            if path.names().len() == 1 {
                change_path(target, |names| below(names, directory, lifted));
            }
            change_path(path, |names| below(names, directory, lifted));
        }
        op => {
            places(op).into_iter().for_each(|place| change_place(place, lifted));
            for path in paths(op) {
                change_path(path, |names| below(names, directory, lifted));
            }
        }
    }
}

/// Changes what is below a directory, and not the directory.
fn below(names: &[Name], directory: &Path, change: impl Fn(&[Name]) -> Vec<Name>) -> Vec<Name> {
    if names == directory.names() { names.to_vec() } else { change(names) }
}

/// Changes the names of every path of an operation.
pub(super) fn change_names(op: &mut Op, change: impl Fn(&[Name]) -> Vec<Name>) {
    paths(op).into_iter().for_each(|path| change_path(path, &change));
    places(op).into_iter().for_each(|place| change_place(place, &change));
}

fn change_path(path: &mut Path, change: impl Fn(&[Name]) -> Vec<Name>) {
    if let Some(changed) = Path::new(change(path.names())) {
        *path = changed;
    }
}

fn change_place(place: &mut Place, change: impl Fn(&[Name]) -> Vec<Name>) {
    *place = Path::new(change(place.names())).map_or(Place::TOP, Place::from);
}

/// What a sequence uses.
#[derive(Default)]
struct Uses {
    /// Directories that something is in, and how often they are named as that.
    directories: BTreeMap<Path, usize>,
    /// Names, and whether directories have them.
    names: BTreeMap<Name, bool>,
    /// Indices of handles.
    handles: BTreeSet<u8>,
}

impl Uses {
    fn add(&mut self, op: &mut Op) {
        let makes_directory = matches!(op, Op::MakeDirectory { .. } | Op::RemoveDirectory { .. });
        for path in paths(op) {
            let (above, last) = path.split();
            self.add_directories(above);
            *self.names.entry(last).or_default() |= makes_directory;
        }
        places(op).into_iter().for_each(|place| self.add_directories(place.names()));
        self.handles.extend(handles(op).into_iter().map(|handle| handle.index() as u8));
    }

    fn add_directories(&mut self, names: &[Name]) {
        for depth in 1..=names.len() {
            let directory = names.get(..depth).and_then(|names| Path::new(names.to_vec()));
            directory.into_iter().for_each(|path| *self.directories.entry(path).or_default() += 1);
        }
        names.iter().for_each(|name| *self.names.entry(*name).or_default() = true);
    }

    /// The most used directory first.
    fn lifts(&self) -> impl Iterator<Item = Change> {
        let mut directories: Vec<(&Path, &usize)> = self.directories.iter().collect();
        directories.sort_by_key(|(_, uses)| std::cmp::Reverse(**uses));
        directories.into_iter().map(|(path, _)| Change::Lift(path.clone()))
    }

    /// The last name first: it is the least simple.
    fn renames(&self) -> impl Iterator<Item = Change> {
        let names = self.names.iter().rev();
        names.flat_map(|(name, directory)| {
            self.plainer(*name, *directory).map(|to| Change::Name(*name, to))
        })
    }

    fn plainer(&self, name: Name, directory: bool) -> impl Iterator<Item = Name> {
        let own = name.family().0;
        let families = match (directory, own) {
            (true, _) => vec![Family::Folder, Family::File, own],
            (false, Family::Folder) => vec![Family::Folder],
            (false, _) => vec![Family::File, own],
        };
        let unused = families.into_iter().filter_map(|family| self.unused(family));
        let lower = self.names.range(..name);
        let alike = lower.filter(move |(_, as_directory)| **as_directory == directory);
        let used = alike.map(|(used, _)| *used).take(MERGES);
        unused.filter(move |to| *to < name).chain(used)
    }

    /// The first name of a family that is not in use.
    fn unused(&self, family: Family) -> Option<Name> {
        let mut names = (0..family.count()).map(|number| family.name(number));
        names.find(|name| !self.names.contains_key(name))
    }

    fn other_handles(&self) -> impl Iterator<Item = Change> {
        let handles = self.handles.iter().rev().copied();
        handles.flat_map(|from| {
            let (free, used): (Vec<u8>, Vec<u8>) =
                (0..from).partition(|to| !self.handles.contains(to));
            let to = free.into_iter().take(1).chain(used);
            to.map(move |to| Change::Handle(Handle::at(from), Handle::at(to)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ops(text: &[&str]) -> Vec<Op> {
        text.iter().map(|line| line.parse().unwrap()).collect()
    }

    #[test]
    fn a_directory_is_taken_out_of_every_path_that_goes_through_it() {
        let before = ops(&[
            "mkdir d0 mode=0755",
            "mkdir d0/d1 mode=0755",
            "rename d0/f1 d0/d1/f2 how=plain",
            "list d0 buffer=96",
            "stat d0",
            "symlink d0/f1 f3",
            "symlink d0/f1 d0/f4",
        ]);
        let after = ops(&[
            "mkdir d0 mode=0755",
            "mkdir d1 mode=0755",
            "rename f1 d1/f2 how=plain",
            "list . buffer=96",
            "stat d0",
            "symlink f1 f3",
            "symlink d0/f1 f4",
        ]);
        let changes = changes(&before);
        assert_eq!(changes[0], Change::Lift("d0".parse().unwrap()));
        assert_eq!(changes[0].applied(&before), after);
    }

    #[test]
    fn names_and_handles_change_in_every_operation() {
        let before = ops(&[
            "mkdir pkg7 mode=0755",
            "open h5 pkg7/f9 how=read mode=0644",
            "symlink pkg7 f0",
            "list pkg7 buffer=96",
            "pread h5 at=0 length=1",
        ]);
        let after = ops(&[
            "mkdir d0 mode=0755",
            "open h0 d0/f1 how=read mode=0644",
            "symlink d0 f0",
            "list d0 buffer=96",
            "pread h0 at=0 length=1",
        ]);
        let mut changed = before;
        for change in [
            Change::Name("pkg7".parse::<Path>().unwrap().split().1, Family::Folder.name(0)),
            Change::Name(Family::File.name(9), Family::File.name(1)),
            Change::Handle(Handle::at(5), Handle::at(0)),
        ] {
            assert!(changes(&changed).contains(&change), "{change:?}");
            changed = change.applied(&changed);
        }
        assert_eq!(changed, after);
    }

    #[test]
    fn no_operation_keeps_a_name_or_a_handle_that_is_changed() {
        for line in include_str!("../every_operation.ops").lines() {
            let mut op = ops(&[line]);
            for index in 0..Name::count() {
                if op[0].to_string().contains(&Name::at(index).to_string()) {
                    op = Change::Name(Name::at(index), Family::File.name(63)).applied(&op);
                }
            }
            for index in 0..Handle::COUNT {
                op = Change::Handle(Handle::at(index), Handle::at(7)).applied(&op);
            }
            let changed = op[0].to_string();
            let bare = changed.split(' ').skip(1).filter(|word| !word.contains('='));
            for word in bare.flat_map(|path| path.split('/')) {
                assert!(["f63", "h7", "."].contains(&word), "{line}: {changed}");
            }
        }
    }
}
