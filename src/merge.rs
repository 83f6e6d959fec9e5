//! `fscan merge`: the parts of a tree that several processes scanned, as one scan.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use reports::{Code, PathName, ReadError, from_json};
use scanner::manifest::{Compression, ManifestParts};
use scanner::{GivenToMerge, Joined, ShardFile, join, kind_of_shard_file, read_shard};

use crate::arguments::MergeArguments;
use crate::longhorn;
use crate::manifest::{
    keep_that_of_a_full_tree, keep_that_of_another_filesystem, keep_that_of_another_tree,
};
use crate::outcome::{Outcome, Seen};
use crate::output::{self, Content};
use crate::progress::Progress;
use crate::saved;
use crate::status::Status;
use crate::watched;

/// The largest file, in bytes, of which a refusal says what it is.
const LARGEST_TOLD: u64 = 16 << 20;

/// Joins the parts, does what needs the tree as a whole, prints, saves, and decides the exit code.
pub fn run(arguments: &MergeArguments) -> anyhow::Result<Status> {
    let quiet = arguments.result.is_quiet();
    let (control, caught) = watched::begin(quiet)?;
    let given = Given::of(&arguments.shards)?;
    if let Some(manifest) = &arguments.manifest {
        output::check_target(manifest, Content::Manifest)?;
    }
    keep_apart(arguments, &given)?;
    let mut joined = read(&given)?;
    if let Some(manifest) = &arguments.manifest {
        keep_that_of_another_tree(manifest, joined.header.root.as_bytes())?;
    }
    if !quiet {
        tell_span(&joined);
    }
    let manifests = match &arguments.manifest {
        Some(whole) => {
            let parts = ManifestParts::open(given.manifests.clone(), joined.parts())?;
            Some(Manifests { whole, parts })
        }
        None => None,
    };
    let walked = Duration::try_from_secs_f64(joined.walk_seconds).unwrap_or_default();
    let outcome = Outcome::begin(&arguments.result).after(joined.started_at, walked);
    let options = joined.header.options(given_to_merge(arguments)?).context("--exclude")?;
    let progress = Progress::start(&control, arguments.progress.when, quiet);
    let mut scan = scanner::merge(options, joined, &control);
    progress.finish();
    scan.errors.iter().for_each(|error| output::say(&error.to_string()));
    let mut could_not_run = !scan.errors.is_empty();
    let names_lost = scan.findings.iter().any(|found| found.code == Code::InodeUnattached);
    let force = arguments.force;
    if let Some(Err(error)) = manifests.map(|manifests| manifests.join(names_lost, force)) {
        output::complain(&error);
        could_not_run = true;
    }
    scan.recorded = None;
    outcome.end(Seen::of(scan), could_not_run, &caught)
}

fn given_to_merge(arguments: &MergeArguments) -> anyhow::Result<GivenToMerge> {
    let files = arguments.result.files().map(Path::to_owned).chain(arguments.manifest.clone());
    Ok(GivenToMerge {
        threads: arguments.work.threads(),
        force: arguments.force,
        read_only: arguments.read_only,
        own_files: files.filter_map(|file| output::place_of(&file)).collect(),
        longhorn: longhorn::source(arguments.longhorn.file.as_deref())?,
        stat_timeout: arguments.work.patience(),
    })
}

