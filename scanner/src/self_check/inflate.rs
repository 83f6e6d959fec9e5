//! Deflated data (RFC 1951, and RFC 1950 around it), decoded in pieces and thrown away.
//!
//! What a hostile file can cost is bounded: see [`decoded_limit`]. flate2's zlib-rs backend is
//! fuzzed against zlib and reports bad data as an error; nothing here relies on its never
//! panicking more than on that.

use flate2::{Decompress, FlushDecompress, Status};

/// Bytes decoded at a time.
const ROOM: usize = 32 << 10;

/// Largest compressed file that is decoded, in bytes.
pub const MOST_COMPRESSED: u64 = 256 << 20;

/// Most bytes that a file of `compressed` bytes may decode to and be checked: two hundred times
/// as many, and at most 4 GiB. Logs and sources come to tenfold, deflate could do a thousandfold.
pub fn decoded_limit(compressed: u64) -> u64 {
    compressed.saturating_mul(200).clamp(64 << 20, 4 << 30)
}

/// The reason given beyond that.
pub const TOO_LONG: &str = "decodes to more than is decoded for a check";

/// How far a piece of input led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All of it is used, and the stream goes on.
    More,
    /// The stream ended after so many bytes of the piece.
    Ended(usize),
}

/// Why decoding stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This is no deflated data.
    Damaged,
    /// It is longer than the limit.
    TooLong,
}

/// A stream that is being decoded.
pub struct Inflate {
    stream: Decompress,
    room: Box<[u8]>,
    left: u64,
}

impl Inflate {
    /// A bare stream, as in gzip and zip; `limit` is in decoded bytes.
    pub fn raw(limit: u64) -> Inflate {
        Inflate::new(false, limit)
    }

    /// A stream with zlib's header and checksum.
    pub fn zlib(limit: u64) -> Inflate {
        Inflate::new(true, limit)
    }

    fn new(zlib: bool, limit: u64) -> Inflate {
        let room = vec![0; ROOM].into_boxed_slice();
        Inflate { stream: Decompress::new(zlib), room, left: limit }
    }

    /// Starts the next bare stream; what is left of the limit stays.
    pub fn restart(&mut self) {
        self.stream.reset(false);
    }

    /// Whether nothing was decoded yet.
    pub fn is_fresh(&self) -> bool {
        self.stream.total_in() == 0
    }

    /// How many decoded bytes may still come.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Decodes a piece and hands on what comes out.
    pub fn feed(
        &mut self,
        piece: &[u8],
        mut decoded: impl FnMut(&[u8]),
    ) -> Result<Progress, Fault> {
        let mut used = 0;
        loop {
            let (before, made) = (self.stream.total_in(), self.stream.total_out());
            let rest = piece.get(used..).unwrap_or_default();
            let status = self
                .stream
                .decompress(rest, &mut self.room, FlushDecompress::None)
                .map_err(|_| Fault::Damaged)?;
            let read = (self.stream.total_in() - before) as usize;
            let made = self.stream.total_out() - made;
            used += read;
            self.left = self.left.checked_sub(made).ok_or(Fault::TooLong)?;
            decoded(self.room.get(..made as usize).unwrap_or_default());
            if status == Status::StreamEnd {
                return Ok(Progress::Ended(used));
            }
            if read == 0 && made == 0 {
                // Neither input is left nor output pending: zlib asks for both to go on.
                return Ok(Progress::More);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn zlib(content: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_stream_ends_where_it_ends() {
        let content: Vec<u8> = (0..200_000_u32).flat_map(|n| (n / 3).to_le_bytes()).collect();
        let mut bytes = zlib(&content);
        let length = bytes.len();
        bytes.extend(b"rest");
        let mut decoded = Vec::<u8>::new();
        let mut inflate = Inflate::zlib(u64::MAX);
        let progress = inflate.feed(&bytes, |piece| decoded.extend(piece));
        assert_eq!(progress, Ok(Progress::Ended(length)));
        assert_eq!(decoded, content);
    }

    #[test]
    fn a_bomb_is_left_at_the_limit() {
        let mut inflate = Inflate::zlib(1 << 20);
        assert_eq!(inflate.feed(&zlib(&vec![0; 2 << 20]), |_| ()), Err(Fault::TooLong));
        assert_eq!(decoded_limit(10), 64 << 20);
        assert_eq!(decoded_limit(MOST_COMPRESSED), 4 << 30);
    }

    #[test]
    fn other_bytes_are_damage() {
        assert_eq!(Inflate::zlib(9).feed(b"hello", |_| ()), Err(Fault::Damaged));
        assert_eq!(Inflate::zlib(9).feed(b"", |_| ()), Ok(Progress::More));
    }
}
