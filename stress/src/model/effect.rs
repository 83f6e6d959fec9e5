//! What an operation changes, once it is done.

use super::NodeId;
use crate::name::Name;
use crate::operand::{AllocateHow, Crowd, Handle, Mode, OpenHow};
use crate::path::Path;
use scanner::InodeTime;

/// One change.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Something new gets a name.
    Make {
        /// The directory.
        directory: NodeId,
        /// The name.
        name: Name,
        /// What is made.
        what: Made,
        /// Its permission bits.
        mode: u16,
        /// The handle that has it open from now on.
        open: Option<(Handle, OpenHow)>,
    },
    /// A file without a name is made and opened.
    MakeUnnamed {
        /// The handle.
        handle: Handle,
        /// Its permission bits.
        mode: u16,
    },
    /// A file that is there is opened.
    Open {
        /// The handle.
        handle: Handle,
        /// The file.
        node: NodeId,
        /// How.
        how: OpenHow,
    },
    /// A directory is opened.
    OpenDirectory {
        /// The handle.
        handle: Handle,
        /// The directory.
        node: NodeId,
    },
    /// A handle is closed, if it is open.
    Close(Handle),
    /// A name is removed.
    Remove {
        /// The directory.
        directory: NodeId,
        /// The name.
        name: Name,
    },
    /// A name is moved; what is in its way is removed.
    Move {
        /// The directory that it leaves.
        from: NodeId,
        /// The name there.
        name: Name,
        /// The directory that it comes to.
        to: NodeId,
        /// The name there.
        new_name: Name,
    },
    /// Two names change what they name.
    Exchange {
        /// The directory of one.
        from: NodeId,
        /// Its name.
        name: Name,
        /// The directory of the other.
        to: NodeId,
        /// Its name.
        new_name: Name,
    },
    /// A file gets another name.
    Link {
        /// The file.
        node: NodeId,
        /// The directory.
        directory: NodeId,
        /// The name.
        name: Name,
    },
    /// Bytes are written.
    Write {
        /// The file.
        node: NodeId,
        /// From which byte.
        at: u64,
        /// How many.
        length: u64,
        /// Which.
        fill: u8,
    },
    /// The size is set.
    Resize {
        /// The file.
        node: NodeId,
        /// Bytes.
        size: u64,
    },
    /// A range is treated.
    Allocate {
        /// The file.
        node: NodeId,
        /// How.
        how: AllocateHow,
        /// From which byte.
        at: u64,
        /// How many.
        length: u64,
    },
    /// Times may be those of now, and nothing else changes.
    PerhapsTouched {
        /// Whose.
        node: NodeId,
    },
    /// Bytes are copied.
    Copy {
        /// The file that is read.
        from: NodeId,
        /// From which byte.
        at: u64,
        /// The file that is written.
        to: NodeId,
        /// From which byte.
        to_at: u64,
        /// How many.
        length: u64,
    },
    /// An attribute gets a value.
    SetAttribute {
        /// Whose.
        node: NodeId,
        /// The number in its name.
        attribute: u8,
        /// Bytes.
        length: u32,
        /// Which.
        fill: u8,
    },
    /// An attribute is removed.
    RemoveAttribute {
        /// Whose.
        node: NodeId,
        /// The number in its name.
        attribute: u8,
    },
    /// Permission bits are set.
    SetMode {
        /// Whose.
        node: NodeId,
        /// To what.
        mode: Mode,
    },
    /// The modification time is set.
    SetTime {
        /// Whose.
        node: NodeId,
        /// To what.
        time: InodeTime,
    },
    /// The inode number becomes known.
    Learn {
        /// Whose.
        node: NodeId,
    },
    /// Rows were read from a handle.
    Listed(Handle),
    /// A handle begins anew.
    Rewind(Handle),
    /// A handle goes back to behind a row.
    SeekBack {
        /// The handle.
        handle: Handle,
        /// The row.
        row: u16,
    },
    /// A crowd's first names are made.
    Fill {
        /// The directory.
        directory: NodeId,
        /// Whose names.
        crowd: Crowd,
        /// How many.
        count: u16,
    },
    /// A crowd's first names are removed.
    Purge {
        /// The directory.
        directory: NodeId,
        /// Whose names.
        crowd: Crowd,
        /// How many.
        count: u16,
    },
}

/// What is made.
#[derive(Clone, Debug)]
pub enum Made {
    /// An empty file.
    File,
    /// An empty directory.
    Directory,
    /// A symbolic link.
    Symlink(Path),
}
