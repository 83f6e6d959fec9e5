//! What of all that could be made there is memory for.

use super::image::Image;

const MIB: u64 = 1 << 20;

/// Bytes for mount points and the records of images.
const BASE: u64 = 4 * MIB;

/// A tmpfs that is made, by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The name of its mount point.
    pub name: &'static str,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Memory {
    /// A site by itself.
    pub const SITE: Memory = Memory { name: "tmpfs", bytes: 256 * MIB };
    /// What overlays have their upper layers on, and some their lower ones.
    pub const LAYERS: Memory = Memory { name: "layers-tmpfs", bytes: 256 * MIB };
    /// Lower layers on another filesystem.
    pub const LOWER: Memory = Memory { name: "lower-tmpfs", bytes: 64 * MIB };
}

/// What is made.
#[derive(Debug)]
pub struct Budget {
    left: u64,
    /// The size of the tmpfs that images are on: it holds all of them when they are full, so that
    /// no image ever fails to take what its filesystem has room for.
    pub base: u64,
}

impl Budget {
    /// Of so many bytes.
    pub fn of(bytes: u64) -> Self {
        Budget { left: bytes.saturating_sub(BASE), base: BASE }
    }

    /// Lets a tmpfs be made, or says why not.
    pub fn take_memory(&mut self, memory: Memory) -> Result<Memory, String> {
        self.take(memory.bytes).map(|()| memory)
    }

    /// Lets an image be made, or says why not.
    pub fn take_image(&mut self, image: Image) -> Result<Image, String> {
        self.take(image.bytes)?;
        self.base += image.bytes;
        Ok(image)
    }

    fn take(&mut self, bytes: u64) -> Result<(), String> {
        let (needed, left) = (bytes / MIB, self.left / MIB);
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            format!(
                "it needs {needed} MiB of memory, and {left} MiB are left of what may be used \
                 (--max-bytes, and half of the memory that is available)"
            )
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_fits() {
        let mut budget = Budget::of((4 + 256 + 512 + 100) * MIB);
        budget.take_memory(Memory::SITE).unwrap();
        budget.take_image(Image::EXT4).unwrap();
        let why = budget.take_image(Image::XFS).unwrap_err();
        assert!(why.starts_with("it needs 320 MiB of memory, and 100 MiB are left"), "{why}");
        budget.take_memory(Memory::LOWER).unwrap();
        assert_eq!(budget.base, (4 + 512) * MIB, "all images fit when they are full");
    }
}
