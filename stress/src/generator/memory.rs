//! What is there if everything came to what the model says.
//!
//! So most operations meet something, and yet what is generated does not depend on what they come
//! to. That what is remembered may not be so is no harm: what is not there is an outcome like any
//! other.

use std::collections::VecDeque;
use std::sync::Arc;

use super::choose::Chooser;
use super::random::Random;
use crate::model::{Caller, Expected, Model};
use crate::name::Family;
use crate::op::{Op, OpKind};
use crate::operand::{Handle, Mode, OpenHow, RenameHow};
use crate::outcome::Seen;
use crate::path::{Path, Place};

/// Names below one another that something is made under, so that there is not ever more.
const DEPTH: usize = 3;

/// Attributes that are remembered.
const RECENT: usize = 16;

/// One operation of so many is left as it was chosen, whether it meets anything or not.
const LEFT: u32 = 5;

/// Permission bits that let everything be done.
const ALL: Mode = Mode::new(0o777);

/// What a name probably names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Directory,
    File,
    Link,
}

/// What is remembered of a name.
#[derive(Clone, Debug)]
struct Known {
    path: Path,
    kind: Kind,
    /// Whether its permission bits let its owner use it.
    usable: bool,
}

/// Names, and what is open.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Without what is in files.
    model: Model,
    names: Vec<Known>,
    files: Vec<Handle>,
    directories: Vec<Handle>,
    /// Attributes that were set, the last [`RECENT`].
    attributes: VecDeque<(Path, u8)>,
}

impl Default for Memory {
    fn default() -> Self {
        let caller = Caller { overrides: false, umask: 0o022 };
        Memory {
            model: Model::new(Arc::default(), caller, (0, 0)),
            names: Vec::new(),
            files: Vec::new(),
            directories: Vec::new(),
            attributes: VecDeque::new(),
        }
    }
}

impl Memory {
    /// Makes most operations meet what is there, and make what is not.
    pub fn steer(&self, random: &mut Random, chooser: Chooser, mut op: Op) -> Op {
        if random.one_in(LEFT) {
            return op;
        }
        match &mut op {
            Op::Create { path, .. } | Op::MakeDirectory { path, .. } | Op::Symlink { path, .. } => {
                self.steer_new(random, chooser, path);
            }
            Op::Rename { from, to, how } => {
                self.steer_to(random, from, |_| true);
                match how {
                    RenameHow::Exchange => self.steer_to(random, to, |_| true),
                    _ => self.steer_new(random, chooser, to),
                }
            }
            Op::Link { from, to } => {
                self.steer_to(random, from, |kind| kind != Kind::Directory);
                self.steer_new(random, chooser, to);
            }
            Op::LinkHandle { handle, to } => {
                steer_handle(random, handle, &self.files);
                self.steer_new(random, chooser, to);
            }
            Op::Open { path, how, .. } if how.has(OpenHow::EXCLUSIVE) => {
                self.steer_new(random, chooser, path);
            }
            Op::Unlink { path } => self.steer_to(random, path, |kind| kind != Kind::Directory),
            Op::RemoveDirectory { path } => self.steer_to_empty(random, path),
            Op::ReadLink { path } => self.steer_to(random, path, |kind| kind == Kind::Link),
            Op::ChangeMode { path, .. } => self.steer_to_shut(random, path),
            Op::GetAttribute { path, attribute } | Op::RemoveAttribute { path, attribute } => {
                if let Some(set) = self.attributes.get(random.below(RECENT as u32) as usize) {
                    (*path, *attribute) = set.clone();
                }
            }
            Op::ChangeTime { path, .. }
            | Op::ListAttributes { path }
            | Op::SetAttribute { path, .. }
            | Op::Sync { path } => self.steer_to(random, path, |kind| kind != Kind::Link),
            Op::Look { path } => {
                if let Some(found) = self.any(random, |_| true) {
                    *path = found.into();
                }
            }
            Op::List { place, .. }
            | Op::OpenDirectory { place, .. }
            | Op::OpenUnnamed { place, .. }
            | Op::Fill { place, .. }
            | Op::Purge { place, .. } => *place = self.place(random),
            op => self.steer_content(random, op),
        }
        op
    }

