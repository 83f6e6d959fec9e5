//! Sums of counts. A report may come from anywhere and claim as much as a number can be: then so
//! much is shown, and nobody stops.

/// All of them together, or the largest number where they come to more.
pub(crate) fn sum(counts: impl IntoIterator<Item = u64>) -> u64 {
    counts.into_iter().fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_ends_at_the_largest_number() {
        assert_eq!((sum([]), sum([1, 2]), sum([u64::MAX, 1])), (0, 3, u64::MAX));
    }
}
