//! The reports that a trend is made of: files, and folders of them.

use std::collections::HashSet;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reports::{Dated, PathName, from_json};

use crate::nightly::{MARKER, SUMMARY};
use crate::saved;

/// The most reports that are read.
const MOST: usize = 2000;

/// What all of them may take together, in bytes.
const MOST_BYTES: u64 = 1 << 30;

/// Reports, and why others are not among them.
#[derive(Default)]
pub struct Gathered {
    /// Those that could be read.
    pub reports: Vec<Dated>,
    /// Why others could not, an error each.
    pub refused: Vec<anyhow::Error>,
}

/// Reads what the command line names: reports, and folders with reports in them or in the folders
/// in them, as `fscan nightly` leaves them.
pub fn gather(paths: &[PathBuf]) -> anyhow::Result<Gathered> {
    let mut gathered = Gathered::default();
    let files = files(paths, &mut gathered.refused);
    if files.len() > MOST {
        bail!("{} reports; {MOST} are the most that are compared: give fewer", files.len());
    }
    gathered.read(files, &mut Room::default());
    Ok(gathered)
}

/// Reads the reports in the first of these folders of nights: in as many as fit together. Comes back
/// with how many those are. A night that was stopped may hold none.
pub fn gather_first(folders: &[PathBuf]) -> (Gathered, usize) {
    let (mut gathered, mut room) = (Gathered::default(), Room::default());
    for (number, folder) in folders.iter().enumerate() {
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        in_folder(folder, Nested::No, &mut files, &mut refused);
        if !room.takes(&files) {
            return (gathered, number);
        }
        gathered.refused.extend(refused);
        gathered.read(files, &mut room);
    }
    (gathered, folders.len())
}

/// The files that are named, and those in folders that are. The account of a night stands for the
/// reports beside it, which a pattern (`*/*.json`) names as well.
fn files(paths: &[PathBuf], refused: &mut Vec<anyhow::Error>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let (accounts, others): (Vec<_>, Vec<_>) = paths.iter().partition(|path| is_account(path));
    for path in others {
        // What a link leads to was named; what lies in a folder was not.
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let (found_before, refused_before) = (files.len(), refused.len());
        in_folder(path, Nested::Yes, &mut files, refused);
        if (files.len(), refused.len()) == (found_before, refused_before) {
            refused.push(no_reports(path));
        }
    }
    let named: HashSet<PathBuf> = files.iter().cloned().collect();
    for folder in accounts.into_iter().filter_map(|account| account.parent()) {
        let mut beside = Vec::new();
        let here = folder == Path::new("");
        in_folder(if here { Path::new(".") } else { folder }, Nested::No, &mut beside, refused);
        let as_given = |path: PathBuf| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        let beside = beside.into_iter().map(|path| if here { as_given(path) } else { path });
        files.extend(beside.filter(|path| !named.contains(path)));
    }
    files
}

/// Whether a path is the account of a night, which lies in the night's folder.
fn is_account(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == SUMMARY) && night_of(path).is_some()
}

/// What there is still room for.
struct Room {
    reports: usize,
    /// In bytes.
    bytes: u64,
}

impl Default for Room {
    fn default() -> Self {
        Room { reports: MOST, bytes: MOST_BYTES }
    }
}

impl Room {
    /// Whether all of these files fit.
    fn takes(&self, files: &[PathBuf]) -> bool {
        let sizes = files.iter().map(|file| size(file));
        files.len() <= self.reports && sizes.fold(0, u64::saturating_add) <= self.bytes
    }
}

/// What a file takes, in bytes; one that cannot be asked cannot be read either.
fn size(file: &Path) -> u64 {
    file.metadata().map_or(0, |it| it.len())
}

impl Gathered {
    fn read(&mut self, files: Vec<PathBuf>, room: &mut Room) {
        for file in files {
            match read(&file, room) {
                Ok(report) => self.reports.push(report),
                Err(error) => self.refused.push(error),
            }
        }
    }
}

fn no_reports(folder: &Path) -> anyhow::Error {
    anyhow::anyhow!("{}: no file in it is called *.json", PathName::from(folder).escaped())
}

fn read(file: &Path, room: &mut Room) -> anyhow::Result<Dated> {
    let shown = || PathName::from(file).escaped();
    let size = size(file);
    if size > room.bytes && size <= saved::LARGEST {
        bail!(
            "{}: {size} bytes; with the reports before it that is more than the {MOST_BYTES} bytes \
             that are compared: give fewer",
            shown()
        );
    }
    let text = saved::read_report(file, saved::LARGEST.min(room.bytes)).with_context(shown)?;
    room.bytes = room.bytes.saturating_sub(text.len() as u64);
    room.reports = room.reports.saturating_sub(1);
    let report = from_json(&text).with_context(shown)?;
    Ok(Dated { file: file.into(), report, night: night_of(file) })
}

