//! Which nights are kept, and the removal of the other ones.
//!
//! Only what `fscan nightly` made is removed: folders that are called as nights are and hold the
//! marker, and in them the files that a night writes. A folder that holds anything else stays whole.

use std::ffi::CString;

use anyhow::{Context, bail};
use reports::{NightStepName, Timestamp, escape};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat, unlinkat};

use super::config::Keep;
use super::night_name::{self, PARTIAL};
use super::store::{Store, directory};
use super::{MARKER, SUMMARY, report_name};

/// The folder that reproducers are written to.
pub const REPRODUCERS: &str = "reproducers";

/// Seconds of a day.
const DAY: u64 = 86_400;

/// What came of nights that are not kept.
#[derive(Debug, Default)]
pub struct Tidied {
    /// Which were removed and why, and which could not be.
    pub told: Vec<String>,
    /// What should be known.
    pub remark: Option<String>,
}

/// Removes nights that are not kept. The one that is under way stays, the newest, and the newest
/// that came to its end.
pub fn tidy(
    store: &Store,
    keep: Keep,
    now: Timestamp,
    under_way: Option<&str>,
) -> anyhow::Result<Tidied> {
    let nights = store.nights()?;
    let remark = doubt(&nights, keep, now, under_way);
    let ended = nights.iter().position(|name| !name.ends_with(PARTIAL));
    let mut told = Vec::new();
    let mut kept = Kept { nights: 0, bytes: 0 };
    for (number, name) in nights.iter().enumerate() {
        let bytes = size(store, name);
        let days = if remark.is_none() { days_between(name, now) } else { 0 };
        let stays = number == 0 || Some(number) == ended || Some(name.as_str()) == under_way;
        let why = kept.why_not(keep, days, bytes).filter(|_| !stays);
        match why.map(|why| (remove(store, name), why)) {
            Some((Ok(()), why)) => told.push(format!("{name}: {why}")),
            Some((Err(error), _)) => {
                kept.add(bytes);
                told.push(format!("{name} stays: {error:#}"));
            }
            None => kept.add(bytes),
        }
    }
    Ok(Tidied { told, remark })
}

/// How many days ago a night began.
fn days_between(name: &str, now: Timestamp) -> u64 {
    now.since(night_name::time(name).unwrap_or(now)).as_secs() / DAY
}

/// Why how old nights are cannot be told: the clock was ahead once, or is ahead now.
fn doubt(nights: &[String], keep: Keep, now: Timestamp, under_way: Option<&str>) -> Option<String> {
    let mut before = nights.iter().filter(|name| Some(name.as_str()) != under_way);
    let last = before.next()?;
    if night_name::time(last).is_some_and(|time| time > now) {
        return Some(format!(
            "no night was removed by its age (`keep.days`): {last} is yet to come, so the clock is \
             behind now or was ahead then; remove that folder if it was"
        ));
    }
    let days = days_between(last, now);
    (days >= keep.days).then(|| {
        format!(
            "no night was removed by its age (`keep.days`): the last one, {last}, was {days} days \
             ago, which may be the clock's doing"
        )
    })
}

/// The newer nights that are kept.
struct Kept {
    nights: u64,
    /// What their files take, in bytes.
    bytes: u64,
}

impl Kept {
    fn add(&mut self, bytes: u64) {
        self.nights += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Why one more, which is so old and takes so much, is not kept.
    fn why_not(&self, keep: Keep, days: u64, bytes: u64) -> Option<String> {
        let (nights, all) = (self.nights, self.bytes.saturating_add(bytes));
        if days >= keep.days {
            Some(format!("{days} days old (`keep.days`)"))
        } else if nights >= keep.nights {
            Some(format!("{nights} newer ones are kept (`keep.nights`)"))
        } else if all > keep.bytes {
            Some(format!("it and newer ones take {all} bytes (`keep.bytes`)"))
        } else {
            None
        }
    }
}

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
fn size(store: &Store, name: &str) -> u64 {
    let flags = directory() | OFlags::NOFOLLOW;
    let Ok(folder) = openat(&store.folder, name, flags, Mode::empty()) else { return 0 };
    let files = content(&folder).unwrap_or_default().into_iter();
    let sizes =
        files.filter_map(|(name, _)| statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW).ok());
    sizes.map(|stat| (stat.st_blocks as u64).saturating_mul(512)).fold(0, u64::saturating_add)
}

/// Removes a night: first it is looked at whole, and where it holds what a night does not write it
/// stays as it is.
fn remove(store: &Store, name: &str) -> anyhow::Result<()> {
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

#[cfg(test)]
mod tests;
