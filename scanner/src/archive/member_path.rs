//! Names of members, once they are known to stay below wherever they are extracted to.

use std::fmt;

use super::{Limits, Refusal};

/// A relative path of plain components: none is empty, `.` or `..`, and none holds a NUL. The
/// empty path is the archive's root.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberPath(Vec<u8>);

impl MemberPath {
    /// Judges a name as an archive has it. `./a//b/` is `a/b`; what is absolute or has a `..`
    /// anywhere is refused and not mended, for no two tools mend it in the same way.
    pub fn new(name: &[u8], limits: &Limits) -> Result<Self, Refusal> {
        judge_bytes(name, Refusal::EmptyName)?;
        if name.starts_with(b"/") {
            return Err(Refusal::AbsoluteName);
        }
        let (mut path, mut depth) = (Vec::new(), 0);
        for component in plain_components(name) {
            if component == b".." {
                return Err(Refusal::ParentInName);
            }
            depth += 1;
            if depth > limits.depth {
                return Err(Refusal::Deep);
            }
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(component);
        }
        if path.len() > limits.name {
            return Err(Refusal::LongName);
        }
        Ok(MemberPath(path))
    }

    /// The path, with slashes between its components.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is the archive's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The names from the root down.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/').filter(|component| !component.is_empty())
    }

    /// How many components there are.
    pub fn depth(&self) -> usize {
        self.components().count()
    }

    /// Without its first `count` components, as `tar --strip-components` has it; none where
    /// nothing would be left. A symbolic link is nearer to the root then: see
    /// [`allows_target`](Self::allows_target).
    pub fn strip(&self, count: usize) -> Option<MemberPath> {
        let mut rest = self.0.as_slice();
        for _ in 0..count {
            let slash = memchr::memchr(b'/', rest)?;
            rest = rest.get(slash + 1..)?;
        }
        Some(MemberPath(rest.to_vec()))
    }

    /// Judges the target of a symbolic link at this path. It may go up as far as the root, and
    /// then down; a `..` behind a name is refused, since the name may be a link itself. This holds
    /// for a link that is written where its name says, with no link among its directories: an
    /// extraction follows none.
    pub fn allows_target(&self, target: &[u8], limits: &Limits) -> Result<(), Refusal> {
        judge_bytes(target, Refusal::EmptyTarget)?;
        if target.len() > limits.name {
            return Err(Refusal::LongName);
        }
        if target.starts_with(b"/") {
            return Err(Refusal::AbsoluteTarget);
        }
        let mut above = self.depth().saturating_sub(1);
        let mut is_down = false;
        for component in plain_components(target) {
            if component != b".." {
                is_down = true;
            } else if is_down || above == 0 {
                return Err(Refusal::TargetOutside);
            } else {
                above -= 1;
            }
        }
        Ok(())
    }
}

/// What no name may be or hold.
fn judge_bytes(name: &[u8], if_empty: Refusal) -> Result<(), Refusal> {
    if name.is_empty() {
        return Err(if_empty);
    }
    if memchr::memchr(0, name).is_some() { Err(Refusal::Nul) } else { Ok(()) }
}

/// The components that lead anywhere.
fn plain_components(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| *byte == b'/').filter(|component| !matches!(*component, b"" | b"."))
}

impl fmt::Debug for MemberPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberPath(\"{}\")", reports::escape(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> Result<MemberPath, Refusal> {
        MemberPath::new(name.as_bytes(), &Limits::default())
    }

    #[test]
    fn names_are_normalised_or_refused() {
        for (name, normal) in [
            ("./a//b/", "a/b"),
            ("./", ""),
            (".", ""),
            ("a/.", "a"),
            ("...", "..."),
            ("-rf", "-rf"),
        ] {
            assert_eq!(path(name).unwrap().as_bytes(), normal.as_bytes(), "{name}");
        }
        for (name, why) in [
            ("", Refusal::EmptyName),
            ("/x", Refusal::AbsoluteName),
            ("////x", Refusal::AbsoluteName),
            ("../x", Refusal::ParentInName),
            ("a/../../x", Refusal::ParentInName),
            ("package/..", Refusal::ParentInName),
            ("a/..", Refusal::ParentInName),
            ("a\0b", Refusal::Nul),
        ] {
            assert_eq!(path(name), Err(why), "{name}");
        }
        assert_eq!(path(&"x".repeat(4096)), Err(Refusal::LongName));
        assert_eq!(path(&"a/".repeat(1025)), Err(Refusal::Deep));
        assert!(path(&"a/".repeat(1024)).is_ok());
    }

    #[test]
    fn parts_of_a_path() {
        let deep = path("a/b/c").unwrap();
        assert_eq!(deep.strip(0), Some(deep.clone()));
        assert_eq!(deep.strip(2), Some(path("c").unwrap()));
        assert_eq!((deep.strip(3), deep.strip(usize::MAX)), (None, None));
        let root = MemberPath::default();
        assert_eq!(root.depth(), 0);
        assert_eq!((root.strip(0), root.strip(1)), (Some(root.clone()), None));
    }

    #[test]
    fn targets_stay_inside() {
        let allows = |link: &str, target: &str| {
            path(link).unwrap().allows_target(target.as_bytes(), &Limits::default())
        };
        for (link, target) in [
            ("l", "a"),
            ("l", "./a//b/"),
            ("d/l", "../a"),
            ("d/l", ".."),
            ("d/e/l", "../../a/b"),
            ("l", "a..b/..."),
        ] {
            assert_eq!(allows(link, target), Ok(()), "{link} -> {target}");
        }
        for (link, target, why) in [
            ("l", "", Refusal::EmptyTarget),
            ("l", "/etc", Refusal::AbsoluteTarget),
            ("l", "../a", Refusal::TargetOutside),
            ("d/l", "../../a", Refusal::TargetOutside),
            ("d/l", "a/../b", Refusal::TargetOutside),
            ("l", "a\0", Refusal::Nul),
        ] {
            assert_eq!(allows(link, target), Err(why), "{link} -> {target}");
        }
        // Once a root is stripped the same target leads out.
        let stripped = path("package/d/l").unwrap().strip(1).unwrap();
        assert!(stripped.allows_target(b"../../x", &Limits::default()).is_err());
    }
}
