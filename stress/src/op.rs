//! Operations: one type for what is generated, replayed and fuzzed.
//!
//! Every operand means the same whatever came before, so that a sequence with some operations
//! taken out is a sequence all the same: what they named may then be missing, which is an outcome
//! like any other.
//!
//! As text an operation is one line: its verb, and its operands in the order of their fields.
//! Paths and handles stand alone, everything else behind its name: `write d0/f1 at=4096
//! length=100 fill=7`.

use std::fmt;
use std::str::FromStr;

use reports::escape_prose;

use crate::name::Name;
use crate::operand::{AllocateHow, AttributeHow, Crowd, Handle, Mode, OpenHow, Operand, RenameHow};
use crate::path::{Path, Place};

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident $verb:literal {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
    })*) => {
        /// An operation on a directory tree.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
        pub enum Op {
            $($(#[$doc])* $variant { $($(#[$field_doc])* $field: $type,)* },)*
        }

        /// Which operation it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OpKind { $($(#[$doc])* $variant,)* }

        impl OpKind {
            /// Every one.
            pub const ALL: &[OpKind] = &[$(OpKind::$variant),*];

            /// The word that its text begins with.
            pub fn verb(self) -> &'static str {
                match self { $(OpKind::$variant => $verb,)* }
            }
        }

        impl Op {
            /// Which operation it is.
            pub fn kind(&self) -> OpKind {
                match self { $(Op::$variant { .. } => OpKind::$variant,)* }
            }

            /// Whether one of the names in it is such.
            pub fn names_any(&self, is_such: impl Fn(Name) -> bool) -> bool {
                match self {
                    $(Op::$variant { $($field),* } => {
                        false $(|| Operand::names($field).iter().any(|name| is_such(*name)))*
                    })*
                }
            }
        }

        impl fmt::Display for Op {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.kind().verb())?;
                match self {
                    $(Op::$variant { $($field),* } => {
                        $(write_operand(f, stringify!($field), $field)?;)*
                        Ok(())
                    })*
                }
            }
        }

        impl FromStr for Op {
            type Err = OpError;

            fn from_str(line: &str) -> Result<Self, OpError> {
                let mut words = Words { line, rest: line.split(' ') };
                let verb = words.rest.next().unwrap_or_default();
                let op = match verb {
                    $($verb => Op::$variant { $($field: words.take(stringify!($field))?),* },)*
                    _ => return Err(words.error(format!("no operation is called `{verb}`"))),
                };
                match words.rest.next() {
                    None => Ok(op),
                    Some(word) => Err(words.error(format!("`{word}` is one word too many"))),
                }
            }
        }
    };
}

