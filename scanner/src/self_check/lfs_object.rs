//! Large files that git keeps beside its objects: `lfs/objects/aa/bb/<SHA-256>`.
//!
//! The name is the hash of the content, and the first two pairs of digits are repeated above it
//! (git-lfs, docs/spec.md, "The Store"). Downloads go to `lfs/incomplete` first. Covers every
//! byte.

use super::hash::Algorithm;
use super::whole_hash::WholeHash;
use super::{Chosen, Place};

/// For a file of the store.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    if place.parent(2) != b"objects" || place.parent(3) != b"lfs" {
        return None;
    }
    let (first, second) = (place.name.get(..2)?, place.name.get(2..4)?);
    if place.parent(1) != first || place.parent(0) != second {
        return None;
    }
    WholeHash::chosen("git LFS object", Algorithm::Sha256, &[place.name])
}

#[cfg(test)]
mod tests {
    use super::super::hash::hex_of;
    use super::super::testing::Lab;
    use super::*;

    #[test]
    fn any_change_shows() {
        let hex = hex_of(Algorithm::Sha256, b"picture");
        let path = format!(".git/lfs/objects/{}/{}/{hex}", &hex[..2], &hex[2..4]);
        let lab = Lab::new();
        lab.agrees(&path, b"picture");
        lab.every_flip_disagrees(&path, b"picture", 0..7);
        lab.every_cut_disagrees(&path, b"picture");
        lab.not_ours(&format!(".git/lfs/objects/00/11/{hex}"), b"a");
    }
}
