//! What pnpm's store says of a package: `store/v10/index/aa/<62 digits>-name@version.json`, and
//! up to version 9 of pnpm `store/v3/files/aa/<126 digits>-index.json`.
//!
//! JSON that names the files of the package and their hashes (pnpm,
//! store/cafs/src/getFilePathInCafs.ts, `getIndexFilePathInCafs`; as pnpm 5, 7, 8, 9 and 10 write
//! it). Each of them writes another name and renames it, so one that is no whole object was lost
//! in part. Proves nothing of what a string says. pnpm 11 keeps a database instead. What is above
//! `vN` is the user's choice (store-dir).

use serde::de::IgnoredAny;

use super::place::is_hex;
use super::pnpm_store::is_version;
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees};

const FORMAT: &str = "pnpm store index";

/// Longest file that is kept, in bytes. A package of 20,000 files has 5 million.
const LONGEST: usize = 8 << 20;

/// For such a file.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    let shard = place.parent(0);
    if !is_version(place.parent(2)) || shard.len() != 2 || !is_hex(shard) {
        return None;
    }
    let is_index = match place.parent(1) {
        b"index" => is_named(place.name, 62, b"-", b".json"),
        b"files" => is_named(place.name, 126, b"-index.json", b""),
        _ => false,
    };
    is_index.then(|| Box::<Index>::default() as Box<dyn Verifier>)
}

/// Whether a name is so many digits, with one text behind them and another one at its end.
fn is_named(name: &[u8], digits: usize, behind: &[u8], end: &[u8]) -> bool {
    let parts = name.split_at_checked(digits);
    let rest =
        parts.filter(|(hash, _)| is_hex(hash)).and_then(|(_, rest)| rest.strip_prefix(behind));
    rest.is_some_and(|rest| if end.is_empty() { rest.is_empty() } else { rest.ends_with(end) })
}

#[derive(Default)]
struct Index {
    json: Vec<u8>,
    is_too_long: bool,
}

impl Verifier for Index {
    fn has_checksum(&self) -> bool {
        false
    }

    fn update(&mut self, bytes: &[u8]) {
        self.is_too_long |= bytes.len() > LONGEST - self.json.len();
        if self.is_too_long {
            self.json = Vec::new();
        } else {
            self.json.extend_from_slice(bytes);
        }
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        if self.is_too_long {
            return Verdict::NotChecked("it is longer than any that pnpm writes");
        }
        let found = match serde_json::from_slice::<IgnoredAny>(&self.json) {
            Ok(_) if self.json.trim_ascii_start().starts_with(b"{") => return Verdict::Agrees,
            Ok(_) => "another value".to_owned(),
            Err(_) if self.json.is_empty() => "an empty file".to_owned(),
            Err(_) if self.json.iter().all(|byte| *byte == 0) => {
                format!("{} zero bytes", around.size)
            }
            Err(error) => format!("{error}, of {} bytes", around.size),
        };
        disagrees(FORMAT, "a JSON object".to_owned(), found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    const JSON: &[u8] = br#"{"name":"is-odd","version":"3.0.1","requiresBuild":false,"files":
        {"index.js":{"checkedAt":1790000000000,"integrity":"sha512-x","mode":420,"size":1e3}}}"#;

    fn paths() -> [String; 5] {
        let [old, new] = [126, 62].map(|digits| "0123456789abcdef".repeat(8)[..digits].to_owned());
        [
            format!("store/v10/index/0a/{new}-is-odd@3.0.1.json"),
            format!(".pnpm-store/v10/index/ff/{new}-@esbuild+linux-x64@0.19.0.json"),
            format!("store/v3/files/0a/{old}-index.json"),
            format!("store/v9/files/0a/{old}-index.json"),
            format!("store/v9/index/0a/{new}-a@1.json"),
        ]
    }

    #[test]
    fn what_does_not_parse_disagrees() {
        let lab = Lab::new();
        for path in paths() {
            lab.agrees(&path, JSON);
            lab.every_cut_disagrees(&path, JSON);
            for start in 0..JSON.len() - 8 {
                let mut zeroed = JSON.to_vec();
                zeroed[start..start + 8].fill(0);
                lab.disagrees(&path, &zeroed);
            }
            lab.disagrees(&path, &[JSON, b"\0"].concat());
            lab.disagrees(&path, &[JSON, b"}"].concat());
        }
    }

    #[test]
    fn what_is_found_is_told() {
        let lab = Lab::new();
        let [path, ..] = paths();
        let found = |bytes: &[u8]| lab.disagrees(&path, bytes).found;
        assert_eq!(found(b""), "an empty file");
        assert_eq!(found(&[0; 300]), "300 zero bytes");
        assert_eq!(found(b"[]"), "another value");
        let cut = found(&JSON[..40]);
        assert_eq!(cut, "EOF while parsing a string at line 1 column 40, of 40 bytes");
        found(&b"{\"a\":".repeat(100_000));
    }

    #[test]
    fn a_file_that_is_too_long_is_not_checked() {
        let long = [&b"{\"a\":\""[..], &vec![b'a'; LONGEST], b"\"}"].concat();
        Lab::new().not_checked(&paths()[0], &long);
    }

    #[test]
    fn what_is_no_index_is_let_be() {
        let lab = Lab::new();
        let [new, _, old, ..] = paths();
        for path in [
            new.replace("v10", "v2"),
            new.replace("/index/", "/projects/"),
            new.replace("/0a/", "/0g/"),
            new.replace("/index/0", "/index/00"),
            new.replace(".json", ".json4711"),
            new.replace(".json", ".mpk"),
            new.replace("-is", "is"),
            old.replace("-index.json", "4711"),
            old.replace("-index.json", "-index.json4711"),
            old.replace("store/v3/files", "src"),
            "store/v3/metadata/registry.npmjs.org/is-odd.json".to_owned(),
        ] {
            lab.not_ours(&path, b"");
        }
    }
}
