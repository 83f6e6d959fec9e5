//! What operations are about, beside names: handles, modes, ranges, flags; and how each is written.

use std::fmt;
use std::str::FromStr;

use crate::name::Family;
use crate::name::Name;
use crate::path::{Path, Place};

/// How an operand stands in the text of an operation.
pub trait Operand: Sized {
    /// Whether it stands alone, without its name and an equals sign.
    const BARE: bool;

    /// Writes the value.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Reads what [`Operand::write`] wrote, and nothing else.
    fn read(text: &str) -> Option<Self>;

    /// The names that are in it.
    fn names(&self) -> &[Name] {
        &[]
    }
}

impl Operand for Path {
    const BARE: bool = true;

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn names(&self) -> &[Name] {
        Path::names(self)
    }
}

impl Operand for Place {
    const BARE: bool = true;

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn names(&self) -> &[Name] {
        Place::names(self)
    }
}

/// Which of the open files an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle(u8);

impl Handle {
    /// How many there are.
    pub const COUNT: u8 = 8;

    /// The handle at that index; indices beyond the last begin anew.
    pub const fn at(index: u8) -> Handle {
        Handle(index % Handle::COUNT)
    }

    /// Its index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl Operand for Handle {
    const BARE: bool = true;

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "h{}", self.0)
    }

    fn read(text: &str) -> Option<Self> {
        let index = plain_number(text.strip_prefix('h')?)?;
        (index < Handle::COUNT).then_some(Handle(index))
    }
}

/// Permission bits, within 0o777.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mode(u16);

impl Mode {
    /// The permission bits of a number.
    pub const fn new(bits: u16) -> Mode {
        Mode(bits & 0o777)
    }

    /// The bits.
    pub fn bits(self) -> u16 {
        self.0
    }
}

