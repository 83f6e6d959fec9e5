//! What is written to files: bytes that tell by themselves where they belong.

/// The most bytes that one operation reads or writes: more is EINVAL, so that no line of text makes
/// this program take all memory.
pub const MOST: u32 = 1 << 24;

/// Writes the bytes from offset `at` on of a file filled with `fill`. No byte is zero, so that a
/// hole is never taken for data.
pub fn pattern(fill: u8, at: u64, into: &mut [u8]) {
    let salt = fill.wrapping_mul(59);
    for (offset, byte) in (at..).zip(into) {
        let low = (offset as u8).wrapping_mul(167);
        let high = ((offset >> 8) as u8).wrapping_mul(29) ^ ((offset >> 16) as u8);
        *byte = (low ^ high).wrapping_add(salt) | 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(fill: u8, at: u64) -> Vec<u8> {
        let mut bytes = vec![0; 512];
        pattern(fill, at, &mut bytes);
        bytes
    }

    #[test]
    fn bytes_depend_on_the_fill_and_on_where_they_are() {
        assert!(!bytes(0, 0).contains(&0));
        assert_ne!(bytes(1, 0), bytes(2, 0));
        assert_ne!(bytes(1, 0), bytes(1, 4096));
        assert_ne!(bytes(1, 0), bytes(1, 65_536));
        assert_eq!(bytes(1, 256)[..256], bytes(1, 0)[256..]);
    }
}
