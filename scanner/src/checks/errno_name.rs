//! Errors as the kernel spells them.

use rustix::io::Errno;

/// The errors that a filesystem can answer with.
const WORDS: &[(Errno, &str)] = &[
    (Errno::ACCESS, "EACCES"),
    (Errno::AGAIN, "EAGAIN"),
    (Errno::BADF, "EBADF"),
    (Errno::BADMSG, "EBADMSG"),
    (Errno::BUSY, "EBUSY"),
    (Errno::DQUOT, "EDQUOT"),
    (Errno::EXIST, "EEXIST"),
    (Errno::FBIG, "EFBIG"),
    (Errno::INTR, "EINTR"),
    (Errno::INVAL, "EINVAL"),
    (Errno::IO, "EIO"),
    (Errno::ISDIR, "EISDIR"),
    (Errno::LOOP, "ELOOP"),
    (Errno::MFILE, "EMFILE"),
    (Errno::MLINK, "EMLINK"),
    (Errno::NAMETOOLONG, "ENAMETOOLONG"),
    (Errno::NFILE, "ENFILE"),
    (Errno::NODATA, "ENODATA"),
    (Errno::NODEV, "ENODEV"),
    (Errno::NOENT, "ENOENT"),
    (Errno::NOKEY, "ENOKEY"),
    (Errno::NOMEM, "ENOMEM"),
    (Errno::NOSPC, "ENOSPC"),
    (Errno::NOSYS, "ENOSYS"),
    (Errno::NOTCONN, "ENOTCONN"),
    (Errno::NOTDIR, "ENOTDIR"),
    (Errno::NOTEMPTY, "ENOTEMPTY"),
    (Errno::NOTTY, "ENOTTY"),
    (Errno::NXIO, "ENXIO"),
    (Errno::OPNOTSUPP, "EOPNOTSUPP"),
    (Errno::OVERFLOW, "EOVERFLOW"),
    (Errno::PERM, "EPERM"),
    (Errno::RANGE, "ERANGE"),
    (Errno::ROFS, "EROFS"),
    (Errno::STALE, "ESTALE"),
    (Errno::TIMEDOUT, "ETIMEDOUT"),
    (Errno::TOOBIG, "E2BIG"),
    (Errno::TXTBSY, "ETXTBSY"),
    (Errno::UCLEAN, "EUCLEAN"),
    (Errno::XDEV, "EXDEV"),
];

/// Its name alone; its number where it has none that a filesystem would use.
pub fn errno_word(errno: Errno) -> String {
    let known = WORDS.iter().find(|(known, _)| *known == errno);
    known.map_or_else(|| format!("errno {}", errno.raw_os_error()), |(_, word)| (*word).to_owned())
}

/// Its name, with the meaning where few know it.
pub fn errno_name(errno: Errno) -> String {
    let Some((_, name)) = WORDS.iter().find(|(known, _)| *known == errno) else {
        return errno.to_string();
    };
    let meaning = match errno {
        Errno::UCLEAN => "the filesystem needs cleaning",
        Errno::BADMSG => "a checksum is wrong",
        Errno::IO => "input/output error",
        Errno::STALE => "stale handle",
        Errno::NOTTY | Errno::OPNOTSUPP | Errno::NOSYS => "not supported",
        _ => return (*name).to_owned(),
    };
    format!("{name} ({meaning})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_names_and_some_a_meaning() {
        assert_eq!(errno_name(Errno::NOENT), "ENOENT");
        assert_eq!(errno_name(Errno::IO), "EIO (input/output error)");
        assert_eq!(
            (errno_word(Errno::IO), errno_word(Errno::DOM)),
            ("EIO".into(), "errno 33".into())
        );
    }
}
