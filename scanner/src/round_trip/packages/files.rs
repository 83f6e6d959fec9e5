//! Archives that were given on the command line.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Contents, Package, SourceError, Supply, open_file};
use crate::round_trip::expected::folded;

/// A package for each archive; one that cannot be opened ends it, since it was asked for.
pub fn supply(paths: &[PathBuf]) -> Result<Supply, SourceError> {
    let mut taken = HashSet::new();
    let mut supply = Supply::default();
    for path in paths {
        open_file(path).map_err(|error| SourceError::Unreadable {
            path: path.as_path().into(),
            call: "open",
            error,
            hint: "; give a .tgz or .tar that can be read",
        })?;
        let name = unlike(&name_of(path), &mut taken);
        supply.packages.push(Package { name, contents: Contents::File(path.clone()) });
    }
    Ok(supply)
}

/// The file's name without the ends that archives have.
fn name_of(path: &Path) -> Vec<u8> {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let ends: [&[u8]; 4] = [b".tar.gz", b".tgz", b".tar", b".gz"];
    let stem = ends.iter().find_map(|end| name.strip_suffix(*end)).unwrap_or(name);
    // A name that begins with a dot is one that npm hides what it retires under.
    let stem = stem.strip_prefix(b".").unwrap_or(stem);
    if matches!(stem, b"" | b".") { b"archive".to_vec() } else { stem.to_vec() }
}

/// Bytes of a name: what is put before and behind it must fit into NAME_MAX, too.
const LONGEST: usize = 200;

/// A name that was not taken yet, cut where it is too long.
pub(super) fn unlike(name: &[u8], taken: &mut HashSet<Vec<u8>>) -> Vec<u8> {
    let name = name.get(..LONGEST).unwrap_or(name);
    let numbered = (2..).map(|n| [name, format!("-{n}").as_bytes()].concat());
    let mut names = std::iter::once(name.to_vec()).chain(numbered);
    // On a filesystem that does not tell case `JSONStream` and `jsonstream` are one.
    names.find(|name| taken.insert(folded(name))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_called_as_its_file() {
        let name = |path: &str| String::from_utf8(name_of(Path::new(path))).unwrap();
        assert_eq!(name("/a/foo-1.0.0.tgz"), "foo-1.0.0");
        assert_eq!(name("foo.tar.gz"), "foo");
        assert_eq!((name(".."), name("/.tgz")), ("archive".to_owned(), "archive".to_owned()));
    }

    #[test]
    fn no_two_are_called_alike() {
        let mut taken = HashSet::new();
        let names = ["a", "a", "b", "a"].map(|name| unlike(name.as_bytes(), &mut taken));
        assert_eq!(names, [&b"a"[..], b"a-2", b"b", b"a-3"].map(<[u8]>::to_vec));
    }
}
