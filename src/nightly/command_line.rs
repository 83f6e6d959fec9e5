//! Command lines as they can be pasted into a shell.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use reports::shell_word;

/// A word of a shell.
pub fn word(word: &OsStr) -> String {
    shell_word(word.as_bytes())
}

/// `fscan` with its arguments.
pub fn line(arguments: &[OsString]) -> String {
    let words = arguments.iter().map(|argument| word(argument));
    std::iter::once("fscan".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
