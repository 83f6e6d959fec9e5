//! The first line: which scan a checkpoint belongs to.

use reports::{PathName, Timestamp};
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::filesystem_identity::FilesystemIdentity;

/// The version of the format. It rises when what is kept, or how files are cut into parts,
/// changes.
const VERSION: u32 = 1;

/// How every header begins.
const BEGINNING: &[u8] = br#"{"fscan_checkpoint":"#;

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    fscan_checkpoint: u32,
    /// The program that wrote it, with its version.
    tool: String,
    /// When the first run began.
    created_at: Timestamp,
    /// The trees that are scanned.
    roots: Vec<PathName>,
    /// What each of them lies on; nothing where none was there, and in what older programs wrote.
    #[serde(default)]
    filesystems: Vec<Option<FilesystemIdentity>>,
}

/// A tree that is scanned.
#[derive(Clone, Debug)]
pub struct CheckpointRoot {
    /// Its path.
    pub path: PathName,
    /// What it lies on; none where there is no directory.
    pub filesystem: Option<FilesystemIdentity>,
}

impl Header {
    /// For a new checkpoint.
    pub fn new(tool: &str, roots: Vec<CheckpointRoot>) -> Self {
        let (roots, filesystems) =
            roots.into_iter().map(|root| (root.path, root.filesystem)).unzip();
        let (tool, created_at) = (tool.to_owned(), Timestamp::now());
        Header { fscan_checkpoint: VERSION, tool, created_at, roots, filesystems }
    }

    /// The line, its newline included.
    pub fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    /// Whether a file that begins with the line `first` is a checkpoint that this scan can go on
    /// with. A line that a crash tore is one: nothing is behind it.
    pub fn accepts(&self, first: &[u8]) -> Result<(), Fault> {
        if !first.starts_with(BEGINNING) && !first.is_empty() {
            return Err(Fault::Other);
        }
        match serde_json::from_slice::<Header>(first) {
            _ if !first.ends_with(b"\n") => Ok(()),
            Ok(found) if found.fscan_checkpoint == VERSION => self.agrees(found),
            _ => Err(Fault::OtherVersion("another version of fscan".to_owned())),
        }
    }

    fn agrees(&self, found: Header) -> Result<(), Fault> {
        if found.tool != self.tool {
            return Err(Fault::OtherVersion(found.tool));
        }
        if found.roots != self.roots {
            let roots: Vec<String> = found.roots.iter().map(PathName::escaped).collect();
            return Err(Fault::OtherRoots(roots.join(", ")));
        }
        match self.replaced(&found) {
            Some(root) => Err(Fault::OtherFilesystem(root.escaped())),
            None => Ok(()),
        }
    }

    /// A root that now lies on another filesystem than the one that is known to have been there:
    /// most often the mount point of a volume that is not mounted.
    fn replaced(&self, found: &Header) -> Option<&PathName> {
        let each = self.roots.iter().zip(&self.filesystems).zip(&found.filesystems);
        let mut replaced = each.filter(|((_, now), before)| match (now, before) {
            (Some(now), Some(before)) => before.is_known() && !before.is_of_the_same(now),
            _ => false,
        });
        replaced.next().map(|((root, _), _)| root)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn on(filesystems: &[Option<(&str, &str)>]) -> Header {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let roots = filesystems.iter().map(|filesystem| CheckpointRoot {
            path: Path::new("/a").into(),
            filesystem: filesystem
                .map(|(uuid, id)| FilesystemIdentity { uuid: known(uuid), id: known(id) }),
        });
        Header::new("fscan 1", roots.collect())
    }

    #[test]
    fn another_filesystem_at_the_same_path_is_refused() {
        let refuses = |before: &[_], now: &[_]| {
            let fault = on(now).accepts(&on(before).to_line().unwrap());
            matches!(fault, Err(Fault::OtherFilesystem(root)) if root == "/a")
        };
        let (first, second, unknown) = (Some(("1", "")), Some(("2", "")), Some(("", "")));
        for (before, now, expected) in [
            (first, first, false),
            (first, second, true),
            (first, unknown, true),
            (first, None, false),
            (unknown, first, false),
            (None, first, false),
            (Some(("", "1")), Some(("2", "1")), false),
            (Some(("1", "1")), Some(("1", "2")), true),
        ] {
            assert_eq!(refuses(&[before], &[now]), expected, "{before:?}, {now:?}");
            assert_eq!(refuses(&[first, before], &[first, now]), expected, "{before:?}, {now:?}");
        }
    }

    #[test]
    fn what_an_older_program_wrote_is_gone_on_with() {
        let line = String::from_utf8(on(&[Some(("1", ""))]).to_line().unwrap()).unwrap();
        let older = line.replace(r#","filesystems":[{"uuid":"1"}]"#, "");
        assert_ne!(older, line);
        on(&[Some(("2", ""))]).accepts(older.as_bytes()).unwrap();
    }
}
