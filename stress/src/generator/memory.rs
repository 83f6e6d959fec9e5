//! What is there if everything came to what the model says.
//!
//! So most operations meet something, and yet what is generated does not depend on what they come
//! to. That what is remembered may not be so is no harm: what is not there is an outcome like any
//! other.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::choose::Chooser;
use super::random::Random;
use crate::model::{Caller, Expected, Model};
use crate::name::{Family, Names};
use crate::op::{Op, OpKind};
use crate::operand::{Handle, Mode, OpenHow, RenameHow};
use crate::outcome::Seen;
use crate::path::{Path, Place};

/// Names below one another that something is made under, so that there is not ever more.
const DEPTH: usize = 3;

/// Attributes that are remembered.
const RECENT: usize = 16;

/// How often something that fits is looked for.
const TRIES: u32 = 4;

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
    /// Where each name stands among them.
    places: HashMap<Path, usize, FixedState>,
    files: Vec<Handle>,
    directories: Vec<Handle>,
    /// Attributes that were set, the last [`RECENT`].
    attributes: VecDeque<(Path, u8)>,
}

impl Default for Memory {
    fn default() -> Self {
        let caller = Caller { overrides: false, umask: 0o022 };
        Memory {
            // That a path is too long is no matter here, so names need no bytes.
            model: Model::new(Arc::new(Names::of_no_bytes()), caller, (0, 0)),
            names: Vec::new(),
            places: HashMap::default(),
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

    /// One of those that can be used.
    fn any(&self, random: &mut Random, wanted: impl Fn(Kind) -> bool) -> Option<Path> {
        self.first(random, |known| known.usable && wanted(known.kind))
    }

    /// The first from a random one on.
    fn first(&self, random: &mut Random, wanted: impl Fn(&Known) -> bool) -> Option<Path> {
        let start = random.below(self.names.len() as u32) as usize;
        let (before, from_there) = self.names.split_at_checked(start)?;
        let found = from_there.iter().chain(before).find(|known| wanted(known));
        found.map(|known| known.path.clone())
    }

    /// A path of something that is there; the path as it is where there is none.
    fn steer_to(&self, random: &mut Random, path: &mut Path, wanted: impl Fn(Kind) -> bool) {
        if let Some(found) = self.any(random, wanted) {
            *path = found;
        }
    }

    /// A path of something, more often of what cannot be used as it is.
    fn steer_to_shut(&self, random: &mut Random, path: &mut Path) {
        match self.first(random, |known| !known.usable) {
            Some(shut) if random.one_in(2) => *path = shut,
            _ => self.steer_to(random, path, |kind| kind != Kind::Link),
        }
    }

    /// A path of a directory that can be removed; the path as it is where none is met soon.
    fn steer_to_empty(&self, random: &mut Random, path: &mut Path) {
        for _ in 0..TRIES {
            let Some(found) = self.any(random, |kind| kind == Kind::Directory) else { return };
            let plan = self.model.plan(&Op::RemoveDirectory { path: found.clone() });
            if !matches!(plan.expected, Expected::Fails(_)) {
                *path = found;
                return;
            }
        }
    }

    /// A name in a directory that is there, mostly one that is not taken.
    fn steer_new(&self, random: &mut Random, chooser: Chooser, path: &mut Path) {
        let (above, name) = path.split();
        let known = Path::new(above.to_vec()).is_none_or(|above| self.is_directory(&above));
        if !known {
            *path = self.place(random).join(name);
        }
        for _ in 0..TRIES {
            if self.kind(path).is_none() {
                return;
            }
            let other = chooser.any_path(random);
            *path = self.place(random).join(other.split().1);
        }
    }

    fn place(&self, random: &mut Random) -> Place {
        if random.one_in(4) {
            return Place::TOP;
        }
        let shallow = |known: &Known| {
            known.usable && known.kind == Kind::Directory && known.path.names().len() <= DEPTH
        };
        self.first(random, shallow).map_or(Place::TOP, Place::from)
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        self.names.get(*self.places.get(path)?).map(|known| known.kind)
    }

    fn is_directory(&self, path: &Path) -> bool {
        self.kind(path) == Some(Kind::Directory)
    }

    /// The files and links in a directory.
    pub fn files_in<'a>(&'a self, directory: &'a Path) -> impl Iterator<Item = &'a Path> {
        let files = self.names.iter().filter(|known| known.kind != Kind::Directory);
        let inside = move |path: &&Path| path.split().0 == directory.names();
        files.map(|known| &known.path).filter(inside)
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
            Op::Unlink { path } | Op::RemoveDirectory { path } => self.forget(path),
            Op::Rename { from, to, how } => self.renamed(from, to, *how),
            Op::ChangeMode { path, mode } => {
                let place = self.places.get(path);
                if let Some(known) = place.and_then(|place| self.names.get_mut(*place)) {
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
            self.places.insert(path.clone(), self.names.len());
            self.names.push(Known { path: path.clone(), kind, usable: is_usable(kind, mode) });
        }
    }

    fn forget(&mut self, path: &Path) {
        let Some(place) = self.places.remove(path) else { return };
        self.names.swap_remove(place);
        if let Some(moved) = self.names.get(place) {
            self.places.insert(moved.path.clone(), place);
        }
    }

    fn renamed(&mut self, from: &Path, to: &Path, how: RenameHow) {
        if from == to || self.kind(from).is_none() {
            return;
        }
        let exchange = how == RenameHow::Exchange;
        if !exchange {
            self.forget(to);
        }
        let is_directory = |path| self.kind(path) == Some(Kind::Directory);
        let alone = !exchange && !is_directory(from);
        let place = self.places.get(from).copied().unwrap_or_default();
        let (first, most) = if alone { (place, 1) } else { (0, self.names.len()) };
        for (place, known) in self.names.iter_mut().enumerate().skip(first).take(most) {
            let moved = below(&known.path, from, to);
            let moved = moved.or_else(|| below(&known.path, to, from).filter(|_| exchange));
            if let Some(moved) = moved {
                let before = std::mem::replace(&mut known.path, moved);
                // Where both change places, another one may stand there already.
                if self.places.get(&before) == Some(&place) {
                    self.places.remove(&before);
                }
                self.places.insert(known.path.clone(), place);
            }
        }
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

/// What becomes of a path that is another, or below it, when that is moved.
fn below(path: &Path, from: &Path, to: &Path) -> Option<Path> {
    let below = path.names().strip_prefix(from.names())?;
    Path::new([to.names(), below].concat())
}

fn steer_handle(random: &mut Random, handle: &mut Handle, open: &[Handle]) {
    *handle = random.pick(open, *handle);
}
