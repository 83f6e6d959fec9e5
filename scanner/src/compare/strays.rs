//! Where the bytes of lost files are now: a repair gives them another name, and so does a name that
//! was damaged.

use std::collections::HashMap;

use super::collapse::Top;
use super::difference::Stray;
use super::lone::{Lone, Lones};
use super::moves::Moves;
use crate::manifest::{ContentHash, is_below};

/// Files that were added and did not come from elsewhere, by their bytes.
pub(super) struct Strays<'l> {
    missing: &'l Lones,
    by_bytes: HashMap<&'l ContentHash, &'l Lone>,
}

impl<'l> Strays<'l> {
    /// Looks for them only where something is lost.
    pub(super) fn of(missing: &'l Lones, added: &'l Lones, moves: &Moves) -> Self {
        let some_lost = missing.iter().any(|(_, lone)| lone.is_lost);
        let came = added.iter().filter(|(index, _)| some_lost && !moves.has_come(*index));
        let files = came.map(|(_, lone)| lone).filter(|lone| lone.is_telling());
        let by_bytes = files.filter_map(|file| Some((file.hash.as_ref()?, file))).collect();
        Strays { missing, by_bytes }
    }

    /// The first file whose bytes are elsewhere, of what is missing at a path and below it.
    pub(super) fn below(&self, top: Top) -> Option<Stray> {
        let above = self.missing.get(top.index)?;
        let below = (top.index..).map_while(|index| self.missing.get(index));
        let all =
            below.take_while(|lone| lone.path == above.path || is_below(&lone.path, &above.path));
        all.filter(|lone| lone.is_telling()).find_map(|file| {
            let there = self.by_bytes.get(file.hash.as_ref()?)?;
            Some(Stray { was: file.path.to_vec(), is: there.path.to_vec() })
        })
    }
}
