//! How much an archive may be before it is taken for an attack.

use super::Limit;

/// Bytes that are expanded before a ratio is judged: short runs of zeros are no bomb.
pub const UNJUDGED: u64 = 16 << 20;

/// What an archive may cost at most. Memory and time are bounded by these, never by what a header
/// claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the expanded stream, and, counted apart, of all files with their holes.
    pub bytes: u64,
    /// Expanded bytes for each compressed one, judged beyond the first 16 MiB. Sources come to
    /// ten; deflate could do 1,032, and does for a file of zeros.
    pub ratio: u64,
    /// Members, those that are refused and headers that belong to no member included.
    pub entries: u64,
    /// Components of one path. A member with more is refused.
    pub depth: usize,
    /// Bytes of one path or link target. A member with more is refused.
    pub name: usize,
    /// Bytes of one PAX or GNU long-name record.
    pub extension: usize,
    /// Pieces of data of one sparse file.
    pub sparse: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 1 << 40,
            ratio: 200,
            entries: 1 << 24,
            depth: 1024,
            // PATH_MAX without the NUL (include/uapi/linux/limits.h).
            name: 4095,
            extension: 1 << 20,
            sparse: 1 << 20,
        }
    }
}

impl Limits {
    /// Judges how many bytes came out of the compressed ones read for them.
    pub(super) fn judge_expanded(&self, expanded: u64, compressed: u64) -> Result<(), Limit> {
        if expanded > self.bytes {
            return Err(Limit::Bytes(self.bytes));
        }
        let judged = expanded.saturating_sub(UNJUDGED);
        if judged > self.ratio.saturating_mul(compressed) {
            return Err(Limit::Ratio(self.ratio));
        }
        Ok(())
    }
}
