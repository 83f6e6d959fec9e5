//! Texts whose line ends a version control system changed.

/// The text with line ends of the other kinds: all "\n", all "\r\n".
pub fn variants(text: &[u8]) -> [Vec<u8>; 2] {
    let mut unix = Vec::with_capacity(text.len());
    let mut bytes = text.iter().peekable();
    while let Some(byte) = bytes.next() {
        if *byte != b'\r' || bytes.peek() != Some(&&b'\n') {
            unix.push(*byte);
        }
    }
    let mut dos = Vec::with_capacity(text.len() + text.len() / 16);
    for byte in &unix {
        if *byte == b'\n' {
            dos.push(b'\r');
        }
        dos.push(*byte);
    }
    [unix, dos]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_of_one_kind() {
        let both = [b"a\nb\r\nc\r".to_vec(), b"a\r\nb\r\r\nc\r".to_vec()];
        assert_eq!(variants(b"a\r\nb\r\r\nc\r"), both);
        assert_eq!(variants(b"a\nb\r\r\nc\r"), both);
    }
}
