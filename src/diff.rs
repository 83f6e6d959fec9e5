//! `fscan diff`: two manifests, and what was lost, changed or added between them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::bail;
use reports::{CheckRun, DiffSide, PathName, Root, Totals};
use scanner::compare::{DiffReport, Headers, diff_files, read_headers};
use scanner::manifest::Header;

use crate::arguments::DiffArguments;
use crate::comparison::{self, Side};
use crate::outcome::{Outcome, Seen};
use crate::output;
use crate::signals::Caught;
use crate::status::Status;

/// Compares, prints, saves, and decides the exit code. A signal simply ends it: half a comparison
/// says nothing, and nothing needs to be cleaned up.
pub fn run(arguments: &DiffArguments) -> anyhow::Result<Status> {
    keep_off_the_manifests(arguments)?;
    let Headers { before, after } = read_headers(&arguments.before, &arguments.after)?;
    if before.created_at > after.created_at {
        output::say("BEFORE was written later than AFTER: are they in the right order?");
    }
    let options = comparison::options(
        &arguments.ignore,
        &arguments.exclude,
        Side::of_manifest(&before),
        Side::of_manifest(&after),
    )?;
    let outcome = Outcome::begin(&arguments.result);
    let mut report = DiffReport::new(&before.root, &after.root, arguments.result.all_findings);
    let comparison = diff_files(&arguments.before, &arguments.after, &options, &mut report)?;
    let is_known = !after.gaps.is_everything();
    if comparison.nothing_left && is_known && !arguments.force {
        bail!(
            "{}: it holds nothing but its root; was the volume mounted when it was written? \
             (--force compares it all the same)",
            PathName::from(arguments.after.as_path()).escaped()
        );
    }
    let sides = (side(&before, &arguments.before), side(&after, &arguments.after));
    let (diff, findings, unchecked) = report.finish(&comparison, sides.0, sides.1);
    let seen = Seen {
        roots: vec![
            root(&before, &arguments.before, Vec::new()),
            root(&after, &arguments.after, vec![comparison::check(&arguments.ignore, &options)]),
        ],
        totals: totals(&after),
        findings: findings.into_rows(),
        unchecked: unchecked.into_rows(),
        diff: Some(diff),
        complete: true,
        ..Seen::default()
    };
    outcome.end(seen, false, &Caught::default())
}

/// The report would replace a manifest by its name.
fn keep_off_the_manifests(arguments: &DiffArguments) -> anyhow::Result<()> {
    let identity = |path: &Path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).ok();
    let manifests = [&arguments.before, &arguments.after];
    let is_manifest = |file: &&Path| {
        identity(file).is_some_and(|file| manifests.iter().any(|m| identity(m) == Some(file)))
    };
    match arguments.result.files().find(is_manifest) {
        None => Ok(()),
        Some(file) => {
            let file = PathName::from(file).escaped();
            bail!("{file}: it is one of the manifests; give another file to write to")
        }
    }
}

fn side(header: &Header, file: &Path) -> DiffSide {
    DiffSide {
        root: PathName::new(header.root.clone()),
        manifest: Some(file.into()),
        created_at: header.created_at,
        entries: header.counts.entries,
        bytes: header.counts.bytes,
    }
}

/// A tree that is known from a manifest.
fn root(header: &Header, file: &Path, checks: Vec<CheckRun>) -> Root {
    Root {
        path: PathName::new(header.root.clone()),
        filesystem: "manifest".to_owned(),
        device: PathName::from(file).escaped(),
        mount_options: String::new(),
        mount_point: String::new(),
        errors_policy: None,
        filesystem_uuid: None,
        filesystem_id: None,
        shard: None,
        checks,
    }
}

/// What AFTER holds.
fn totals(after: &Header) -> Totals {
    Totals {
        entries: after.counts.entries,
        directories: after.counts.directories,
        files: after.counts.files,
        symlinks: after.counts.symlinks,
        other: after.counts.other(),
        bytes_apparent: after.counts.bytes,
        ..Totals::default()
    }
}
