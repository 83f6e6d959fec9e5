//! Reading at a place, without moving the offset that others read on from.

use std::os::fd::BorrowedFd;

use rustix::io::{Errno, pread};

/// Fills the room with the bytes from an offset on. False where the file ends before, or cannot
/// be read: whoever reads the whole file reports that.
pub fn fill(file: BorrowedFd<'_>, mut offset: u64, mut room: &mut [u8]) -> bool {
    while !room.is_empty() {
        match pread(file, &mut *room, offset) {
            Err(Errno::INTR) => {}
            Ok(read) if read > 0 => {
                offset += read as u64;
                room = room.get_mut(read..).unwrap_or_default();
            }
            Ok(_) | Err(_) => return false,
        }
    }
    true
}

/// Hands on the bytes of a range in pieces, until `take` wants no more. False where they cannot
/// all be read.
pub fn pieces(
    file: BorrowedFd<'_>,
    start: u64,
    length: u64,
    mut take: impl FnMut(&[u8]) -> bool,
) -> bool {
    let mut room = vec![0; (64 << 10).min(length) as usize];
    let mut done = 0;
    while done < length {
        let wanted = (length - done).min(room.len() as u64);
        let Some(piece) = room.get_mut(..wanted as usize) else { return false };
        if !fill(file, start.saturating_add(done), piece) {
            return false;
        }
        if !take(piece) {
            return true;
        }
        done += wanted;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_range_comes_whole_and_the_offset_stays() {
        let mut file = tempfile::tempfile().unwrap();
        let content: Vec<u8> = (0..200_000_u32).map(|n| (n % 253) as u8).collect();
        file.write_all(&content).unwrap();
        file.seek(std::io::SeekFrom::Start(5)).unwrap();
        let mut read = Vec::new();
        let mut take = |piece: &[u8]| {
            read.extend_from_slice(piece);
            true
        };
        assert!(pieces(file.as_fd(), 3, 199_000, &mut take));
        assert!(read == content[3..199_003]);
        assert!(!pieces(file.as_fd(), 3, 200_000, |_| true));
        assert!(!fill(file.as_fd(), 200_000, &mut [0]));
        assert_eq!(file.stream_position().unwrap(), 5);
    }
}
