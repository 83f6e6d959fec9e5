//! Blobs that are named by their SHA-256: `blobs/sha256-<digest>`, as ollama keeps its models and
//! podman what it caches, or `blobs/sha256:<digest>`, as early releases of ollama did.
//!
//! A download of a model is written to `sha256-<digest>-partial` and renamed when it is complete
//! (ollama, server/download.go); the client of later releases may write to the name itself, in
//! pieces, and leaves it empty where it fails (server/internal/cache/blob). So an empty one is not
//! checked, and one that is open for writing is not whole yet. Covers every byte.

use super::hash::Algorithm;
use super::whole_hash::WholeHash;
use super::{Chosen, Place, Surroundings, Verdict, Verifier};

/// For a blob.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    if place.parent(0) != b"blobs" {
        return None;
    }
    let digest = place.name.strip_prefix(b"sha256")?;
    let digest = digest.strip_prefix(b"-").or_else(|| digest.strip_prefix(b":"))?;
    let hash = WholeHash::of_name("blob named by its SHA-256", Algorithm::Sha256, &[digest])?;
    Some(Box::new(Blob(hash)))
}

struct Blob(WholeHash);

impl Verifier for Blob {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        if around.size == 0 {
            return Verdict::NotChecked("empty, as a download that failed leaves it");
        }
        match Box::new(self.0).finish(around) {
            Verdict::Disagrees(mut disagreement) => {
                disagreement.may_be_unfinished = true;
                Verdict::Disagrees(disagreement)
            }
            verdict => verdict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash::hex_of;
    use super::super::testing::Lab;
    use super::*;

    #[test]
    fn any_change_shows() {
        let content = b"GGUF\x03\0\0\0";
        let digest = hex_of(Algorithm::Sha256, content);
        for path in [format!("models/blobs/sha256-{digest}"), format!("blobs/sha256:{digest}")] {
            let lab = Lab::new();
            lab.agrees(&path, content);
            lab.every_flip_disagrees(&path, content, 0..content.len());
            assert!(lab.disagrees(&path, &content[..5]).may_be_unfinished);
            lab.not_checked(&path, b"");
        }
    }

    #[test]
    fn downloads_and_other_names_are_let_be() {
        let digest = hex_of(Algorithm::Sha256, b"a");
        let lab = Lab::new();
        for name in [
            format!("blobs/sha256-{digest}-partial"),
            format!("blobs/sha256-{digest}-partial-0"),
            format!("blobs/sha256-{}", &digest[1..]),
            "blobs/sha256-1234567".to_owned(),
            format!("blobs/sha256{digest}"),
            format!("sha256-{digest}"),
        ] {
            lab.not_ours(&name, b"b");
        }
    }
}
