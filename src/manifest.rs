//! What a scan writes of every name (`--manifest`, `--sums`) and what it compares (`--baseline`).

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reports::{
    CheckRun, Diff, DiffSide, FindingCollector, PathName, Timestamp, UncheckedCollector, counted,
};
use scanner::compare::{DiffReport, SameTree, diff_with_baseline};
use scanner::manifest::{
    Compression, Header, ManifestReader, SumsOutcome, write_manifest, write_sums,
};
use scanner::{FilesystemIdentity, Recorded};

use crate::arguments::ScanArguments;
use crate::comparison::{self, Side};
use crate::output::{self, Content};

/// The files of one scan.
pub struct Manifests<'a> {
    arguments: &'a ScanArguments,
    baseline: Option<Header>,
    begun: Timestamp,
}

/// What a comparison brought.
pub struct Compared {
    /// The report's part.
    pub diff: Diff,
    /// The differences.
    pub findings: FindingCollector,
    /// What could not be compared.
    pub unchecked: UncheckedCollector,
    /// The comparison as a check.
    pub check: CheckRun,
}

impl<'a> Manifests<'a> {
    /// Reads the baseline to its end and sees whether the others can be written, before an hour
    /// is spent on the tree.
    pub fn begin(arguments: &'a ScanArguments) -> anyhow::Result<Self> {
        let own = own_files(arguments);
        let wanted = !own.is_empty();
        if wanted && arguments.paths.len() != 1 {
            bail!("--manifest, --sums and --baseline are about one tree: give one PATH");
        }
        if wanted && arguments.paths.iter().any(|path| path.exists() && !path.is_dir()) {
            bail!("--manifest, --sums and --baseline are about a tree: PATH is no directory");
        }
        keep_apart(arguments)?;
        for (file, content) in
            [(&arguments.manifest, Content::Manifest), (&arguments.sums, Content::Sums)]
        {
            file.iter().try_for_each(|file| output::check_target(file, content))?;
        }
        let root = arguments.paths.first().and_then(|path| path.canonicalize().ok());
        if let (Some(manifest), Some(root)) = (&arguments.manifest, root) {
            keep_that_of_another_tree(manifest, root.as_os_str().as_bytes())?;
            if !arguments.force {
                keep_that_of_another_filesystem(manifest, &FilesystemIdentity::at(&root))?;
            }
        }
        let baseline = arguments.baseline.as_deref().map(read_to_the_end).transpose()?;
        Ok(Manifests { arguments, baseline, begun: Timestamp::now() })
    }

    /// How many bytes of content the baseline tells of.
    pub fn bytes_before(&self) -> Option<u64> {
        self.baseline.as_ref().map(|header| header.counts.bytes)
    }

    /// Whether the scan is to note every name.
    pub fn are_wanted(&self) -> bool {
        !own_files(self.arguments).is_empty()
    }

    /// When the manifest says that it was made; none where none is asked for.
    pub fn made_at(&self) -> Option<Timestamp> {
        self.arguments.manifest.as_ref().map(|_| self.begun)
    }

    /// Compares the tree with the baseline, if there is one.
    pub fn compare(&self, recorded: &Recorded) -> anyhow::Result<Option<Compared>> {
        let (Some(path), Some(header)) = (self.arguments.baseline.as_deref(), &self.baseline)
        else {
            return Ok(None);
        };
        let root = root_bytes(&recorded.root);
        let mut report = DiffReport::new(&header.root, &root, self.arguments.result.all_findings);
        let entries = recorded.tree.entries();
        let ScanArguments { ignore, exclude, .. } = self.arguments;
        let before = Side::of_manifest(header);
        let after = Side {
            root: &root,
            ground: (&recorded.filesystem, recorded.root_inode),
            session: recorded.mount_session.as_deref(),
            mounts: &recorded.mounts,
            gaps: &recorded.gaps,
        };
        let mut options = comparison::options(ignore, exclude, before, after)?;
        options.same_tree = SameTree::of(header, recorded);
        options.own = recorded.tree.left_out().to_vec();
        let comparison = diff_with_baseline(path, entries, &options, &mut report)?;
        // The very filesystem of the manifest is mounted, and is empty.
        let is_mounted = options.same_tree.is_some();
        let is_expected = is_mounted || recorded.gaps.is_everything() || self.arguments.force;
        if comparison.nothing_left && !is_expected {
            bail!(
                "{}: it is empty and the baseline is not: is nothing mounted here? (--force \
                 compares it all the same)",
                PathName::from(recorded.root.as_path()).escaped()
            );
        }
        let (then, now) = (&header.filesystem, &recorded.filesystem);
        let is_known_there = then.is_known() && !then.is_of_the_same(now);
        if is_known_there && header.root == root && !comparison.totals.is_intact() {
            let what = if then.is_of_another(now) {
                "another filesystem or subvolume was at this path then"
            } else {
                "whether the filesystem at this path is that of then cannot be told"
            };
            output::say(&format!(
                "{}: {what}; if the volume was not made anew, is it mounted?",
                PathName::from(path).escaped()
            ));
        }
        let counts = recorded.tree.counts();
        let before = DiffSide {
            root: PathName::new(header.root.clone()),
            manifest: Some(path.into()),
            created_at: header.created_at,
            entries: header.counts.entries,
            bytes: header.counts.bytes,
        };
        let after = DiffSide {
            root: PathName::new(root),
            manifest: None,
            created_at: self.begun,
            entries: counts.entries,
            bytes: counts.bytes,
        };
        let (diff, findings, unchecked) = report.finish(&comparison, before, after);
        Ok(Some(Compared { diff, findings, unchecked, check: comparison::check(ignore, &options) }))
    }

