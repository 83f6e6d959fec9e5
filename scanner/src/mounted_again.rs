//! Mounts below a root that show a directory which the walk comes to by another name as well: a bind
//! mount of a directory of the tree, a subvolume or a device that is mounted twice.
//!
//! Such a directory is walked once, and always by the same name: by its own one where that lies below
//! the root, or in a mount there; of several mounts of the same directory by the one whose point comes
//! first. The mount table says what a mount shows: a device, which stands for all subvolumes of a btrfs
//! as well, and a directory of it.
//!
//! A mount is gone into after all where its directory's own name leads elsewhere, since something else
//! is mounted there or above, where that is excluded, and wherever it is in doubt that the walk comes to
//! that name. Of a directory that is covered in part under its own name, that part stays unseen, as what
//! any mount covers.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open};

use crate::filesystem::Filesystem;
use crate::inode_facts::{Device, InodeFacts};
use crate::mounts::{self, Mount};
use crate::oddities;
use crate::options::ScanOptions;

/// Mounts below the root whose directories the walk comes to by other names; none where it goes into
/// no mount, the mount table cannot be read, or numbers say nothing (every NFS export shows `/` as the
/// directory that is mounted, fs/nfs/super.c).
pub fn mounts_shown_again(
    path: &Path,
    filesystem: &Filesystem,
    options: &ScanOptions,
) -> BTreeMap<u64, Vec<PathBuf>> {
    let Some(mount) = filesystem.mount.as_ref().filter(|_| options.cross_mounts) else {
        return BTreeMap::new();
    };
    let roots = [path.as_os_str().as_bytes().to_vec()];
    let is_excluded =
        |below: &Path| options.exclude.matches_path(below.as_os_str().as_bytes(), &roots);
    let mut table = mounts::read().unwrap_or_default();
    table.retain(|mount| oddities::of(&mount.filesystem).numbers_identify);
    let is_reached = |name: &Path, id, point: &Path| is_reached(path, name, id, point);
    mounted_again(path, mount, &table, is_excluded, is_reached)
}

/// Whether a path below `root`, on the mount of that id, leads to the directory that is mounted at
/// `point`, and this user may read all that is on the way.
fn is_reached(root: &Path, name: &Path, id: u64, point: &Path) -> bool {
    let facts = |path: &Path| {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = open(path, flags, Mode::empty()).ok()?;
        InodeFacts::of_descriptor(opened.as_fd()).ok()
    };
    let (Some(there), Some(mounted)) = (facts(name), facts(point)) else { return false };
    let on_the_way = name.ancestors().skip(1).take_while(|above| above.starts_with(root));
    (there.device(), there.ino()) == (mounted.device(), mounted.ino())
        && there.mount_id() == Some(id)
        && on_the_way.into_iter().all(|above| facts(above).is_some())
}

/// The ids of those that show what is walked by another name, each with the points of mounts below it
/// that the walk does not come to at all, of the mounts in `table` below the root
/// at `path`, which lies on `mount`. `is_excluded` tells of a path below the root whether it is left
/// out by itself; `is_reached` whether the first path, on the mount of that id, is known to lead to the
/// same directory as the second.
fn mounted_again(
    path: &Path,
    mount: &Mount,
    table: &[Mount],
    is_excluded: impl Fn(&Path) -> bool,
    is_reached: impl Fn(&Path, u64, &Path) -> bool,
) -> BTreeMap<u64, Vec<PathBuf>> {
    let Ok(below_point) = path.strip_prefix(as_path(&mount.point)) else {
        return BTreeMap::new();
    };
    let root = View { directory: as_path(&mount.root).join(below_point), ..View::of(mount) };
    let views = Views::new(path, root, table);
    let is_left_out = |name: &Path| {
        let below = name.strip_prefix(path).unwrap_or(name);
        below.ancestors().any(|above| !above.as_os_str().is_empty() && is_excluded(above))
    };
    let leads = |name: &Path, id, point: &Path| !is_left_out(name) && is_reached(name, id, point);
    let places = views.places(leads);
    let Some(entered) = entered(&places) else { return BTreeMap::new() };
    let (again, others): (Vec<&Place>, Vec<&Place>) =
        places.iter().partition(|place| !place.shown_by.is_disjoint(&entered));
    let unreached = |again: &Place| {
        let below = others.iter().filter(|other| is_below(&other.point, &again.point));
        below.map(|other| other.point.clone()).collect()
    };
    again.into_iter().map(|place| (place.id, unreached(place))).collect()
}

