//! Files of git that end in a checksum of all that is before it.
//!
//! Packs and what lies beside them (`pack-….pack`, `.idx`, `.rev`, `.mtimes`, `.bitmap`, the
//! multi-pack-index), commit graphs, and the index: 20 bytes of SHA-1 or 32 of SHA-256
//! (gitformat-pack(5), gitformat-commit-graph(5), gitformat-index(5), git's
//! Documentation/technical/bitmap-format). Which one, the digits in a pack's name say; where a
//! name says nothing, one of the two has to fit. Each file is renamed to its name when it is
//! complete. Covers every byte.
//!
//! An index may end in zeros instead (`index.skipHash`, git-config(1)): such a one is not checked, if
//! its entries and extensions reach up to them ([`git_index`]); else the zeros are what a lost end was
//! read as. An index is one by its place (`.git/index`, `.git/worktrees/NAME/index`,
//! `.git/modules/NAME/index`; gitrepository-layout(5)) or by its first bytes; a shared one by its name,
//! `sharedindex.<hash>`.

use super::hash::{Algorithm, Hasher, hex};
use super::place::is_hex;
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees, git_directory, git_index};

/// For a file of git's.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    let (format, algorithms) = match place.parent(0) {
        b"pack" | b"multi-pack-index.d" => pack_file(place)?,
        b"info" | b"commit-graphs" => commit_graph(place)?,
        _ => index(place, head)?,
    };
    let tails = algorithms.iter().map(|algorithm| Tail::new(*algorithm)).collect();
    let is_signed = format == INDEX && head.starts_with(b"DIRC");
    Some(Box::new(Checksum { format, is_signed, tails }))
}

const SHA1: &[Algorithm] = &[Algorithm::Sha1];
const SHA256: &[Algorithm] = &[Algorithm::Sha256];
const EITHER: &[Algorithm] = &[Algorithm::Sha1, Algorithm::Sha256];

const INDEX: &str = "git index";

type Format = (&'static str, &'static [Algorithm]);

fn pack_file(place: &Place<'_>) -> Option<Format> {
    if place.parent(1) != b"objects" && place.parent(2) != b"objects" {
        return None;
    }
    if place.name == b"multi-pack-index" {
        return Some(("git multi-pack-index", EITHER));
    }
    let extension = place.extension()?;
    let stem = place.name.get(..place.name.len() - extension.len() - 1)?;
    let digits = stem.strip_prefix(b"pack-").or_else(|| stem.strip_prefix(b"multi-pack-index-"))?;
    let format = match extension {
        b"pack" => "git pack",
        b"idx" => "git pack index",
        b"rev" => "git reverse index",
        b"mtimes" => "git pack times",
        b"bitmap" => "git bitmap",
        b"midx" => "git multi-pack-index",
        _ => return None,
    };
    Some((format, algorithm_of(digits)?))
}

fn commit_graph(place: &Place<'_>) -> Option<Format> {
    const FORMAT: &str = "git commit graph";
    if place.name == b"commit-graph" && place.parent(1) == b"objects" {
        return Some((FORMAT, EITHER));
    }
    if place.parent(2) != b"objects" {
        return None;
    }
    let digits = place.name.strip_prefix(b"graph-")?.strip_suffix(b".graph")?;
    Some((FORMAT, algorithm_of(digits)?))
}

fn index(place: &Place<'_>, head: &[u8]) -> Option<Format> {
    if let Some(digits) = place.name.strip_prefix(b"sharedindex.") {
        return algorithm_of(digits).map(|algorithms| (INDEX, algorithms));
    }
    if place.name != b"index" {
        return None;
    }
    let by_place = place.parent(0) == b".git"
        || (place.parent(1) == b"worktrees" && place.parent(2).ends_with(b".git"))
        || git_directory::is_module(place.parents);
    let by_content = matches!(head, [b'D', b'I', b'R', b'C', 0, 0, 0, 2..=4, ..]);
    (by_place || by_content).then_some((INDEX, EITHER))
}

fn algorithm_of(digits: &[u8]) -> Option<&'static [Algorithm]> {
    match digits.len() {
        40 if is_hex(digits) => Some(SHA1),
        64 if is_hex(digits) => Some(SHA256),
        _ => None,
    }
}

struct Checksum {
    format: &'static str,
    /// Whether it is an index that begins as one.
    is_signed: bool,
    tails: Vec<Tail>,
}

