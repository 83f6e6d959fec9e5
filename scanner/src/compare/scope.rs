//! Which paths are compared: exclusions, and what was not examined.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::options::CompareOptions;
use crate::exclusions::Exclusions;
use crate::manifest::{Gaps, compare_paths, is_below, parent_of};

/// Judges paths in their order.
pub(super) struct Scope<'o> {
    options: &'o CompareOptions,
    unknown_before: Places<'o>,
    unexamined: Places<'o>,
    /// The excluded path that was met last: all below it is excluded as well.
    excluded: Option<Vec<u8>>,
    /// The same of what was left out.
    left_out: Option<Vec<u8>>,
    met_left_out: bool,
}

/// Why a path is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exclusion {
    /// That was asked for.
    Asked,
    /// It was left out when a manifest was made.
    LeftOut,
}

impl<'o> Scope<'o> {
    pub(super) fn new(options: &'o CompareOptions) -> Self {
        let unknown_before = Places::of(&options.before);
        let unexamined = Places::of(&options.after);
        Scope {
            options,
            unknown_before,
            unexamined,
            excluded: None,
            left_out: None,
            met_left_out: false,
        }
    }

    /// Whether a path is left out. The root never is. Of one that was left out when a manifest was made
    /// it notes that it was met.
    pub(super) fn excludes(&mut self, path: &[u8]) -> Option<Exclusion> {
        if path.is_empty() {
            return None;
        }
        let options = self.options;
        let matches = |globs: &Option<Exclusions>, above: &mut Option<Vec<u8>>| {
            if above.as_ref().is_some_and(|above| is_below(path, above)) {
                return true;
            }
            let globs = globs.as_ref().filter(|globs| globs.matches_path(path, &options.roots));
            if globs.is_some() {
                *above = Some(path.to_vec());
            }
            globs.is_some()
        };
        let left_out = matches(&options.left_out, &mut self.left_out);
        self.met_left_out |= left_out;
        if matches(&options.exclude, &mut self.excluded) {
            Some(Exclusion::Asked)
        } else {
            left_out.then_some(Exclusion::LeftOut)
        }
    }

    /// Whether a manifest left something out of which neither side has anything to tell.
    pub(super) fn left_out_unseen(&self) -> bool {
        let left_out = self.options.left_out.as_ref();
        !self.met_left_out && left_out.is_some_and(|globs| !globs.is_empty())
    }

    /// Whether a path, or one above it, is left out, in whatever order they come.
    pub(super) fn excludes_at_all(&self, path: &[u8]) -> bool {
        let globs = [&self.options.exclude, &self.options.left_out];
        let mut above = Some(path);
        while let Some(path) = above.filter(|path| !path.is_empty()) {
            if globs
                .into_iter()
                .flatten()
                .any(|globs| globs.matches_path(path, &self.options.roots))
            {
                return true;
            }
            above = parent_of(path);
        }
        false
    }

    /// Whether a path could not be examined in BEFORE.
    pub(super) fn was_unexamined(&self, path: &[u8]) -> bool {
        self.unknown_before.hold(path)
    }

    /// Whether a path could not be examined in AFTER.
    pub(super) fn is_unexamined(&self, path: &[u8]) -> bool {
        self.unexamined.hold(path)
    }

    /// Whether a path is itself one that could not be examined in BEFORE: it had its name there.
    pub(super) fn had_a_name(&self, path: &[u8]) -> bool {
        self.unknown_before.name(path).is_some()
    }

    /// The same of AFTER.
    pub(super) fn has_a_name(&self, path: &[u8]) -> bool {
        self.unexamined.name(path).is_some()
    }

    /// Whether a path could not be wholly examined on one side; it is told of at the end.
    pub(super) fn is_in_a_gap(&self, path: &[u8]) -> bool {
        self.unknown_before.place_of(path).is_some() || self.unexamined.place_of(path).is_some()
    }

    /// The places of either side of which nothing was asked, so that nothing was told of them.
    pub(super) fn untold(&self) -> BTreeSet<Vec<u8>> {
        let told = |path: &[u8]| self.unknown_before.is_met(path) || self.unexamined.is_met(path);
        let places = [&self.unknown_before, &self.unexamined];
        let paths = places.iter().flat_map(|places| places.paths.iter().copied());
        paths.filter(|path| !told(path)).map(<[u8]>::to_vec).collect()
    }
}

/// Paths, each with all that is below it; none is below another one.
struct Places<'o> {
    /// In the order of a manifest.
    paths: Vec<&'o [u8]>,
    /// Which of them held something that was asked for.
    met: RefCell<Vec<bool>>,
}

impl<'o> Places<'o> {
    fn of(gaps: &'o Gaps) -> Self {
        let mut paths: Vec<&[u8]> = gaps.unexamined.iter().map(Vec::as_slice).collect();
        paths.sort_by(|a, b| compare_paths(a, b));
        paths.dedup_by(|path, above| path == above || is_below(path, above));
        let met = RefCell::new(vec![false; paths.len()]);
        Places { paths, met }
    }

    /// The one that is a path or above it. In the order of a manifest whatever is below a path
    /// follows right behind it, so only the last one that is not behind it can be.
    fn place_of(&self, path: &[u8]) -> Option<usize> {
        let behind = self.paths.partition_point(|place| compare_paths(place, path).is_le());
        let at = behind.checked_sub(1)?;
        let place = self.paths.get(at)?;
        (*place == path || is_below(path, place)).then_some(at)
    }

    /// Whether one of them is a path or above it, which the caller tells of.
    fn hold(&self, path: &[u8]) -> bool {
        let place = self.place_of(path);
        if let Some(at) = place
            && let Some(met) = self.met.borrow_mut().get_mut(at)
        {
            *met = true;
        }
        place.is_some()
    }

    /// The one that is a path.
    fn name(&self, path: &[u8]) -> Option<usize> {
        self.paths.binary_search_by(|place| compare_paths(place, path)).ok()
    }

    fn is_met(&self, path: &[u8]) -> bool {
        self.name(path).is_some_and(|at| self.met.borrow().get(at).copied().unwrap_or(false))
    }
}