/// What a mount shows.
#[derive(Clone, Debug)]
struct View {
    id: u64,
    device: Device,
    /// A directory of the filesystem.
    directory: PathBuf,
}

impl View {
    fn of(mount: &Mount) -> Self {
        let directory = as_path(&mount.root).to_owned();
        View { id: mount.id, device: mount.device, directory }
    }

    /// Whether its directory was removed while it was mounted (fs/d_path.c, `dentry_path`).
    fn has_no_name(&self) -> bool {
        self.directory.as_os_str().as_bytes().ends_with(b"//deleted")
    }
}

/// What the root and the mounts below it show, by the paths where they begin. What other mounts cover
/// is not among them.
struct Views(BTreeMap<PathBuf, View>);

impl Views {
    fn new(path: &Path, root: View, table: &[Mount]) -> Self {
        let mut views = BTreeMap::new();
        let mut reached = vec![(path, root)];
        while let Some((point, view)) = reached.pop() {
            let mut mounts: Vec<&Mount> = table
                .iter()
                .filter(|mount| mount.parent == view.id && is_below(as_path(&mount.point), path))
                .collect();
            mounts.sort_by_key(|mount| as_path(&mount.point));
            // No path leads to a mount point that another one on the same mount covers.
            mounts
                .dedup_by(|next, before| as_path(&next.point).starts_with(as_path(&before.point)));
            let covered = mounts.iter().any(|mount| as_path(&mount.point) == point);
            reached.extend(mounts.iter().map(|mount| (as_path(&mount.point), View::of(mount))));
            if !covered {
                views.insert(point.to_owned(), view);
            }
        }
        Views(views)
    }

    /// The one that a path leads into.
    fn at(&self, path: &Path) -> Option<&View> {
        path.ancestors().find_map(|above| self.0.get(above))
    }

    /// The mounts, in the order of their points. `leads` tells of a path, and the mount that it is on,
    /// whether the walk comes by it to the directory that is mounted at the second one.
    fn places(&self, leads: impl Fn(&Path, u64, &Path) -> bool) -> Vec<Place> {
        // The first one is the root.
        let mounts = self.0.iter().skip(1);
        let place = |(point, view): (&PathBuf, &View)| {
            let shows = |(at, other): &(&PathBuf, &View)| {
                name_in(at, other, point, view).is_some_and(|name| {
                    let is_on_it = self.at(&name).is_some_and(|there| there.id == other.id);
                    is_on_it && leads(&name, other.id, point)
                })
            };
            let shown_by = self.0.iter().filter(shows).map(|(_, other)| other.id).collect();
            Some(Place {
                point: point.clone(),
                id: view.id,
                on: self.at(point.parent()?)?.id,
                shown_by,
            })
        };
        mounts.filter_map(place).collect()
    }
}

/// By which name `other`, which begins at `at`, shows what `view` shows at `point`; none where it does
/// not, where only `view` leads to `other`, or where it is `view` that comes first.
fn name_in(at: &Path, other: &View, point: &Path, view: &View) -> Option<PathBuf> {
    if other.device != view.device || view.has_no_name() || is_below(at, point) {
        return None;
    }
    let below = view.directory.strip_prefix(&other.directory).ok()?;
    let is_same = below.as_os_str().is_empty();
    (at < point || !is_same).then(|| at.join(below))
}

/// A mount below the root.
struct Place {
    point: PathBuf,
    id: u64,
    /// The mount that leads to it.
    on: u64,
    /// The mounts that show the same directory by a name that comes first.
    shown_by: BTreeSet<u64>,
}

/// The mounts that are gone into, and the root's: those that one which is gone into leads to, and none
/// shows. What is decided of one depends on others, and these on others again, until nothing changes;
/// none where that does not come to an end.
fn entered(places: &[Place]) -> Option<BTreeSet<u64>> {
    // The first mount lies on the root's.
    let mut entered: BTreeSet<u64> = places.iter().flat_map(|place| [place.id, place.on]).collect();
    for _ in 0..=places.len() {
        let before = entered.clone();
        for place in places {
            entered.remove(&place.id);
            if entered.contains(&place.on) && place.shown_by.is_disjoint(&entered) {
                entered.insert(place.id);
            }
        }
        if entered == before {
            return Some(entered);
        }
    }
    None
}

fn as_path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

fn is_below(path: &Path, directory: &Path) -> bool {
    path != directory && path.starts_with(directory)
}

#[cfg(test)]
mod tests;
