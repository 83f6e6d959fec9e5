//! What a comparison looks at, as `--baseline` and `fscan diff` are told it.

use std::collections::HashSet;

use anyhow::Context;
use reports::{CheckRun, CheckStatus};
use scanner::compare::CompareOptions;
use scanner::manifest::{Gaps, Header};
use scanner::{Exclusions, FilesystemIdentity, is_one_in_memory};

/// One side.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Its root.
    pub root: &'a [u8],
    /// What it lay on, and the number of its inode there.
    pub ground: (&'a FilesystemIdentity, Option<u64>),
    /// Which mount of it that was, where that is known.
    pub session: Option<&'a str>,
    /// Directories on which other filesystems were mounted that it holds as well.
    pub mounts: &'a [Vec<u8>],
    /// What is not known of it.
    pub gaps: &'a Gaps,
}

impl<'a> Side<'a> {
    /// What a manifest holds.
    pub fn of_manifest(header: &'a Header) -> Self {
        Side {
            root: &header.root,
            ground: (&header.filesystem, header.root_inode),
            session: header.mount_session.as_deref(),
            mounts: &header.mounts,
            gaps: &header.gaps,
        }
    }

    fn is_of_the_same(&self, other: &Self) -> bool {
        let ((own, inode), (others, other_inode)) = (self.ground, other.ground);
        own.is_of_the_same(others) && inode.is_some() && inode == other_inode
    }
}

/// The options for two sides.
pub fn options(
    ignore: &[String],
    exclude: &[String],
    before: Side<'_>,
    after: Side<'_>,
) -> anyhow::Result<CompareOptions> {
    let mut left_out = [&*before.gaps.excluded, &after.gaps.excluded].concat();
    left_out.sort();
    left_out.dedup();
    let is_asked = |glob: &str| {
        let glob = glob.trim_end_matches('/');
        exclude.iter().any(|asked| asked.trim_end_matches('/') == glob)
    };
    left_out.retain(|glob| !is_asked(glob) && Exclusions::can_match(glob));
    // In a copy it is not mounted that is missing.
    let is_the_same = before.root == after.root || before.is_of_the_same(&after);
    let mounted: HashSet<&Vec<u8>> = after.mounts.iter().collect();
    let unmounted = before.mounts.iter().filter(|mount| is_the_same && !mounted.contains(mount));
    let fields: Result<_, String> = ignore.iter().map(|word| word.parse()).collect();
    Ok(CompareOptions {
        ignore: fields.map_err(anyhow::Error::msg).context("--ignore")?,
        exclude: Some(Exclusions::new(exclude).context("--exclude")?),
        left_out: Some(Exclusions::new(&left_out).context("--exclude of a manifest")?),
        roots: vec![before.root.to_vec(), after.root.to_vec()],
        own: Vec::new(),
        unmounted: unmounted.cloned().collect(),
        same_tree: None,
        in_memory: is_one_in_memory(before.session, after.session),
        before: before.gaps.clone(),
        after: after.gaps.clone(),
    })
}

/// The comparison as a check, with what was left out of it.
pub fn check(ignore: &[String], options: &CompareOptions) -> CheckRun {
    let globs = |globs: &Option<Exclusions>| {
        globs.as_ref().map_or_else(Vec::new, |globs| globs.globs().to_vec())
    };
    let exclude = [globs(&options.exclude), globs(&options.left_out)].concat();
    let mut left_out = Vec::new();
    for (option, values) in [("--ignore", ignore), ("--exclude", &*exclude)] {
        if !values.is_empty() {
            left_out.push(format!("{option} {}", values.join(",")));
        }
    }
    if options.before.hides_trusted || options.after.hides_trusted {
        left_out.push("attributes named trusted.*, which take root to see".to_owned());
    }
    if options.before.links_of_files_alone || options.after.links_of_files_alone {
        left_out.push(
            "hard links of what is no regular file, which a manifest of an earlier fscan lacks"
                .to_owned(),
        );
    }
    CheckRun {
        name: "baseline".to_owned(),
        status: CheckStatus::Ran,
        reason: (!left_out.is_empty()).then(|| format!("not compared: {}", left_out.join("; "))),
    }
}
