//! The rules: a condition over findings and facts, and what follows from it.
//!
//! Symptom is not cause: a rule says what to do about what was seen and does not guess how it
//! came about. Nothing destructive is given without a verified copy.

mod buildah;
mod damage;
mod differences;
mod docker;
mod git;
mod longhorn;
mod offline;
mod packages;
mod recreate;
mod space;
mod stress;
mod tar;

use super::rule::Rule;

/// What e2fsck checks and repairs.
const EXT: &[&str] = &["ext2", "ext3", "ext4"];

/// What a repair does and does not.
const REPAIR_CAVEAT: &str = "A repair makes the filesystem consistent, not the files whole: it can \
                             cut, empty or remove them, and move them to lost+found without their \
                             names. On a device that answers EIO it comes only after the device was \
                             replaced, or copied to a sound one: e2fsck -fy goes on over what it \
                             cannot read, and writes there.";

/// Every rule. Within a stage this is the order of the recommendations.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    let tables = [
        damage::RULES,
        differences::RULES,
        longhorn::RULES,
        offline::RULES,
        tar::RULES,
        stress::RULES,
        recreate::RULES,
        space::RULES,
        git::RULES,
        packages::RULES,
        docker::RULES,
        buildah::RULES,
    ];
    tables.into_iter().flatten()
}
