//! What a comparison looks at and what it leaves out.

use std::str::FromStr;

use super::same_tree::SameTree;
use crate::exclusions::Exclusions;
use crate::inode_facts::FileKind;
use crate::manifest::Gaps;

/// A part of an entry's metadata that a comparison can leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Permission bits.
    Mode,
    /// The owner.
    Owner,
    /// The group.
    Group,
    /// When the content was last changed.
    Mtime,
    /// Where a symbolic link leads.
    Target,
    /// The number of a device node.
    Device,
    /// Extended attributes, access control lists among them: those are kept in attributes.
    Attributes,
    /// Access control lists alone.
    Acl,
    /// Which names share an inode.
    Links,
}

impl Field {
    /// The words, in the order of the variants.
    pub const WORDS: [&str; 9] =
        ["mode", "owner", "group", "mtime", "target", "device", "attributes", "acl", "links"];

    const ALL: [Field; 9] = [
        Field::Mode,
        Field::Owner,
        Field::Group,
        Field::Mtime,
        Field::Target,
        Field::Device,
        Field::Attributes,
        Field::Acl,
        Field::Links,
    ];
}

impl FromStr for Field {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::WORDS.iter().zip(Self::ALL).find(|(known, _)| **known == word);
        known.map(|(_, field)| field).ok_or_else(|| format!("no field is called `{word}`"))
    }
}

/// The fields that are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IgnoredFields(u16);

impl IgnoredFields {
    /// The bit of attributes that a side was not shown.
    const TRUSTED: u16 = 1 << 15;

    /// The bit of names of one inode that is no regular file.
    const LINKS_OF_OTHERS: u16 = 1 << 14;

    /// Leaves out as well what a side was not shown, or did not note.
    #[must_use]
    pub(super) fn with_gaps(self, before: &Gaps, after: &Gaps) -> Self {
        let either =
            |what: fn(&Gaps) -> bool, bit| if what(before) || what(after) { bit } else { 0 };
        let trusted = either(|gaps| gaps.hides_trusted, Self::TRUSTED);
        let links = either(|gaps| gaps.links_of_files_alone, Self::LINKS_OF_OTHERS);
        IgnoredFields(self.0 | trusted | links)
    }

    /// Leaves out attributes as well: somebody could not read them.
    #[must_use]
    pub(super) fn with_attributes(self) -> Self {
        IgnoredFields(self.0 | 1 << Field::Attributes as u16)
    }

    /// Whether attributes whose names begin with `trusted.` are left out.
    pub(super) fn has_trusted(self) -> bool {
        self.0 & Self::TRUSTED != 0
    }

    /// Whether it is left out which names are those of one inode of this kind.
    pub(super) fn has_links_of(self, kind: FileKind) -> bool {
        let is_other = kind != FileKind::Regular && self.0 & Self::LINKS_OF_OTHERS != 0;
        is_other || self.has(Field::Links)
    }

    /// Whether a field is left out.
    pub fn has(self, field: Field) -> bool {
        self.0 & (1 << field as u16) != 0
    }
}

impl FromIterator<Field> for IgnoredFields {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        IgnoredFields(fields.into_iter().fold(0, |bits, field| bits | 1 << field as u16))
    }
}

/// What a comparison looks at.
#[derive(Clone, Debug, Default)]
pub struct CompareOptions {
    /// Metadata that need not be the same.
    pub ignore: IgnoredFields,
    /// Names and paths to leave out, with all that is below them.
    pub exclude: Option<Exclusions>,
    /// The same that were left out when a manifest was made, and are not asked to be left out now: what
    /// one side alone has there is unchecked.
    pub left_out: Option<Exclusions>,
    /// What globs for absolute paths are compared with: each of these followed by the path.
    pub roots: Vec<Vec<u8>>,
    /// Paths that a scan writes itself: they are left out of AFTER, so that they are not missing there,
    /// and explain another time of their directory.
    pub own: Vec<Vec<u8>>,
    /// Directories that another filesystem was mounted on in BEFORE and is not in AFTER: where one is
    /// empty there, what it held is unchecked.
    pub unmounted: Vec<Vec<u8>>,
    /// The tree itself, where AFTER was just walked and BEFORE is of the same one.
    pub same_tree: Option<SameTree>,
    /// Whether the same time says nothing of a file's bytes: both sides are of one tree in memory.
    pub in_memory: bool,
    /// What is not known of BEFORE: what is new there is unchecked. Its globs are in
    /// `left_out`.
    pub before: Gaps,
    /// What is not known of AFTER: what is missing there is unchecked.
    pub after: Gaps,
}
