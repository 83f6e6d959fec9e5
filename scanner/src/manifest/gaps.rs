//! What a manifest does not tell of.

use std::collections::BTreeSet;

use super::order::parent_of;

/// Paths that could not be examined, and what its writer left out or was not shown. What is missing
/// or new there proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Paths below the root, directories or files. An empty one stands for the whole tree.
    pub unexamined: Vec<Vec<u8>>,
    /// Globs of what was left out by request.
    pub excluded: Vec<String>,
    /// Whether extended attributes whose names begin with `trusted.` were not shown: that takes
    /// CAP_SYS_ADMIN in the first user namespace (xattr(7)).
    pub hides_trusted: bool,
    /// Whether files were in use that no name led to any more: the tree held more than its names tell.
    pub names_lost: bool,
    /// Whether names of one inode are known of regular files alone, as in manifests of an early form.
    pub links_of_files_alone: bool,
}

impl Gaps {
    /// Paths that are named at most, and bytes of all of them.
    const MOST: (usize, usize) = (10_000, 1 << 21);

    /// With these paths as well. Where they are too many, the directories that hold the deepest of
    /// them stand for these, and so on upwards.
    #[must_use]
    pub(crate) fn with_unexamined(self, unexamined: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let (most, most_bytes) = Self::MOST;
        let is_too_much = |paths: &BTreeSet<Vec<u8>>| {
            paths.len() > most || paths.iter().map(Vec::len).sum::<usize>() > most_bytes
        };
        let mut paths: BTreeSet<Vec<u8>> = self.unexamined.into_iter().chain(unexamined).collect();
        while is_too_much(&paths) {
            let deepest = paths.iter().map(|path| depth(path)).max().unwrap_or(0);
            let above = |path: Vec<u8>| {
                let is_deepest = depth(&path) == deepest;
                parent_of(&path).filter(|_| is_deepest).map(<[u8]>::to_vec).unwrap_or(path)
            };
            paths = paths.into_iter().map(above).collect();
        }
        Gaps { unexamined: paths.into_iter().collect(), ..self }
    }

    /// Whether so much is not known that nothing can be said.
    pub fn is_everything(&self) -> bool {
        self.unexamined.iter().any(Vec::is_empty)
    }
}

/// Names in a path; none in that of the root.
fn depth(path: &[u8]) -> usize {
    if path.is_empty() { 0 } else { path.split(|byte| *byte == b'/').count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(paths: impl Iterator<Item = String>) -> Vec<Vec<u8>> {
        Gaps::default().with_unexamined(paths.map(String::into_bytes)).unexamined
    }

    #[test]
    fn few_paths_are_named_one_by_one_and_of_many_the_directories() {
        assert_eq!(gaps((0..10_000).map(|n| format!("a/b/{n}"))).len(), 10_000);
        let many = (0..10_001).map(|n| format!("a/b/{n}")).chain(["a/c".to_owned()]);
        assert_eq!(gaps(many), [b"a/b".to_vec(), b"a/c".to_vec()]);
        let long = (0..3000).map(|n| format!("a/{n:04}/{}", "x".repeat(1000)));
        assert_eq!(gaps(long).len(), 3000, "the directories of long names");
        assert_eq!(gaps((0..10_001).map(|n| n.to_string())), [b"".to_vec()]);
    }
}
