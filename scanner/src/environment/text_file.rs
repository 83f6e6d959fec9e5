//! A small text that somebody else wrote: bounded, and never waited for.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use reports::PathName;
use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::checks::errno_word;

/// The longest text that is read, in bytes.
const MOST: u64 = 1 << 20;

/// Why there is no text.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotRead {
    /// A system call failed.
    #[error("{}: {}", .path.escaped(), errno_word(*.errno))]
    Refused {
        /// The file.
        path: PathName,
        /// What the kernel said.
        errno: Errno,
    },
    /// It is no regular file: reading it could last for ever.
    #[error("{}: not a regular file", .0.escaped())]
    NoFile(PathName),
    /// It is longer than such a file is.
    #[error("{}: more than {MOST} bytes", .0.escaped())]
    TooLong(PathName),
}

impl NotRead {
    /// Whether there is no such file.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, NotRead::Refused { errno: Errno::NOENT | Errno::NOTDIR, .. })
    }
}

impl From<NotRead> for String {
    fn from(error: NotRead) -> Self {
        error.to_string()
    }
}

/// Reads a text. Bytes that are not UTF-8 come as U+FFFD.
pub(super) fn read(path: &Path) -> Result<String, NotRead> {
    let refused = |error: io::Error| {
        let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
        NotRead::Refused { path: path.into(), errno }
    };
    // A FIFO without a writer would be waited for.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let mut options = File::options();
    let file = options.read(true).custom_flags(flags as i32).open(path).map_err(refused)?;
    if !file.metadata().map_err(refused)?.is_file() {
        return Err(NotRead::NoFile(path.into()));
    }
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > MOST {
        return Err(NotRead::TooLong(path.into()));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn only_a_short_regular_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::write(path("text"), b"a\xffb").unwrap();
        std::fs::write(path("long"), vec![b'x'; MOST as usize + 1]).unwrap();
        assert!(Command::new("mkfifo").arg(path("fifo")).status().unwrap().success());
        assert_eq!(read(&path("text")).unwrap(), "a\u{fffd}b");
        assert!(matches!(read(&path("long")), Err(NotRead::TooLong(_))));
        assert!(matches!(read(&path("fifo")), Err(NotRead::NoFile(_))));
        assert!(matches!(read(dir.path()), Err(NotRead::NoFile(_))));
        assert!(read(&path("none")).unwrap_err().is_absent());
        assert!(read(&path("none")).unwrap_err().to_string().ends_with("none: ENOENT"));
    }
}
