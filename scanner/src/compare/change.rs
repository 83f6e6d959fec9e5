//! What became of one entry: of a path that both sides have, or of something that moved.

use super::content::{self, Content};
use super::difference::{DifferenceKind, FieldChange, Unwritten};
use super::fields;
use super::options::IgnoredFields;
use super::same_tree::Writing;
use super::totals::Class;
use crate::inode_facts::FileKind;
use crate::manifest::Entry;

/// How an entry differs from what it was.
pub(super) struct Change {
    /// None where all that could be compared is the same.
    pub(super) kind: Option<DifferenceKind>,
    pub(super) fields: Vec<FieldChange>,
    /// Whether a side does not know what the file holds.
    pub(super) is_content_unknown: bool,
}

impl Change {
    /// Compares all but the paths.
    pub(super) fn between(before: &Entry, after: &Entry, ignore: IgnoredFields) -> Self {
        if before.kind != after.kind {
            let (old, new) = (before.kind.as_str(), after.kind.as_str());
            return Change {
                kind: Some(DifferenceKind::TypeChanged { untouched: false }),
                fields: vec![FieldChange::new("type", old, new)],
                is_content_unknown: false,
            };
        }
        let mut fields = fields::compare(before, after, ignore);
        let content = content::compare(before, after);
        let kind = match content {
            Content::Changed if before.modified_at.1 == 0 || after.modified_at.1 == 0 => {
                Some(DifferenceKind::ContentChanged { by: Unwritten::TimeOfAnArchive })
            }
            Content::Changed => Some(DifferenceKind::ContentChanged { by: Unwritten::SizeAndTime }),
            Content::Differs => Some(DifferenceKind::ContentDiffers),
            Content::Same | Content::Unknown if fields.is_empty() => None,
            Content::Same | Content::Unknown => Some(DifferenceKind::MetadataChanged),
        };
        if matches!(content, Content::Changed | Content::Differs) {
            fields = [content::fields(before, after), fields].concat();
        }
        Change { kind, fields, is_content_unknown: content == Content::Unknown }
    }

    /// Whether the file has other bytes.
    pub(super) fn is_of_content(&self) -> bool {
        let kind = self.kind.as_ref();
        kind.is_some_and(|kind| {
            matches!(kind, DifferenceKind::ContentChanged { .. } | DifferenceKind::ContentDiffers)
        })
    }

    /// Decides by the file itself what wrote other bytes. One with another modification time was written
    /// in any case, or is an older one: a volume can be put back to a snapshot.
    pub(super) fn settle_content(&mut self, writing: Writing, before: &Entry, after: &Entry) {
        let is_changed = matches!(self.kind, Some(DifferenceKind::ContentChanged { .. }));
        let by = match writing {
            Writing::Certain => {
                self.kind = Some(DifferenceKind::ContentDiffers);
                return;
            }
            _ if before.modified_at != after.modified_at => return,
            // A volume that was put back to a snapshot has old times, too, and then the version before
            // of a file whose time an archive set.
            Writing::Never if before.modified_at.1 != 0 => Unwritten::TimeOfChange,
            Writing::Possible if is_changed => Unwritten::TimeSetBack,
            Writing::Never | Writing::Possible => return,
        };
        self.kind = Some(DifferenceKind::ContentChanged { by });
    }

    /// The number that an entry belongs to which is in `unchanged` if nothing differs.
    pub(super) fn class(&self, unchanged: Class) -> Class {
        match self.kind {
            Some(DifferenceKind::MetadataChanged) => Class::Metadata,
            Some(_) => Class::Changed,
            None if self.is_content_unknown => Class::Unchecked,
            None => unchanged,
        }
    }

    /// Whether all is known to be the same.
    pub(super) fn is_nothing(&self) -> bool {
        self.kind.is_none() && !self.is_content_unknown
    }

    /// Whether it is that of a directory's time, which a name that comes or goes explains.
    pub(super) fn is_time_of_directory(&self, what: FileKind) -> bool {
        let is_time = matches!(self.fields.as_slice(), [field] if field.name == "mtime");
        is_time && what == FileKind::Directory
    }
}
