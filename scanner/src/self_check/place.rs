//! Where a file stands.

/// Where a file stands: the last components of its path, and its size.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file's name.
    pub name: &'a [u8],
    /// The names of the directories above it, nearest first, up to fourteen.
    pub parents: &'a [&'a [u8]],
    /// How many of them, at most, stand below the mount point; the others say where somebody mounted it.
    pub on_mount: usize,
    /// Its size in bytes, as statx(2) says.
    pub size: u64,
}

impl<'a> Place<'a> {
    /// The name of the directory so many levels above the one in which the file stands; empty
    /// where that is unknown.
    pub fn parent(&self, level: usize) -> &'a [u8] {
        self.parents.get(level).copied().unwrap_or_default()
    }

    /// What follows the last dot of the name.
    pub fn extension(&self) -> Option<&'a [u8]> {
        let dot = self.name.iter().rposition(|byte| *byte == b'.')?;
        self.name.get(dot + 1..)
    }
}

/// Whether all of it is lower-case hexadecimal digits, as every store writes them.
pub fn is_hex(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
