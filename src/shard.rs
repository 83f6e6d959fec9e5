//! A part of a scan: what it may be asked for, and the file that it leaves behind.

use std::path::Path;

use anyhow::{Context, bail};
use reports::PathName;
use scanner::{ShardFacts, ShardFile, kind_of_shard_file, write_shard};

use crate::arguments::ScanArguments;
use crate::output::{self, Content};

/// Sees whether a part of a tree can be scanned as asked for, before that takes an hour.
pub fn check(arguments: &ScanArguments) -> anyhow::Result<()> {
    let Some(facts) = arguments.part.facts.as_deref() else { return Ok(()) };
    let [path] = arguments.paths.as_slice() else {
        bail!("--shard is about one tree: give one PATH");
    };
    if path.exists() && !path.is_dir() {
        let shown = PathName::from(path.as_path()).escaped();
        bail!("{shown}: --shard is about a tree, and this is no directory");
    }
    output::check_target(facts, Content::Facts)?;
    forget(facts)
}

/// Removes what an earlier run left there: if this one fails, that must not be taken for its own.
fn forget(facts: &Path) -> anyhow::Result<()> {
    if matches!(kind_of_shard_file(facts), Ok(ShardFile::Facts)) {
        let shown = PathName::from(facts).escaped();
        std::fs::remove_file(facts)
            .with_context(|| format!("{shown}: the facts of an earlier run cannot be removed"))?;
    }
    Ok(())
}

/// Writes what `fscan merge` needs. A part that did not come to its end is none.
pub fn keep(arguments: &ScanArguments, facts: Option<&ShardFacts>) -> anyhow::Result<()> {
    let Some(path) = arguments.part.facts.as_deref() else { return Ok(()) };
    let Some(facts) = facts else {
        let shown = PathName::from(path).escaped();
        bail!("{shown}: it was not written, because the scan did not come to its end; scan again");
    };
    output::save_file(path, Content::Facts, |mut out| Ok(write_shard(&mut out, facts)?))
}
