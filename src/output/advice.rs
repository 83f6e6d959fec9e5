//! Why a file could not be written, and what to do: a table by errno.

use rustix::io::Errno;
use scanner::errno_name;

/// What somebody does about an errno. `{folder}` stands for the folder that the file is in.
const ADVICE: &[(&[Errno], &str)] = &[
    (&[Errno::NOSPC], "the disk is full: free some space, or write elsewhere"),
    (&[Errno::DQUOT], "the quota is used up: remove something, or write elsewhere"),
    (&[Errno::ACCESS], "you may not write to {folder}: write elsewhere"),
    (
        &[Errno::PERM],
        "it is not allowed; file or folder may be immutable (lsattr -d), or you may not write to \
         {folder}: write elsewhere",
    ),
    (&[Errno::ROFS], "{folder} is read-only: write elsewhere"),
    (&[Errno::NOENT], "there is no folder {folder}: make it, or write elsewhere"),
    (&[Errno::NOTDIR], "{folder} is no folder: check the path"),
    (&[Errno::ISDIR], "a folder is in its place: give the path of a file"),
    (&[Errno::NAMETOOLONG], "the name is too long: give a shorter one"),
    (&[Errno::LOOP], "its links lead in a circle: check the path"),
    (&[Errno::FBIG], "files may not be that large here (ulimit -f): write elsewhere"),
    (&[Errno::MFILE, Errno::NFILE], "too many files are open: raise the limit (ulimit -n)"),
    (
        &[Errno::IO, Errno::UCLEAN, Errno::BADMSG, Errno::STALE],
        "the filesystem may be damaged: see the kernel log, and write elsewhere",
    ),
];

/// What to do where nothing better is known.
const ELSEWHERE: &str = "write elsewhere";

/// The errno in words, and what to do about it. `folder` is as people may be shown it.
pub fn advice(errno: Errno, folder: &str) -> String {
    let row = ADVICE.iter().find(|(errnos, _)| errnos.contains(&errno));
    let advice = row.map_or(ELSEWHERE, |(_, advice)| advice);
    format!("{}; {}", errno_name(errno), advice.replace("{folder}", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_disk_is_called_full() {
        for (errno, expected) in [
            (Errno::NOSPC, "ENOSPC; the disk is full: free some space, or write elsewhere"),
            (Errno::ROFS, "EROFS; /a is read-only: write elsewhere"),
            (Errno::NOENT, "ENOENT; there is no folder /a: make it, or write elsewhere"),
            (Errno::NODEV, "ENODEV; write elsewhere"),
        ] {
            assert_eq!(advice(errno, "/a"), expected);
        }
        let full = |errnos: &&[Errno]| advice(errnos[0], "/a").contains("full");
        let full: Vec<_> = ADVICE.iter().map(|(errnos, _)| *errnos).filter(full).collect();
        assert_eq!(full, [&[Errno::NOSPC]]);
    }
}
