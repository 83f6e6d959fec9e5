//! Bytes read ahead by a thread of their own, so that an archive is expanded while the files that
//! it held are written.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// What is handed over at once, in bytes.
const PORTION: usize = 1 << 17;

/// Portions that may wait.
const WAITING: usize = 8;

/// Reads what a thread has read.
pub struct ReadAhead {
    portions: Receiver<io::Result<Vec<u8>>>,
    portion: Vec<u8>,
    read: usize,
}

impl ReadAhead {
    /// Starts the thread. It ends when all is read, or when nobody reads any more.
    pub fn begin(mut input: impl Read + Send + 'static) -> io::Result<Self> {
        let (sender, portions) = sync_channel(WAITING);
        thread::Builder::new().name("expand".to_owned()).spawn(move || {
            loop {
                let (portion, error) = fill(&mut input);
                let last = portion.is_empty() || error.is_some();
                if sender.send(Ok(portion)).is_err() {
                    return;
                }
                if let Some(error) = error {
                    // Nobody may be there to hear it.
                    let _ = sender.send(Err(error));
                }
                if last {
                    return;
                }
            }
        })?;
        Ok(ReadAhead { portions, portion: Vec::new(), read: 0 })
    }
}

/// The next portion, which is empty at the end, and the error that came behind it.
fn fill(input: &mut impl Read) -> (Vec<u8>, Option<io::Error>) {
    let mut portion = vec![0; PORTION];
    let (mut filled, mut failed) = (0, None);
    while filled < PORTION && failed.is_none() {
        match input.read(portion.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => failed = Some(error),
        }
    }
    portion.truncate(filled);
    (portion, failed)
}

impl Read for ReadAhead {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if room.is_empty() {
            return Ok(0);
        }
        if self.read == self.portion.len() {
            // A thread that has ended has said why before.
            self.portion = self.portions.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
            self.read = 0;
            if self.portion.is_empty() {
                // The end, or an error that came instead of anything.
                return self.portions.recv().map_or(Ok(0), |error| error.map(|_| 0));
            }
        }
        let waiting = self.portion.get(self.read..).unwrap_or_default();
        let length = waiting.len().min(room.len());
        if let (Some(room), Some(waiting)) = (room.get_mut(..length), waiting.get(..length)) {
            room.copy_from_slice(waiting);
        }
        self.read += length;
        Ok(length)
    }
}
