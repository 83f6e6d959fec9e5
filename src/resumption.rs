//! `--checkpoint`: what earlier runs read, and what is kept for the next one.

use std::path::Path;
use std::sync::Arc;

use reports::{PathName, Resumed};
use scanner::{Checkpoint, CheckpointError, CheckpointRoot, Ending, FilesystemIdentity, Replaced};

use crate::arguments::ScanArguments;
use crate::output;

/// The checkpoint of a scan, where one was asked for.
pub struct Resumption(Option<Arc<Checkpoint>>);

impl Resumption {
    /// Opens it.
    pub fn begin(arguments: &ScanArguments) -> anyhow::Result<Self> {
        let Some(path) = arguments.checkpoint.as_deref() else { return Ok(Resumption(None)) };
        let tool = concat!("fscan ", env!("CARGO_PKG_VERSION"));
        let roots = arguments.paths.iter().map(|root| scanned(root)).collect();
        let replaced = if arguments.force { Replaced::BeginAnew } else { Replaced::Refuse };
        let quiet = arguments.result.is_quiet();
        let remark = move |error: CheckpointError| {
            if !quiet {
                output::say(&error.to_string());
            }
        };
        let checkpoint = Checkpoint::open(path, tool, roots, replaced, remark)?;
        if checkpoint.damaged() > 0 && !quiet {
            let (shown, bytes) = (checkpoint.path().escaped(), checkpoint.damaged());
            output::say(&format!(
                "{shown}: its last {bytes} bytes are damaged; what they stood for is read again"
            ));
        }
        Ok(Resumption(Some(Arc::new(checkpoint))))
    }

    /// For the scan.
    pub fn checkpoint(&self) -> Option<Arc<Checkpoint>> {
        self.0.clone()
    }

    /// What was taken over from earlier runs.
    pub fn resumed(&self) -> Option<Resumed> {
        self.0.as_ref().and_then(|checkpoint| checkpoint.resumed())
    }

    /// Ends it: with a scan that is `done`, or has read nothing, there is nothing to go on with.
    pub fn end(self, done: bool, quiet: bool) -> anyhow::Result<()> {
        let Some(checkpoint) = self.0 else { return Ok(()) };
        let is_empty = checkpoint.is_empty();
        let ending = if done || is_empty { Ending::Remove } else { Ending::Keep };
        checkpoint.end(ending)?;
        let outcome = match (done, is_empty) {
            (true, _) => return Ok(()),
            (false, false) => "what was read is kept; the same command goes on from there",
            (false, true) => {
                "nothing is kept: no file was read whose times will tell whether it changed (what was \
                 just written is read again)"
            }
        };
        if !quiet {
            output::say(&format!("{}: {outcome}", checkpoint.path().escaped()));
        }
        Ok(())
    }
}

fn scanned(root: &Path) -> CheckpointRoot {
    // Past its name a volume that is mounted when it is needed is mounted.
    let inside = root.join(".");
    let filesystem = inside.is_dir().then(|| FilesystemIdentity::at(&inside));
    CheckpointRoot { path: absolute(root), filesystem }
}

/// The same tree has the same name from any folder.
fn absolute(root: &Path) -> PathName {
    let absolute = root.canonicalize().or_else(|_| std::path::absolute(root));
    PathName::from(absolute.as_deref().unwrap_or(root))
}
