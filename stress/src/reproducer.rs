//! A divergence as a file that runs again: what was done where, what was expected, what was found.
//!
//! ```text
//! fscan reproducer 1
//! target: home
//! filesystem: ext4
//! options: rw,relatime
//! kernel: 6.18.0
//! seed: 42
//! profile: mixed
//! umask: 022
//! privileged: no
//! ground: empty
//! class: rename ENOTEMPTY
//! expected: ENOTEMPTY
//! found: ok
//! # Comments are for people.
//!
//! mkdir d0 mode=0755
//! ```
//!
//! Values stand on one line: what could not is escaped, as in every name that is shown. Comments
//! and empty lines may also stand between operations. What a comment says is not kept.

mod escaped;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Read;

use crate::op::Op;
use crate::operand::{Mode, Operand};

/// The first line, which says what the file is and of which version.
const FIRST_LINE: &str = "fscan reproducer 1";

/// The most bytes in a file.
pub const MOST_BYTES: usize = 16 << 20;

/// The most operations in a file.
pub const MOST_OPERATIONS: usize = 1_000_000;

/// A sequence of operations, the last of which did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reproducer {
    /// The name of the target.
    pub target: String,
    /// Its filesystem, as mountinfo names it.
    pub filesystem: String,
    /// The options that it is mounted with.
    pub options: String,
    /// The kernel's release.
    pub kernel: String,
    /// What the sequence was generated from, if it was.
    pub seed: Option<u64>,
    /// Which mix of operations it was generated as.
    pub profile: String,
    /// The umask of the process.
    pub umask: Mode,
    /// Whether the process overrides permissions.
    pub privileged: bool,
    /// What was there before the first operation.
    pub ground: Ground,
    /// What kind of divergence it is: a shorter sequence must show the same.
    pub class: String,
    /// What should have been.
    pub expected: String,
    /// What was.
    pub found: String,
    /// What was done.
    pub ops: Vec<Op>,
}

/// What is there before the first operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// An empty directory.
    Empty,
    /// The merged directory of an overlay whose lower layer is populated.
    Layers,
}

impl Ground {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Ground::Empty => "empty",
            Ground::Layers => "layers",
        }
    }
}

/// Why a text is no reproducer.
#[derive(Debug, thiserror::Error)]
pub enum ReproducerError {
    /// It cannot be read.
    #[error("it cannot be read")]
    Read(#[from] std::io::Error),
    /// It is too long.
    #[error("it is longer than {MOST_BYTES} bytes: give the file that `fscan stress` wrote")]
    TooLong,
    /// It is not text.
    #[error("byte {0} is not UTF-8: give the file that `fscan stress` wrote")]
    NotText(usize),
    /// A line is wrong.
    #[error("line {line}: {problem}")]
    Line {
        /// Which, from one on.
        line: usize,
        /// What is wrong with it, and what to do.
        problem: Problem,
    },
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The first line is another one.
    #[error("`{FIRST_LINE}` is expected, not `{0}`: this is no reproducer")]
    FirstLine(String),
    /// The first line names another version.
    #[error("version {0} is not known, only 1: use the fscan that wrote it")]
    Version(String),
    /// A line of the header without a colon.
    #[error("`{0}` is no `key: value`: an empty line ends the header")]
    NotHeader(String),
    /// A key that has no meaning.
    #[error("`{0}` is no key of a header: correct or remove the line")]
    UnknownKey(String),
    /// A key that is there already.
    #[error("`{0}` is there twice: remove one of the lines")]
    SecondKey(&'static str),
    /// A key that must be there.
    #[error("the header ends without `{0}`: add a line `{0}: ...`")]
    MissingKey(&'static str),
    /// A value that does not fit its key.
    #[error("`{value}` is no value of `{key}`: write {form}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// What it looks like.
        form: &'static str,
    },
    /// A line that is no operation.
    #[error("`{line}` is no operation: {why}; correct or remove it")]
    Operation {
        /// The line, shortened.
        line: String,
        /// What is wrong with it.
        why: String,
    },
    /// There are too many operations.
    #[error("there are more than {MOST_OPERATIONS} operations: make it shorter")]
    TooManyOperations,
    /// There is no operation.
    #[error("there is no operation: the file was cut off")]
    NoOperation,
}

impl Reproducer {
    /// Reads a file, and no more of it than is allowed.
    pub fn read(file: impl Read) -> Result<Reproducer, ReproducerError> {
        let mut bytes = Vec::new();
        file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MOST_BYTES {
            return Err(ReproducerError::TooLong);
        }
        let text = std::str::from_utf8(&bytes);
        text.map_err(|error| ReproducerError::NotText(error.valid_up_to()))?.parse()
    }
}

impl fmt::Display for Reproducer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seed = self.seed.map(|seed| seed.to_string());
        writeln!(f, "{FIRST_LINE}")?;
        header(f, "target", &self.target)?;
        header(f, "filesystem", &self.filesystem)?;
        header(f, "options", &self.options)?;
        header(f, "kernel", &self.kernel)?;
        seed.map_or(Ok(()), |seed| header(f, "seed", &seed))?;
        header(f, "profile", &self.profile)?;
        f.write_str("umask: ")?;
        self.umask.write(f)?;
        f.write_str("\n")?;
        header(f, "privileged", if self.privileged { "yes" } else { "no" })?;
        header(f, "ground", self.ground.word())?;
        header(f, "class", &self.class)?;
        header(f, "expected", &self.expected)?;
        header(f, "found", &self.found)?;
        writeln!(f, "# `fscan replay FILE` runs it again.")?;
        writeln!(f)?;
        self.ops.iter().try_for_each(|op| writeln!(f, "{op}"))
    }
}

fn header(f: &mut fmt::Formatter<'_>, key: &str, value: &str) -> fmt::Result {
    match value {
        "" => writeln!(f, "{key}:"),
        value => writeln!(f, "{key}: {}", escaped::write(value)),
    }
}
