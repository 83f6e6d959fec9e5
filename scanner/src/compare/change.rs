//! What became of one entry: of a path that both sides have, or of something that moved.

use super::content::{self, Content};
use super::difference::{DifferenceKind, FieldChange, Unwritten};
use super::fields;
use super::options::IgnoredFields;
use super::pass::WhyUnchecked;
use super::same_tree::Writing;
use super::totals::Class;
use crate::inode_facts::FileKind;
use crate::manifest::Entry;

/// How an entry differs from what it was.
pub(super) struct Change {
    /// None where all that could be compared is the same.
    pub(super) kind: Option<DifferenceKind>,
    pub(super) fields: Vec<FieldChange>,
    /// Why not all could be compared.
    pub(super) unknown: Option<WhyUnchecked>,
}

impl Change {
    /// Compares all but the paths.
    pub(super) fn between(before: &Entry, after: &Entry, ignore: IgnoredFields) -> Self {
        if before.kind != after.kind {
            let (old, new) = (before.kind.as_str(), after.kind.as_str());
            return Change {
                kind: Some(DifferenceKind::TypeChanged { untouched: false }),
                fields: vec![FieldChange::new("type", old, new)],
                unknown: None,
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
        let unknown = if content == Content::Unknown {
            Some(WhyUnchecked::NotHashed)
        } else {
            fields::hide_attributes(before, after, ignore).then_some(WhyUnchecked::NotShown)
        };
        Change { kind, fields, unknown }
    }

    /// Whether the file has other bytes.
    pub(super) fn is_of_content(&self) -> bool {
        matches!(
            self.kind,
            Some(
                DifferenceKind::ContentChanged { .. }
                    | DifferenceKind::ContentDiffers
                    | DifferenceKind::ContentWritten { .. }
            )
        )
    }

    /// Whether another file may have been put there, which was written at the same time.
    pub(super) fn may_be_of_another(&self) -> bool {
        let Some(DifferenceKind::ContentChanged { by }) = self.kind else { return false };
        match by {
            Unwritten::SizeAndTime | Unwritten::TimeOfAnArchive | Unwritten::TimeSetBack => true,
            Unwritten::TimeOfChange | Unwritten::TimeOnDevice => false,
        }
    }

    /// Decides by the inode itself what changed it, where content or what the inode holds differs.
    /// `stays_mounted` says that no time of change can have been lost.
    pub(super) fn settle(&mut self, writing: Writing, stays_mounted: bool) {
        let Some(kind) = &self.kind else { return };
        self.kind = Some(match (writing, kind) {
            (Writing::Never, _) if self.is_of_content() => DifferenceKind::ContentChanged {
                by: if stays_mounted { Unwritten::TimeOfChange } else { Unwritten::TimeOnDevice },
            },
            (Writing::Never, DifferenceKind::MetadataChanged) => {
                DifferenceKind::InodeChanged { is_proven: stays_mounted }
            }
            (Writing::Possible, DifferenceKind::ContentChanged { by: Unwritten::SizeAndTime }) => {
                DifferenceKind::ContentChanged { by: Unwritten::TimeSetBack }
            }
            (Writing::Certain(by), DifferenceKind::ContentChanged { .. }) => {
                DifferenceKind::ContentWritten { by }
            }
            _ => return,
        });
    }

    /// Whether a field differs that an inode holds whoever looks at it. Owners are told by the eyes of a
    /// user namespace or a mount (idmapped), attributes by what its user may see and by the policy of
    /// security modules. The time of a directory does not count: names set it, and a crash may take both
    /// back.
    pub(super) fn is_of_the_inode(&self, kind: FileKind) -> bool {
        let held: &[&str] = match kind {
            FileKind::Directory => &["mode"],
            _ => &["mode", "mtime", "target", "device"],
        };
        self.fields.iter().any(|field| held.contains(&field.name.as_str()))
    }

    /// The number that an entry belongs to which is in `unchanged` if nothing differs.
    pub(super) fn class(&self, unchanged: Class) -> Class {
        match self.kind {
            None | Some(DifferenceKind::MetadataChanged | DifferenceKind::InodeChanged { .. })
                if self.unknown.is_some() =>
            {
                Class::Unchecked
            }
            None => unchanged,
            Some(DifferenceKind::MetadataChanged | DifferenceKind::InodeChanged { .. }) => {
                Class::Metadata
            }
            Some(_) => Class::Changed,
        }
    }

    /// Whether all is known to be the same.
    pub(super) fn is_nothing(&self) -> bool {
        self.kind.is_none() && self.unknown.is_none()
    }

    /// Whether it is that of a directory's time, which a name that comes or goes explains.
    pub(super) fn is_time_of_directory(&self, what: FileKind) -> bool {
        let is_time = matches!(self.fields.as_slice(), [field] if field.name == "mtime");
        is_time && what == FileKind::Directory
    }
}
