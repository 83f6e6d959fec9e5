//! Hashes as `b3sum --check` reads them.
//!
//! A line is the hash, two spaces and the path. In front of a path with a backslash, newline or
//! carriage return, which are escaped, stands a backslash (b3sum:what_does_check_do.md). b3sum
//! refuses paths that are not UTF-8 and those with U+FFFD.

use std::borrow::Borrow;
use std::io::{self, Write};

use reports::PathName;

use super::Entry;
use super::hex::to_hex;

/// How many left-out paths are named.
const EXAMPLES: usize = 5;

/// What came of writing sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SumsOutcome {
    /// Lines written.
    pub written: u64,
    /// Files whose path b3sum would refuse.
    pub unsuitable: u64,
    /// The first few of those.
    pub examples: Vec<PathName>,
    /// Files whose content is not, or not wholly, known.
    pub unread: u64,
}

/// Writes a line for every regular file whose content is known, and flushes `out`. The paths are
/// relative: b3sum is to be run in the root.
pub fn write_sums<B: Borrow<Entry>>(
    out: &mut impl Write,
    entries: impl Iterator<Item = B>,
) -> io::Result<SumsOutcome> {
    let mut outcome = SumsOutcome::default();
    for entry in entries {
        let entry = entry.borrow();
        if entry.kind != crate::inode_facts::FileKind::Regular {
            continue;
        }
        let hash = entry.hash.filter(|_| entry.is_content_known());
        match (hash, suitable(&entry.path)) {
            (None, _) => outcome.unread += 1,
            (Some(hash), Some(path)) => {
                write_line(out, &hash, path)?;
                outcome.written += 1;
            }
            (Some(_), None) => {
                outcome.unsuitable += 1;
                if outcome.examples.len() < EXAMPLES {
                    outcome.examples.push(PathName::new(entry.path.clone()));
                }
            }
        }
    }
    out.flush()?;
    Ok(outcome)
}

/// A path as b3sum takes it; an empty one is a file that was itself the root.
fn suitable(path: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(path).ok()?;
    (!text.is_empty() && !text.contains('\u{fffd}')).then_some(text)
}

fn write_line(out: &mut impl Write, hash: &[u8; 32], path: &str) -> io::Result<()> {
    let hash = to_hex(hash);
    // A lone dash is the standard input to b3sum.
    let path = if path == "-" { "./-" } else { path };
    if path.contains(['\\', '\n', '\r']) {
        let escaped = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        writeln!(out, "\\{hash}  {escaped}")
    } else {
        writeln!(out, "{hash}  {path}")
    }
}
