//! Legitimate differences between filesystems: what one does otherwise than the model, and is right.
//!
//! A row has a source: a measurement on a kernel, a manual page, or the kernel's documentation.
//! What stands in no row and in no standard is a finding. A row is never added to silence what
//! looks like a defect.

mod rows;
#[cfg(test)]
mod tests;

use rustix::io::Errno;

use crate::difference::{Aspect, Difference};
use crate::model::Model;
use crate::op::{Op, OpKind};
use crate::population::Links;

pub use rows::QUIRKS;

/// What a target stands on.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Nature {
    /// The filesystem type as mounted.
    pub filesystem: String,
    /// Of an overlay: the filesystem type of its upper layer; none where that cannot be known.
    pub upper: Option<String>,
    /// Mount options, and what is on by default in addition, such as `xino=off`.
    pub options: Vec<String>,
    /// Of an overlay: whether its layers are known to be on several filesystems.
    pub foreign_layers: bool,
    /// Whether the tree that operations begin with comes from a lower layer.
    pub layered: bool,
}

impl Nature {
    /// Whether it does as such a filesystem does: an overlay does as its upper layer, and where
    /// that is not known as any.
    fn is(&self, filesystem: &str) -> bool {
        let below = self.upper.as_deref().is_none_or(|upper| upper == filesystem);
        // Drivers and shares of fs/ that they have in common.
        let own = match self.filesystem.as_str() {
            "ext2" | "ext3" => "ext4",
            "ramfs" => "tmpfs",
            own => own,
        };
        own == filesystem || own == "overlay" && below
    }

    /// What the names of a file of the lower layer are.
    pub fn links(&self) -> Links {
        if self.has("index=on") { Links::Kept } else { Links::Broken }
    }

    /// Whether an option is set.
    pub fn has(&self, option: &str) -> bool {
        self.options.iter().any(|set| set == option)
    }
}

/// A row of the table.
#[derive(Debug)]
pub struct Quirk {
    /// A stable name.
    pub id: &'static str,
    /// Which targets.
    pub on: On,
    /// Which operations; all where none is named.
    pub ops: &'static [OpKind],
    /// Which difference.
    pub allows: Allows,
    /// Under which circumstances.
    pub when: When,
    /// What it is, in a sentence.
    pub text: &'static str,
    /// Where that is known from.
    pub source: &'static str,
    /// Whether it is right, or a defect that is known.
    pub standing: Standing,
}

/// Whether a difference is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is: no standard says otherwise.
    Legitimate,
    /// It is not. The run goes on, and it is told with operations that show it.
    Defect(&'static [&'static str]),
}

