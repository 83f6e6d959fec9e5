//! npm's cache of downloaded packages: `_cacache/content-v2/sha512/aa/bb/…`.
//!
//! A file's path is the hash of its content in hexadecimal digits, cut after the second and the
//! fourth (cacache, lib/content/path.js and lib/util/hash-to-segments.js). It is written under
//! `_cacache/tmp` and renamed when it is complete and its hash was checked (lib/content/write.js),
//! so that a difference proves a change since. Covers every byte.

use super::hash::Algorithm;
use super::whole_hash::WholeHash;
use super::{Chosen, Place};

/// For a file of the cache.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    if place.parent(3) != b"content-v2" {
        return None;
    }
    let (a, b) = (place.parent(1), place.parent(0));
    if a.len() != 2 || b.len() != 2 {
        return None;
    }
    WholeHash::chosen("npm cache content", Algorithm::named(place.parent(2))?, &[a, b, place.name])
}

#[cfg(test)]
mod tests {
    use super::super::hash::hex_of;
    use super::super::testing::Lab;
    use super::*;

    fn path(algorithm: &str, content: &[u8]) -> String {
        let hex = hex_of(Algorithm::named(algorithm.as_bytes()).unwrap(), content);
        format!("_cacache/content-v2/{algorithm}/{}/{}/{}", &hex[..2], &hex[2..4], &hex[4..])
    }

    #[test]
    fn any_change_shows() {
        let content = b"the bytes of a package";
        for algorithm in ["sha1", "sha256", "sha384", "sha512"] {
            let path = path(algorithm, content);
            let lab = Lab::new();
            lab.agrees(&path, content);
            lab.every_flip_disagrees(&path, content, 0..content.len());
            lab.every_cut_disagrees(&path, content);
        }
        let empty = path("sha512", b"");
        Lab::new().agrees(&empty, b"");
    }

    #[test]
    fn other_names_are_let_be() {
        let path = path("sha512", b"a");
        let lab = Lab::new();
        lab.not_ours(&path.replace("sha512", "md5"), b"b");
        lab.not_ours(&path.replace("content-v2", "content-v3"), b"b");
        lab.not_ours(&format!("{path}.tmp"), b"b");
        lab.not_ours(&path[..path.len() - 1], b"b");
    }
}