/// The parts one after the other: all of them together may not fit into memory.
fn read(given: &Given) -> anyhow::Result<Joined> {
    let mut failed = None;
    let shards = given.facts.iter().map_while(|path| match read_shard(path) {
        Ok(facts) => Some((PathName::from(path.as_path()), facts)),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let joined = join(shards);
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(joined?),
    }
}

/// Parts of different nights can be mixed up; when they were scanned shows it.
fn tell_span(joined: &Joined) {
    let (count, root) = (joined.header.shard.count, joined.header.root.escaped());
    let (from, to) = (joined.started_at, joined.ended_at);
    output::say(&format!("{root}: {count} shards, scanned from {from} to {to}"));
}

/// What was given, by what it is.
#[derive(Default)]
struct Given {
    facts: Vec<PathBuf>,
    manifests: Vec<PathBuf>,
}

impl Given {
    /// Looks into every file and folder. A file that is named must be a part; in a folder others may
    /// lie.
    fn of(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut given = Given::default();
        let mut others = Vec::new();
        for path in paths {
            let shown = || PathName::from(path.as_path()).escaped();
            if !path.is_dir() {
                if !given.take(path)? {
                    let what = what_else(path);
                    bail!("{}: {what}; give what --facts and --manifest wrote", shown());
                }
                continue;
            }
            let entries = fs::read_dir(path).with_context(|| format!("{}: read", shown()))?;
            let mut files = BTreeSet::new();
            for entry in entries {
                let entry = entry.with_context(|| format!("{}: read", shown()))?;
                // A volume that Kubernetes projects holds links to files.
                if fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file()) {
                    files.insert(entry.path());
                }
            }
            for file in files {
                if !given.take(&file)? {
                    others.push(PathName::from(file.as_path()).escaped());
                }
            }
        }
        if let Some(first) = others.first() {
            let more = match others.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            output::say(&format!("left alone, being no part of a scan: {first}{more}"));
        }
        Ok(given)
    }

    /// Takes a file that is a part; false where it is something else.
    fn take(&mut self, path: &Path) -> anyhow::Result<bool> {
        match kind_of_shard_file(path)? {
            ShardFile::Facts => self.facts.push(path.to_owned()),
            ShardFile::Manifest => self.manifests.push(path.to_owned()),
            ShardFile::Other => return Ok(false),
        }
        Ok(true)
    }
}

/// What a file is that is no part of a scan. It may be anything, such as the image of a disk: what is
/// no report is not read, nor is one that is too large to be given by mistake.
fn what_else(path: &Path) -> &'static str {
    let is_json = saved::begins_as_json(path);
    let text = is_json.then(|| saved::read(path, LARGEST_TOLD).ok()).flatten().unwrap_or_default();
    match from_json(&text) {
        Ok(_) => "a report, which lacks what a part must tell",
        Err(ReadError::Night) => "the account of a night",
        Err(ReadError::Trend) => "a trend",
        Err(_) => "no part of a scan",
    }
}

/// What is written must not replace a part, nor one file another.
fn keep_apart(arguments: &MergeArguments, given: &Given) -> anyhow::Result<()> {
    let written = arguments.result.files().chain(arguments.manifest.as_deref());
    let parts = given.facts.iter().chain(&given.manifests);
    let mut taken: BTreeSet<_> = parts.filter_map(|part| output::place_of(part)).collect();
    for file in written {
        if output::place_of(file).is_some_and(|place| !taken.insert(place)) {
            let shown = PathName::from(file).escaped();
            bail!("{shown}: it is one of the parts, or given twice; write elsewhere");
        }
    }
    Ok(())
}

/// Manifests to be joined.
struct Manifests<'a> {
    whole: &'a Path,
    parts: ManifestParts,
}

impl Manifests<'_> {
    fn join(mut self, names_lost: bool, force: bool) -> anyhow::Result<()> {
        if !force {
            let header = self.parts.header();
            keep_that_of_another_filesystem(self.whole, &header.filesystem)?;
            keep_that_of_a_full_tree(self.whole, header.counts.entries)?;
        }
        if names_lost {
            self.parts.note_lost_names();
        }
        let how = Compression::by_name(self.whole);
        output::save_file(self.whole, Content::Manifest, |mut out| {
            self.parts.write(&mut out, how)?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_read_of_a_file_to_say_what_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let account = r#"{"schema_version":1,"steps":[],"folder":""}"#;
        let padded = account.to_owned() + &" ".repeat(LARGEST_TOLD as usize);
        for (text, what) in [
            (account, "the account of a night"),
            (padded.as_str(), "no part of a scan"),
            ("", "no part of a scan"),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(what_else(&path), what, "{} bytes", text.len());
        }
    }
}
