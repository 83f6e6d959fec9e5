//! Paths of names, below the directory that operations work in.

use std::fmt;

use crate::name::{Name, Names};

/// The most names in a path that is read from text.
pub const MOST_NAMES: usize = 400;

/// A path of one name or more. It has no `.` and no `..`, so it leads nowhere but down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Name>);

impl Path {
    /// The names, the outermost first; none of an empty list.
    pub fn new(names: Vec<Name>) -> Option<Path> {
        (!names.is_empty()).then_some(Path(names))
    }

    /// A path of one name.
    pub fn of(name: Name) -> Path {
        Path(vec![name])
    }

    /// The names, the outermost first.
    pub fn names(&self) -> &[Name] {
        &self.0
    }

    /// The names that lead to the last one, and that.
    pub fn split(&self) -> (&[Name], Name) {
        match self.0.split_last() {
            Some((last, above)) => (above, *last),
            // A path has a name.
            None => (&[], Name::at(0)),
        }
    }

    /// One name further down.
    #[must_use]
    pub fn join(&self, name: Name) -> Path {
        Path(self.0.iter().copied().chain([name]).collect())
    }

    fn parse(text: &str) -> Option<Path> {
        let names: Option<Vec<Name>> = text.split('/').map(Name::parse).collect();
        Path::new(names?).filter(|path| path.0.len() <= MOST_NAMES)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, name) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("/")?;
            }
            name.fmt(f)?;
        }
        Ok(())
    }
}

impl std::str::FromStr for Path {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Path::parse(text).ok_or(())
    }
}

/// A directory: the one that operations work in, or a path below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place(Option<Path>);

impl Place {
    /// The directory that operations work in.
    pub const TOP: Place = Place(None);

    /// The names that lead to it.
    pub fn names(&self) -> &[Name] {
        self.0.as_ref().map_or(&[], Path::names)
    }

    /// The path, where it is not the top.
    pub fn path(&self) -> Option<&Path> {
        self.0.as_ref()
    }

    /// The path of a name in it.
    pub fn join(&self, name: Name) -> Path {
        self.0.as_ref().map_or_else(|| Path::of(name), |path| path.join(name))
    }
}

impl From<Path> for Place {
    fn from(path: Path) -> Self {
        Place(Some(path))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(path) => path.fmt(f),
            None => f.write_str("."),
        }
    }
}

impl std::str::FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "." => Ok(Place::TOP),
            path => path.parse().map(|path| Place(Some(path))),
        }
    }
}

/// The bytes of a path of these names, with a NUL behind them, into a buffer that is reused.
pub fn join_bytes(names: &Names, path: &[Name], into: &mut Vec<u8>) {
    into.clear();
    for name in path {
        if !into.is_empty() {
            into.push(b'/');
        }
        into.extend_from_slice(names.bytes(*name));
    }
    into.push(0);
}

/// The length of a path of these names in bytes.
pub fn length(names: &Names, path: &[Name]) -> usize {
    let bytes: usize = path.iter().map(|name| names.bytes(*name).len() + 1).sum();
    bytes.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_they_are_written() {
        for text in ["d0", "d0/f1", "long0/odd3/k4999"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        assert_eq!(".".parse(), Ok(Place::TOP));
        for wrong in ["", ".", "..", "/d0", "d0/", "d0//f1", "d0/.."] {
            assert_eq!(wrong.parse::<Path>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn bytes_of_a_path_end_in_nul() {
        let (names, mut bytes) = (Names::default(), Vec::new());
        let path: Path = "d0/f1".parse().unwrap();
        join_bytes(&names, path.names(), &mut bytes);
        assert_eq!(bytes, b"d0/f1\0");
        assert_eq!(length(&names, path.names()), 5);
    }
}
