//! Two sorted streams, path by path.

use std::cmp::Ordering;

use crate::manifest::{Entry, compare_paths};

/// What the two sides say of one path.
pub(super) enum Pair {
    Before(Entry),
    After(Entry),
    Both(Entry, Entry),
}

/// Walks both sides; ends at the first error of either.
pub(super) struct Join<B, A> {
    before: B,
    after: A,
    next_before: Option<Entry>,
    next_after: Option<Entry>,
}

impl<E, B, A> Join<B, A>
where
    B: Iterator<Item = Result<Entry, E>>,
    A: Iterator<Item = Result<Entry, E>>,
{
    pub(super) fn new(before: B, after: A) -> Self {
        Join { before, after, next_before: None, next_after: None }
    }

    /// The next path; none at the end of both.
    pub(super) fn next(&mut self) -> Result<Option<Pair>, E> {
        if self.next_before.is_none() {
            self.next_before = self.before.next().transpose()?;
        }
        if self.next_after.is_none() {
            self.next_after = self.after.next().transpose()?;
        }
        let order = match (&self.next_before, &self.next_after) {
            (Some(before), Some(after)) => compare_paths(&before.path, &after.path),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let before = if order.is_le() { self.next_before.take() } else { None };
        let after = if order.is_ge() { self.next_after.take() } else { None };
        Ok(match (before, after) {
            (Some(before), Some(after)) => Some(Pair::Both(before, after)),
            (Some(before), None) => Some(Pair::Before(before)),
            (None, after) => after.map(Pair::After),
        })
    }
}
