//! Reading a range of an open file, past what cannot be read.

use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::{Errno, pread};

use super::bad_ranges::BadRanges;
use crate::walk::Worker;

/// Where a large read fails it is tried again in pieces of so many bytes: a page.
const PIECE: u64 = 4096;

/// Once much could not be read, bytes up to the next multiple of this are skipped where the first and the
/// last of them cannot be read. It divides a segment, so that threads do not decide what is skipped.
const STRIDE: u64 = 1 << 20;

const ZEROS: [u8; PIECE as usize] = [0; PIECE as usize];

/// What stands between two readings.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The file.
    pub file: BorrowedFd<'a>,
    /// Where bytes are read into.
    pub buffer: &'a mut [u8],
    /// What could not be read.
    pub bad: BadRanges,
    /// Whose signs of life are shown.
    pub worker: &'a Worker,
    /// Set from outside to end the reading early.
    pub stop: &'a AtomicBool,
}

impl Reading<'_> {
    /// Hands out the bytes of a range in order, zeros in place of what cannot be read. Returns
    /// where the file ended, or the range; once it is to stop, anything before.
    pub fn range(&mut self, range: Range<u64>, mut take: impl FnMut(&[u8])) -> u64 {
        let mut at = range.start;
        while at < range.end && !self.stop.load(Ordering::Relaxed) {
            let end = range.end.min(at.saturating_add(self.buffer.len() as u64));
            let far = range.end.min((at / STRIDE + 1).saturating_mul(STRIDE));
            match self.read(at..end) {
                Ok(0) => return at,
                Ok(length) => {
                    take(self.buffer.get(..length).unwrap_or_default());
                    at += length as u64;
                }
                Err(errno) if self.bad.are_many() && self.ends_unreadable(at..far) => {
                    self.bad.skip(at..far, errno);
                    hand_out_zeros(far - at, &mut take);
                    at = far;
                }
                // It was a piece.
                Err(errno) if end <= (at / PIECE + 1).saturating_mul(PIECE) => {
                    self.bad.add(at..end, errno);
                    hand_out_zeros(end - at, &mut take);
                    at = end;
                }
                Err(_) => match self.piece_by_piece(at..end, &mut take) {
                    Ok(()) => at = end,
                    Err(ended) => return ended,
                },
            }
        }
        at
    }

    /// Reads what a large read refused. An error is where the file ended.
    fn piece_by_piece(
        &mut self,
        range: Range<u64>,
        take: &mut impl FnMut(&[u8]),
    ) -> Result<(), u64> {
        let mut at = range.start;
        while at < range.end && !self.stop.load(Ordering::Relaxed) {
            let end = range.end.min((at / PIECE + 1) * PIECE);
            match self.read(at..end) {
                Ok(0) => return Err(at),
                Ok(length) => {
                    take(self.buffer.get(..length).unwrap_or_default());
                    at += length as u64;
                }
                Err(errno) => {
                    self.bad.add(at..end, errno);
                    hand_out_zeros(end - at, take);
                    at = end;
                }
            }
        }
        Ok(())
    }

    /// Whether the last page of a range cannot be read.
    fn ends_unreadable(&mut self, range: Range<u64>) -> bool {
        let last = range.end.saturating_sub(1) / PIECE * PIECE;
        self.read(last.max(range.start)..range.end).is_err()
    }

    fn read(&mut self, range: Range<u64>) -> Result<usize, Errno> {
        let wanted = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let wanted = wanted.min(self.buffer.len());
        loop {
            let room = self.buffer.get_mut(..wanted).unwrap_or_default();
            let read = pread(self.file, room, range.start);
            self.worker.tick();
            if read != Err(Errno::INTR) {
                return read;
            }
        }
    }
}

fn hand_out_zeros(length: u64, take: &mut impl FnMut(&[u8])) {
    let mut left = length;
    while left > 0 {
        let now = left.min(PIECE);
        take(ZEROS.get(..now as usize).unwrap_or_default());
        left -= now;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_file_that_ends_early_is_told_from_one_that_does_not() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 10_000]).unwrap();
        for (range, end) in [(0..10_000, 10_000), (0..9000, 9000), (0..20_000, 10_000)] {
            let mut buffer = [0; 3000];
            let worker = Worker::default();
            let file = file.as_fd();
            let bad = BadRanges::default();
            let stop = &AtomicBool::new(false);
            let mut reading = Reading { file, buffer: &mut buffer, bad, worker: &worker, stop };
            let mut taken = 0;
            assert_eq!(reading.range(range, |bytes| taken += bytes.len() as u64), end);
            assert_eq!(taken, end);
        }
    }

    #[test]
    fn what_is_refused_is_a_bad_range_with_zeros_in_its_place() {
        // Reading a directory says EISDIR wherever one reads.
        let directory = tempfile::tempdir().unwrap();
        let directory = std::fs::File::open(directory.path()).unwrap();
        let (mut buffer, worker) = ([0; 8192], Worker::default());
        let bad = BadRanges::default();
        let file = directory.as_fd();
        let stop = &AtomicBool::new(false);
        let mut reading = Reading { file, buffer: &mut buffer, bad, worker: &worker, stop };
        let mut taken = Vec::new();
        assert_eq!(reading.range(0..20_000, |bytes| taken.extend_from_slice(bytes)), 20_000);
        assert_eq!(taken, vec![0; 20_000]);
        assert_eq!(reading.bad.ranges().first(), Some(&(0..20_000)));
        assert_eq!(reading.bad.errno(), Some(Errno::ISDIR));
    }
}
