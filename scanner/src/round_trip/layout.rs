//! Where a pattern puts a package, as paths below the scratch directory.

use reports::TarPattern;
use sha1::{Digest, Sha1};

use super::file_system::{above, join, split};

/// The paths of one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its directory.
    pub place: Vec<u8>,
    /// Where it is moved when it is retired.
    pub retired: Vec<u8>,
    /// The directory in which it is put together; its place where it is made there.
    pub stage: Vec<u8>,
    /// The link under which it is found, and what that says; none where its place is where it is
    /// looked for.
    pub link: Option<(Vec<u8>, Vec<u8>)>,
}

impl Layout {
    /// The paths of the package `name` in the directory of a round.
    pub fn new(pattern: TarPattern, round: &[u8], name: &[u8]) -> Self {
        let modules = join(round, b"node_modules");
        let found = join(&modules, name);
        if pattern != TarPattern::Pnpm {
            let retired = retired(&found);
            return Layout { stage: found.clone(), place: found, retired, link: None };
        }
        // node_modules/.pnpm/@scope+name@0/node_modules/@scope/name
        let flat: Vec<u8> = name.iter().map(|b| if *b == b'/' { b'+' } else { *b }).collect();
        let below = [b".pnpm/".as_slice(), &flat, b"@0/node_modules/", name].concat();
        let ups = b"../".repeat(above(name).count());
        let place = join(&modules, &below);
        Layout {
            retired: retired(&place),
            stage: [place.as_slice(), b"_tmp_0"].concat(),
            link: Some((found, [ups.as_slice(), &below].concat())),
            place,
        }
    }
}

/// `.foo-XXXXXXXX` beside `foo`: of the form that npm gives it, and like there always the same for
/// the same path (arborist, lib/retire-path.js).
pub fn retired(path: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let digest = Sha1::digest(path);
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'a');
    let suffix: Vec<u8> = digest.iter().take(8).map(letter).collect();
    let (directory, name) = split(path);
    join(directory, &[b".", name, b"-", suffix.as_slice()].concat())
}

/// Where the store keeps what has this hash.
pub fn stored(round: &[u8], hash: &blake3::Hash, executable: bool) -> Vec<u8> {
    let hex = hash.to_hex();
    let (folder, rest) = hex.split_at_checked(2).unwrap_or_default();
    let suffix = if executable { "-exec" } else { "" };
    join(round, format!("store/{folder}/{rest}{suffix}").as_bytes())
}

/// A name in the store before the content is known.
pub fn temporary(round: &[u8], number: u64) -> Vec<u8> {
    join(round, format!("store/tmp-{number}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &[u8]) -> &str {
        std::str::from_utf8(path).unwrap()
    }

    #[test]
    fn a_package_has_its_place() {
        let layout = Layout::new(TarPattern::Npm, b"round-1", b"@scope/foo");
        assert_eq!(text(&layout.place), "round-1/node_modules/@scope/foo");
        assert_eq!(layout.stage, layout.place);
        let hidden = text(&layout.retired).strip_prefix("round-1/node_modules/@scope/.foo-");
        assert_eq!(hidden.map(str::len), Some(8));
    }

    #[test]
    fn pnpm_keeps_it_apart_and_links_it() {
        let layout = Layout::new(TarPattern::Pnpm, b"r", b"@scope/foo");
        let place = "r/node_modules/.pnpm/@scope+foo@0/node_modules/@scope/foo";
        assert_eq!(text(&layout.place), place);
        assert_eq!(text(&layout.stage), format!("{place}_tmp_0"));
        let (link, target) = layout.link.unwrap();
        assert_eq!(text(&link), "r/node_modules/@scope/foo");
        assert_eq!(text(&target), "../.pnpm/@scope+foo@0/node_modules/@scope/foo");
    }
}
