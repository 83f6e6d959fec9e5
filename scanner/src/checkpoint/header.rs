//! The first line: which scan a checkpoint belongs to.

use reports::{PathName, Timestamp};
use serde::{Deserialize, Serialize};

use super::Fault;

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
}

impl Header {
    /// For a new checkpoint.
    pub fn new(tool: &str, roots: Vec<PathName>) -> Self {
        let created_at = Timestamp::now();
        Header { fscan_checkpoint: VERSION, tool: tool.to_owned(), created_at, roots }
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
        Ok(())
    }
}
