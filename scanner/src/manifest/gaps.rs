//! What a manifest does not tell of.

/// Paths that could not be examined, and what its writer was not shown. What is missing or new
/// there proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Paths below the root, directories or files. An empty one stands for the whole tree, where
    /// there were too many to be told apart.
    pub unexamined: Vec<Vec<u8>>,
    /// Whether extended attributes whose names begin with `trusted.` were not shown: that takes
    /// CAP_SYS_ADMIN (xattr(7)).
    pub hides_trusted: bool,
}

impl Gaps {
    /// Paths that are named at most, and bytes of all of them.
    const MOST: (usize, usize) = (10_000, 1 << 21);

    /// With these paths, or with the whole tree where they are too many.
    pub(crate) fn new(unexamined: Vec<Vec<u8>>, hides_trusted: bool) -> Self {
        let bytes: usize = unexamined.iter().map(Vec::len).sum();
        let (most, most_bytes) = Self::MOST;
        let few = unexamined.len() <= most && bytes <= most_bytes;
        let unexamined = if few { unexamined } else { vec![Vec::new()] };
        Gaps { unexamined, hides_trusted }
    }
}
