//! Why a member is not handed on while the rest of its archive is.

/// What makes a member unsafe or unusable. Nothing of it may be extracted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A name from the root of the filesystem.
    #[error("its name is absolute")]
    AbsoluteName,
    /// A name with `..` in it.
    #[error("its name contains \"..\"")]
    ParentInName,
    /// A name of no byte, or of a file that would be the archive's root.
    #[error("its name is empty")]
    EmptyName,
    /// A NUL, behind which every tool sees another name.
    #[error("its name or link target contains a NUL")]
    Nul,
    /// More than [`Limits::name`](super::Limits::name) bytes.
    #[error("its name or link target is too long")]
    LongName,
    /// More than [`Limits::depth`](super::Limits::depth) components.
    #[error("its name has too many components")]
    Deep,
    /// A link to an absolute path.
    #[error("its link target is absolute")]
    AbsoluteTarget,
    /// A link that leads out of the archive, or would if something on its way were a link.
    #[error("its link target may lead out of the archive")]
    TargetOutside,
    /// A link to nothing, or a hard link to the archive's root.
    #[error("its link target is empty")]
    EmptyTarget,
    /// A file with content whose name ends in a slash.
    #[error("it is a file with the name of a directory")]
    SlashedFile,
    /// A character or block device.
    #[error("it is a device")]
    Device,
    /// A named pipe.
    #[error("it is a FIFO")]
    Fifo,
    /// The later part of a file that began on another volume.
    #[error("it began on another volume")]
    Continued,
    /// A type that no specification knows, by its letter.
    #[error("its type {:?} is unknown", char::from(*.0))]
    UnknownType(u8),
}