/// Which targets a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A filesystem, or an overlay whose upper layer is such.
    Filesystem(&'static str),
    /// An overlay.
    Overlay,
    /// An overlay with an option.
    OverlayWith(&'static str),
    /// An overlay without an option.
    OverlayWithout(&'static str),
    /// An overlay of layers on several filesystems, without xino=on.
    ForeignLayers,
}

/// Which difference a row allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allows {
    /// This error in place of that; none is success.
    Error(Option<Errno>, Errno),
    /// This error in place of whatever was expected.
    ErrorAnyway(Errno),
    /// Other values.
    Aspects(&'static [Aspect]),
    /// Whatever comes of it, which no model can follow: such operations are not done.
    Anything,
}

/// Circumstances, as the model knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// The file that gets another name has at least so many.
    Names(u32),
    /// The link's target and a NUL do not fit into a block.
    TargetFillsBlock,
    /// The link's target has at least so many bytes.
    TargetBytes(usize),
    /// All values of the file's attributes, with the new one, leave no room in a block.
    AttributesFillBlock,
    /// The attribute's value has at least so many bytes.
    ValueBytes(u32),
    /// All values of the attributes of what is moved, or changes places, have at least so many
    /// bytes.
    MovedAttributeBytes(usize),
    /// All values of the attributes of a directory leave no room in a block, in which a lower file
    /// is changed, or into which it is moved or linked.
    AttributesFillBlockAroundLower,
    /// The time that was set last is not between these seconds; at them, nanoseconds are dropped
    /// (timestamp_truncate() in fs/inode.c).
    TimeOutside(i64, i64),
    /// What was found is this.
    Found(&'static str),
    /// What is moved, or changes places, is a directory of the lower layer.
    LowerDirectory,
    /// What is moved, changes places, or gets another name, is a file of the lower layer.
    LowerFile,
    /// What is open has no name any more.
    Removed,
    /// A name is renamed onto another one of the same file.
    OntoItself,
    /// What is looked at was given another name at some time.
    Linked,
    /// What is looked at came from the lower layer.
    FromLower,
    /// What is looked at or listed had several names in the lower layer.
    LinkedBelow,
    /// What is looked at is a symbolic link of the lower layer.
    LowerLink,
    /// What the row is about is such.
    Listed(&'static Listed),
    /// Names of the directory were added or removed since it was opened or rewound.
    WhileChanging,
    /// Both.
    Both(&'static When, &'static When),
}

/// What a row of a listing is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A file or link of the lower layer, in a directory that is not.
    Brought,
    /// A symbolic link of the lower layer.
    LowerLink,
    /// Something of the lower layer, or a directory.
    LowerOrDirectory,
}

impl Quirk {
    /// Whether it is about this target.
    pub fn concerns(&self, nature: &Nature) -> bool {
        match self.on {
            On::Filesystem(filesystem) => nature.is(filesystem),
            On::Overlay => nature.filesystem == "overlay",
            On::ForeignLayers => nature.foreign_layers && !nature.has("xino=on"),
            On::OverlayWith(option) => nature.filesystem == "overlay" && nature.has(option),
            On::OverlayWithout(option) => nature.filesystem == "overlay" && !nature.has(option),
        }
    }

    /// Whether it explains a difference.
    pub fn explains(&self, model: &Model, op: &Op, difference: &Difference) -> bool {
        let of_this = self.ops.is_empty() || self.ops.contains(&op.kind());
        let allowed = match (self.allows, difference.aspect) {
            (Allows::Error(expected, found), aspect) => {
                aspect == Aspect::Error(expected, Some(found))
            }
            (Allows::ErrorAnyway(errno), Aspect::Error(_, found)) => found == Some(errno),
            (Allows::Aspects(allowed), aspect) => allowed.contains(&aspect),
            _ => false,
        };
        of_this && allowed && holds(self.when, model, op, Some(difference))
    }

    /// Whether an operation is not done, as nobody knows what would come of it.
    pub fn avoids(&self, model: &Model, op: &Op) -> bool {
        self.allows == Allows::Anything
            && self.ops.contains(&op.kind())
            && holds(self.when, model, op, None)
    }
}

/// Bytes of a block of attributes that are not values: its header, an entry, and what more values
/// take to be found.
const BLOCK_OVERHEAD: usize = 296;

fn holds(when: When, model: &Model, op: &Op, difference: Option<&Difference>) -> bool {
    let row = difference.and_then(|difference| difference.row);
    match when {
        When::Always => true,
        When::Names(least) => model.names_of_linked(op).is_some_and(|names| names >= least),
        When::TargetFillsBlock => {
            matches!(op, Op::Symlink { target, .. } if model.path_bytes(target) >= model.block())
        }
        When::TargetBytes(least) => {
            matches!(op, Op::Symlink { target, .. } if model.path_bytes(target) >= least)
        }
        When::AttributesFillBlock => {
            let bytes = model.attribute_bytes_with(op);
            bytes.is_some_and(|bytes| bytes + BLOCK_OVERHEAD >= model.block())
        }
        When::ValueBytes(least) => {
            matches!(op, Op::SetAttribute { length, .. } if *length >= least)
        }
        When::MovedAttributeBytes(least) => model.attribute_bytes_of_moved(op) >= least,
        When::AttributesFillBlockAroundLower => {
            model.attribute_bytes_around_lower(op) + BLOCK_OVERHEAD >= model.block()
        }
        When::TimeOutside(first, last) => {
            let set = model.time_set(op);
            set.is_some_and(|(seconds, _)| seconds <= first || seconds >= last)
        }
        When::Found(found) => difference.is_some_and(|difference| difference.found == found),
        When::LowerDirectory => model.moves_lower_directory(op),
        When::LowerFile => model.moves_lower_file(op),
        When::Removed => model.is_about_removed(op),
        When::Linked => model.is_about_linked(op),
        When::OntoItself => model.renames_onto_itself(op),
        When::LinkedBelow => model.was_linked_below(op, row),
        When::LowerLink => model.is_about_lower_link(op),
        When::Listed(listed) => model.lists(op, row, *listed),
        When::FromLower => model.is_about_lower(op),
        When::WhileChanging => model.reads_what_changed(op),
        When::Both(one, other) => {
            holds(*one, model, op, difference) && holds(*other, model, op, difference)
        }
    }
}
