//! Bytes as hexadecimal digits, and back.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Two lower-case digits a byte.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits_of(*byte)).map(char::from).collect()
}

/// Appends two lower-case digits a byte.
pub fn push_hex(bytes: &[u8], text: &mut Vec<u8>) {
    // Groups of a length known to the compiler, which then looks up several digits at a time.
    let (groups, rest) = bytes.as_chunks::<16>();
    for group in groups {
        text.extend_from_slice(group.map(digits_of).as_flattened());
    }
    text.extend(rest.iter().flat_map(|byte| digits_of(*byte)));
}

fn digits_of(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|nibble| nibble + if nibble < 10 { b'0' } else { b'a' - 10 })
}

/// Any number of bytes; none where a character is no digit or half a byte is left.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|pair| match byte_of(*pair) {
        (byte, false) => Some(byte),
        (_, true) => None,
    });
    if rest.is_empty() { bytes.collect() } else { None }
}

/// Exactly `N` bytes.
pub fn array_from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    let mut any_wrong = false;
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let (value, wrong) = byte_of(*pair);
        *byte = value;
        any_wrong |= wrong;
    }
    (!any_wrong).then_some(bytes)
}

/// What each byte stands for as a digit; [`NO_DIGIT`] for most. A table, since the digits of hashes
/// come in no order that a processor could foresee: with comparisons, reading them took 15 % of a
/// comparison of manifests.
#[expect(clippy::indexing_slicing, reason = "made by the compiler, which would refuse")]
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = DIGITS[value];
        values[digit as usize] = value as u8;
        values[digit.to_ascii_uppercase() as usize] = value as u8;
        value += 1;
    }
    values
};

const NO_DIGIT: u8 = 0x80;

/// The byte of two digits, and whether one of them is none.
fn byte_of([high, low]: [u8; 2]) -> (u8, bool) {
    let value = |digit: u8| VALUES.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT);
    let (high, low) = (value(high), value(low));
    (high << 4 | low, (high | low) & NO_DIGIT != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives() {
        let all: Vec<u8> = (0..=255).collect();
        let mut pushed = Vec::new();
        push_hex(&all, &mut pushed);
        assert_eq!(pushed, to_hex(&all).into_bytes());
        assert_eq!(from_hex(&to_hex(&all)), Some(all));
        assert_eq!(to_hex(&[0x0f, 0xa0]), "0fa0");
    }

    #[test]
    fn what_is_no_hexadecimal_is_refused() {
        assert_eq!(from_hex("0g"), None);
        assert_eq!(from_hex("0"), None);
        assert_eq!(array_from_hex::<2>("00ff"), Some([0, 255]));
        assert_eq!(array_from_hex::<2>("00"), None);
        assert_eq!(array_from_hex::<1>("00f"), None);
        assert_eq!(array_from_hex::<2>("0a0A"), Some([10, 10]));
        for wrong in ["g0", "0g", "/0", ":0", "@0", "`0", "é"] {
            assert_eq!(array_from_hex::<1>(wrong), None, "{wrong}");
        }
    }
}
