//! The folder that holds the nights.
//!
//! Whatever is made, renamed or removed in it is named relative to its descriptor, and no link is
//! followed. Steps are given paths: others may write neither there nor above, and before each step
//! it is looked whether the paths still lead to what is open here.

use std::fs::DirBuilder;
use std::io::{ErrorKind, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, bail};
use reports::{PathName, Timestamp};
use rustix::fs::{
    AtFlags, CWD, Dir, Mode, OFlags, Stat, fstat, fsync, mkdirat, openat, readlinkat, renameat,
    statat, symlinkat, unlinkat,
};
use rustix::io::Errno;

use super::baseline::Earlier;
use super::config::Config;
use super::night_name::{self, PARTIAL};
use super::places::{self, Places};
use super::trust::refuse_of_others;
use super::{MARKER, SUMMARY, UnderWay, keep, start};
use crate::saved;

/// The link to the newest night.
const LATEST: &str = "latest";

/// Under which name that link is made.
const LATEST_NEW: &str = ".latest-new";

/// The most nights before that are compared with.
pub const COMPARED: usize = 30;

/// How long it may take until it is known where the folder is.
const PATIENCE: Duration = Duration::from_mins(1);

/// The largest account of a night, in bytes.
const LARGEST_SUMMARY: u64 = 16 << 20;

/// The folder of all nights.
pub struct Store {
    /// Its path.
    pub path: PathBuf,
    /// It, open.
    pub folder: OwnedFd,
}

/// The folder of one night, under way.
pub struct NightFolder {
    /// Its name, as it is called now.
    pub name: String,
    /// Its path, as it is called now.
    pub path: PathBuf,
    folder: OwnedFd,
}

impl Store {
    /// Opens the folder, which is made where it is not there.
    pub fn open(config: &Config, places: &Places) -> anyhow::Result<Self> {
        let path = place(config, places)?;
        let shown = || PathName::from(path.as_path()).escaped();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.with_context(|| format!("{}: the folder for reports cannot be made", shown()))?;
        // What was not there a moment ago may have been made by others meanwhile.
        refuse_of_others(&path)?;
        Store::there(path)
    }

    /// Opens the folder, which is there: a path without links.
    pub fn there(path: PathBuf) -> anyhow::Result<Self> {
        let shown = || PathName::from(path.as_path()).escaped();
        let folder = openat(CWD, &path, directory() | OFlags::NOFOLLOW, Mode::empty());
        let folder = folder.with_context(|| format!("{}: open", shown()))?;
        Ok(Store { path, folder })
    }

    /// Refuses to go on where the names that steps are given lead elsewhere than what is open here.
    pub fn expect_in_place(&self, night: &NightFolder) -> anyhow::Result<()> {
        let is = |name: Result<Stat, Errno>, open: &OwnedFd| match (name, fstat(open)) {
            (Ok(name), Ok(open)) => (name.st_dev, name.st_ino) == (open.st_dev, open.st_ino),
            _ => false,
        };
        let links = AtFlags::SYMLINK_NOFOLLOW;
        let all = statat(CWD, &self.path, links);
        let one = statat(&self.folder, &night.name, links);
        if is(all, &self.folder) && is(one, &night.folder) {
            return Ok(());
        }
        let shown = PathName::from(night.path.as_path()).escaped();
        bail!("{shown}: it was renamed or replaced, so nothing more is written there")
    }

    /// Removes nights that are not kept, where there is too little space without that.
    pub fn make_room(&self, config: &Config) -> anyhow::Result<Vec<String>> {
        if start::expect_room(&self.path, 0, config.min_free).is_ok() {
            return Ok(Vec::new());
        }
        // A remark comes with the end of the night, when it is tidied up once more.
        let removed = keep::tidy(self, config, Timestamp::now(), None)?.told;
        start::expect_room(&self.path, 0, config.min_free).map(|()| removed)
    }

    /// The names of all nights, the newest first; those that did not come to their end as well.
    pub fn nights(&self) -> anyhow::Result<Vec<String>> {
        let shown =
            || format!("{}: reading the folder", PathName::from(self.path.as_path()).escaped());
        let mut nights = Vec::new();
        for entry in Dir::read_from(&self.folder).with_context(shown)? {
            let entry = entry.with_context(shown)?;
            let name =
                entry.file_name().to_str().ok().filter(|name| night_name::time(name).is_some());
            nights.extend(name.filter(|name| self.is_night(name)).map(str::to_owned));
        }
        nights.sort_unstable_by(|a, b| b.cmp(a));
        Ok(nights)
    }