impl Verifier for Checksum {
    fn update(&mut self, bytes: &[u8]) {
        self.tails.iter_mut().for_each(|tail| tail.update(bytes));
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        if self.is_signed && self.tails.iter().any(Tail::is_zero) {
            return self.without_checksum(around);
        }
        let mut difference = None;
        for tail in self.tails {
            let title = tail.algorithm.title();
            let Some((expected, found)) = tail.ends() else { continue };
            if expected == found {
                return Verdict::Agrees;
            }
            let said = (format!("{title} {expected}"), format!("{title} {found}"));
            difference.get_or_insert(said);
        }
        let (expected, found) = difference.unwrap_or_else(|| {
            let found = format!("{} bytes, fewer than a checksum has", around.size);
            ("a checksum at the end".to_owned(), found)
        });
        disagrees(self.format, expected, found)
    }
}

impl Checksum {
    /// Judges an index with zeros where the checksum should be.
    fn without_checksum(&self, around: &Surroundings<'_>) -> Verdict {
        let mut reached: Option<git_index::Fault> = None;
        for tail in self.tails.iter().filter(|tail| tail.is_zero()) {
            match git_index::read(around, tail.algorithm) {
                Ok(()) => {
                    return Verdict::NotChecked("written without a checksum (index.skipHash)");
                }
                // With hashes of the other length it is understood less far.
                Err(fault) if reached.as_ref().is_none_or(|known| fault.at > known.at) => {
                    reached = Some(fault);
                }
                Err(_) => {}
            }
        }
        let expected = "a checksum at the end, or entries and extensions up to its zeros";
        let found = reached.map(|fault| fault.to_string()).unwrap_or_default();
        disagrees(self.format, expected.to_owned(), found)
    }
}

/// The hash of everything but the last bytes, and those.
struct Tail {
    algorithm: Algorithm,
    hasher: Hasher,
    held: Vec<u8>,
}

impl Tail {
    fn new(algorithm: Algorithm) -> Tail {
        Tail { algorithm, hasher: Hasher::new(algorithm), held: Vec::new() }
    }

    fn update(&mut self, bytes: &[u8]) {
        let over = (self.held.len() + bytes.len()).saturating_sub(self.algorithm.len());
        let (out, kept) = bytes.split_at(over.saturating_sub(self.held.len()));
        let leaving = over.min(self.held.len());
        self.hasher.update(self.held.get(..leaving).unwrap_or_default());
        self.hasher.update(out);
        self.held.drain(..leaving);
        self.held.extend_from_slice(kept);
    }

    fn is_zero(&self) -> bool {
        self.held.len() == self.algorithm.len() && self.held.iter().all(|byte| *byte == 0)
    }

    /// The checksum that stands at the end, and the one that should; none in a shorter file.
    fn ends(self) -> Option<(String, String)> {
        let whole = self.held.len() == self.algorithm.len();
        whole.then(|| (hex(&self.held), self.hasher.hex()))
    }
}

#[cfg(test)]
mod tests {
    use sha1::{Digest, Sha1};
    use sha2::Sha256;

    use super::super::testing::Lab;

    fn with_sha1(body: &[u8]) -> Vec<u8> {
        [body, &Sha1::digest(body)].concat()
    }

    fn with_sha256(body: &[u8]) -> Vec<u8> {
        [body, &Sha256::digest(body)].concat()
    }

    /// Every place, with a body that has the right first bytes.
    fn table() -> Vec<(String, Vec<u8>)> {
        let (short, long) = ("0123456789".repeat(4), "01234567".repeat(8));
        let body = |magic: &[u8]| [magic, b"\0\0\0\x02\0\0\0\0 and so on"].concat();
        let mut table = Vec::new();
        for (extension, magic) in [
            ("pack", b"PACK"),
            ("idx", b"\xfftOc"),
            ("rev", b"RIDX"),
            ("mtimes", b"MTME"),
            ("bitmap", b"BITM"),
        ] {
            let body = body(magic);
            let path = |digits: &str| format!(".git/objects/pack/pack-{digits}.{extension}");
            table.push((path(&short), with_sha1(&body)));
            table.push((path(&long), with_sha256(&body)));
        }
        for (path, magic) in [
            (".git/objects/pack/multi-pack-index", b"MIDX"),
            (".git/objects/info/commit-graph", b"CGPH"),
            (".git/index", b"DIRC"),
        ] {
            table.push((path.to_owned(), with_sha1(&body(magic))));
            table.push((path.to_owned(), with_sha256(&body(magic))));
        }
        let graph = format!("r.git/objects/info/commit-graphs/graph-{short}.graph");
        table.push((graph, with_sha1(&body(b"CGPH"))));
        let layer = format!("objects/pack/multi-pack-index.d/multi-pack-index-{short}.midx");
        table.push((layer, with_sha1(&body(b"MIDX"))));
        table.push((format!("objects/pack/multi-pack-index-{short}.rev"), with_sha1(b"RIDX")));
        table
    }