/// The folder of a file, where that is one of a night.
fn night_of(file: &Path) -> Option<PathName> {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
    fs::symlink_metadata(folder.join(MARKER)).ok().map(|_| folder.as_path().into())
}

/// Whether the folders in a folder are looked into as well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nested {
    Yes,
    No,
}

/// Adds the files in a folder that are called as reports are, by name. Links are not followed:
/// `latest` would name a night twice. What cannot be read costs itself alone.
fn in_folder(
    folder: &Path,
    nested: Nested,
    files: &mut Vec<PathBuf>,
    refused: &mut Vec<anyhow::Error>,
) {
    let entries = match entries(folder) {
        Ok(entries) => entries,
        Err(error) => return refused.push(error),
    };
    let mut folders = Vec::new();
    for (path, kind) in entries {
        let name = path.file_name().unwrap_or_default();
        // What is hidden is under way, or was given up.
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if kind.is_dir() && nested == Nested::Yes {
            folders.push(path);
        } else if path.extension().is_some_and(|it| it == "json") && name != SUMMARY {
            files.push(path);
        }
    }
    folders.iter().for_each(|folder| in_folder(folder, Nested::No, files, refused));
}

/// What lies in a folder, by name.
fn entries(folder: &Path) -> anyhow::Result<Vec<(PathBuf, FileType)>> {
    let shown = || format!("{}: reading the folder", PathName::from(folder).escaped());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(shown)? {
        let entry = entry.with_context(shown)?;
        entries.push((entry.path(), entry.file_type().with_context(shown)?));
    }
    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    fn said(error: &anyhow::Error) -> String {
        format!("{error:#}")
    }

    /// As many nights are taken as fit; what is left out is for the caller to tell.
    #[test]
    fn the_newest_nights_are_taken_as_far_as_they_fit() {
        let top = tempfile::tempdir().unwrap();
        let night = |name: &str, sizes: &[u64]| {
            let folder = top.path().join(name);
            fs::create_dir(&folder).unwrap();
            for (number, size) in sizes.iter().enumerate() {
                let file = File::create(folder.join(format!("{number}.json"))).unwrap();
                file.set_len(*size).unwrap();
            }
            folder
        };
        let small = [night("a", &[1, 1]), night("b", &[1]), night("many", &[0; MOST - 1])];
        let (gathered, taken) = gather_first(&small);
        assert_eq!((gathered.refused.len(), taken), (3, 2), "none of them is a report");
        let large = [night("c", &[1]), night("d", &[MOST_BYTES])];
        assert_eq!(gather_first(&large).1, 1);
        let stopped = [night("stopped", &[])];
        assert!(gather_first(&stopped).0.refused.is_empty(), "that is nothing to tell of");
        // Of what is named each is told.
        let files = [large[0].join("0.json"), large[1].join("0.json")];
        let mut room = Room { bytes: 100, ..Room::default() };
        let told: Vec<_> = files.iter().map(|file| read(file, &mut room).unwrap_err()).collect();
        assert!(said(&told[1]).contains("with the reports before it"), "{told:?}");
        assert!(!said(&told[0]).contains("before it"), "{told:?}");
    }

    /// As `*/*.json` names it among the reports of its night.
    #[test]
    fn the_account_of_a_night_stands_for_the_reports_beside_it() {
        let top = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            fs::write(top.path().join(name), "{}").unwrap();
            top.path().join(name)
        };
        let [quick, full, account] = ["quick.json", "full.json", SUMMARY].map(file);
        let taken = |paths: &[PathBuf]| {
            let mut refused = Vec::new();
            let files = files(paths, &mut refused);
            assert!(refused.is_empty(), "{refused:?}");
            files
        };
        let alone = std::slice::from_ref(&account);
        assert_eq!(taken(alone), alone, "in no night's folder");
        file(MARKER);
        assert_eq!(taken(alone), [full.clone(), quick.clone()]);
        let given = [full.clone(), quick.clone(), account.clone()];
        assert_eq!(taken(&given), [full, quick], "each once");
    }

    /// As a folder that only root may read beside reports (lost+found).
    #[test]
    fn what_cannot_be_read_costs_itself_alone() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("1.json"), "").unwrap();
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        in_folder(&top.path().join("none"), Nested::No, &mut files, &mut refused);
        in_folder(top.path(), Nested::Yes, &mut files, &mut refused);
        assert_eq!((files.len(), refused.len()), (1, 1));
        assert!(said(&refused[0]).contains("none: reading the folder"), "{refused:?}");
        assert!(gather(&[top.path().to_owned()]).unwrap().refused.len() == 1);
    }
}
