//! The packages in npm's cache: `_cacache/index-v5` says which content is which package.
//!
//! An index file is lines of `<SHA-1 of the JSON>\t<JSON>`, the last of which holds; the content
//! lies under the hash that it names (cacache, lib/entry-index.js and lib/content/path.js).

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha1::{Digest, Sha1};
use walkdir::WalkDir;

use super::{Contents, Package, SourceError, Supply};
use crate::manifest::hex::to_hex;
use crate::round_trip::trouble::Refused;

/// What an index says of a request.
#[derive(Deserialize)]
struct Entry {
    key: String,
    integrity: Option<String>,
}

/// The packages whose archives are there, by name.
pub fn supply(cache: &Path) -> Result<Supply, SourceError> {
    let index = cache.join("index-v5");
    if !index.is_dir() {
        return Err(SourceError::Nothing {
            path: index.as_path().into(),
            what: "npm has no cache here; --from-npm-cache=DIR names another _cacache directory",
        });
    }
    let mut supply = Supply::default();
    let mut found = BTreeMap::new();
    for entry in WalkDir::new(&index) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => match fs::read(entry.path()) {
                Ok(text) => found.extend(packages_of(&text, cache)),
                Err(error) => supply.refused.push(unreadable_file(entry.path(), &error)),
            },
            Ok(_) => {}
            Err(error) => supply.refused.push(unreadable(&error)),
        }
    }
    let there = found.into_iter().filter(|(_, path)| path.is_file());
    supply.packages = there
        .map(|(name, path)| Package { name: name.into_bytes(), contents: Contents::File(path) })
        .collect();
    if supply.packages.is_empty() {
        return Err(SourceError::Nothing {
            path: cache.into(),
            what: "npm's cache holds no package; run `npm ci` once, or give --archive",
        });
    }
    Ok(supply)
}

/// A part of the index that cannot be read.
fn unreadable(error: &walkdir::Error) -> Refused {
    unreadable_file(error.path().unwrap_or(Path::new("")), error)
}

fn unreadable_file(path: &Path, error: &dyn std::fmt::Display) -> Refused {
    let archive = path.as_os_str().as_bytes().to_vec();
    Refused { archive, member: None, why: format!("npm's index cannot be read: {error}") }
}

/// The package of an index file, and where its archive lies.
fn packages_of(text: &[u8], cache: &Path) -> Option<(String, PathBuf)> {
    let lines = text.split(|byte| *byte == b'\n');
    let json = lines.filter_map(valid).next_back()?;
    let entry: Entry = serde_json::from_slice(json).ok()?;
    let name = package_name(&entry.key)?;
    Some((name, content_path(&entry.integrity?, cache)?))
}

/// The JSON of a line whose hash fits; npm passes over others, such as one that a writer was killed
/// in.
fn valid(line: &[u8]) -> Option<&[u8]> {
    let (hash, json) = (line.get(..40)?, line.get(41..)?);
    (to_hex(&Sha1::digest(json)).as_bytes() == hash).then_some(json)
}

/// `@scope/name` of `…/@scope/name/-/name-1.0.0.tgz`.
fn package_name(key: &str) -> Option<String> {
    let (before, file) = key.split_once("/-/")?;
    file.as_bytes().ends_with(b".tgz").then_some(())?;
    let before = before.replace("%2f", "/").replace("%2F", "/");
    let mut parts = before.rsplit('/');
    let name = parts.next()?;
    let scope = parts.next().filter(|scope| scope.starts_with('@'));
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains('\0');
    plain(name).then(|| scope.map_or(name.to_owned(), |scope| format!("{scope}/{name}")))
}

fn content_path(integrity: &str, cache: &Path) -> Option<PathBuf> {
    let first = integrity.split_whitespace().next()?;
    let (algorithm, digest) = first.split_once('-')?;
    let hex = to_hex(&STANDARD.decode(digest).ok()?);
    let (one, two, rest) = (hex.get(..2)?, hex.get(2..4)?, hex.get(4..)?);
    matches!(algorithm, "sha512" | "sha1" | "sha256").then_some(())?;
    Some(cache.join("content-v2").join(algorithm).join(one).join(two).join(rest))
}

/// The cache of this user: where npm is told to keep it, or in the home directory.
pub fn default_cache() -> Option<PathBuf> {
    let set = ["npm_config_cache", "NPM_CONFIG_CACHE"].iter().find_map(std::env::var_os);
    let folder = match set.filter(|set| !set.as_bytes().is_empty()) {
        Some(set) => PathBuf::from(set),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".npm"),
    };
    Some(folder.join("_cacache"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_its_package() {
        let name = |key: &str| package_name(key);
        let host = "make-fetch-happen:request-cache:https://registry.example";
        let key = |path: &str| format!("{host}/{path}");
        assert_eq!(name(&key("foo/-/foo-1.0.0.tgz")).as_deref(), Some("foo"));
        assert_eq!(name(&key("@s/foo/-/foo-1.tgz")).as_deref(), Some("@s/foo"));
        assert_eq!(name(&key("@s%2ffoo/-/foo-1.tgz")).as_deref(), Some("@s/foo"));
        assert_eq!(name(&key("foo")), None);
        assert_eq!(name(&key("../-/foo.tgz")), None);
    }

    #[test]
    fn content_lies_under_its_hash() {
        let path = content_path("sha512-AAEC/w==", Path::new("/c"));
        assert_eq!(path, Some(PathBuf::from("/c/content-v2/sha512/00/01/02ff")));
        assert_eq!(content_path("md5-AAEC/w==", Path::new("/c")), None);
        assert_eq!(content_path("sha512-A", Path::new("/c")), None);
    }
}
