//! What a night needs before it begins, looked at in its first second. Nothing is made or removed
//! here: a dry run is refused what the night would be refused.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reports::{PathName, Timestamp};
use rustix::fs::{Access, access, statvfs};

use super::config::Config;
use super::places::Places;
use super::store::{self, Store};
use super::{keep, lock};
use crate::output::{self, Content};

/// Inodes that a night takes at least: its folder, its marker, an account, and a few reports.
const INODES: u64 = 16;

/// Refuses a night that could not keep its reports or its metrics, or that another one is in the
/// way of. Comes back with the folder for reports, without links.
pub fn check(config: &Config, places: &Places) -> anyhow::Result<PathBuf> {
    let place = store::place(config, places)?;
    let there = nearest(&place);
    expect_writable(there)?;
    let reclaimable = if there == place {
        let store = Store::there(place.clone())?;
        lock::expect_free(&store)?;
        keep::reclaimable(&store, config, Timestamp::now())?
    } else {
        0
    };
    expect_room(there, reclaimable, config.min_free)?;
    if let Some(file) = &config.prometheus_file {
        output::check_target(file, Content::NightMetrics).context("`prometheus-file`")?;
    }
    Ok(place)
}

/// What of a path is there already: itself, or the nearest folder above it.
fn nearest(path: &Path) -> &Path {
    path.ancestors().find(|it| it.symlink_metadata().is_ok()).unwrap_or(path)
}

/// Folders are made there.
fn expect_writable(folder: &Path) -> anyhow::Result<()> {
    let shown = PathName::from(folder).escaped();
    if !folder.is_dir() {
        bail!("{shown}: it is no folder, and reports are to be kept there (`reports`)");
    }
    access(folder, Access::WRITE_OK | Access::EXEC_OK).with_context(|| {
        format!(
            "{shown}: user {} cannot write reports there; name another folder (`reports`)",
            rustix::process::geteuid().as_raw()
        )
    })
}

/// Refuses where less is free than a night takes, whatever goes of the nights before.
pub fn expect_room(folder: &Path, reclaimable: u64, least: u64) -> anyhow::Result<()> {
    let shown = || PathName::from(folder).escaped();
    let space = statvfs(folder).with_context(|| format!("{}: statvfs", shown()))?;
    let free = space.f_bavail.saturating_mul(space.f_frsize).saturating_add(reclaimable);
    if free < least {
        bail!(
            "{}: {free} bytes are free, and a night takes {least} at least (`min-free`): make room, or \
             keep fewer nights (`keep`)",
            shown()
        );
    }
    // A filesystem that makes inodes as it needs them may say that it has none at all.
    if space.f_files > 0 && space.f_favail < INODES && reclaimable == 0 {
        bail!(
            "{}: {} inodes are free, and a night takes {INODES} at least: remove files there, or keep \
             fewer nights (`keep`)",
            shown(),
            space.f_favail
        );
    }
    Ok(())
}