    /// Writes what was asked for.
    pub fn save(&self, recorded: &Recorded) -> anyhow::Result<()> {
        let ScanArguments { manifest, sums, .. } = self.arguments;
        let manifest =
            manifest.as_deref().map_or(Ok(()), |path| self.save_manifest(path, recorded));
        let sums = sums.as_deref().map_or(Ok(()), |path| save_sums(path, recorded));
        // One does not wait for the other.
        match (manifest, sums) {
            (Err(error), Err(other)) => {
                output::complain(&other);
                Err(error)
            }
            (manifest, sums) => manifest.and(sums),
        }
    }

    fn save_manifest(&self, path: &Path, recorded: &Recorded) -> anyhow::Result<()> {
        let header = Header {
            tool: concat!("fscan ", env!("CARGO_PKG_VERSION")).to_owned(),
            root: root_bytes(&recorded.root),
            filesystem: recorded.filesystem.clone(),
            root_inode: recorded.root_inode,
            mount_session: recorded.mount_session.clone(),
            mounts: recorded.mounts.clone(),
            created_at: self.begun,
            counts: recorded.tree.counts(),
            gaps: recorded.gaps.clone(),
            part: self.arguments.part.shard,
        };
        if !self.arguments.force {
            keep_that_of_a_full_tree(path, header.counts.entries)?;
        }
        let (how, blocks) = (Compression::by_name(path), recorded.tree.blocks());
        output::save_file(path, Content::Manifest, |mut out| {
            write_manifest(&mut out, how, &header, &blocks)?;
            Ok(())
        })?;
        let shown = PathName::from(path).escaped();
        if header.counts.entries <= 1 && header.part.is_none() && !header.gaps.is_everything() {
            output::say(&format!(
                "{shown}: the tree holds nothing but its root: is the volume mounted?"
            ));
        }
        let unexamined = recorded.gaps.unexamined.len();
        if unexamined > 0 {
            let (paths, what) = if recorded.gaps.is_everything() {
                ("so much".to_owned(), "a comparison with it leaves the whole tree open")
            } else if unexamined == 1 {
                ("1 path".to_owned(), "it names it")
            } else {
                (format!("{unexamined} paths"), "it names them")
            };
            output::say(&format!("{shown}: {paths} could not be examined; {what}"));
        }
        let unread = header.counts.unread;
        if unread > 0 {
            let files = counted(unread, "file", "files");
            output::say(&format!(
                "{shown}: not all bytes of {files} are known; a comparison with it leaves that open"
            ));
        }
        if goes_with(path, &recorded.root) {
            output::say(&format!(
                "{shown}: it lies in the tree that it is of, and goes when that goes; a copy \
                 elsewhere stays"
            ));
        }
        if recorded.gaps.names_lost {
            output::say(&format!(
                "{shown}: files of this tree have lost their names and are not in it; a comparison \
                 with it leaves that open"
            ));
        }
        say_what_is_cut(&shown, recorded);
        Ok(())
    }
}

/// Whether a file lies in a tree, on the filesystem of its root.
fn goes_with(file: &Path, root: &Path) -> bool {
    let device = |path: &Path| fs::symlink_metadata(path).ok().map(|facts| facts.dev());
    output::place_of(file).is_some_and(|place| place.starts_with(root))
        && device(file).is_some_and(|own| Some(own) == device(root))
}

fn save_sums(path: &Path, recorded: &Recorded) -> anyhow::Result<()> {
    let mut outcome = SumsOutcome::default();
    output::save_file(path, Content::Sums, |mut out| {
        outcome = write_sums(&mut out, recorded.tree.entries())?;
        Ok(())
    })?;
    let shown = PathName::from(path).escaped();
    if outcome.unsuitable > 0 {
        let example = outcome.examples.first().map(PathName::escaped).unwrap_or_default();
        let refused = refused_by_b3sum(outcome.unsuitable);
        output::say(&format!("{shown}: {refused} not in it ({example})"));
    }
    say_what_is_cut(&shown, recorded);
    if outcome.unread > 0 {
        output::say(&format!("{shown}: {} not in it", unread(outcome.unread)));
    }
    Ok(())
}

