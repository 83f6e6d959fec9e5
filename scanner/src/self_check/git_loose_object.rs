//! A loose object of git: `objects/aa/<38 or 62 digits>`.
//!
//! The file is one zlib stream and nothing after it; the hash of what it inflates to, the header
//! "blob 12\0" included, is the object's name, which the path spells (gitrepository-layout(5);
//! git, object-file.c, `stream_object_signature` and `check_stream_oid`). 38 digits after the
//! first two are SHA-1, 62 are SHA-256. Git writes `tmp_obj_…` and links it to its name when it
//! is complete, so a difference, an early end or bytes behind the stream prove damage. Covers
//! every byte: zlib has a checksum of its own.
//!
//! Other stores have names like these. Mercurial's large files lie in `lfs/objects/aa/<62
//! digits>` and are not compressed: those of "lfs" itself are not judged. Outside of a `.git` or
//! `name.git` the first two bytes must be a zlib header.

use super::hash::{Algorithm, Hasher};
use super::inflate::{Fault, Inflate, Progress, TOO_LONG, decoded_limit};
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees};

const FORMAT: &str = "git loose object";

/// For an object.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    let algorithm = match place.name.len() {
        38 => Algorithm::Sha1,
        62 => Algorithm::Sha256,
        _ => return None,
    };
    let first = place.parent(0);
    let in_objects = place.parent(1) == b"objects" && place.parent(2) != b"lfs";
    let hex = first.len() == 2 && super::place::is_hex(first) && super::place::is_hex(place.name);
    if !in_objects || !hex || !(is_in_repository(place) || starts_as_zlib(head)) {
        return None;
    }
    let name = String::from_utf8([first, place.name].concat()).ok()?;
    Some(Box::new(LooseObject {
        algorithm,
        name,
        hasher: Hasher::new(algorithm),
        inflate: Inflate::zlib(decoded_limit(place.size)),
        state: State::Inside,
    }))
}

fn is_in_repository(place: &Place<'_>) -> bool {
    place.parents.iter().any(|name| name.ends_with(b".git"))
}

/// RFC 1950, 2.2: the method is 8, and the two bytes are a multiple of 31.
fn starts_as_zlib(head: &[u8]) -> bool {
    matches!(head, [method, flags, ..]
        if method & 0xf == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31))
}

struct LooseObject {
    algorithm: Algorithm,
    name: String,
    hasher: Hasher,
    inflate: Inflate,
    state: State,
}

enum State {
    Inside,
    /// The stream ended; so many bytes came after it.
    Ended {
        behind: usize,
    },
    Failed(Fault),
}

impl Verifier for LooseObject {
    fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Failed(_) => {}
            State::Ended { behind } => *behind += bytes.len(),
            State::Inside => {
                let hasher = &mut self.hasher;
                match self.inflate.feed(bytes, |decoded| hasher.update(decoded)) {
                    Ok(Progress::More) => {}
                    Ok(Progress::Ended(used)) => {
                        self.state = State::Ended { behind: bytes.len() - used };
                    }
                    Err(fault) => self.state = State::Failed(fault),
                }
            }
        }
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        let title = self.algorithm.title();
        let found = match self.state {
            State::Failed(Fault::TooLong) => return Verdict::NotChecked(TOO_LONG),
            State::Failed(Fault::Damaged) => "bytes that cannot be inflated".to_owned(),
            State::Inside => format!("a zlib stream without its end in {} bytes", around.size),
            State::Ended { behind: 0 } => match self.hasher.hex() {
                hash if hash == self.name => return Verdict::Agrees,
                hash => format!("{title} {hash}"),
            },
            State::Ended { behind } => format!("{behind} bytes behind the zlib stream"),
        };
        disagrees(FORMAT, format!("{title} {}", self.name), found)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::super::hash::hex_of;
    use super::super::testing::Lab;
    use super::*;

    /// The path and the bytes of a blob.
    fn object(algorithm: Algorithm, level: u32) -> (String, Vec<u8>) {
        let content = b"blob 14\0hello, object\n";
        let hex = hex_of(algorithm, content);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(content).unwrap();
        (format!(".git/objects/{}/{}", &hex[..2], &hex[2..]), encoder.finish().unwrap())
    }

    #[test]
    fn any_change_shows() {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256] {
            for level in [0, 1, 9] {
                let (path, bytes) = object(algorithm, level);
                let lab = Lab::new();
                lab.agrees(&path, &bytes);
                lab.every_cut_disagrees(&path, &bytes);
                let mut longer = bytes.clone();
                longer.push(0);
                let found = lab.disagrees(&path, &longer).found;
                assert_eq!(found, "1 bytes behind the zlib stream");
            }
        }
    }

    #[test]
    fn any_bit_shows() {
        for level in [1, 9] {
            let (path, bytes) = object(Algorithm::Sha1, level);
            let lab = Lab::new();
            // The last byte before zlib's checksum is filled up with bits that belong to nobody.
            let filled = bytes.len() - 5;
            lab.every_flip_disagrees(&path, &bytes, 0..filled);
            lab.every_flip_disagrees(&path, &bytes, filled + 1..bytes.len());
        }
    }

    #[test]
    fn zeroed_and_misplaced_objects_show() {
        let (path, bytes) = object(Algorithm::Sha1, 1);
        let lab = Lab::new();
        lab.disagrees(&path, &vec![0; bytes.len()]);
        let other = ".git/objects/12/34567890123456789012345678901234567890";
        assert_eq!(other.len() - ".git/objects/12/".len(), 38);
        assert!(lab.disagrees(other, &bytes).found.starts_with("SHA-1 "));
    }

    #[test]
    fn bare_repositories_are_known_by_zlib() {
        let (path, bytes) = object(Algorithm::Sha1, 1);
        let lab = Lab::new();
        let bare = path.replace(".git", "mirror");
        lab.agrees(&bare, &bytes);
        lab.every_cut_disagrees(&path.replace(".git", "mirror.git"), &bytes);
        lab.not_ours(&bare, b"something else");
    }

    #[test]
    fn other_stores_are_let_be() {
        let (path, bytes) = object(Algorithm::Sha256, 1);
        let lab = Lab::new();
        lab.agrees(&format!("lfs/app/{path}"), &bytes);
        lab.not_ours(&path.replace(".git/", ".hg/store/lfs/"), &bytes);
        lab.not_ours(&path.replace("objects", "files"), &bytes);
        lab.not_ours(&format!("{path}0"), &bytes);
        lab.not_ours(".git/objects/12/tmp_obj_abcdefghijklmnopqrstuvwxyz0123", b"");
    }
}
