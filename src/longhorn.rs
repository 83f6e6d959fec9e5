//! Where facts of Longhorn volumes come from.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use reports::PathName;
use scanner::{LONGEST_LONGHORN, LonghornSource, read_longhorn};

/// What kubectl printed, where the user gives it; else kubectl itself is asked.
pub fn source(file: Option<&Path>) -> anyhow::Result<LonghornSource> {
    let Some(file) = file else { return Ok(LonghornSource::Kubectl) };
    let name =
        if file == Path::new("-") { "stdin".to_owned() } else { PathName::from(file).escaped() };
    let option = || format!("--longhorn {name}");
    let text = read(file).with_context(option)?;
    let objects = read_longhorn(&text).with_context(option)?;
    Ok(LonghornSource::Given { objects: Arc::new(objects), name })
}

/// Reads no more than it takes to see that it is too much.
fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let most = LONGEST_LONGHORN as u64 + 1;
    let mut text = Vec::new();
    if file == Path::new("-") {
        stdin().lock().take(most).read_to_end(&mut text).context("read")?;
    } else {
        let opened = File::open(file).context("open")?;
        opened.take(most).read_to_end(&mut text).context("read")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_once_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("volume.json");
        let said = || format!("{:#}", source(Some(&file)).unwrap_err());
        std::fs::write(&file, "no JSON").unwrap();
        assert_eq!(said().matches("kubectl").count(), 1, "{}", said());
        assert!(said().starts_with("--longhorn /") && said().contains("line 1, column 2"));
        // One limit for reading and for taking in; the file is sparse.
        File::create(&file).unwrap().set_len(LONGEST_LONGHORN as u64 + 2).unwrap();
        assert!(said().ends_with("it is longer than 64 MiB; give the objects of one volume"));
        assert_eq!(read(&file).unwrap().len(), LONGEST_LONGHORN + 1, "no more is read");
    }
}