operations! {
    /// open(2) with O_CREAT, O_EXCL and O_WRONLY, and close(2).
    Create "create" {
        /// What is made.
        path: Path,
        /// Its mode, before the umask.
        mode: Mode,
    }
    /// open(2), which is kept open.
    Open "open" {
        /// Under which handle; what that was before is closed.
        handle: Handle,
        /// What is opened.
        path: Path,
        /// How.
        how: OpenHow,
        /// The mode of what is made, before the umask.
        mode: Mode,
    }
    /// open(2) with O_TMPFILE and O_RDWR: a file without a name, which is kept open.
    OpenUnnamed "tmpfile" {
        /// Under which handle.
        handle: Handle,
        /// The directory.
        place: Place,
        /// Its mode, before the umask.
        mode: Mode,
    }
    /// open(2) with O_DIRECTORY, which is kept open to be read in steps.
    OpenDirectory "opendir" {
        /// Under which handle.
        handle: Handle,
        /// The directory.
        place: Place,
    }
    /// close(2).
    Close "close" {
        /// What is closed.
        handle: Handle,
    }
    /// unlink(2).
    Unlink "unlink" {
        /// What is removed.
        path: Path,
    }
    /// rmdir(2).
    RemoveDirectory "rmdir" {
        /// What is removed.
        path: Path,
    }
    /// mkdir(2).
    MakeDirectory "mkdir" {
        /// What is made.
        path: Path,
        /// Its mode, before the umask.
        mode: Mode,
    }
    /// renameat2(2).
    Rename "rename" {
        /// What is moved.
        from: Path,
        /// Where to.
        to: Path,
        /// What becomes of what is there.
        how: RenameHow,
    }
    /// link(2), of a symbolic link itself.
    Link "link" {
        /// What gets another name.
        from: Path,
        /// The name.
        to: Path,
    }
    /// linkat(2) of an open file, by way of /proc/self/fd.
    LinkHandle "linkfd" {
        /// What gets a name.
        handle: Handle,
        /// The name.
        to: Path,
    }
    /// symlink(2).
    Symlink "symlink" {
        /// What it points to, seen from the directory that the link is in.
        target: Path,
        /// The link.
        path: Path,
    }
    /// readlink(2).
    ReadLink "readlink" {
        /// The link.
        path: Path,
    }
    /// statx(2), of a symbolic link itself.
    Look "stat" {
        /// What is looked at.
        path: Place,
    }
    /// statx(2) of what is open.
    LookHandle "fstat" {
        /// What is looked at.
        handle: Handle,
    }
    /// open(2), pread(2), close(2).
    Read "read" {
        /// What is read.
        path: Path,
        /// From which byte.
        at: u64,
        /// How many bytes at most.
        length: u32,
    }
    /// pread(2).
    ReadHandle "pread" {
        /// What is read.
        handle: Handle,
        /// From which byte.
        at: u64,
        /// How many bytes at most.
        length: u32,
    }
    /// open(2) with O_WRONLY, pwrite(2), close(2).
    Write "write" {
        /// What is written to.
        path: Path,
        /// From which byte.
        at: u64,
        /// How many bytes.
        length: u32,
        /// Which bytes: see [`crate::data`].
        fill: u8,
    }
    /// pwrite(2). With O_APPEND Linux writes at the end, whatever the offset says.
    WriteHandle "pwrite" {
        /// What is written to.
        handle: Handle,
        /// From which byte.
        at: u64,
        /// How many bytes.
        length: u32,
        /// Which bytes.
        fill: u8,
    }
    /// open(2) with O_WRONLY and O_APPEND, write(2), close(2).
    Append "append" {
        /// What is written to.
        path: Path,
        /// How many bytes.
        length: u32,
        /// Which bytes.
        fill: u8,
    }
    /// open(2) with O_WRONLY, ftruncate(2), close(2).
    Truncate "truncate" {
        /// What is cut or grown.
        path: Path,
        /// Its new size, in bytes.
        size: u64,
    }
    /// ftruncate(2).
    TruncateHandle "ftruncate" {
        /// What is cut or grown.
        handle: Handle,
        /// Its new size, in bytes.
        size: u64,
    }
    /// open(2) with O_WRONLY, fallocate(2), close(2).
    Allocate "fallocate" {
        /// Whose range.
        path: Path,
        /// What is done with it.
        how: AllocateHow,
        /// From which byte.
        at: u64,
        /// How many bytes.
        length: u64,
    }
    /// open(2) of both, copy_file_range(2) until all is copied, close(2).
    Copy "copy" {
        /// What is read.
        from: Path,
        /// What is written to.
        to: Path,
        /// From which byte it is read.
        at: u64,
        /// At which byte it is written.
        to_at: u64,
        /// How many bytes.
        length: u32,
    }
    /// open(2), getdents64(2) to the end, close(2).
    List "list" {
        /// The directory.
        place: Place,
        /// The size of the buffer, in bytes.
        buffer: u32,
    }
    /// getdents64(2), once.
    ListStep "getdents" {
        /// The directory.
        handle: Handle,
        /// The size of the buffer, in bytes.
        buffer: u32,
    }
    /// getdents64(2) to the end.
    ListRest "getrest" {
        /// The directory.
        handle: Handle,
        /// The size of the buffer, in bytes.
        buffer: u32,
    }
    /// lseek(2) of a directory to its beginning, as rewinddir(3).
    Rewind "rewinddir" {
        /// The directory.
        handle: Handle,
    }
    /// lseek(2) of a directory to behind a row that was read, as seekdir(3).
    SeekBack "seekdir" {
        /// The directory.
        handle: Handle,
        /// Which row of those that were read since it was opened or rewound.
        row: u16,
    }
    /// lsetxattr(2) of `user.aN`.
    SetAttribute "setxattr" {
        /// Whose.
        path: Path,
        /// The number in its name.
        attribute: u8,
        /// How many bytes.
        length: u32,
        /// Which bytes.
        fill: u8,
        /// Whether it may be there.
        how: AttributeHow,
    }
    /// lgetxattr(2) of `user.aN`.
    GetAttribute "getxattr" {
        /// Whose.
        path: Path,
        /// The number in its name.
        attribute: u8,
    }
    /// lremovexattr(2) of `user.aN`.
    RemoveAttribute "removexattr" {
        /// Whose.
        path: Path,
        /// The number in its name.
        attribute: u8,
    }
    /// llistxattr(2).
    ListAttributes "listxattr" {
        /// Whose.
        path: Path,
    }
    /// chmod(2), which follows a symbolic link.
    ChangeMode "chmod" {
        /// Whose mode.
        path: Path,
        /// The new one.
        mode: Mode,
    }
    /// utimensat(2) of the modification time, which follows a symbolic link.
    ChangeTime "utimens" {
        /// Whose time.
        path: Path,
        /// Seconds since 1970.
        seconds: i64,
        /// Nanoseconds, below 1,000,000,000.
        nanoseconds: u32,
    }
    /// open(2), fsync(2), close(2).
    Sync "fsync" {
        /// What is brought to the disk.
        path: Path,
    }
    /// fdatasync(2).
    SyncHandle "fdatasync" {
        /// What is brought to the disk.
        handle: Handle,
    }
    /// Many times open(2) with O_CREAT, O_EXCL and O_WRONLY, and close(2), of the first names of a
    /// crowd. What is there already is passed over.
    Fill "fill" {
        /// The directory.
        place: Place,
        /// Whose names.
        crowd: Crowd,
        /// How many.
        count: u16,
    }
    /// unlink(2) of the first names of a crowd. What is not there is passed over.
    Purge "purge" {
        /// The directory.
        place: Place,
        /// Whose names.
        crowd: Crowd,
        /// How many.
        count: u16,
    }
}

