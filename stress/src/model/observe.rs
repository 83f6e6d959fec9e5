//! The operations that show the whole tree, so that it can be compared with the model.

use super::Model;
use super::content::PAGE;
use super::node::{Body, Node};
use crate::op::Op;
use crate::path::{Path, Place};

/// Bytes of a file that are read at once.
const READ_AT_ONCE: u32 = 1 << 20;

/// The buffer that directories are listed with, in bytes.
const BUFFER: u32 = 32_768;

/// Directories below one another that are gone into: what lies deeper has no path.
const DEPTH: usize = 200;

impl Model {
    /// Operations that change nothing and together show everything: what each directory lists,
    /// what each node is, holds and bears.
    pub fn observations(&self) -> Vec<Op> {
        let mut ops = Vec::new();
        let mut places = vec![(self.top, Place::TOP)];
        while let Some((id, place)) = places.pop() {
            ops.push(Op::Look { path: place.clone() });
            ops.push(Op::List { place: place.clone(), buffer: BUFFER });
            let Some(directory) = self.directory(id) else { continue };
            let mut entries: Vec<_> = directory.entries.iter().collect();
            entries.sort_unstable();
            for (name, id) in entries {
                let path = place.join(*name);
                let Some(node) = self.node(*id) else { continue };
                if node.is_directory() && path.names().len() < DEPTH {
                    places.push((*id, path.clone().into()));
                } else {
                    ops.push(Op::Look { path: path.clone().into() });
                }
                observe(node, &path, &mut ops);
            }
        }
        ops
    }
}

/// Adds what shows one node.
fn observe(node: &Node, path: &Path, ops: &mut Vec<Op>) {
    let path = || path.clone();
    match &node.body {
        Body::Directory(_) => {}
        Body::Symlink(_) => {
            ops.push(Op::ReadLink { path: path() });
            return;
        }
        Body::File(content) => {
            // Pages that hold something, and the end, holes or not.
            let mut next = 0;
            for page in content.pages().chain([content.size().saturating_sub(1)]) {
                if page >= next && page < content.size() {
                    let at = page / PAGE * PAGE;
                    let length = u64::from(READ_AT_ONCE).min(content.size() - at) as u32;
                    ops.push(Op::Read { path: path(), at, length });
                    next = at + u64::from(READ_AT_ONCE);
                }
            }
        }
    }
    ops.push(Op::ListAttributes { path: path() });
    for attribute in node.attributes.keys() {
        ops.push(Op::GetAttribute { path: path(), attribute: *attribute });
    }
}
