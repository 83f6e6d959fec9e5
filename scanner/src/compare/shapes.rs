//! Directories that are known again by their shape: by the names below them, and by the type,
//! content, link target or device number behind each. Metadata are no part of it.
//!
//! It knows what bytes alone do not: directories that hold nothing but links and empty files, and
//! which of many equal files went where.

use std::collections::HashMap;

use blake3::Hasher;

use super::lone::{Lone, Lones};
use crate::inode_facts::FileKind;

/// BLAKE3 of what is below a directory.
type Shape = [u8; 32];

/// A directory that holds something, all of which is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shaped {
    pub(super) index: usize,
    /// Entries below it; they stand right behind it.
    pub(super) below: usize,
    /// Whether the bytes of a file are among what it is known by.
    pub(super) is_telling: bool,
    shape: Shape,
}

/// A directory whose entries go by, the last one first.
struct Open {
    index: usize,
    below: usize,
    is_telling: bool,
    /// None once it holds something that is not known.
    shape: Option<Hasher>,
}

impl Open {
    fn new(index: usize) -> Self {
        Open { index, below: 0, is_telling: false, shape: Some(Hasher::new()) }
    }

    /// Adds an entry and, of a directory, what that holds.
    fn add(&mut self, lone: &Lone, held: Option<&Open>) {
        self.below += 1 + held.map_or(0, |held| held.below);
        self.is_telling |= lone.is_telling() || held.is_some_and(|held| held.is_telling);
        match (substance(lone, held), &mut self.shape) {
            (Some(substance), Some(shape)) => write(shape, lone, &substance),
            _ => self.shape = None,
        }
    }

    fn shape(&self) -> Option<Shape> {
        self.shape.as_ref().map(|shape| *shape.finalize().as_bytes())
    }
}

/// What an entry holds; none where that is not known.
fn substance(lone: &Lone, held: Option<&Open>) -> Option<Shape> {
    match held {
        Some(held) => held.shape(),
        None if lone.kind == FileKind::Regular => lone.hash,
        None => Some(Shape::default()),
    }
}

/// Each part has a fixed length or says where it ends: no two entries write the same.
fn write(shape: &mut Hasher, lone: &Lone, substance: &Shape) {
    let target = lone.target().unwrap_or_default();
    let (major, minor) = lone.device().unwrap_or_default();
    shape.update(lone.name()).update(b"/");
    shape.update(lone.kind.as_str().as_bytes()).update(b"/");
    shape.update(substance).update(&major.to_le_bytes()).update(&minor.to_le_bytes());
    shape.update(&target.len().to_le_bytes()).update(target);
}

/// The shapes of one side's directories, in the order of their paths.
pub(super) fn shapes(lones: &Lones) -> Vec<Shaped> {
    let mut shapes = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for (index, lone) in lones.iter().rev() {
        let held = open.pop_if(|open| open.index == index);
        if let Some(held) = &held
            && let Some(shape) = held.shape()
        {
            let Open { index, below, is_telling, .. } = *held;
            shapes.push(Shaped { index, below, is_telling, shape });
        }
        let Some(parent) = lone.parent else { continue };
        if open.last().is_none_or(|open| open.index != parent) {
            open.push(Open::new(parent));
        }
        if let Some(open) = open.last_mut() {
            open.add(lone, held.as_ref());
        }
    }
    shapes.reverse();
    shapes
}

/// The pairs of equal shape, where no other directory of either side has it.
pub(super) fn equals(gone: Vec<Shaped>, come: Vec<Shaped>) -> Vec<(Shaped, Shaped)> {
    let (gone, come) = (unique(gone), unique(come));
    let pair = |(shape, gone): (Shape, Option<Shaped>)| Some((gone?, (*come.get(&shape)?)?));
    let mut pairs: Vec<_> = gone.into_iter().filter_map(pair).collect();
    pairs.sort_by_key(|(gone, _)| gone.index);
    pairs
}

/// The directory of each shape; none where there are several.
fn unique(shapes: Vec<Shaped>) -> HashMap<Shape, Option<Shaped>> {
    let mut unique = HashMap::new();
    for shaped in shapes {
        let of = unique.entry(shaped.shape);
        of.and_modify(|only| *only = None).or_insert(Some(shaped));
    }
    unique
}
