//! Which directories are whose.
//!
//! Each directory belongs to one shard, by a hash of its path from the root, and with it the names
//! in it. So shards agree without talking to one another, however much the tree changes meanwhile,
//! and a project with ten thousand small directories is spread over all of them. A directory deeper
//! than [`DEPTH`] belongs to whom the one above it belongs.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::walk::DirectoryNode;

/// Names in a path up to which directories are dealt out one by one. Each shard passes through the
/// directories of the others down to here; on home directories that were measured fewer levels leave
/// one of eight shards with two to three times its share.
pub const DEPTH: u32 = 12;

/// Shards of one tree at most.
const MOST: u32 = 1024;

/// One of the parts that a tree is scanned in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// Which of them, from 0 (as Kubernetes counts the pods of an Indexed Job).
    pub index: u32,
    /// How many there are.
    pub count: NonZeroU32,
}

/// What a shard does with a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It looks at it and at every name in it.
    Own,
    /// It looks for directories of its own below.
    PassThrough,
    /// Nothing below is its own.
    Elsewhere,
}

impl Shard {
    /// What to do with the directory `name` in `parent`, which may have subdirectories.
    pub fn placement(self, parent: &DirectoryNode, name: &[u8]) -> Placement {
        if self.has(parent, name) {
            Placement::Own
        } else if parent.depth + 1 < DEPTH {
            Placement::PassThrough
        } else {
            Placement::Elsewhere
        }
    }

    /// Whether the directory `name` in `parent` is its own.
    pub fn has(self, parent: &DirectoryNode, name: &[u8]) -> bool {
        parent.is_kept_whole() || self.owner(parent, Some(name)) == self.index
    }

    /// Whether a directory that the walk came to is its own.
    pub fn owns(self, node: &DirectoryNode) -> bool {
        match node.parent() {
            Some(parent) => self.has(parent, node.name().to_bytes()),
            None => self.owner(node, None) == self.index,
        }
    }

    /// Whose a directory is that stands no deeper than [`DEPTH`]: `name` in `node`, or the root.
    fn owner(self, node: &DirectoryNode, name: Option<&[u8]>) -> u32 {
        let mut hasher = blake3::Hasher::new();
        let mut names = name.map(|name| vec![name]).unwrap_or_default();
        let mut at = node;
        while let Some(parent) = at.parent() {
            names.push(at.name().to_bytes());
            at = parent;
        }
        for name in names.iter().rev().take(DEPTH as usize) {
            hasher.update(name);
            hasher.update(b"/");
        }
        let mut number = [0; 8];
        hasher.finalize_xof().fill(&mut number);
        (u64::from_le_bytes(number) % u64::from(self.count.get())) as u32
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> String {
        shard.to_string()
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || format!("{text:?} is not INDEX/COUNT, such as 0/8 to 7/8");
        let (index, count) = text.split_once('/').ok_or_else(form)?;
        let number = |text: &str| -> Result<u32, String> {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits).ok_or_else(form)
        };
        let (index, count) = (number(index)?, number(count)?);
        if count > MOST {
            return Err(format!("{count} shards are more than the {MOST} that make sense"));
        }
        let count = NonZeroU32::new(count).ok_or_else(form)?;
        if index >= count.get() {
            return Err(format!(
                "of {count} shards the first is 0 and the last {}",
                count.get() - 1
            ));
        }
        Ok(Shard { index, count })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::CString;
    use std::sync::Arc;

    use super::*;

    fn shard(text: &str) -> Shard {
        text.parse().unwrap()
    }

    fn below(parent: &Arc<DirectoryNode>, name: &str) -> Arc<DirectoryNode> {
        DirectoryNode::child(parent, &CString::new(name).unwrap(), 1, (0, 0))
    }

    #[test]
    fn a_shard_is_written_as_index_and_count() {
        assert_eq!(shard("7/8"), Shard { index: 7, count: NonZeroU32::new(8).unwrap() });
        assert_eq!(shard("0/1").to_string(), "0/1");
        for wrong in ["", "1", "8/8", "0/0", "-1/8", "+1/8", "1/8 ", "/8", "1/", "a/b", "0/1025"] {
            assert!(Shard::from_str(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_directory_is_one_shards_own_wherever_the_root_is_mounted() {
        let all: Vec<Shard> = (0..8).map(|index| shard(&format!("{index}/8"))).collect();
        let mut owned = [0; 8];
        for mount in ["/home/coder", "/data"] {
            let root = DirectoryNode::root(CString::new(mount).unwrap().into(), 2, (0, 0));
            for first in 0..40 {
                let above = below(&root, &format!("project-{first}"));
                for second in 0..40 {
                    let node = below(&above, &format!("package-{second}"));
                    let owners: Vec<_> = all.iter().filter(|shard| shard.owns(&node)).collect();
                    assert_eq!(owners.len(), 1);
                    owned[owners[0].index as usize] += 1;
                }
            }
        }
        assert_eq!(owned.iter().sum::<u32>(), 3200);
        assert!(owned.iter().all(|count| count % 2 == 0), "the same under both: {owned:?}");
        assert!(owned.iter().all(|count| (300..500).contains(count)), "{owned:?}");
    }

    /// The owners of some paths, for ever: shards of one tree may be scanned by several builds.
    #[test]
    fn owners_never_change() {
        let root = DirectoryNode::root(c"/".into(), 2, (0, 0));
        let owner = |node: &Arc<DirectoryNode>| {
            (0..8).find(|index| shard(&format!("{index}/8")).owns(node)).unwrap()
        };
        let app = below(&root, "app");
        let nodes = [&root, &app, &below(&app, "node_modules"), &below(&app, "a\u{e9}")];
        assert_eq!(nodes.map(owner), [7, 5, 4, 1]);
    }

    #[test]
    fn deep_down_everything_stays_with_whom_it_hangs_below() {
        let mut node = DirectoryNode::root(c"/r".into(), 2, (0, 0));
        for level in 0..DEPTH {
            node = below(&node, &format!("level-{level}"));
        }
        let (one, all) = (shard("0/1"), (0..4).map(|index| shard(&format!("{index}/4"))));
        let owner = all.clone().find(|shard| shard.owns(&node)).unwrap();
        for shard in all {
            let expected = if shard == owner { Placement::Own } else { Placement::Elsewhere };
            assert_eq!(shard.placement(&node, b"x"), expected);
            assert_eq!(shard.placement(&below(&node, "x"), b"y"), expected);
        }
        assert_eq!(one.placement(&node, b"x"), Placement::Own);
    }

    #[test]
    fn a_directory_that_is_kept_whole_is_kept_to_its_end() {
        let root = DirectoryNode::root(c"/r".into(), 2, (0, 0));
        let leaf = below(&root, "leaf");
        leaf.keep_whole();
        let inside = below(&below(&leaf, "one"), "two");
        for index in 0..4 {
            let shard = shard(&format!("{index}/4"));
            assert_eq!(shard.placement(&inside, b"x"), Placement::Own);
            assert!(shard.owns(&inside));
        }
    }
}