    #[test]
    fn any_change_shows() {
        for (path, bytes) in table() {
            let lab = Lab::new();
            lab.agrees(&path, &bytes);
            lab.every_flip_disagrees(&path, &bytes, 0..bytes.len());
            lab.every_cut_disagrees(&path, &bytes);
            lab.disagrees(&path, &[&bytes[..], b"\0"].concat());
        }
    }

    #[test]
    fn long_files_are_cut_at_their_checksum() {
        let body: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
        let lab = Lab::new();
        for path in [".git/worktrees/wt/index", ".git/modules/libs/sub/index"] {
            lab.agrees(path, &with_sha1(&body));
            lab.disagrees(path, &vec![0; body.len()]);
            lab.disagrees(path, b"");
        }
        // A branch that is called index is a ref.
        let hash = b"0123456789012345678901234567890123456789\n";
        lab.agrees(".git/modules/sub/refs/heads/index", hash);
        for path in [".git/modules/index", "a/modules/b/index"] {
            lab.not_ours(path, hash);
        }
        lab.agrees(".git/index", &with_sha1(&body));
        lab.agrees(".git/index", &with_sha256(&body));
    }

    #[test]
    fn an_index_without_checksum_is_not_checked() {
        let lab = Lab::new();
        for zeros in [20, 32] {
            let bytes = [&b"DIRC\0\0\0\x02\0\0\0\0"[..], &vec![0; zeros]].concat();
            lab.not_checked(".git/index", &bytes);
            lab.disagrees(".git/index", &vec![0; bytes.len()]);
        }
        let bytes = [&b"DIRC\0\0\0\x02\0\0\0\x01entry"[..], &[0; 32]].concat();
        let found = lab.disagrees(".git/index", &bytes).found;
        assert_eq!(found, "byte 12: entry 1 of 1: it ends too early");
    }

    #[test]
    fn indexes_elsewhere_are_known_by_their_content() {
        let lab = Lab::new();
        let path = "bare/worktrees/other/index";
        let bytes = with_sha1(b"DIRC\0\0\0\x04\0\0\0\0");
        lab.agrees(path, &bytes);
        lab.every_flip_disagrees(path, &bytes, 8..bytes.len());
        lab.not_ours(path, b"an index of something else, longer than a hash");
    }

    #[test]
    fn a_shared_index_is_known_by_its_name() {
        let lab = Lab::new();
        let body: Vec<u8> = [&b"DIRC\0\0\0\x02\0\0\0\0"[..], &[7; 9000]].concat();
        for (digits, bytes) in [(40, with_sha1(&body)), (64, with_sha256(&body))] {
            let path = format!(".git/sharedindex.{}", "a".repeat(digits));
            lab.agrees(&path, &bytes);
            let mut zeroed = bytes;
            zeroed[..4096].fill(0);
            lab.disagrees(&path, &zeroed);
        }
        lab.not_ours(".git/sharedindex.lock", &body);
        lab.not_ours(".git/sharedindex_a1b2c3", &body);
    }

    #[test]
    fn what_is_beside_them_is_let_be() {
        let lab = Lab::new();
        for path in [
            ".git/objects/pack/tmp_pack_abcdef",
            ".git/objects/pack/pack-0123.pack",
            ".git/objects/info/packs",
            ".git/objects/info/commit-graphs/commit-graph-chain",
            ".git/index.lock",
            "src/index",
            "pack/pack-0123456789012345678901234567890123456789.idx",
        ] {
            lab.not_ours(path, b"PACK");
        }
        let keep = format!(".git/objects/pack/pack-{}.keep", "a".repeat(40));
        lab.not_ours(&keep, b"");
    }
}