    /// The names of the nights before, the newest first. What is yet to come is none of them: it
    /// would be the last one for as long as the clock has not caught up.
    pub fn nights_before(&self, now: Timestamp) -> anyhow::Result<Vec<String>> {
        let mut nights = self.nights()?;
        nights.retain(|name| night_name::time(name).is_some_and(|time| time <= now));
        Ok(nights)
    }

    /// Whether a name is that of a folder that `fscan nightly` made.
    fn is_night(&self, name: &str) -> bool {
        let opened = openat(&self.folder, name, directory() | OFlags::NOFOLLOW, Mode::empty());
        opened.is_ok_and(|folder| {
            let marker = statat(&folder, MARKER, AtFlags::SYMLINK_NOFOLLOW);
            marker.is_ok_and(|it| rustix::fs::FileType::from_raw_mode(it.st_mode).is_file())
        })
    }

    /// What these nights came to, with their folders; what cannot be read is left out.
    pub fn summaries(&self, nights: &[String]) -> Vec<Earlier> {
        let read = |name: &String| {
            let folder = self.path.join(name);
            let text = saved::read(&folder.join(SUMMARY), LARGEST_SUMMARY).ok()?;
            Some((folder, serde_json::from_slice(&text).ok()?))
        };
        nights.iter().filter_map(read).collect()
    }

    /// The night before, where it left no account: one that was stopped leaves one.
    pub fn silent_before<'a>(&self, earlier: &'a [String]) -> Option<&'a str> {
        let last = earlier.first().filter(|name| name.ends_with(PARTIAL))?;
        let account = self.path.join(last).join(SUMMARY).symlink_metadata();
        account.is_err().then_some(last.as_str())
    }

    /// Makes the folder of a night that begins now. It can be read by whoever can read the folder
    /// of all nights.
    pub fn begin(&self, under_way: &UnderWay) -> anyhow::Result<NightFolder> {
        let shown = PathName::from(self.path.as_path()).escaped();
        let mode = fstat(&self.folder).with_context(|| format!("{shown}: stat"))?.st_mode & 0o750;
        loop {
            let night = night_name::of(Timestamp::now());
            let name = format!("{night}{PARTIAL}");
            let taken = rustix::fs::accessat(
                &self.folder,
                &night,
                rustix::fs::Access::EXISTS,
                AtFlags::empty(),
            );
            match mkdirat(&self.folder, &name, Mode::from_raw_mode(mode | 0o700)) {
                Ok(()) if taken.is_err() => return self.mark(name),
                Ok(()) => drop(unlinkat(&self.folder, &name, AtFlags::REMOVEDIR)),
                Err(Errno::EXIST) => {}
                Err(errno) => {
                    return Err(errno).with_context(|| format!("{shown}: mkdir {name}"));
                }
            }
            // A night of this second is there.
            if under_way.is_stopped() {
                bail!("stopped before anything was done");
            }
            sleep(Duration::from_millis(100));
        }
    }

    fn mark(&self, name: String) -> anyhow::Result<NightFolder> {
        let path = self.path.join(&name);
        let shown =
            || format!("{}: the folder of the night", PathName::from(path.as_path()).escaped());
        let opened = openat(&self.folder, &name, directory() | OFlags::NOFOLLOW, Mode::empty());
        let marked = opened.with_context(shown).and_then(|folder| {
            write_marker(&folder).with_context(shown)?;
            Ok(folder)
        });
        if marked.is_err() {
            // Without a whole marker no night would know it for its own, and remove it.
            let _ = unlinkat(&self.folder, &name, AtFlags::REMOVEDIR);
        }
        marked.map(|folder| NightFolder { name, path, folder })
    }

    /// Gives a night that came to its end its name, and has `latest` lead there. Comes back with
    /// the folder as it is called now, and with what should be known.
    pub fn finish(&self, night: &NightFolder) -> anyhow::Result<(NightFolder, Option<String>)> {
        let (shown, name) = (PathName::from(night.path.as_path()).escaped(), night.final_name());
        self.expect_in_place(night)?;
        let folder = night.again()?.folder;
        renameat(&self.folder, &night.name, &self.folder, name)
            .with_context(|| format!("{shown}: rename to {name}"))?;
        // The rename itself reaches the disk with the folder; some filesystems cannot flush one.
        let _ = fsync(&night.folder).and_then(|()| fsync(&self.folder));
        let finished = NightFolder { name: name.to_owned(), path: night.final_path(), folder };
        Ok((finished, self.lead_to(name).err().map(|error| format!("{LATEST}: {error:#}"))))
    }

    fn lead_to(&self, name: &str) -> anyhow::Result<()> {
        match readlinkat(&self.folder, LATEST, Vec::new()) {
            Ok(_) | Err(Errno::NOENT) => {}
            Err(Errno::INVAL) => bail!("it is no link, so it stays as it is"),
            Err(errno) => return Err(errno).context("readlink"),
        }
        // One may be left by a night that was killed just then.
        let _ = unlinkat(&self.folder, LATEST_NEW, AtFlags::empty());
        symlinkat(name, &self.folder, LATEST_NEW).context("symlink")?;
        renameat(&self.folder, LATEST_NEW, &self.folder, LATEST).context("rename")
    }
}