    /// As [`Memory::steer`], for operations on what is in files and on what is open.
    fn steer_content(&self, random: &mut Random, op: &mut Op) {
        let file = |kind| kind == Kind::File;
        match op {
            Op::Open { path, .. }
            | Op::Read { path, .. }
            | Op::Write { path, .. }
            | Op::Append { path, .. }
            | Op::Truncate { path, .. }
            | Op::Allocate { path, .. } => self.steer_to(random, path, file),
            Op::Copy { from, to, .. } => {
                self.steer_to(random, from, file);
                self.steer_to(random, to, file);
            }
            Op::ReadHandle { handle, .. }
            | Op::WriteHandle { handle, .. }
            | Op::TruncateHandle { handle, .. }
            | Op::LookHandle { handle }
            | Op::SyncHandle { handle }
            | Op::Close { handle } => steer_handle(random, handle, &self.files),
            Op::ListStep { handle, .. }
            | Op::ListRest { handle, .. }
            | Op::Rewind { handle }
            | Op::SeekBack { handle, .. } => steer_handle(random, handle, &self.directories),
            _ => {}
        }
    }

    fn any(&self, random: &mut Random, wanted: impl Fn(Kind) -> bool) -> Option<Path> {
        let there: Vec<&Path> = self.those(wanted).collect();
        there.get(random.below(there.len() as u32) as usize).map(|path| (*path).clone())
    }

    /// A path of something that is there; the path as it is where there is none.
    fn steer_to(&self, random: &mut Random, path: &mut Path, wanted: impl Fn(Kind) -> bool) {
        if let Some(found) = self.any(random, wanted) {
            *path = found;
        }
    }

    /// A path of something, more often of what cannot be used as it is.
    fn steer_to_shut(&self, random: &mut Random, path: &mut Path) {
        let shut: Vec<&Known> = self.names.iter().filter(|known| !known.usable).collect();
        match shut.get(random.below(shut.len() as u32) as usize) {
            Some(known) if random.one_in(2) => *path = known.path.clone(),
            _ => self.steer_to(random, path, |kind| kind != Kind::Link),
        }
    }

    /// A path of a directory in which nothing is; the path as it is where there is none.
    fn steer_to_empty(&self, random: &mut Random, path: &mut Path) {
        let full = |path: &Path| self.names.iter().any(|name| is_in(&name.path, path));
        let empty: Vec<&Path> =
            self.those(|kind| kind == Kind::Directory).filter(|path| !full(path)).collect();
        if let Some(found) = empty.get(random.below(empty.len() as u32) as usize) {
            *path = (*found).clone();
        }
    }

    /// A name in a directory that is there, mostly one that is not taken.
    fn steer_new(&self, random: &mut Random, chooser: Chooser, path: &mut Path) {
        let (above, name) = path.split();
        let known = Path::new(above.to_vec()).is_none_or(|above| self.is_directory(&above));
        if !known {
            *path = self.place(random).join(name);
        }
        for _ in 0..3 {
            if self.kind(path).is_none() {
                return;
            }
            let other = chooser.any_path(random);
            *path = self.place(random).join(other.split().1);
        }
    }

    fn place(&self, random: &mut Random) -> Place {
        let there: Vec<&Path> = self.those(|kind| kind == Kind::Directory).collect();
        let found = there.get(random.below(there.len() as u32 + 1) as usize);
        let found = found.filter(|path| path.names().len() <= DEPTH);
        found.map_or(Place::TOP, |path| (*path).clone().into())
    }

    /// What can be used of those that are there.
    fn those(&self, wanted: impl Fn(Kind) -> bool) -> impl Iterator<Item = &Path> {
        let usable = self.names.iter().filter(move |known| known.usable && wanted(known.kind));
        usable.map(|known| &known.path)
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        self.names.iter().find(|known| known.path == *path).map(|known| known.kind)
    }

    fn is_directory(&self, path: &Path) -> bool {
        self.kind(path) == Some(Kind::Directory)
    }

    /// The files and links in a directory.
    pub fn files_in(&self, directory: &Path) -> impl Iterator<Item = &Path> {
        self.those(|kind| kind != Kind::Directory).filter(move |path| is_in(path, directory))
    }

    /// Takes note of an operation.
    pub fn note(&mut self, op: &Op) {
        if let Op::SetAttribute { path, attribute, .. } = op {
            self.attributes.truncate(RECENT - 1);
            self.attributes.push_front((path.clone(), *attribute));
        }
        if !is_about_names(op.kind()) {
            return;
        }
        let plan = self.model.plan(op);
        if !matches!(plan.expected, Expected::Fails(_)) {
            self.model.carry_out(plan, &Ok(Seen::Done), (0, 0));
            self.note_done(op);
        }
    }

