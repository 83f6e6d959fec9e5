//! Settings files as they are on disk: regular, small, and of whom.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use reports::PathName;
use rustix::fs::OFlags;
use rustix::io::Errno;

/// The largest file, in bytes.
const LARGEST: u64 = 1 << 20;

/// Permission bits of those who are not the owner.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Whether a symbolic link may lead to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// In one's own folder.
    Followed,
    /// In a tree: what it leads to was not put there as settings.
    Refused,
}

/// A file that was looked for.
pub enum Looked {
    /// It is not there.
    Missing,
    /// It is not heeded, and why.
    Ignored(String),
    /// Its text.
    Read(String),
}

/// Reads a file that was looked for, if it can be trusted.
pub fn trusted(path: &Path, links: Links) -> anyhow::Result<Looked> {
    let shown = || PathName::from(path).escaped();
    let file = match open(path, links) {
        Ok(file) => file,
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(Looked::Missing),
        // Whether it is there cannot be known in somebody else's home.
        Err(Errno::ACCESS) if path.metadata().is_err() => return Ok(Looked::Missing),
        Err(Errno::LOOP) => return Ok(ignored(path, "it is a symbolic link")),
        Err(errno) => return Ok(ignored(path, &format!("open: {}", io::Error::from(errno)))),
    };
    let metadata = file.metadata().with_context(|| format!("{}: stat", shown()))?;
    if let Some(why) = mistrust(&metadata, rustix::process::geteuid().as_raw()) {
        return Ok(ignored(path, &why));
    }
    Ok(Looked::Read(text(file, &metadata).with_context(shown)?))
}

/// Reads a file that the command line names.
pub fn named(path: &Path) -> anyhow::Result<String> {
    let shown = || format!("--suppress {}", PathName::from(path).escaped());
    let file = open(path, Links::Followed).map_err(io::Error::from);
    let file = file.context("open").with_context(shown)?;
    let metadata = file.metadata().context("stat").with_context(shown)?;
    if !metadata.is_file() {
        bail!("{}: not a regular file", shown());
    }
    text(file, &metadata).with_context(shown)
}

/// Reads a file that decides what is run: one that somebody else could have written is an error.
pub fn relied_on(path: &Path) -> anyhow::Result<String> {
    let shown = || PathName::from(path).escaped();
    let file = open(path, Links::Followed).map_err(io::Error::from);
    let file = file.context("open").with_context(shown)?;
    let metadata = file.metadata().context("stat").with_context(shown)?;
    if metadata.is_dir() {
        bail!("{}: it is a folder; name the settings file itself", shown());
    }
    if let Some(why) = mistrust(&metadata, rustix::process::geteuid().as_raw()) {
        bail!("{}: {why}; what is run must not be for others to say", shown());
    }
    text(file, &metadata).with_context(shown)
}

fn ignored(path: &Path, why: &str) -> Looked {
    let shown = PathName::from(path).escaped();
    Looked::Ignored(format!(
        "{shown}: these settings are ignored, {why}; `--suppress FILE` takes suppressions all the \
         same"
    ))
}

/// Opens it without waiting, so that a FIFO in its place hangs nothing, and where that is allowed
/// without a trace in its access time.
fn open(path: &Path, links: Links) -> Result<File, Errno> {
    let errno = |error: io::Error| Errno::from_io_error(&error).unwrap_or(Errno::IO);
    let refused = if links == Links::Refused { OFlags::NOFOLLOW } else { OFlags::empty() };
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | refused;
    let open = |flags: OFlags| {
        let flags = flags.bits().cast_signed();
        OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(errno)
    };
    match open(flags | OFlags::NOATIME) {
        Err(Errno::PERM) => open(flags),
        opened => opened,
    }
}

/// Why a file may have been put there by somebody else than `user` or root.
fn mistrust(metadata: &Metadata, user: u32) -> Option<String> {
    let (owner, mode) = (metadata.uid(), metadata.mode());
    if !metadata.is_file() {
        return Some("it is no regular file".to_owned());
    }
    if owner != user && owner != 0 {
        return Some(format!("it belongs to user {owner}, not to user {user} or root"));
    }
    if mode & WRITABLE_BY_OTHERS != 0 {
        return Some(format!("others may write it (mode {:03o}; chmod go-w)", mode & 0o777));
    }
    None
}

fn text(file: File, metadata: &Metadata) -> anyhow::Result<String> {
    if metadata.len() > LARGEST {
        bail!("larger than any settings ({} bytes)", metadata.len());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).context("read")?;
    String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("not TOML: it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn why(path: &Path, links: Links) -> String {
        match trusted(path, links).unwrap() {
            Looked::Missing => "missing".to_owned(),
            Looked::Ignored(why) => why,
            Looked::Read(text) => text,
        }
    }

    #[test]
    fn a_file_that_others_may_write_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings");
        assert_eq!(why(&path, Links::Refused), "missing");
        fs::write(&path, "text").unwrap();
        for (mode, expected) in [
            (0o644, "text"),
            (0o664, "others may write it (mode 664; chmod go-w)"),
            (0o602, "others may write it (mode 602; chmod go-w)"),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let why = why(&path, Links::Refused);
            assert!(why.contains(expected), "{mode:o}: {why}");
        }
    }

    #[test]
    fn a_file_is_of_its_user_or_of_root() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings");
        fs::write(&path, "text").unwrap();
        let metadata = fs::metadata(&path).unwrap();
        let owner = metadata.uid();
        assert_eq!(mistrust(&metadata, owner), None);
        // Root's own files are trusted by everybody.
        let expected =
            (owner != 0).then(|| format!("it belongs to user {owner}, not to user 7 or root"));
        assert_eq!(mistrust(&metadata, 7), expected);
        let folder = fs::metadata(folder.path()).unwrap();
        assert_eq!(mistrust(&folder, owner).unwrap(), "it is no regular file");
    }

    #[test]
    fn what_others_may_write_is_not_relied_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings");
        fs::write(&path, "text").unwrap();
        assert_eq!(relied_on(&path).unwrap(), "text");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        let error = format!("{:#}", relied_on(&path).unwrap_err());
        assert!(error.contains("others may write it (mode 666; chmod go-w)"), "{error}");
        assert!(relied_on(folder.path()).is_err());
    }

    #[test]
    fn a_link_is_followed_in_ones_own_folder_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("settings"), folder.path().join("link"));
        fs::write(&path, "text").unwrap();
        symlink(&path, &link).unwrap();
        assert_eq!(why(&link, Links::Followed), "text");
        assert!(why(&link, Links::Refused).contains("it is a symbolic link"));
    }

    #[test]
    fn what_is_too_large_or_no_text_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings");
        fs::write(&path, [0xff]).unwrap();
        let error = format!("{:#}", trusted(&path, Links::Refused).err().unwrap());
        assert!(error.ends_with("settings: not TOML: it is not UTF-8"), "{error}");
        fs::write(&path, vec![b'#'; LARGEST as usize + 1]).unwrap();
        let error = format!("{:#}", named(&path).unwrap_err());
        assert!(error.contains("larger than any settings (1048577 bytes)"), "{error}");
        assert!(named(folder.path()).unwrap_err().to_string().ends_with("not a regular file"));
    }
}