impl Operand for Mode {
    const BARE: bool = false;

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0{:o}", self.0)
    }

    fn read(text: &str) -> Option<Self> {
        let bits = u16::from_str_radix(text.strip_prefix('0')?, 8).ok()?;
        (bits <= 0o777 && format!("0{bits:o}") == text).then_some(Mode(bits))
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Operand for $type {
            const BARE: bool = false;

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }

            fn read(text: &str) -> Option<Self> {
                plain_number(text)
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, i64);

/// A number as it is printed: no sign before it that is not needed, no zeros.
fn plain_number<N: FromStr + fmt::Display>(text: &str) -> Option<N> {
    text.parse().ok().filter(|number: &N| number.to_string() == text)
}

/// One of a few words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }

        impl Operand for $name {
            const BARE: bool = false;

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }

            fn read(text: &str) -> Option<Self> {
                match text { $($word => Some($name::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// How a name is moved: renameat2(2).
    RenameHow {
        /// What is in the way is replaced.
        Plain = "plain",
        /// RENAME_NOREPLACE: nothing may be in the way.
        NoReplace = "noreplace",
        /// RENAME_EXCHANGE: both change places.
        Exchange = "exchange",
    }
}

words! {
    /// What is done with a range of a file: fallocate(2).
    AllocateHow {
        /// The size grows where the range goes beyond it.
        Extend = "extend",
        /// The size stays.
        KeepSize = "keep-size",
        /// The range becomes a hole; the size stays.
        Punch = "punch",
        /// The range becomes zeros; the size grows where the range goes beyond it.
        Zero = "zero",
        /// The range is taken out, and what is behind it moves up.
        Collapse = "collapse",
        /// Zeros are put in, and what is behind them moves down.
        Insert = "insert",
    }
}

words! {
    /// Whether an extended attribute may, must or must not be there already: setxattr(2).
    AttributeHow {
        /// It may.
        Any = "any",
        /// XATTR_CREATE: it must not.
        Create = "create",
        /// XATTR_REPLACE: it must.
        Replace = "replace",
    }
}

words! {
    /// The names that directories are filled with.
    Crowd {
        /// Of 2 to 5 bytes.
        Short = "short",
        /// Of 40 to 240 bytes.
        Long = "long",
    }
}

impl Crowd {
    /// The family of its names.
    pub fn family(self) -> Family {
        match self {
            Crowd::Short => Family::Many,
            Crowd::Long => Family::ManyLong,
        }
    }
}

/// How a file is opened: open(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct OpenHow(u8);

/// A word, and the bit that it stands for.
const OPEN_WORDS: [(&str, OpenHow); 7] = [
    ("read", OpenHow::READ),
    ("write", OpenHow::WRITE),
    ("create", OpenHow::CREATE),
    ("exclusive", OpenHow::EXCLUSIVE),
    ("truncate", OpenHow::TRUNCATE),
    ("append", OpenHow::APPEND),
    ("nofollow", OpenHow::NO_FOLLOW),
];

impl OpenHow {
    /// For reading.
    pub const READ: OpenHow = OpenHow(1);
    /// For writing.
    pub const WRITE: OpenHow = OpenHow(2);
    /// O_CREAT: it is made if it is not there.
    pub const CREATE: OpenHow = OpenHow(4);
    /// O_EXCL, which only stands with O_CREAT: it must not be there.
    pub const EXCLUSIVE: OpenHow = OpenHow(8);
    /// O_TRUNC, which only stands with writing: what is in it is dropped.
    pub const TRUNCATE: OpenHow = OpenHow(16);
    /// O_APPEND: writes go to the end.
    pub const APPEND: OpenHow = OpenHow(32);
    /// O_NOFOLLOW: a symbolic link is refused.
    pub const NO_FOLLOW: OpenHow = OpenHow(64);

    /// These bits; bits that mean nothing or have no defined meaning together are left off, and
    /// one of reading and writing is always there.
    pub const fn new(bits: u8) -> OpenHow {
        let mut bits = bits & 0x7f;
        if bits & (OpenHow::READ.0 | OpenHow::WRITE.0) == 0 {
            bits |= OpenHow::READ.0;
        }
        if bits & OpenHow::CREATE.0 == 0 {
            bits &= !OpenHow::EXCLUSIVE.0;
        }
        if bits & OpenHow::WRITE.0 == 0 {
            bits &= !(OpenHow::TRUNCATE.0 | OpenHow::APPEND.0);
        }
        OpenHow(bits)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: OpenHow) -> OpenHow {
        OpenHow::new(self.0 | other.0)
    }

    /// Whether these are among them.
    pub const fn has(self, other: OpenHow) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Operand for OpenHow {
    const BARE: bool = false;

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = OPEN_WORDS.iter().filter(|(_, bit)| self.has(*bit)).map(|(word, _)| *word);
        f.write_str(words.next().unwrap_or_default())?;
        words.try_for_each(|word| write!(f, "+{word}"))
    }

    fn read(text: &str) -> Option<Self> {
        let bit = |word: &str| OPEN_WORDS.iter().find(|(known, _)| *known == word);
        let bits: Option<Vec<u8>> = text.split('+').map(|word| Some(bit(word)?.1.0)).collect();
        let bits = bits?;
        let sorted = bits.windows(2).all(|pair| matches!(pair, [one, next] if one < next));
        let all = bits.iter().fold(0, |all, bit| all | bit);
        (sorted && OpenHow::new(all).0 == all).then_some(OpenHow(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown<'a, T>(&'a T);

    impl<T: Operand> fmt::Display for Shown<'_, T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.write(f)
        }
    }

    #[track_caller]
    fn same<T: Operand + PartialEq + fmt::Debug>(value: T) {
        assert_eq!(T::read(&Shown(&value).to_string()), Some(value));
    }

    #[test]
    fn operands_read_as_they_are_written() {
        (0..Handle::COUNT).for_each(|index| same(Handle::at(index)));
        (0..=0o777).for_each(|bits| same(Mode::new(bits)));
        (0..=u8::MAX).for_each(|bits| same(OpenHow::new(bits)));
        RenameHow::ALL.iter().for_each(|how| same(*how));
        AllocateHow::ALL.iter().for_each(|how| same(*how));
        [i64::MIN, -1, 0, i64::MAX].into_iter().for_each(same);
    }

    #[test]
    fn there_is_one_way_to_write_each() {
        assert_eq!(Handle::read("h8"), None);
        assert_eq!(Handle::read("h01"), None);
        assert_eq!(Mode::read("644"), None);
        assert_eq!(Mode::read("00644"), None);
        assert_eq!(u32::read("+7"), None);
        assert_eq!(OpenHow::read("write+read"), None);
        assert_eq!(OpenHow::read("read+exclusive"), None, "no meaning without create");
        assert_eq!(OpenHow::read(""), None);
    }
}
