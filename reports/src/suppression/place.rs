//! Where a suppression holds: a glob, by the rules of `--exclude`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use globset::{Glob, GlobMatcher};

use crate::Root;

/// The longest path that a system call takes, in bytes. Longer ones are not compared.
const PATH_MAX: usize = 4096;

/// Why a glob is none.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// It says nothing.
    #[error("it is empty")]
    Empty,
    /// Its form.
    #[error("{0}")]
    Form(String),
}

/// A glob, and what it is compared with. It covers what it matches and all that is below.
#[derive(Clone, Debug)]
pub struct SuppressedPlace {
    glob: String,
    compared_with: ComparedWith,
    /// Where it counts from; none is each root.
    folder: Option<Vec<u8>>,
    matcher: GlobMatcher,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ComparedWith {
    /// Without a slash: a name at any depth.
    Names,
    /// With a slash: a path below the folder or a root.
    PathsBelow,
    /// With a slash in front: an absolute path.
    AbsolutePaths,
}

impl SuppressedPlace {
    /// Reads a glob. One without a slash is compared with names, one that begins with a slash with
    /// absolute paths, any other one with paths; both names and paths below `folder`, an absolute
    /// path, where one is given, else below each root of the report.
    pub fn new(glob: &str, folder: Option<&[u8]>) -> Result<Self, PlaceError> {
        let bare = glob.trim_end_matches('/');
        if bare.is_empty() {
            return Err(PlaceError::Empty);
        }
        let compared_with = match bare.find('/') {
            None => ComparedWith::Names,
            Some(0) => ComparedWith::AbsolutePaths,
            Some(_) => ComparedWith::PathsBelow,
        };
        let read = Glob::new(bare).map_err(|error| PlaceError::Form(error.kind().to_string()))?;
        Ok(SuppressedPlace {
            glob: glob.to_owned(),
            compared_with,
            folder: folder.map(<[u8]>::to_vec),
            matcher: read.compile_matcher(),
        })
    }

    /// The glob as it was given.
    pub fn glob(&self) -> &str {
        &self.glob
    }

    /// Whether `path`, an absolute one, is what the glob matches or below it.
    pub(super) fn covers(&self, path: &[u8], roots: &[Root]) -> bool {
        if path.len() > PATH_MAX {
            return false;
        }
        if self.compared_with == ComparedWith::AbsolutePaths {
            return self.matches_or_is_below(path);
        }
        match &self.folder {
            Some(folder) => self.covers_below(path, folder),
            None => roots.iter().any(|root| self.covers_below(path, root.path.as_bytes())),
        }
    }

    fn covers_below(&self, path: &[u8], folder: &[u8]) -> bool {
        let folder = folder.strip_suffix(b"/").unwrap_or(folder);
        let below = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix(b"/"));
        below.is_some_and(|path| match self.compared_with {
            ComparedWith::Names => path.split(|byte| *byte == b'/').any(|name| self.matches(name)),
            _ => self.matches_or_is_below(path),
        })
    }

    fn matches_or_is_below(&self, path: &[u8]) -> bool {
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let above = slashes.filter_map(|(index, _)| path.get(..index));
        self.matches(path) || above.filter(|path| !path.is_empty()).any(|path| self.matches(path))
    }

    fn matches(&self, path: &[u8]) -> bool {
        self.matcher.is_match(OsStr::from_bytes(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::root;

    #[test]
    fn a_glob_says_by_its_slashes_what_it_is_compared_with() {
        let roots = [root("/home/coder", "ext4", ""), root("/", "ext4", "")];
        let covers = |glob: &str, folder: Option<&str>, path: &str| {
            let place = SuppressedPlace::new(glob, folder.map(str::as_bytes)).unwrap();
            place.covers(path.as_bytes(), &roots[..1])
        };
        for (glob, folder, path, covered) in [
            ("/home/coder/app", None, "/home/coder/app/x", true),
            ("/home/coder/app", None, "/home/coder/apples", false),
            ("/home/*/app/**", None, "/home/coder/app/x/y", true),
            ("/home/coder/app/", None, "/home/coder/app", true),
            ("app/vendor/**", None, "/home/coder/app/vendor/a/b", true),
            ("app/vendor/**", None, "/home/coder/app/vendor", false),
            ("app/vendor/**", None, "/other/app/vendor/a", false),
            ("app/vendor", Some("/home"), "/home/app/vendor/a", true),
            ("app/vendor", Some("/home"), "/home/coder/app/vendor/a", false),
            ("app/vendor", Some("/"), "/app/vendor", true),
            ("*.iso", None, "/home/coder/a/x.iso", true),
            ("*.iso", None, "/home/coder/a.iso/x", true),
            ("coder", None, "/home/coder/x", false),
            ("*.iso", Some("/home/coder/a"), "/home/coder/b/x.iso", false),
            ("*", None, "/home/coder", false),
        ] {
            assert_eq!(covers(glob, folder, path), covered, "{glob} {folder:?} {path}");
        }
        let place = SuppressedPlace::new("app/x", None).unwrap();
        assert!(place.covers(b"/app/x", &roots), "each root");
    }

    #[test]
    fn names_that_are_not_utf8_are_compared_as_bytes() {
        let place = SuppressedPlace::new("/a/*", None).unwrap();
        assert!(place.covers(b"/a/\xff", &[]));
        assert!(!place.covers(&[b"/a/".to_vec(), vec![b'x'; PATH_MAX]].concat(), &[]));
    }

    #[test]
    fn what_is_no_glob_is_refused() {
        for (glob, why) in [("", "it is empty"), ("/", "it is empty"), ("a[", "unclosed")] {
            let error = SuppressedPlace::new(glob, None).unwrap_err().to_string();
            assert!(error.contains(why), "{glob}: {error}");
        }
    }
}
