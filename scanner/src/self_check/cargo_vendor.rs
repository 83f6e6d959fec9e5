//! Vendored crates: `.cargo-checksum.json`.
//!
//! cargo-vendor(1) writes beside each crate a list of its files with their SHA-256, which Cargo
//! compares at every build (cargo, src/cargo/sources/directory.rs). Proves a change of any byte of
//! a listed file since. The listed files are opened here, when the list has been read.
//!
//! Not proven: a file that is missing (what git ignores gets lost on the way, distributors take files
//! away), one that was modified a minute or more after the list was written (patched by hand, where the
//! build is not Cargo's): the list is not checked then, and says so. One with other line ends (git's
//! autocrlf) is passed over.

use std::fmt::Write;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::fstat;
use serde_json::Value;

use super::hash::{Algorithm, Hasher, hex_of};
use super::siblings::{self, Sibling};
use super::{
    Chosen, Disagreement, Place, Surroundings, Verdict, Verifier, disagrees, line_ends, pread,
};

/// Longest list, in bytes.
const LONGEST: usize = 4 << 20;

/// Most files that are compared.
const MOST_FILES: usize = 10_000;

/// Most bytes of them.
const MOST_BYTES: u64 = 1 << 30;

/// Largest file that is looked at for other line ends, in bytes.
const LARGEST_TEXT: u64 = 8 << 20;

/// How much later than the list a file may be modified, in seconds. A checkout takes a while.
const LATER: i64 = 60;

/// For a list.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    (place.name == b".cargo-checksum.json").then(|| Box::new(Vendored::default()) as _)
}

#[derive(Default)]
struct Vendored {
    list: Vec<u8>,
    too_long: bool,
}

impl Verifier for Vendored {
    fn update(&mut self, bytes: &[u8]) {
        self.too_long |= self.list.len() + bytes.len() > LONGEST;
        if !self.too_long {
            self.list.extend_from_slice(bytes);
        }
    }

    fn needs_directory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        if self.too_long {
            return Verdict::NotChecked("a longer list than is read for a check");
        }
        let list: Option<Value> = serde_json::from_slice(&self.list).ok();
        let Some(files) = list.as_ref().and_then(|list| list.get("files")?.as_object()) else {
            return Verdict::NotChecked("no list of files that can be understood");
        };
        let listed = files.iter().filter_map(|(path, hash)| Some((path.as_str(), hash.as_str()?)));
        compare(listed, around)
    }
}

fn compare<'a>(
    listed: impl Iterator<Item = (&'a str, &'a str)>,
    around: &Surroundings<'_>,
) -> Verdict {
    let written = fstat(around.file).map_or(i64::MIN, |facts| facts.st_mtime);
    let mut verdict = Verdict::Agrees;
    let mut differ: Option<(Disagreement, u64)> = None;
    let mut left = MOST_BYTES;
    let Some(directory) = around.directory else {
        return Verdict::NotChecked("a directory that cannot be opened any more");
    };
    for (number, (path, expected)) in listed.enumerate() {
        let too_many = number >= MOST_FILES;
        let sibling = if too_many { None } else { siblings::open(directory, path) };
        let size = sibling.as_ref().map_or(0, |sibling| sibling.facts.st_size as u64);
        if too_many || size > left {
            verdict = Verdict::NotChecked("more files than are compared with a list");
            break;
        }
        let Some(sibling) = sibling else {
            if siblings::lacks(directory, path) {
                verdict = Verdict::NotChecked("files that it lists are not there");
            }
            continue;
        };
        left -= size;
        match compare_one(path, expected, &sibling, written) {
            Verdict::Agrees => {}
            Verdict::Disagrees(one) => differ.get_or_insert((one, 0)).1 += 1,
            other => verdict = other,
        }
    }
    match differ {
        None => verdict,
        Some((first, 1)) => Verdict::Disagrees(first),
        Some((first, count)) => {
            let found = format!("{}, and {} more of them differ", first.found, count - 1);
            Verdict::Disagrees(Disagreement { found, ..first })
        }
    }
}

fn compare_one(path: &str, expected: &str, sibling: &Sibling, written: i64) -> Verdict {
    let size = sibling.facts.st_size as u64;
    let Some(found) = hash_file(sibling.file.as_fd(), size) else {
        return Verdict::NotChecked("a listed file cannot be read");
    };
    if found == expected || has_other_line_ends(sibling, expected) {
        return Verdict::Agrees;
    }
    if !sibling.is_unchanged() {
        return Verdict::NotChecked("a listed file is being changed");
    }
    if sibling.facts.st_mtime > written.saturating_add(LATER) {
        return Verdict::NotChecked("a listed file was modified after the list was written");
    }
    let said = |hash: &str| {
        let mut text = reports::escape(path.as_bytes());
        let _ = write!(text, ": SHA-256 {}", reports::escape(hash.as_bytes()));
        text
    };
    disagrees("vendored crate", said(expected), said(&found))
}

