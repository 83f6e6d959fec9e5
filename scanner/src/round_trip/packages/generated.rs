//! Packages that are made up: of the shape that the dependencies of a front-end project have, and
//! always the same for the same seed.
//!
//! A node_modules of 711 packages has about 20,000 files of 5 KiB on average: half the packages
//! are of ten files or fewer, a few of more than a thousand; every fifth has a scope, and
//! directories are up to six deep.

use std::collections::HashSet;

use super::files::unlike;
use super::{Contents, Package, Size, Supply};

/// Packages of a front-end project.
pub const USUAL: usize = 711;

/// Words that names are made of.
const WORDS: &[&str] = &[
    "react", "util", "core", "loader", "parser", "babel", "plugin", "preset", "stream", "string",
    "path", "glob", "match", "color", "style", "css", "html", "dom", "event", "queue", "cache",
    "schema", "types", "test", "jest", "lint", "rule", "webpack", "rollup", "vite", "node", "http",
    "fetch", "url", "query", "router", "state", "store", "hook", "form", "icon", "grid", "chart",
    "date", "time", "locale", "intl", "deep", "merge", "clone", "equal", "is", "has",
];

/// Scopes.
const SCOPES: &[&str] = &["@babel", "@types", "@jest", "@eslint", "@radix", "@aws", "@swc", "@app"];

/// Directories within packages.
const FOLDERS: &[&str] =
    &["lib", "dist", "esm", "cjs", "src", "internal", "helpers", "types", "locale", "node"];

/// Ends of file names, the frequent ones more than once.
const ENDS: &[&str] = &[".js", ".js", ".js", ".d.ts", ".d.ts", ".js.map", ".mjs", ".cjs", ".json"];

/// Text that content is cut from.
const TEXT: &str = "'use strict';\nObject.defineProperty(exports, '__esModule', { value: true });\n\
    const _interopRequire = (obj) => obj && obj.__esModule ? obj : { default: obj };\n\
    exports.default = function (input, options) {\n  for (const key of Object.keys(input)) {\n    \
    if (options.filter && !options.filter(key)) continue;\n    output.push([key, input[key]]);\n  \
    }\n  return output;\n};\n";

/// What a made-up package holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    files: Vec<(String, u64)>,
    seed: u64,
}

/// So many packages, or as many of the first as fit.
pub fn supply(packages: usize, seed: u64, most: Size) -> Supply {
    let mut supply = Supply::default();
    let mut taken = HashSet::new();
    let (mut entries, mut bytes) = (0_u64, 0_u64);
    for index in 0..packages {
        let mut random = Random::new(seed, index as u64);
        let name = unlike(package_name(&mut random).as_bytes(), &mut taken);
        let shape = Shape::new(&mut random);
        let (its_entries, its_bytes) = (shape.files.len() as u64, shape.bytes());
        if entries + its_entries > most.entries || bytes + its_bytes > most.bytes {
            continue;
        }
        entries += its_entries;
        bytes += its_bytes;
        supply.packages.push(Package { name, contents: Contents::Generated(shape) });
    }
    supply.size = Some(Size { entries, bytes });
    supply
}

fn package_name(random: &mut Random) -> String {
    let name = format!("{}-{}", random.one_of(WORDS), random.one_of(WORDS));
    if random.below(5) == 0 { format!("{}/{name}", random.one_of(SCOPES)) } else { name }
}

impl Shape {
    fn new(random: &mut Random) -> Self {
        let mut taken = HashSet::new();
        let mut files = vec![
            ("package.json".to_owned(), 400 + random.below(1600)),
            ("README.md".to_owned(), 500 + random.skewed(3_000)),
        ];
        let folders: Vec<String> = (0..=random.below(6)).map(|_| folder(random)).collect();
        for _ in 0..files_of(random) {
            let at = random.below(folders.len() as u64) as usize;
            let folder = folders.get(at).map_or("", String::as_str);
            let name = format!("{}-{}", random.one_of(WORDS), random.one_of(WORDS));
            let path = format!("{folder}{name}");
            let path = String::from_utf8(unlike(path.as_bytes(), &mut taken)).unwrap_or_default();
            files.push((format!("{path}{}", random.one_of(ENDS)), random.skewed(4_000)));
        }
        Shape { files, seed: random.next() }
    }

    fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, size)| size).sum()
    }

    /// The archive, not compressed: what is put to the test is the filesystem.
    pub fn archive(&self) -> Vec<u8> {
        let mut random = Random::new(self.seed, 0);
        let mut archive = tar::Builder::new(Vec::new());
        for (path, size) in &self.files {
            let mut header = tar::Header::new_ustar();
            header.set_size(*size);
            header.set_mode(if is_program(path) { 0o755 } else { 0o644 });
            // npm gives every file the same time (1985-10-26, for the sake of zip).
            header.set_mtime(499_162_500);
            header.set_entry_type(tar::EntryType::Regular);
            let content = content(&mut random, *size);
            let path = format!("package/{path}");
            // A path that does not fit and a Vec that cannot be written to do not come about.
            if archive.append_data(&mut header, path, content.as_slice()).is_err() {
                break;
            }
        }
        archive.into_inner().unwrap_or_default()
    }
}

/// Whether it is one that is made executable.
fn is_program(path: &str) -> bool {
    path.as_bytes().ends_with(b".cjs")
}

/// A directory, with its slash; the package's own one is empty.
fn folder(random: &mut Random) -> String {
    let depth = random.below(3) + random.below(3);
    (0..depth).flat_map(|_| [random.one_of(FOLDERS), "/"]).collect()
}

/// How many files a package has beside those that each has.
fn files_of(random: &mut Random) -> u64 {
    match random.below(200) {
        0 => 700 + random.below(900),
        1..=9 => 100 + random.below(200),
        10..=59 => 16 + random.below(50),
        _ => random.below(14),
    }
}

/// Text with numbers in it, so that no two files are the same.
fn content(random: &mut Random, size: u64) -> Vec<u8> {
    let size = size as usize;
    let mut content = Vec::with_capacity(size + TEXT.len() + 24);
    while content.len() < size {
        content.extend_from_slice(format!("// {:016x}\n", random.next()).as_bytes());
        let from = random.below(TEXT.len() as u64 / 2) as usize;
        content.extend_from_slice(TEXT.as_bytes().get(from..).unwrap_or_default());
    }
    content.truncate(size);
    content
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
struct Random(u64);

impl Random {
    fn new(seed: u64, index: u64) -> Self {
        let mut random = Random(seed ^ index.wrapping_mul(0xd134_2543_de82_ef95));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn one_of(&mut self, words: &'static [&'static str]) -> &'static str {
        let at = self.below(words.len() as u64) as usize;
        words.get(at).copied().unwrap_or_default()
    }

    /// Mostly about `usual`, now and then a hundred times that.
    fn skewed(&mut self, usual: u64) -> u64 {
        let scale = match self.below(200) {
            0 => 100,
            1..=7 => 12,
            8..=59 => 2,
            _ => 1,
        };
        self.below(usual * scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Limits;

    fn all(packages: usize, seed: u64) -> Supply {
        supply(packages, seed, Size::UNLIMITED)
    }

    fn shapes(supply: &Supply) -> Vec<&Shape> {
        supply
            .packages
            .iter()
            .filter_map(|package| match &package.contents {
                Contents::Generated(shape) => Some(shape),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_usual_project_has_its_shape() {
        let supply = all(USUAL, 1);
        let files: usize = shapes(&supply).iter().map(|shape| shape.files.len()).sum();
        assert!((15_000..26_000).contains(&files), "{files}");
        let bytes = supply.size.unwrap().bytes;
        assert!((60 << 20..140 << 20).contains(&bytes), "{bytes}");
        let scoped = supply.packages.iter().filter(|p| p.name.starts_with(b"@")).count();
        assert!((90..200).contains(&scoped), "{scoped}");
        let names: HashSet<_> = supply.packages.iter().map(|package| &package.name).collect();
        assert_eq!(names.len(), USUAL);
    }

    #[test]
    fn a_seed_means_the_same_for_ever() {
        let mut hasher = blake3::Hasher::new();
        for package in &all(20, 7).packages {
            hasher.update(&package.name);
            std::io::copy(&mut package.open(Limits::default(), false).unwrap(), &mut hasher)
                .unwrap();
        }
        assert_eq!(
            hasher.finalize().to_hex().as_str(),
            "222d839312480fa976fcc4cded4d3a3bc88e39c883d27c718d08aa7e4b307c26"
        );
        assert_ne!(shapes(&all(20, 7)), shapes(&all(20, 8)));
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let most = Size { entries: 500, bytes: 4 << 20 };
        let supply = supply(USUAL, 1, most);
        let files: usize = shapes(&supply).iter().map(|shape| shape.files.len()).sum();
        assert!(files <= 500 && files > 400, "{files}");
        assert!(supply.size.unwrap().bytes <= 4 << 20);
    }
}
