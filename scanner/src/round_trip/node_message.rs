//! What npm prints when a call fails, so that whoever searches for the words finds them.
//!
//! node-tar warns with `TAR_ENTRY_ERROR` and node's message, whose words are libuv's
//! (libuv include/uv.h, UV_ERRNO_MAP; node lib/internal/errors.js, uvException): an error that
//! libuv has no name for, such as EUCLEAN, is an "Unknown system error".

use rustix::io::Errno;

/// libuv's words for errors that a filesystem can answer with.
const WORDS: &[(Errno, &str, &str)] = &[
    (Errno::ACCESS, "EACCES", "permission denied"),
    (Errno::AGAIN, "EAGAIN", "resource temporarily unavailable"),
    (Errno::BADF, "EBADF", "bad file descriptor"),
    (Errno::BUSY, "EBUSY", "resource busy or locked"),
    (Errno::EXIST, "EEXIST", "file already exists"),
    (Errno::FBIG, "EFBIG", "file too large"),
    (Errno::INTR, "EINTR", "interrupted system call"),
    (Errno::INVAL, "EINVAL", "invalid argument"),
    (Errno::IO, "EIO", "i/o error"),
    (Errno::ISDIR, "EISDIR", "illegal operation on a directory"),
    (Errno::LOOP, "ELOOP", "too many symbolic links encountered"),
    (Errno::MFILE, "EMFILE", "too many open files"),
    (Errno::MLINK, "EMLINK", "too many links"),
    (Errno::NAMETOOLONG, "ENAMETOOLONG", "name too long"),
    (Errno::NFILE, "ENFILE", "file table overflow"),
    (Errno::NODATA, "ENODATA", "no data available"),
    (Errno::NODEV, "ENODEV", "no such device"),
    (Errno::NOENT, "ENOENT", "no such file or directory"),
    (Errno::NOMEM, "ENOMEM", "not enough memory"),
    (Errno::NOSPC, "ENOSPC", "no space left on device"),
    (Errno::NOSYS, "ENOSYS", "function not implemented"),
    (Errno::NOTCONN, "ENOTCONN", "socket is not connected"),
    (Errno::NOTDIR, "ENOTDIR", "not a directory"),
    (Errno::NOTEMPTY, "ENOTEMPTY", "directory not empty"),
    (Errno::NXIO, "ENXIO", "no such device or address"),
    (Errno::OPNOTSUPP, "ENOTSUP", "operation not supported on socket"),
    (Errno::OVERFLOW, "EOVERFLOW", "value too large for defined data type"),
    (Errno::PERM, "EPERM", "operation not permitted"),
    (Errno::RANGE, "ERANGE", "result too large"),
    (Errno::ROFS, "EROFS", "read-only file system"),
    (Errno::TIMEDOUT, "ETIMEDOUT", "connection timed out"),
    (Errno::TXTBSY, "ETXTBSY", "text file is busy"),
    (Errno::XDEV, "EXDEV", "cross-device link not permitted"),
];

/// `TAR_ENTRY_ERROR ENOENT: no such file or directory, open '/path'`.
pub fn entry_error(errno: Errno, call: &str, path: &str, to: Option<&str>) -> String {
    let known = WORDS.iter().find(|(known, ..)| *known == errno);
    let what = known.map_or_else(
        || {
            let number = errno.raw_os_error();
            format!("Unknown system error -{number}: Unknown system error -{number}")
        },
        |(_, name, words)| format!("{name}: {words}"),
    );
    let to = to.map_or_else(String::new, |to| format!(" -> '{to}'"));
    format!("TAR_ENTRY_ERROR {what}, {call} '{path}'{to}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_that_npm_prints() {
        let path = "/home/coder/app/node_modules/foo/index.js";
        assert_eq!(
            entry_error(Errno::NOENT, "open", path, None),
            "TAR_ENTRY_ERROR ENOENT: no such file or directory, open \
             '/home/coder/app/node_modules/foo/index.js'"
        );
        assert_eq!(
            entry_error(Errno::NOTEMPTY, "rename", "/a", Some("/b")),
            "TAR_ENTRY_ERROR ENOTEMPTY: directory not empty, rename '/a' -> '/b'"
        );
        assert_eq!(
            entry_error(Errno::UCLEAN, "lstat", "/a", None),
            "TAR_ENTRY_ERROR Unknown system error -117: Unknown system error -117, lstat '/a'"
        );
    }
}