    fn note_done(&mut self, op: &Op) {
        match op {
            Op::Create { path, mode } => self.add(path, Kind::File, *mode),
            Op::MakeDirectory { path, mode } => self.add(path, Kind::Directory, *mode),
            Op::Symlink { path, .. } => self.add(path, Kind::Link, ALL),
            Op::Link { from, to } => {
                if let Some(kind) = self.kind(from).filter(|kind| *kind != Kind::Directory) {
                    self.add(to, kind, ALL);
                }
            }
            Op::LinkHandle { handle, to } if self.files.contains(handle) => {
                self.add(to, Kind::File, ALL);
            }
            Op::Open { handle, path, how, mode } => {
                if how.has(OpenHow::CREATE) {
                    self.add(path, Kind::File, *mode);
                }
                if self.kind(path) == Some(Kind::File) {
                    self.opened(*handle, true);
                }
            }
            Op::OpenUnnamed { handle, .. } => self.opened(*handle, true),
            Op::OpenDirectory { handle, .. } => self.opened(*handle, false),
            Op::Close { handle } => self.closed(*handle),
            Op::Unlink { path } if !self.is_directory(path) => self.forget(path),
            Op::RemoveDirectory { path }
                if !self.names.iter().any(|name| is_in(&name.path, path)) =>
            {
                self.forget(path);
            }
            Op::Rename { from, to, how } => self.renamed(from, to, *how),
            Op::ChangeMode { path, mode } => {
                if let Some(known) = self.names.iter_mut().find(|known| known.path == *path) {
                    known.usable = is_usable(known.kind, *mode);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, path: &Path, kind: Kind, mode: Mode) {
        let (above, name) = path.split();
        let there = Path::new(above.to_vec()).is_none_or(|above| self.is_directory(&above));
        if there && name.family().0 != Family::TooLong && self.kind(path).is_none() {
            self.names.push(Known { path: path.clone(), kind, usable: is_usable(kind, mode) });
        }
    }

    fn forget(&mut self, path: &Path) {
        self.names.retain(|known| known.path != *path);
    }

    fn renamed(&mut self, from: &Path, to: &Path, how: RenameHow) {
        let (Some(moved), replaced) = (self.kind(from), self.kind(to)) else { return };
        let of_a_kind = |kind| (kind == Kind::Directory) == (moved == Kind::Directory);
        if from == to || starts_with(to, from) || starts_with(from, to) {
            return;
        }
        match how {
            RenameHow::Exchange if replaced.is_some() => {
                for Known { path, .. } in &mut self.names {
                    let (old, new) = if starts_with(path, from) { (from, to) } else { (to, from) };
                    moved_to(path, old, new);
                }
            }
            RenameHow::Plain if replaced.is_none_or(of_a_kind) => self.moved(from, to),
            RenameHow::NoReplace if replaced.is_none() => self.moved(from, to),
            _ => {}
        }
    }

    fn moved(&mut self, from: &Path, to: &Path) {
        self.forget(to);
        self.names.iter_mut().for_each(|known| moved_to(&mut known.path, from, to));
    }

    fn opened(&mut self, handle: Handle, file: bool) {
        self.closed(handle);
        if file { self.files.push(handle) } else { self.directories.push(handle) }
    }

    fn closed(&mut self, handle: Handle) {
        self.files.retain(|open| *open != handle);
        self.directories.retain(|open| *open != handle);
    }
}

/// Whether an operation changes names, modes or what is open.
fn is_about_names(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::Create
            | OpKind::Open
            | OpKind::OpenUnnamed
            | OpKind::OpenDirectory
            | OpKind::Close
            | OpKind::Unlink
            | OpKind::RemoveDirectory
            | OpKind::MakeDirectory
            | OpKind::Rename
            | OpKind::Link
            | OpKind::LinkHandle
            | OpKind::Symlink
            | OpKind::ChangeMode
            | OpKind::Fill
            | OpKind::Purge
    )
}

/// Whether permission bits let an owner do all that is done here.
fn is_usable(kind: Kind, mode: Mode) -> bool {
    let needed = if kind == Kind::Directory { 0o700 } else { 0o600 };
    mode.bits() & needed == needed
}

/// Whether a path is one in a directory, directly.
fn is_in(path: &Path, directory: &Path) -> bool {
    path.split().0 == directory.names()
}

/// Whether a path is another, or below it.
fn starts_with(path: &Path, above: &Path) -> bool {
    path.names().starts_with(above.names())
}

/// Moves a path that is another, or below it.
fn moved_to(path: &mut Path, from: &Path, to: &Path) {
    if let Some(below) = path.names().strip_prefix(from.names()) {
        *path = below.iter().fold(to.clone(), |path, name| path.join(*name));
    }
}

fn steer_handle(random: &mut Random, handle: &mut Handle, open: &[Handle]) {
    *handle = random.pick(open, *handle);
}
