//! Which paths may stand in a manifest, and after which others.

use std::cmp::Ordering;

use reports::PathName;

use super::order::{compare_paths, is_below, parent_of};
use super::{Entry, Fault};
use crate::inode_facts::FileKind;
use crate::shard::Shard;

/// Judges each path by the one before it: that is enough, since what a directory holds follows
/// right behind it.
#[derive(Debug, Default)]
pub(super) struct PathRules {
    previous: Option<(Vec<u8>, FileKind)>,
    /// Directories above a path may stand in other parts.
    is_part: bool,
}

impl PathRules {
    /// For the entries of all of a tree, or of a part.
    pub(super) fn of(part: Option<Shard>) -> Self {
        PathRules { is_part: part.is_some(), ..PathRules::default() }
    }

    /// Whether an entry may stand in this line.
    pub(super) fn judge(&mut self, entry: &Entry, line: u64) -> Result<(), Fault> {
        let path = &entry.path;
        let named = || PathName::new(path.clone());
        if let Some(what) = wrong_with(path) {
            return Err(Fault::BadPath { line, path: named(), what });
        }
        self.judge_place(path).map_err(|place| match place {
            Place::Twice => Fault::Twice { line, path: named() },
            Place::Unsorted => Fault::Unsorted { line, path: named() },
            Place::NoParent => Fault::NoParent { line, path: named() },
        })?;
        if let Some(first) = &entry.same_file_as
            && (wrong_with(first).is_some() || compare_paths(first, path).is_ge())
        {
            let what = "the same file as one that is not above it";
            return Err(Fault::BadPath { line, path: named(), what });
        }
        self.remember(entry);
        Ok(())
    }

    fn judge_place(&self, path: &[u8]) -> Result<(), Place> {
        let Some((previous, kind)) = &self.previous else {
            return if path.is_empty() || self.is_part { Ok(()) } else { Err(Place::NoParent) };
        };
        match compare_paths(previous, path) {
            Ordering::Equal => return Err(Place::Twice),
            Ordering::Greater => return Err(Place::Unsorted),
            Ordering::Less => {}
        }
        if self.is_part {
            return Ok(());
        }
        // Whatever stands above the path before has a line already, and is a directory.
        let parent = parent_of(path).unwrap_or_default();
        let holds = if parent == previous.as_slice() {
            *kind == FileKind::Directory
        } else {
            is_below(previous, parent)
        };
        if holds { Ok(()) } else { Err(Place::NoParent) }
    }

    fn remember(&mut self, entry: &Entry) {
        let (path, kind) = self.previous.get_or_insert_with(|| (Vec::new(), entry.kind));
        path.clone_from(&entry.path);
        *kind = entry.kind;
    }
}

/// What is wrong with the place that a path stands in.
enum Place {
    Twice,
    Unsorted,
    NoParent,
}

/// What is wrong with a path by itself. The root's is empty.
fn wrong_with(path: &[u8]) -> Option<&'static str> {
    if path.is_empty() {
        return None;
    }
    if path.starts_with(b"/") {
        return Some("which is absolute");
    }
    if memchr::memchr(0, path).is_some() {
        return Some("which holds a NUL byte");
    }
    path.split(|byte| *byte == b'/').find_map(|component| match component {
        b"" => Some("which has an empty component"),
        b"." => Some("which has the component \".\""),
        b".." => Some("which leads out of the root (\"..\")"),
        _ => None,
    })
}
