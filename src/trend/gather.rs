//! The reports that a trend is made of: files, and folders of them.

use std::fs;
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
    let mut files = Vec::new();
    for path in paths {
        // What a link leads to was named; what lies in a folder was not.
        if path.is_dir() {
            match in_folder(path, Nested::Yes) {
                Ok(found) if found.is_empty() => gathered.refused.push(no_reports(path)),
                Ok(found) => files.extend(found),
                Err(error) => gathered.refused.push(error),
            }
        } else {
            files.push(path.clone());
        }
    }
    if files.len() > MOST {
        bail!("{} reports; {MOST} are the most that are compared: give fewer", files.len());
    }
    let mut left = MOST_BYTES;
    for file in files {
        match read(&file, &mut left) {
            Ok(report) => gathered.reports.push(report),
            Err(error) => gathered.refused.push(error),
        }
    }
    Ok(gathered)
}

fn no_reports(folder: &Path) -> anyhow::Error {
    anyhow::anyhow!("{}: no file in it is called *.json", PathName::from(folder).escaped())
}

fn read(file: &Path, left: &mut u64) -> anyhow::Result<Dated> {
    let shown = || PathName::from(file).escaped();
    let text = saved::read(file, saved::LARGEST.min(*left)).with_context(shown)?;
    *left = left.saturating_sub(text.len() as u64);
    let report = from_json(&text).with_context(shown)?;
    Ok(Dated { file: file.into(), report, night: night_of(file) })
}

/// The folder of a file, where that is one of a night.
fn night_of(file: &Path) -> Option<PathName> {
    let folder = file.parent()?.canonicalize().ok()?;
    fs::symlink_metadata(folder.join(MARKER)).ok().map(|_| folder.as_path().into())
}

/// Whether the folders in a folder are looked into as well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nested {
    Yes,
    No,
}

/// The files in a folder that are called as reports are, by name. Links are not followed: `latest`
/// would name a night twice.
fn in_folder(folder: &Path, nested: Nested) -> anyhow::Result<Vec<PathBuf>> {
    let shown = || format!("{}: reading the folder", PathName::from(folder).escaped());
    let mut files = Vec::new();
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).with_context(shown)? {
        let entry = entry.with_context(shown)?;
        let kind = entry.file_type().with_context(shown)?;
        let (name, path) = (entry.file_name(), entry.path());
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
    files.sort_unstable();
    folders.sort_unstable();
    for folder in folders {
        files.extend(in_folder(&folder, Nested::No)?);
    }
    Ok(files)
}
