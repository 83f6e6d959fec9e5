//! Where facts of Longhorn volumes come from.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use reports::PathName;
use scanner::{LonghornSource, read_longhorn};

/// The largest file that is read, in bytes: some thousand volumes.
const LARGEST: u64 = 256 << 20;

/// What kubectl printed, where the user gives it; else kubectl itself is asked.
pub fn source(file: Option<&Path>) -> anyhow::Result<LonghornSource> {
    let Some(file) = file else { return Ok(LonghornSource::Kubectl) };
    let name =
        if file == Path::new("-") { "stdin".to_owned() } else { PathName::from(file).escaped() };
    let text = read(file).with_context(|| format!("--longhorn {name}"))?;
    let objects = read_longhorn(&text).with_context(|| {
        format!("--longhorn {name}: give what `kubectl get volumes.longhorn.io -o json` prints")
    })?;
    Ok(LonghornSource::Given { objects: Arc::new(objects), name })
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    if file == Path::new("-") {
        stdin().lock().take(LARGEST + 1).read_to_end(&mut text).context("read")?;
    } else {
        let opened = File::open(file).context("open")?;
        opened.take(LARGEST + 1).read_to_end(&mut text).context("read")?;
    }
    if text.len() as u64 > LARGEST {
        bail!("it has more than {LARGEST} bytes; give the objects of one volume");
    }
    Ok(text)
}
