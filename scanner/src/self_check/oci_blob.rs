//! Blobs of container images: `blobs/sha256/<digest>`, `blobs/sha256/aa/<digest>/data` and
//! `imagedb/content/sha256/<digest>`.
//!
//! The first is the OCI image layout (image-spec, image-layout.md) as containerd, BuildKit, skopeo
//! and podman keep it; the second is the storage of a registry (distribution, registry/storage/
//! paths.go); the third are the configurations of images in Docker's own store (moby, image/fs.go;
//! what stands in `imagedb/metadata` and `layerdb` under such names is not that content). A blob is
//! renamed to its digest when it is complete. Covers every byte.

use super::hash::Algorithm;
use super::whole_hash::WholeHash;
use super::{Chosen, Place};

/// For a blob.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    if place.parent(1) == b"blobs" {
        return blob(place.parent(0), place.name);
    }
    if place.parent(1) == b"content" && place.parent(2) == b"imagedb" {
        return blob(place.parent(0), place.name);
    }
    if place.name != b"data" || place.parent(3) != b"blobs" {
        return None;
    }
    let digest = place.parent(0);
    let first = digest.get(..2)?;
    if place.parent(1) == first { blob(place.parent(2), digest) } else { None }
}

/// The image specification registers two algorithms (descriptor.md).
fn blob(algorithm: &[u8], digest: &[u8]) -> Chosen {
    let algorithm = Algorithm::named(algorithm)?;
    if !matches!(algorithm, Algorithm::Sha256 | Algorithm::Sha512) {
        return None;
    }
    WholeHash::chosen("container image blob", algorithm, &[digest])
}

#[cfg(test)]
mod tests {
    use super::super::hash::hex_of;
    use super::super::testing::Lab;
    use super::*;

    #[test]
    fn any_change_shows_in_each_layout() {
        let content = br#"{"schemaVersion":2}"#;
        let sha256 = hex_of(Algorithm::Sha256, content);
        let sha512 = hex_of(Algorithm::Sha512, content);
        let table = [
            format!("blobs/sha256/{sha256}"),
            format!("blobs/sha512/{sha512}"),
            format!("v2/blobs/sha256/{}/{sha256}/data", &sha256[..2]),
            format!("docker/image/overlay2/imagedb/content/sha256/{sha256}"),
        ];
        for path in table {
            let lab = Lab::new();
            lab.agrees(&path, content);
            lab.every_flip_disagrees(&path, content, 0..content.len());
            lab.every_cut_disagrees(&path, content);
        }
    }

    #[test]
    fn what_is_beside_them_is_let_be() {
        let digest = hex_of(Algorithm::Sha256, b"a");
        let lab = Lab::new();
        lab.not_ours(&format!("v2metadata-by-diffid/sha256/{digest}"), b"b");
        lab.not_ours(&format!("blobs/sha256/{}", &digest[1..]), b"b");
        lab.not_ours(&format!("blobs/sha256/zz/{digest}/data"), b"b");
        lab.not_ours(&format!("blobs/sha256/{digest}.partial"), b"b");
        for beside in [
            format!("imagedb/metadata/sha256/{digest}/parent"),
            format!("imagedb/content/sha256/.tmp-{digest}7"),
            format!("layerdb/sha256/{digest}/diff"),
            format!("distribution/diffid-by-digest/sha256/{digest}"),
            format!("distribution/v2metadata-by-diffid/sha256/{digest}"),
        ] {
            lab.not_ours(&format!("image/overlay2/{beside}"), b"b");
        }
    }
}