/// A line that is no operation. It is told in one line that is safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no operation: {}", escape_prose(.line), escape_prose(.why))]
pub struct OpError {
    /// The line, as it was given.
    pub line: String,
    /// What is wrong with it, with words of the line as they were given.
    pub why: String,
}

struct Words<'a> {
    line: &'a str,
    rest: std::str::Split<'a, char>,
}

impl Words<'_> {
    fn take<T: Operand>(&mut self, field: &str) -> Result<T, OpError> {
        let Some(word) = self.rest.next() else {
            return Err(self.error(format!("`{field}` is missing")));
        };
        let value = match word.split_once('=') {
            Some((name, value)) if !T::BARE && name == field => Some(value),
            None if T::BARE => Some(word),
            _ => None,
        };
        let value = value.and_then(T::read);
        value.ok_or_else(|| self.error(format!("`{word}` is no {field}")))
    }

    fn error(&self, why: String) -> OpError {
        OpError { line: self.line.to_owned(), why }
    }
}

fn write_operand<T: Operand>(f: &mut fmt::Formatter<'_>, name: &str, value: &T) -> fmt::Result {
    f.write_str(" ")?;
    if !T::BARE {
        write!(f, "{name}=")?;
    }
    value.write(f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn why(line: &str) -> String {
        line.parse::<Op>().unwrap_err().why
    }

    #[test]
    fn operations_read_as_they_are_written() {
        for line in [
            "create d0/f1 mode=0644",
            "open h3 f1 how=read+write+create mode=00",
            "rename d0/f1 modules0/odd3 how=exchange",
            "write d0/f1 at=4096 length=100 fill=7",
            "list . buffer=96",
            "utimens f1 seconds=-1 nanoseconds=5",
            "fill d1 crowd=long count=5000",
        ] {
            assert_eq!(line.parse::<Op>().unwrap().to_string(), line);
        }
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        assert_eq!(why("format d0"), "no operation is called `format`");
        assert_eq!(why("create d0/f1"), "`mode` is missing");
        assert_eq!(why("create d0/f1 0644"), "`0644` is no mode");
        assert_eq!(why("create ../f1 mode=0644"), "`../f1` is no path");
        assert_eq!(why("unlink f1 f2"), "`f2` is one word too many");
        assert_eq!(why(""), "no operation is called ``");
    }

    #[test]
    fn an_error_is_one_line_whatever_was_read() {
        let error = "un\u{1b}[2Jlink\nf1".parse::<Op>().unwrap_err();
        let shown = r"un\u{1b}[2Jlink\nf1";
        assert_eq!(
            error.to_string(),
            format!("`{shown}` is no operation: no operation is called `{shown}`")
        );
    }
}
