//! Directories of git, known by where they stand (gitrepository-layout(5)).
//!
//! `.git`, a bare `NAME.git`, `.git/modules/NAME` of a submodule, and `worktrees/NAME` in any of
//! them; and directories of any name that hold what git takes no repository without. Other things
//! are called like that as well: what is only known by its place is judged where something else
//! that git needs stands beside it.

use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, statat};

use super::Verdict;

/// Why nothing is said of a file without a repository.
pub const ALONE: &str = "nothing else of git's is where its directory should be";

/// What a directory of git holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A repository.
    Repository,
    /// What a worktree has of its own: its HEAD, and few refs.
    Worktree,
    /// What may be one under any other name, as in the caches of cargo and go.
    Unnamed,
}

impl Kind {
    /// What git takes no such directory without: `is_git_directory` and `get_common_dir` (git,
    /// setup.c).
    fn companions(self) -> &'static [&'static str] {
        match self {
            Kind::Repository => &["objects"],
            Kind::Worktree => &["commondir"],
            Kind::Unnamed => &["objects", "refs", "HEAD"],
        }
    }
}

/// What a directory is, by its name and those above it, nearest first.
pub fn kind(names: &[&[u8]]) -> Option<Kind> {
    let (own, above) = names.split_first()?;
    let in_worktrees = above.first().is_some_and(|name| *name == b"worktrees");
    let is_worktree = || above.get(1..).and_then(kind) == Some(Kind::Repository);
    if *own != b".git" && in_worktrees && is_worktree() {
        return Some(Kind::Worktree);
    }
    (own.ends_with(b".git") || is_module(names)).then_some(Kind::Repository)
}

/// Whether a directory is one of a submodule, whose name may have slashes, and none within it. A
/// branch may be called as a file of it is.
pub fn is_module(names: &[&[u8]]) -> bool {
    const WITHIN: [&[u8]; 5] = [b"refs", b"logs", b"objects", b"info", b"hooks"];
    let modules = names.windows(2).position(|two| two == [&b"modules"[..], b".git"]);
    let names = modules.and_then(|at| names.get(..at)).unwrap_or_default();
    !names.is_empty() && !names.iter().any(|name| WITHIN.contains(name))
}

/// A verdict on a file of a directory that stands so many levels above `directory`, if what every
/// such directory has is there. Else it is none of git's, or only looks like it.
pub fn confirmed(
    kind: Kind,
    directory: Option<BorrowedFd<'_>>,
    levels: usize,
    verdict: Verdict,
) -> Verdict {
    let is_there = |directory, name: &&str| {
        let path = "../".repeat(levels) + name;
        statat(directory, &*path, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    };
    match directory {
        Some(directory) if kind.companions().iter().all(|name| is_there(directory, name)) => {
            verdict
        }
        _ if kind == Kind::Unnamed => Verdict::NotOurs,
        Some(_) => Verdict::NotChecked(ALONE),
        None => Verdict::NotChecked("the directory that it stands in cannot be opened"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(path: &str) -> Option<Kind> {
        let names: Vec<&[u8]> = path.rsplit('/').map(str::as_bytes).collect();
        kind(&names)
    }

    #[test]
    fn directories_are_known_by_their_place() {
        for path in [".git", "a/.git", "a.git", ".git/modules/a", ".git/modules/libs/a"] {
            assert_eq!(kind_of(path), Some(Kind::Repository), "{path}");
            let worktree = format!("{path}/worktrees/b");
            assert_eq!(kind_of(&worktree), Some(Kind::Worktree), "{worktree}");
        }
        for path in [
            "git",
            "a",
            ".git/modules",
            ".git/logs",
            ".git/worktrees",
            ".git/modules/a/logs",
            ".git/modules/a/refs/heads",
            "modules/a",
            "worktrees/b",
            "a/worktrees/b",
            ".git/worktrees/b/logs",
        ] {
            assert_eq!(kind_of(path), None, "{path}");
        }
    }
}
