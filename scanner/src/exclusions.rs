//! What a scan is asked to leave out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::manifest::name_of;
use crate::walk::DirectoryNode;

/// The longest path that a system call takes, in bytes. Paths are compared up to this length:
/// nobody means a longer one, and in a chain of 100,000 directories each of them would have to be
/// put together.
const PATH_MAX: usize = 4096;

/// Why a glob is refused.
#[derive(Debug, thiserror::Error)]
pub enum ExclusionError {
    /// It is none.
    #[error(transparent)]
    Glob(#[from] globset::Error),
    /// No path can match it.
    #[error(
        "`{0}` matches nothing: give a name (`*.iso`), a path below PATH without . and .. \
         (`app/.next`), or an absolute path below it"
    )]
    Nothing(String),
}

/// Globs of names and paths to leave out.
#[derive(Clone, Debug, Default)]
pub struct Exclusions {
    /// Without a slash: a name at any depth.
    names: GlobSet,
    /// With a slash: a path below the root.
    below_root: GlobSet,
    /// With a slash in front: an absolute path.
    absolute: GlobSet,
    globs: Vec<String>,
}

impl Exclusions {
    /// Reads globs. One without a slash is compared with names, one that begins with a slash with
    /// absolute paths, any other one with paths relative to their root.
    pub fn new(globs: &[String]) -> Result<Self, ExclusionError> {
        let mut sets = [(); 3].map(|()| GlobSetBuilder::new());
        let [names, below_root, absolute] = &mut sets;
        for glob in globs {
            let set = match glob.find('/') {
                None => &mut *names,
                Some(0) => &mut *absolute,
                Some(_) => &mut *below_root,
            };
            let matched = as_matched(glob).ok_or_else(|| ExclusionError::Nothing(glob.clone()))?;
            set.add(Glob::new(matched)?);
        }
        Ok(Exclusions {
            names: names.build()?,
            below_root: below_root.build()?,
            absolute: absolute.build()?,
            globs: globs.to_vec(),
        })
    }

    /// Whether a path can match a glob.
    pub fn can_match(glob: &str) -> bool {
        as_matched(glob).is_some()
    }

    /// The globs as they were given.
    pub fn globs(&self) -> &[String] {
        &self.globs
    }

    /// Whether nothing is to be left out.
    pub fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// Whether a path below a root is to be left out by itself; whether what is above it is, is
    /// for the caller to know. Globs for absolute paths are compared with each of `roots` followed
    /// by the path.
    pub fn matches_path(&self, path: &[u8], roots: &[Vec<u8>]) -> bool {
        if self.is_empty() || path.len() > PATH_MAX {
            return false;
        }
        let matches = |set: &GlobSet, path: &[u8]| set.is_match(OsStr::from_bytes(path));
        let below = |root: &Vec<u8>| {
            let root = root.strip_suffix(b"/").unwrap_or(root);
            matches(&self.absolute, &[root, path].join(&b'/'))
        };
        matches(&self.names, name_of(path))
            || matches(&self.below_root, path)
            || (!self.absolute.is_empty() && roots.iter().any(below))
    }

    /// Whether a name in a directory is to be left out.
    #[inline]
    pub fn matches(&self, directory: &DirectoryNode, name: &[u8]) -> bool {
        !self.globs.is_empty() && self.matches_some(directory, name)
    }

    fn matches_some(&self, directory: &DirectoryNode, name: &[u8]) -> bool {
        let matches = |set: &GlobSet, path: &[u8]| set.is_match(OsStr::from_bytes(path));
        let within = |set: &GlobSet, absolute| {
            !set.is_empty()
                && directory
                    .path_up_to(name, absolute, PATH_MAX)
                    .is_some_and(|path| matches(set, &path))
        };
        matches(&self.names, name)
            || within(&self.below_root, false)
            || within(&self.absolute, true)
    }
}

/// A glob as paths are written: without `./` in front and slashes behind.
fn as_matched(glob: &str) -> Option<&str> {
    let mut matched = glob.trim_end_matches('/');
    while let Some(rest) = matched.strip_prefix("./") {
        matched = rest;
    }
    let names = matched.strip_prefix('/').unwrap_or(matched);
    let is_name = |name| !matches!(name, "" | "." | "..");
    names.split('/').all(is_name).then_some(matched)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_says_by_its_slashes_what_it_is_compared_with() {
        let root = DirectoryNode::root(c"/home/coder".into(), 1, (0, 0));
        let app = DirectoryNode::child(&root, c"app", 2, (0, 0));
        let leaves_out = |glob: &str, directory, name: &[u8]| {
            Exclusions::new(&[glob.to_owned()]).unwrap().matches(directory, name)
        };
        assert!(leaves_out("*.iso", &app, b"x.iso") && !leaves_out("*.iso", &app, b"x.is"));
        assert!(
            leaves_out("app/.next", &app, b".next") && leaves_out("app/.next/", &app, b".next")
        );
        assert!(!leaves_out("app/.next", &root, b".next"));
        assert!(leaves_out("/home/coder/.cache", &root, b".cache"));
        assert!(leaves_out("/home/*/app/x", &app, b"x") && !leaves_out("/app/x", &app, b"x"));
        assert!(!Exclusions::new(&[]).unwrap().matches(&root, b"x"));
    }

    #[test]
    fn a_glob_that_nothing_can_match_is_refused() {
        for glob in ["", "/", ".", "..", "./", "a/../b", "a/./b", "a//b", "../a", "//"] {
            let refused = Exclusions::new(&[glob.to_owned()]);
            assert!(matches!(refused, Err(ExclusionError::Nothing(_))), "{glob}");
        }
        let app = Exclusions::new(&["././app//".to_owned()]).unwrap();
        assert!(app.matches_path(b"app", &[]) && !app.matches_path(b"a/app", &[]));
    }

    #[test]
    fn a_path_is_compared_as_the_entry_at_it() {
        let leaves_out = |glob: &str, path: &[u8]| {
            let roots = [b"/old".to_vec(), b"/".to_vec()];
            Exclusions::new(&[glob.to_owned()]).unwrap().matches_path(path, &roots)
        };
        assert!(leaves_out("*.iso", b"a/x.iso") && !leaves_out("*.iso", b"a.iso/x"));
        assert!(leaves_out("app/.next/", b"app/.next") && !leaves_out("app/.next", b"b/app/.next"));
        assert!(leaves_out("/old/.cache", b".cache") && leaves_out("/.cache", b".cache"));
        assert!(!leaves_out("/new/.cache", b".cache"));
    }
}