fn hash_file(file: BorrowedFd<'_>, size: u64) -> Option<String> {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    let read = pread::pieces(file, 0, size, |piece| {
        hasher.update(piece);
        true
    });
    read.then(|| hasher.hex())
}

fn has_other_line_ends(sibling: &Sibling, expected: &str) -> bool {
    let size = sibling.facts.st_size as u64;
    if size > LARGEST_TEXT {
        return false;
    }
    let mut text = vec![0; size as usize];
    pread::fill(sibling.file.as_fd(), 0, &mut text)
        && line_ends::variants(&text)
            .iter()
            .any(|variant| hex_of(Algorithm::Sha256, variant) == expected)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::time::{Duration, SystemTime};

    use serde_json::json;

    use super::super::testing::Lab;
    use super::*;

    const LIST: &str = "vendor/a/.cargo-checksum.json";

    fn lab(files: &[(&str, &str)]) -> (Lab, Vec<u8>) {
        let lab = Lab::new();
        let mut hashes = serde_json::Map::new();
        for (path, content) in files {
            lab.put(&format!("vendor/a/{path}"), content.as_bytes());
            let hash = hex_of(Algorithm::Sha256, content.as_bytes());
            hashes.insert((*path).to_owned(), json!(hash));
        }
        let list = json!({"files": hashes, "package": null}).to_string();
        (lab, list.into_bytes())
    }

    const FILES: [(&str, &str); 3] =
        [("Cargo.toml", "[package]\n"), ("src/lib.rs", "//! A.\nfn a() {}\n"), ("empty", "")];

    #[test]
    fn any_change_of_a_listed_file_shows() {
        let (lab, list) = lab(&FILES);
        lab.agrees(LIST, &list);
        let content = FILES[1].1.as_bytes();
        for place in 0..content.len() {
            let mut changed = content.to_vec();
            changed[place] ^= 1;
            lab.put("vendor/a/src/lib.rs", &changed);
            let disagreement = lab.disagrees(LIST, &list);
            assert!(disagreement.found.starts_with("src/lib.rs: SHA-256 "), "{disagreement:?}");
        }
        lab.put("vendor/a/src/lib.rs", &content[..9]);
        lab.disagrees(LIST, &list);
    }

    #[test]
    fn all_that_differ_are_counted() {
        let (lab, list) = lab(&FILES);
        lab.put("vendor/a/Cargo.toml", b"[packagf]\n");
        lab.put("vendor/a/src/lib.rs", b"//! B.\nfn a() {}\n");
        let found = lab.disagrees(LIST, &list).found;
        assert!(
            found.starts_with("Cargo.toml: ") && found.ends_with(", and 1 more of them differ"),
            "{found}"
        );
    }

    #[test]
    fn lists_as_cargo_and_debian_write_them_agree() {
        let lab = Lab::new();
        lab.agrees(LIST, br#"{"files":{},"package":"00"}"#);
        lab.not_checked(LIST, b"{\"files\":");
        lab.not_checked(LIST, b"[]");
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let (lab, list) = lab(&FILES);
        std::fs::remove_dir_all(lab.path("vendor/a/src")).unwrap();
        assert_eq!(lab.not_checked(LIST, &list), "files that it lists are not there");
        // Not instead of what differs.
        lab.put("vendor/a/Cargo.toml", b"[packagf]\n");
        assert!(lab.disagrees(LIST, &list).found.starts_with("Cargo.toml: "));
        let many: serde_json::Map<_, _> =
            (0..=MOST_FILES).map(|n| (n.to_string(), json!("00"))).collect();
        let many = json!({"files": many}).to_string();
        let why = lab.not_checked(LIST, many.as_bytes());
        assert_eq!(why, "more files than are compared with a list");
    }

    #[test]
    fn other_line_ends_and_later_patches_are_let_be() {
        let (lab, list) = lab(&FILES);
        lab.put("vendor/a/src/lib.rs", b"//! A.\r\nfn a() {}\r\n");
        lab.agrees(LIST, &list);
        let patched = lab.put("vendor/a/src/lib.rs", b"//! Patched.\n");
        let later = SystemTime::now() + Duration::from_hours(1);
        let file = File::options().write(true).open(patched).unwrap();
        file.set_times(FileTimes::new().set_modified(later)).unwrap();
        lab.not_checked(LIST, &list);
    }

    #[test]
    fn nothing_outside_is_opened() {
        let lab = Lab::new();
        lab.put("vendor/b/secret", b"a");
        let outside = lab.path("vendor/b/secret");
        let outside = outside.to_str().unwrap();
        for path in ["../b/secret", outside, "x/../../b/secret"] {
            lab.agrees(LIST, json!({"files": {path: "00"}}).to_string().as_bytes());
        }
    }
}
