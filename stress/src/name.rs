//! The names that operations use: a fixed universe, so that an operation means the same whatever
//! came before it.
//!
//! A name is an index into families of names. In the text form it is a token of its family's
//! letters and its number there (`f12`, `long3`), which is readable and safe to print whatever the
//! bytes are.

use std::collections::HashMap;
use std::fmt;

use foldhash::fast::FixedState;

/// A name of the universe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(u16);

/// Names that are made alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Short names that are mostly directories' (`d3`).
    Folder,
    /// Short names that are mostly files' (`f12`).
    File,
    /// Short names to fill directories with (`k4711`).
    Many,
    /// Names of 40 to 240 bytes to fill directories with.
    ManyLong,
    /// Names of 255 bytes, the most that Linux takes.
    Longest,
    /// Names of 256 bytes, which are one too long.
    TooLong,
    /// Names that are not plain: control characters, bytes that are not UTF-8, letters that differ
    /// in case or composition alone.
    Odd,
    /// `node_modules`.
    Modules,
    /// A package (`pkg-7`).
    Package,
    /// A package that npm put aside before it removes it (`.pkg-7-Q3cWp0aB`).
    Retired,
}

/// What is peculiar about one odd name after the other.
const ODD: [&[u8]; 24] = [
    b"new\nline",
    b"tab\there",
    b"\x1b[31mred\x1b[0m",
    b"bell\x07",
    b"\xff\xfe",
    b"\xc3\x28",
    "e\u{301}cole".as_bytes(),
    "\u{e9}cole".as_bytes(),
    b"Makefile",
    b"makefile",
    b"MAKEFILE",
    "stra\u{df}e".as_bytes(),
    b"strasse",
    b" leading",
    b"trailing ",
    b"...",
    b"-rf",
    b"*",
    b"$(id)",
    b"quote'\"quote",
    b"back\\slash",
    b"#fsync",
    "\u{1f980}".as_bytes(),
    b"a:b",
];

impl Family {
    /// Every one, in the order of their numbers.
    pub const ALL: [Family; 10] = [
        Family::Folder,
        Family::File,
        Family::Many,
        Family::ManyLong,
        Family::Longest,
        Family::TooLong,
        Family::Odd,
        Family::Modules,
        Family::Package,
        Family::Retired,
    ];

    /// The letters that its tokens begin with.
    pub fn token(self) -> &'static str {
        match self {
            Family::Folder => "d",
            Family::File => "f",
            Family::Many => "k",
            Family::ManyLong => "m",
            Family::Longest => "long",
            Family::TooLong => "toolong",
            Family::Odd => "odd",
            Family::Modules => "modules",
            Family::Package => "pkg",
            Family::Retired => "retired",
        }
    }

    /// How many names it has.
    pub const fn count(self) -> u16 {
        match self {
            Family::Folder | Family::Longest => 8,
            Family::File | Family::Package | Family::Retired => 64,
            Family::Many | Family::ManyLong => 5000,
            Family::TooLong => 2,
            Family::Odd => ODD.len() as u16,
            Family::Modules => 1,
        }
    }

    /// Where its names begin among all.
    fn first(self) -> u16 {
        Family::ALL.iter().take_while(|other| **other != self).map(|other| other.count()).sum()
    }

    /// The name of that number; numbers beyond the family's begin anew.
    pub fn name(self, number: u16) -> Name {
        Name(self.first() + number % self.count())
    }

    fn bytes(self, number: u16) -> Vec<u8> {
        let padded = |length| {
            let mut name = format!("{}{number}-", self.token()).into_bytes();
            name.resize(length, b'x');
            name
        };
        match self {
            Family::Folder | Family::File | Family::Many => {
                format!("{}{number}", self.token()).into_bytes()
            }
            Family::ManyLong => padded(40 + usize::from(number) * 37 % 201),
            Family::Longest => padded(255),
            Family::TooLong => padded(256),
            Family::Odd => ODD.get(usize::from(number)).copied().unwrap_or_default().to_vec(),
            Family::Modules => b"node_modules".to_vec(),
            Family::Package => format!("pkg-{number}").into_bytes(),
            Family::Retired => format!(".pkg-{number}-Q3cWp0aB").into_bytes(),
        }
    }
}

