//! Which paths are compared: exclusions, and what was not examined.

use std::collections::HashSet;

use super::options::CompareOptions;
use crate::manifest::{Gaps, is_below, parent_of};

/// Judges paths in their order.
pub(super) struct Scope<'o> {
    options: &'o CompareOptions,
    unknown_before: Places<'o>,
    unexamined: Places<'o>,
    /// The excluded path that was met last: all below it is excluded as well.
    excluded: Option<Vec<u8>>,
}

impl<'o> Scope<'o> {
    pub(super) fn new(options: &'o CompareOptions) -> Self {
        let unknown_before = Places::of(&options.before);
        let unexamined = Places::of(&options.after);
        Scope { options, unknown_before, unexamined, excluded: None }
    }

    /// Whether a path is left out. The root never is.
    pub(super) fn excludes(&mut self, path: &[u8]) -> bool {
        let Some(exclude) = self.options.exclude.as_ref().filter(|_| !path.is_empty()) else {
            return false;
        };
        if self.excluded.as_ref().is_some_and(|excluded| is_below(path, excluded)) {
            return true;
        }
        let excluded = exclude.matches_path(path, &self.options.roots);
        if excluded {
            self.excluded = Some(path.to_vec());
        }
        excluded
    }

    /// Whether a path, or one above it, is left out, in whatever order they come.
    pub(super) fn excludes_at_all(&self, path: &[u8]) -> bool {
        let Some(exclude) = &self.options.exclude else { return false };
        let mut above = Some(path);
        while let Some(path) = above.filter(|path| !path.is_empty()) {
            if exclude.matches_path(path, &self.options.roots) {
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
}

/// Paths, each with all that is below it.
struct Places<'o>(HashSet<&'o [u8]>);

impl<'o> Places<'o> {
    fn of(gaps: &'o Gaps) -> Self {
        Places(gaps.unexamined.iter().map(Vec::as_slice).collect())
    }

    fn hold(&self, path: &[u8]) -> bool {
        let mut above = Some(path).filter(|_| !self.0.is_empty());
        while let Some(path) = above {
            if self.0.contains(path) {
                return true;
            }
            above = parent_of(path);
        }
        false
    }
}