fn say_what_is_cut(shown: &str, recorded: &Recorded) {
    if recorded.tree.cut().next().is_some() {
        output::say(&format!("{shown}: names are not in it whose paths are longer than 64 KiB"));
    }
}

fn refused_by_b3sum(count: u64) -> String {
    counted(count, "name that b3sum would refuse is", "names that b3sum would refuse are")
}

fn unread(count: u64) -> String {
    counted(count, "file that could not be read is", "files that could not be read are")
}

/// One file must not replace another, least of all the baseline.
fn keep_apart(arguments: &ScanArguments) -> anyhow::Result<()> {
    let mut files = own_files(arguments);
    files.extend(arguments.result.files().map(Path::to_owned));
    files.extend(arguments.checkpoint.clone());
    files.extend(arguments.part.facts.clone());
    let mut places: Vec<PathBuf> = files.iter().filter_map(|file| output::place_of(file)).collect();
    places.sort();
    if let Some([twice, _]) = places.array_windows().find(|[one, other]| one == other) {
        let twice = PathName::from(twice.as_path()).escaped();
        bail!("{twice}: it is given for two purposes, and one would replace the other");
    }
    Ok(())
}

/// A manifest of another tree than that at `root` is not replaced: a copy of that tree may be waiting
/// to be compared with it, and nothing else tells what it was like. Nor is a file that is something
/// else: a wrong word on the command line would cost it.
pub fn keep_that_of_another_tree(manifest: &Path, root: &[u8]) -> anyhow::Result<()> {
    let remedy = "and would be replaced: write elsewhere, or remove it first";
    let there = ManifestReader::header_of(manifest).with_context(|| {
        let shown = PathName::from(manifest).escaped();
        format!("{shown}: it may be a manifest that cannot be read, {remedy}")
    })?;
    match there {
        Some(other) if other.root != root => bail!(
            "{}: it is the manifest of another tree, {}, {remedy}",
            PathName::from(manifest).escaped(),
            PathName::new(other.root).escaped()
        ),
        None if manifest.metadata().is_ok_and(|it| it.is_file() && it.len() > 0) => {
            bail!("{}: it is no manifest, {remedy}", PathName::from(manifest).escaped())
        }
        _ => Ok(()),
    }
}

/// Neither is one of another filesystem at the same path. `now` is what is there.
pub fn keep_that_of_another_filesystem(
    manifest: &Path,
    now: &FilesystemIdentity,
) -> anyhow::Result<()> {
    match ManifestReader::header_of(manifest)? {
        Some(Header { filesystem, .. })
            if filesystem.is_known() && !filesystem.is_of_the_same(now) =>
        {
            keep(manifest, "it is the manifest of another filesystem at this path")
        }
        _ => Ok(()),
    }
}

/// Nor is one that holds a tree where nothing is now, unless that is known to be empty: a volume that
/// is not mounted looks like that.
pub fn keep_that_of_a_full_tree(manifest: &Path, entries_now: u64) -> anyhow::Result<()> {
    match ManifestReader::header_of(manifest)? {
        Some(Header { filesystem, counts, .. })
            if entries_now <= 1 && counts.entries > 1 && !filesystem.is_known() =>
        {
            keep(manifest, "it holds a full tree, and here is nothing")
        }
        _ => Ok(()),
    }
}

fn keep(manifest: &Path, why: &str) -> anyhow::Result<()> {
    bail!(
        "{}: {why}, and would be replaced: is the volume mounted? Write elsewhere, remove it first, or \
         --force",
        PathName::from(manifest).escaped()
    )
}

/// Files that the scan writes or compares with: they are no part of the tree.
pub fn own_files(arguments: &ScanArguments) -> Vec<PathBuf> {
    [&arguments.manifest, &arguments.sums, &arguments.baseline]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}

/// Proves a manifest to its end.
fn read_to_the_end(path: &Path) -> anyhow::Result<Header> {
    let mut reader = ManifestReader::open(path)?;
    let header = reader.header().clone();
    reader.try_for_each(|entry| entry.map(drop))?;
    Ok(header)
}

fn root_bytes(root: &Path) -> Vec<u8> {
    root.as_os_str().as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_told_in_the_right_number() {
        assert_eq!(refused_by_b3sum(1), "1 name that b3sum would refuse is");
        assert_eq!(unread(1), "1 file that could not be read is");
        assert_eq!(refused_by_b3sum(2), "2 names that b3sum would refuse are");
        assert_eq!(unread(1000), "1,000 files that could not be read are");
    }
}
