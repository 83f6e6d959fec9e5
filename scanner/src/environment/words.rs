//! What others wrote, as a fact shows it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use reports::escape;

/// The longest text of others that a fact carries, in bytes.
const MOST: usize = 4096;

/// A text or path of others: no character of it can harm a terminal, and its length is bounded.
pub(super) fn shown(text: impl AsRef<OsStr>) -> String {
    let bytes = text.as_ref().as_bytes();
    match bytes.get(..MOST) {
        Some(beginning) if bytes.len() > MOST => format!("{}...", escape(beginning)),
        _ => escape(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_are_tamed_and_cut() {
        assert_eq!(shown("a b"), "a b");
        assert!(!shown("\u{1b}[31m\u{202e}\n").contains(['\u{1b}', '\u{202e}', '\n']));
        assert_eq!(shown("x".repeat(MOST)).len(), MOST);
        assert_eq!(shown("x".repeat(MOST + 1)).len(), MOST + 3);
    }
}
