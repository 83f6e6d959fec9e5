//! Which names of a part of a tree are one file, for those who join it with the other parts.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::hex::{from_hex, to_hex};
use super::order::compare_paths;
use crate::inode_facts::Device;

/// The first name in a part of each file with several links.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedNames(Vec<LinkedName>);

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
struct LinkedName {
    /// Its device; none for that of the root.
    device: Option<Device>,
    ino: u64,
    path: Vec<u8>,
}

/// The path in hexadecimal: any bytes are one.
type Wire = (Option<Device>, u64, String);

impl From<LinkedName> for Wire {
    fn from(name: LinkedName) -> Wire {
        (name.device, name.ino, to_hex(&name.path))
    }
}

impl TryFrom<Wire> for LinkedName {
    type Error = &'static str;

    fn try_from((device, ino, path): Wire) -> Result<Self, Self::Error> {
        let path = from_hex(&path).ok_or("a path is not hexadecimal")?;
        Ok(LinkedName { device, ino, path })
    }
}

impl LinkedNames {
    /// Adds a file.
    pub(super) fn add(&mut self, device: Option<Device>, ino: u64, path: Vec<u8>) {
        self.0.push(LinkedName { device, ino, path });
    }

    /// Adds those of another part.
    pub fn join(&mut self, other: LinkedNames) {
        self.0.extend(other.0);
    }

    /// For the first names of parts that are not the first ones of the whole tree: which those are.
    pub fn into_first_names(mut self) -> HashMap<Vec<u8>, Vec<u8>> {
        let inode = |name: &LinkedName| (name.device, name.ino);
        self.0
            .sort_by(|a, b| inode(a).cmp(&inode(b)).then_with(|| compare_paths(&a.path, &b.path)));
        let mut firsts = HashMap::new();
        for names in self.0.chunk_by(|a, b| inode(a) == inode(b)) {
            let Some((first, others)) = names.split_first() else { continue };
            firsts.extend(others.iter().map(|name| (name.path.clone(), first.path.clone())));
        }
        firsts
    }
}

#[cfg(test)]
impl Extend<(u64, Vec<u8>)> for LinkedNames {
    fn extend<T: IntoIterator<Item = (u64, Vec<u8>)>>(&mut self, names: T) {
        names.into_iter().for_each(|(ino, path)| self.add(None, ino, path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_all_parts_stands_for_a_file() {
        let mut whole = LinkedNames::default();
        for part in [[(7, "b/x"), (8, "c")], [(7, "a"), (9, "d")], [(7, "b.x"), (10, "e\u{ff}")]] {
            let mut names = LinkedNames::default();
            part.iter().for_each(|(ino, path)| names.add(None, *ino, (*path).into()));
            names.add(Some((8, 1)), 7, format!("other/{}", part[0].1).into());
            let text = serde_json::to_string(&names).unwrap();
            whole.join(serde_json::from_str(&text).unwrap());
        }
        let firsts = whole.into_first_names();
        let first = |path: &str| firsts.get(path.as_bytes()).map(Vec::as_slice);
        assert_eq!((first("b/x"), first("b.x")), (Some(&b"a"[..]), Some(&b"a"[..])));
        assert_eq!((first("a"), first("c"), first("d")), (None, None, None));
        assert_eq!(first("other/b/x"), Some(&b"other/a"[..]), "another device");
        assert_eq!(firsts.len(), 4);
    }
}
