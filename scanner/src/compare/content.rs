//! Whether a file holds the same bytes.

use super::difference::FieldChange;
use super::fields::is_same_time;
use crate::inode_facts::FileKind;
use crate::manifest::Entry;
use crate::manifest::hex::to_hex;

/// What the contents of two regular files are to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The same, or there is none: no regular files.
    Same,
    /// Other bytes behind the same size and time.
    Changed,
    /// Other bytes.
    Differs,
    /// At least one was not wholly read, so that equal hashes would prove nothing.
    Unknown,
}

/// Compares two entries of one type.
pub(super) fn compare(before: &Entry, after: &Entry) -> Content {
    if before.kind != FileKind::Regular {
        Content::Same
    } else if before.size != after.size {
        Content::Differs
    } else if !(before.is_content_known() && after.is_content_known()) {
        Content::Unknown
    } else if before.hash == after.hash {
        Content::Same
    } else if is_same_time(before.modified_at, after.modified_at) {
        Content::Changed
    } else {
        Content::Differs
    }
}

/// The fields that tell of it.
pub(super) fn fields(before: &Entry, after: &Entry) -> Vec<FieldChange> {
    let mut fields = Vec::new();
    if before.size != after.size {
        fields.push(FieldChange::new("size", before.size.to_string(), after.size.to_string()));
    }
    if before.hash != after.hash {
        fields.push(FieldChange::new("hash", shown(before), shown(after)));
    }
    fields
}

fn shown(entry: &Entry) -> String {
    entry.hash.map_or_else(|| "not read".to_owned(), |hash| to_hex(&hash))
}