impl Name {
    /// The directory that is filled with a crowd of names.
    pub const fn filled() -> Name {
        // The last folder, the first family.
        Name(Family::Folder.count() - 1)
    }

    /// How many there are.
    pub fn count() -> u16 {
        Family::ALL.iter().map(|family| family.count()).sum()
    }

    /// The name at that index; indices beyond the last begin anew.
    pub fn at(index: u16) -> Name {
        Name(index % Name::count())
    }

    /// The family, and the number there.
    pub fn family(self) -> (Family, u16) {
        let mut number = self.0;
        for family in Family::ALL {
            if number < family.count() {
                return (family, number);
            }
            number -= family.count();
        }
        // No name has an index beyond the last.
        (Family::Folder, 0)
    }

    /// The name that a token stands for.
    pub fn parse(token: &str) -> Option<Name> {
        let digits = token.find(|letter: char| letter.is_ascii_digit())?;
        let (letters, number) = token.split_at_checked(digits)?;
        let family = Family::ALL.into_iter().find(|family| family.token() == letters)?;
        let value: u16 = number.parse().ok().filter(|value| *value < family.count())?;
        // Leading zeros and signs would be a second way to write the same name.
        (value.to_string() == number).then(|| family.name(value))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (family, number) = self.family();
        write!(f, "{}{number}", family.token())
    }
}

/// The bytes of every name, and the way back.
#[derive(Debug)]
pub struct Names {
    bytes: Vec<Vec<u8>>,
    known: HashMap<Vec<u8>, Name, FixedState>,
}

impl Default for Names {
    fn default() -> Self {
        let families = Family::ALL.into_iter();
        let bytes: Vec<Vec<u8>> = families
            .flat_map(|family| (0..family.count()).map(move |number| family.bytes(number)))
            .collect();
        let known = (0..).map(Name).zip(&bytes).map(|(name, bytes)| (bytes.clone(), name));
        Names { known: known.collect(), bytes }
    }
}

impl Names {
    /// For what asks for no bytes: every name is of none.
    pub fn of_no_bytes() -> Self {
        Names { bytes: Vec::new(), known: HashMap::default() }
    }

    /// The bytes of a name.
    pub fn bytes(&self, name: Name) -> &[u8] {
        self.bytes.get(usize::from(name.0)).map_or(&[], Vec::as_slice)
    }

    /// The name of these bytes, if it is one of the universe.
    pub fn find(&self, bytes: &[u8]) -> Option<Name> {
        self.known.get(bytes).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_its_tokens_and_its_bytes_name() {
        let names = Names::default();
        for index in 0..Name::count() {
            let name = Name::at(index);
            assert_eq!(Name::parse(&name.to_string()), Some(name));
            assert_eq!(names.find(names.bytes(name)), Some(name), "{name}");
            assert!(!names.bytes(name).contains(&b'/') && !names.bytes(name).contains(&0));
        }
        assert_eq!(Name::at(Name::count()), Name::at(0));
    }

    #[test]
    fn names_have_the_lengths_that_their_families_promise() {
        let names = Names::default();
        let length = |name| names.bytes(name).len();
        assert_eq!(length(Family::Longest.name(7)), 255);
        assert_eq!(length(Family::TooLong.name(1)), 256);
        let lengths = (0..5000).map(|number| length(Family::ManyLong.name(number)));
        assert_eq!((lengths.clone().min(), lengths.max()), (Some(40), Some(240)));
    }

    #[test]
    fn there_is_one_way_to_write_a_name() {
        for wrong in ["", "d", "12", "d8", "d01", "d+1", "f-1", "x1", "long", "d1/", "D1"] {
            assert_eq!(Name::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Name::parse("odd3").unwrap().family(), (Family::Odd, 3));
    }
}
