//! Whether a folder is safe from others: who may rename what lies in it may put a link there, and
//! what a night writes would go wherever that leads.

use std::path::Path;

use anyhow::{Context, bail};
use reports::PathName;
use rustix::fs::{AtFlags, CWD, Mode, Stat, statat};
use rustix::process::{getegid, geteuid};

/// Who runs the night.
#[derive(Clone, Copy)]
struct Me {
    user: u32,
    group: u32,
}

/// What a folder is to the reports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It holds the nights.
    Reports,
    /// It is above the one that does.
    Above,
}

/// Refuses a folder for reports, and folders above it, that others may write to. `path` is
/// absolute, without links; what of it is not there yet will be made for its owner alone.
pub fn refuse_of_others(path: &Path) -> anyhow::Result<()> {
    let me = Me { user: geteuid().as_raw(), group: getegid().as_raw() };
    // From above: what is in a folder that was looked at cannot be exchanged any more.
    let mut folders: Vec<_> = path.ancestors().collect();
    folders.reverse();
    for folder in folders {
        let shown = || PathName::from(folder).escaped();
        let stat = match statat(CWD, folder, AtFlags::SYMLINK_NOFOLLOW) {
            Err(rustix::io::Errno::NOENT) => return Ok(()),
            stat => stat.with_context(|| format!("{}: stat", shown()))?,
        };
        let place = if folder == path { Place::Reports } else { Place::Above };
        if let Some(why) = mistrust(&stat, place, me) {
            bail!(
                "{}: {why}, so others may put links where reports are written; name another folder \
                 (`reports`)",
                shown()
            );
        }
    }
    Ok(())
}

/// Why others may exchange what lies in a folder.
fn mistrust(stat: &Stat, place: Place, me: Me) -> Option<String> {
    let (owner, mode) = (stat.st_uid, Mode::from_raw_mode(stat.st_mode));
    if owner != me.user && owner != 0 {
        return Some(format!("it belongs to user {owner}, not to user {} or root", me.user));
    }
    // In a sticky folder (/tmp) what is not theirs stays where it is.
    if place == Place::Above && mode.contains(Mode::SVTX) {
        return None;
    }
    // Volumes of Kubernetes belong to the pod's own group, which may write there (fsGroup).
    let own_group = place == Place::Above && stat.st_gid == me.group;
    let others = if own_group { Mode::WOTH } else { Mode::WOTH | Mode::WGRP };
    mode.intersects(others)
        .then(|| format!("others may write to it (mode {:03o}; chmod go-w)", stat.st_mode & 0o7777))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_write_above_or_in_the_folder_for_reports() {
        use Place::{Above, Reports};
        let me = Me { user: 7, group: 70 };
        for (owner, group, mode, place, expected) in [
            (7, 70, 0o755, Reports, None),
            (0, 0, 0o750, Reports, None),
            (8, 70, 0o700, Reports, Some("belongs to user 8")),
            (8, 70, 0o1777, Above, Some("belongs to user 8")),
            (7, 70, 0o770, Reports, Some("mode 770")),
            (7, 9, 0o1777, Reports, Some("mode 1777")),
            (0, 0, 0o1777, Above, None),
            (0, 0, 0o777, Above, Some("mode 777")),
            (0, 70, 0o2775, Above, None),
            (0, 9, 0o2775, Above, Some("mode 2775")),
            (0, 70, 0o2777, Above, Some("mode 2777")),
        ] {
            let mut stat = statat(CWD, "/", AtFlags::empty()).unwrap();
            (stat.st_uid, stat.st_gid, stat.st_mode) = (owner, group, 0o40_000 | mode);
            let why = mistrust(&stat, place, me);
            let as_expected = match (expected, &why) {
                (None, None) => true,
                (Some(expected), Some(why)) => why.contains(expected),
                _ => false,
            };
            assert!(as_expected, "{owner}:{group} {mode:o}: {why:?}");
        }
    }

    #[test]
    fn every_folder_above_counts() {
        let folder = tempfile::tempdir().unwrap();
        let open = folder.path().canonicalize().unwrap().join("open");
        std::fs::create_dir(&open).unwrap();
        let reports = open.join("reports/nightly");
        assert!(refuse_of_others(&reports).is_ok());
        let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(&open, everybody).unwrap();
        let error = refuse_of_others(&reports).unwrap_err().to_string();
        assert!(error.contains("open: others may write to it"), "{error}");
    }
}
