//! The removal of a night, and of nothing else.
//!
//! Only what `fscan nightly` made is removed: folders that are called as nights are and hold the
//! marker, and in them the files that a night writes. A folder that holds anything else stays whole.

use std::ffi::CString;
use std::os::fd::OwnedFd;

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

/// What the files of a night take, in bytes; what cannot be asked counts for nothing.
pub fn size(store: &Store, name: &str) -> u64 {
    Opened::new(store, name).map_or(0, |opened| opened.bytes())
}

/// A folder of a night, with what lies in it.
struct Opened {
    folder: OwnedFd,
    files: Content,
    reproducers: Option<(OwnedFd, Content)>,
}

impl Opened {
    fn new(store: &Store, name: &str) -> anyhow::Result<Self> {
        let flags = directory() | OFlags::NOFOLLOW;
        let folder = openat(&store.folder, name, flags, Mode::empty()).context("open")?;
        let files = content(&folder)?;
        let below = |(name, _): &(CString, FileType)| {
            let reproducers = openat(&folder, name, flags, Mode::empty()).context("open")?;
            let files = content(&reproducers)?;
            anyhow::Ok((reproducers, files))
        };
        let reproducers = files.iter().find(|(name, kind)| is_reproducers(name, *kind));
        let reproducers = reproducers.map(below).transpose()?;
        Ok(Opened { folder, files, reproducers })
    }

    fn bytes(&self) -> u64 {
        let below = self.reproducers.iter().map(|(folder, files)| (folder, files));
        let folders = std::iter::once((&self.folder, &self.files)).chain(below);
        let stats = folders.flat_map(|(folder, files)| {
            let stat = move |name| statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok();
            files.iter().filter_map(move |(name, _)| stat(name))
        });
        stats.map(|stat| (stat.st_blocks as u64).saturating_mul(512)).fold(0, u64::saturating_add)
    }
}

/// A night that was looked at whole, and holds nothing but what nights write.
pub struct Removable<'a> {
    store: &'a Store,
    name: &'a str,
    opened: Opened,
}

/// Looks at a night; one that holds what no night writes stays as it is.
pub fn look<'a>(store: &'a Store, name: &'a str) -> anyhow::Result<Removable<'a>> {
    let opened = Opened::new(store, name)?;
    let foreign = opened.files.iter().find(|(name, kind)| !is_own(name, *kind));
    let mut below = opened.reproducers.iter().flat_map(|(_, files)| files);
    let foreign = foreign.or_else(|| below.find(|(name, kind)| !is_reproducer(name, *kind)));
    if let Some((name, _)) = foreign {
        bail!("it holds {}, which no night wrote", escape(name.to_bytes()));
    }
    Ok(Removable { store, name, opened })
}

impl Removable<'_> {
    /// Removes it.
    pub fn remove(self) -> anyhow::Result<()> {
        let Opened { folder, files, reproducers } = self.opened;
        if let Some((below, files)) = &reproducers {
            let mut files = files.iter();
            files
                .try_for_each(|(file, _)| unlinkat(below, file, AtFlags::empty()))
                .context("unlink")?;
        }
        // The marker goes last: what is removed in part is still known as a night.
        let (marker, others): (Content, Content) =
            files.into_iter().partition(|(name, _)| name.to_bytes() == MARKER.as_bytes());
        for (file, kind) in others.iter().chain(&marker) {
            let flags = if kind.is_dir() { AtFlags::REMOVEDIR } else { AtFlags::empty() };
            unlinkat(&folder, file, flags).context("unlink")?;
        }
        unlinkat(&self.store.folder, self.name, AtFlags::REMOVEDIR).context("rmdir")
    }
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
