//! The operands of an operation by what they are, so that all of a sort can be changed alike.

use crate::op::Op;
use crate::operand::{Handle, Mode};
use crate::path::{Path, Place};

/// The paths: what they lead to, or a symbolic link's target.
pub(crate) fn paths(op: &mut Op) -> Vec<&mut Path> {
    match op {
        Op::Create { path, .. }
        | Op::Open { path, .. }
        | Op::Unlink { path }
        | Op::RemoveDirectory { path }
        | Op::MakeDirectory { path, .. }
        | Op::ReadLink { path }
        | Op::Read { path, .. }
        | Op::Write { path, .. }
        | Op::Append { path, .. }
        | Op::Truncate { path, .. }
        | Op::Allocate { path, .. }
        | Op::SetAttribute { path, .. }
        | Op::GetAttribute { path, .. }
        | Op::RemoveAttribute { path, .. }
        | Op::ListAttributes { path }
        | Op::ChangeMode { path, .. }
        | Op::ChangeTime { path, .. }
        | Op::Sync { path }
        | Op::LinkHandle { to: path, .. } => vec![path],
        Op::Rename { from, to, .. } | Op::Link { from, to } | Op::Copy { from, to, .. } => {
            vec![from, to]
        }
        Op::Symlink { target, path } => vec![target, path],
        _ => Vec::new(),
    }
}

/// The directories, and what `stat` looks at.
pub(crate) fn places(op: &mut Op) -> Vec<&mut Place> {
    match op {
        Op::OpenUnnamed { place, .. }
        | Op::OpenDirectory { place, .. }
        | Op::List { place, .. }
        | Op::Fill { place, .. }
        | Op::Purge { place, .. }
        | Op::Look { path: place } => vec![place],
        _ => Vec::new(),
    }
}

/// The open files.
pub(crate) fn handles(op: &mut Op) -> Vec<&mut Handle> {
    match op {
        Op::Open { handle, .. }
        | Op::OpenUnnamed { handle, .. }
        | Op::OpenDirectory { handle, .. }
        | Op::Close { handle }
        | Op::LinkHandle { handle, .. }
        | Op::LookHandle { handle }
        | Op::ReadHandle { handle, .. }
        | Op::WriteHandle { handle, .. }
        | Op::TruncateHandle { handle, .. }
        | Op::ListStep { handle, .. }
        | Op::ListRest { handle, .. }
        | Op::Rewind { handle }
        | Op::SeekBack { handle, .. }
        | Op::SyncHandle { handle } => vec![handle],
        _ => Vec::new(),
    }
}

/// The modes of what is no directory.
pub(crate) fn modes(op: &mut Op) -> Vec<&mut Mode> {
    match op {
        Op::Create { mode, .. }
        | Op::Open { mode, .. }
        | Op::OpenUnnamed { mode, .. }
        | Op::ChangeMode { mode, .. } => vec![mode],
        _ => Vec::new(),
    }
}

/// Sizes, offsets and lengths of 64 bits.
pub(crate) fn sizes(op: &mut Op) -> Vec<&mut u64> {
    match op {
        Op::Truncate { size, .. } | Op::TruncateHandle { size, .. } => vec![size],
        Op::Allocate { at, length, .. } => vec![at, length],
        Op::Copy { at, to_at, .. } => vec![at, to_at],
        Op::Read { at, .. }
        | Op::ReadHandle { at, .. }
        | Op::Write { at, .. }
        | Op::WriteHandle { at, .. } => vec![at],
        _ => Vec::new(),
    }
}

/// Lengths of 32 bits.
pub(crate) fn lengths(op: &mut Op) -> Vec<&mut u32> {
    match op {
        Op::Read { length, .. }
        | Op::ReadHandle { length, .. }
        | Op::Write { length, .. }
        | Op::WriteHandle { length, .. }
        | Op::Append { length, .. }
        | Op::Copy { length, .. }
        | Op::SetAttribute { length, .. }
        | Op::ChangeTime { nanoseconds: length, .. } => vec![length],
        _ => Vec::new(),
    }
}

/// Counts, and positions in a count.
pub(crate) fn counts(op: &mut Op) -> Vec<&mut u16> {
    match op {
        Op::Fill { count, .. } | Op::Purge { count, .. } | Op::SeekBack { row: count, .. } => {
            vec![count]
        }
        _ => Vec::new(),
    }
}

/// Numbers of attributes.
pub(crate) fn attributes(op: &mut Op) -> Vec<&mut u8> {
    match op {
        Op::SetAttribute { attribute, .. }
        | Op::GetAttribute { attribute, .. }
        | Op::RemoveAttribute { attribute, .. } => vec![attribute],
        _ => Vec::new(),
    }
}

/// Which bytes are written.
pub(crate) fn fills(op: &mut Op) -> Vec<&mut u8> {
    match op {
        Op::Write { fill, .. }
        | Op::WriteHandle { fill, .. }
        | Op::Append { fill, .. }
        | Op::SetAttribute { fill, .. } => vec![fill],
        _ => Vec::new(),
    }
}

/// Sizes of buffers for listing.
pub(crate) fn buffers(op: &mut Op) -> Vec<&mut u32> {
    match op {
        Op::List { buffer, .. } | Op::ListStep { buffer, .. } | Op::ListRest { buffer, .. } => {
            vec![buffer]
        }
        _ => Vec::new(),
    }
}
