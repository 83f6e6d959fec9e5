//! The header of a gzip member (RFC 1952, 2.3).

/// What the first bytes of a member are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// A whole header of so many bytes.
    Whole(usize),
    /// The beginning of one.
    Beginning,
    /// None: other bytes, or another method than deflate.
    Other,
    /// One with flags that RFC 1952 reserves.
    Reserved,
    /// One whose own checksum is wrong.
    Damaged,
}

/// The two bytes of the magic number and the method.
pub const START: &[u8; 3] = b"\x1f\x8b\x08";

/// Bytes before the optional fields.
const FIXED: usize = 10;

const FHCRC: u8 = 1 << 1;
const FEXTRA: u8 = 1 << 2;
const FNAME: u8 = 1 << 3;
const FCOMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// Reads the header at the beginning of `bytes`.
pub fn read(bytes: &[u8]) -> Header {
    if !bytes.starts_with(bytes.get(..3).map_or_else(|| beginning(bytes), |_| START)) {
        return Header::Other;
    }
    let Some(flags) = bytes.get(3).filter(|_| bytes.len() >= FIXED) else {
        return Header::Beginning;
    };
    if flags & RESERVED != 0 {
        return Header::Reserved;
    }
    match end(bytes, *flags) {
        None => Header::Beginning,
        Some(length) if flags & FHCRC == 0 => Header::Whole(length),
        Some(length) => with_checksum(bytes, length),
    }
}

/// As much of the start as there are bytes.
fn beginning(bytes: &[u8]) -> &'static [u8] {
    START.get(..bytes.len()).unwrap_or(START)
}

/// Where the optional fields end, the checksum aside.
fn end(bytes: &[u8], flags: u8) -> Option<usize> {
    let mut length = FIXED;
    if flags & FEXTRA != 0 {
        let extra = bytes.get(length..)?.first_chunk::<2>()?;
        length += 2 + usize::from(u16::from_le_bytes(*extra));
    }
    for text in [FNAME, FCOMMENT] {
        if flags & text != 0 {
            length += 1 + bytes.get(length..)?.iter().position(|byte| *byte == 0)?;
        }
    }
    (bytes.len() >= length).then_some(length)
}

/// FHCRC: the lower half of the CRC-32 of all before it.
fn with_checksum(bytes: &[u8], length: usize) -> Header {
    let Some((header, rest)) = bytes.split_at_checked(length) else { return Header::Beginning };
    match rest.first_chunk::<2>() {
        None => Header::Beginning,
        Some(stored) if u16::from_le_bytes(*stored) == crc32fast::hash(header) as u16 => {
            Header::Whole(length + 2)
        }
        Some(_) => Header::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&START[..], &[flags, 0, 0, 0, 0, 0, 3], rest].concat()
    }

    #[test]
    fn every_optional_field_is_passed_over() {
        let all = header(FEXTRA | FNAME | FCOMMENT, b"\x03\0abcname\0comment\0");
        let mut checked = header(FHCRC | FNAME, b"name\0");
        let crc = (crc32fast::hash(&checked) as u16).to_le_bytes();
        checked.extend(crc);
        for bytes in [header(0, b""), header(FNAME, b"\0"), header(1, b""), all, checked.clone()] {
            let longer = [&bytes[..], b"data"].concat();
            assert_eq!(read(&longer), Header::Whole(bytes.len()));
            for length in 0..bytes.len() {
                assert_eq!(read(&bytes[..length]), Header::Beginning, "{length}");
            }
        }
        checked[5] ^= 1;
        assert_eq!(read(&checked), Header::Damaged);
    }

    #[test]
    fn other_bytes_are_none() {
        assert_eq!(read(b"\x1f\x8c"), Header::Other);
        assert_eq!(read(b"\x1f\x8b\x07\0\0\0\0\0\0\0"), Header::Other);
        assert_eq!(read(&header(0x20, b"")), Header::Reserved);
    }
}
