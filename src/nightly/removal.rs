//! The removal of a night, and of nothing else.
//!
//! Only what `fscan nightly` made is removed: folders that are called as nights are and hold the
//! marker, and in them the files that a night writes. A folder that holds anything else stays whole.

use std::ffi::CString;

use anyhow::{Context, bail};
use reports::{NightStepName, escape};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat, unlinkat};

use super::store::{Store, directory};
use super::{MARKER, SUMMARY, report_name};

/// The folder that reproducers are written to.
pub const REPRODUCERS: &str = "reproducers";

/// What lies in a night's folder, by name and type.
type Content = Vec<(CString, FileType)>;

fn content(folder: impl std::os::fd::AsFd) -> anyhow::Result<Content> {
    let mut content = Vec::new();
    for entry in Dir::read_from(&folder).context("reading it")? {
        let entry = entry.context("reading it")?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let stat = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).context("stat")?;
        content.push((name.to_owned(), FileType::from_raw_mode(stat.st_mode)));
    }
    Ok(content)
}

/// What its files take, in bytes; what cannot be asked counts for nothing.
pub fn size(store: &Store, name: &str) -> u64 {
    let flags = directory() | OFlags::NOFOLLOW;
    let Ok(folder) = openat(&store.folder, name, flags, Mode::empty()) else { return 0 };
    let files = content(&folder).unwrap_or_default().into_iter();
    let sizes =
        files.filter_map(|(name, _)| statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW).ok());
    sizes.map(|stat| (stat.st_blocks as u64).saturating_mul(512)).fold(0, u64::saturating_add)
}

/// Removes a night: first it is looked at whole, and where it holds what a night does not write it
/// stays as it is.
pub fn remove(store: &Store, name: &str) -> anyhow::Result<()> {
    let flags = directory() | OFlags::NOFOLLOW;
    let folder = openat(&store.folder, name, flags, Mode::empty()).context("open")?;
    let files = content(&folder)?;
    let reproducers = files.iter().find(|(name, kind)| is_reproducers(name, *kind));
    let reproducers = reproducers.map(|(name, _)| openat(&folder, name, flags, Mode::empty()));
    let reproducers = reproducers.transpose().context("open")?;
    let below = reproducers.as_ref().map(content).transpose()?.unwrap_or_default();
    let foreign = files.iter().find(|(name, kind)| !is_own(name, *kind));
    let foreign = foreign.or_else(|| below.iter().find(|(name, kind)| !is_reproducer(name, *kind)));
    if let Some((name, _)) = foreign {
        bail!("it holds {}, which no night wrote", escape(name.to_bytes()));
    }
    for (file, _) in &below {
        reproducers
            .as_ref()
            .map(|it| unlinkat(it, file, AtFlags::empty()))
            .transpose()
            .context("unlink")?;
    }
    // The marker goes last: what is removed in part is still known as a night.
    let (marker, others): (Content, Content) =
        files.into_iter().partition(|(name, _)| name.to_bytes() == MARKER.as_bytes());
    for (file, kind) in others.iter().chain(&marker) {
        let flags = if kind.is_dir() { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        unlinkat(&folder, file, flags).context("unlink")?;
    }
    unlinkat(&store.folder, name, AtFlags::REMOVEDIR).context("rmdir")
}

fn is_reproducers(name: &CString, kind: FileType) -> bool {
    kind.is_dir() && name.to_bytes() == REPRODUCERS.as_bytes()
}

fn is_reproducer(name: &CString, kind: FileType) -> bool {
    kind.is_file() && name.to_bytes().ends_with(b".ops")
}

/// Whether a night writes a file that is called so.
fn is_own(name: &CString, kind: FileType) -> bool {
    is_reproducers(name, kind)
        || kind.is_file()
            && name.to_str().is_ok_and(|name| {
                let of_step = |step: &NightStepName| {
                    report_name::place(name, step.as_str(), "json").is_some()
                };
                // `.fscan-` is what a step that was killed leaves of a file that it was writing.
                [MARKER, SUMMARY].contains(&name)
                    || report_name::place(name, "manifest", "gz").is_some()
                    || NightStepName::ALL.iter().any(of_step)
                    || name.starts_with(".fscan-")
            })
}