impl NightFolder {
    /// The same once more.
    pub fn again(&self) -> anyhow::Result<Self> {
        let shown = || format!("{}: dup", PathName::from(self.path.as_path()).escaped());
        let folder = self.folder.try_clone().with_context(shown)?;
        Ok(NightFolder { name: self.name.clone(), path: self.path.clone(), folder })
    }

    /// What it is called when it came to its end.
    pub fn final_name(&self) -> &str {
        self.name.strip_suffix(PARTIAL).unwrap_or(&self.name)
    }

    /// Its path then.
    pub fn final_path(&self) -> PathBuf {
        self.path.with_file_name(self.final_name())
    }
}

/// Writes the marker whole, or leaves none.
fn write_marker(folder: &OwnedFd) -> anyhow::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let marker = openat(folder, MARKER, flags, Mode::RUSR | Mode::WUSR)?;
    let text =
        "Made by `fscan nightly`, which removes it with what it wrote when its time is over.\n";
    let written = std::fs::File::from(marker).write_all(text.as_bytes());
    if written.is_err() {
        let _ = unlinkat(folder, MARKER, AtFlags::empty());
    }
    Ok(written?)
}

/// How folders are opened.
pub fn directory() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

/// The path of the folder without links, where nights may be kept there. Nothing is made.
pub fn place(config: &Config, places: &Places) -> anyhow::Result<PathBuf> {
    let reports = config.reports.clone();
    let Some(path) = places::in_time(PATIENCE, move || real(&reports)) else {
        let shown = PathName::from(config.reports.as_path()).escaped();
        bail!("{shown}: it does not answer; name another folder (`reports`)");
    };
    let path = path?;
    refuse_under_roots(config, places, &path)?;
    refuse_of_others(&path)?;
    Ok(path)
}

/// A path without links, of which the end need not be there.
fn real(path: &Path) -> anyhow::Result<PathBuf> {
    let shown = || PathName::from(path).escaped();
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Err(error), Some(above), Some(name)) if error.kind() == ErrorKind::NotFound => {
            // A link that leads nowhere is there.
            if path.symlink_metadata().is_ok() {
                bail!("{}: the link leads nowhere; name another folder (`reports`)", shown());
            }
            Ok(real(above)?.join(name))
        }
        (found, ..) => found.with_context(shown),
    }
}

/// Reports that are written while a tree is scanned would be part of it.
fn refuse_under_roots(config: &Config, places: &Places, reports: &Path) -> anyhow::Result<()> {
    let above = |root: &&PathBuf| reports.starts_with(places.real(root));
    match config.roots.iter().find(above).filter(|_| !config.reports_in_root) {
        None => Ok(()),
        Some(root) => bail!(
            "{}: it lies under {}, which is scanned; name another folder (`reports`), or allow it with \
             `reports-in-root = true`, which leaves it out of the scans",
            PathName::from(reports).escaped(),
            PathName::from(root.as_path()).escaped()
        ),
    }
}
