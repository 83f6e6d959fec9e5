//! What others wrote, as a fact shows it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use reports::escape;

/// The longest text of others that a fact carries, in bytes, as it is shown.
const MOST: usize = 1024;

/// The longest list of such texts, in bytes all together.
const MOST_OF_LIST: usize = 8 << 10;

/// A text or path of others: no character of it can harm a terminal, and its length is bounded.
pub(super) fn shown(text: impl AsRef<OsStr>) -> String {
    match whole(text.as_ref()) {
        Ok(text) => text,
        Err(beginning) => format!("{beginning}..."),
    }
}

/// A path as a command can name it; none where showing it would change or cut it.
pub(super) fn verbatim(path: &Path) -> Option<String> {
    whole(path.as_os_str()).ok().filter(|text| text.as_bytes() == path.as_os_str().as_bytes())
}

/// The text as it is shown; an error is as much of it as may be shown.
fn whole(text: &OsStr) -> Result<String, String> {
    let mut shown = String::new();
    for chunk in text.as_bytes().utf8_chunks() {
        let mut buffer = [0; 4];
        let valid = chunk.valid().chars().map(|c| escape(c.encode_utf8(&mut buffer).as_bytes()));
        // One character after the other, so that no escape is cut.
        for piece in valid.chain([escape(chunk.invalid())]) {
            if shown.len() + piece.len() > MOST {
                return Err(shown);
            }
            shown.push_str(&piece);
        }
    }
    Ok(shown)
}

/// As many of some texts, from the first on, as a list may carry.
pub(super) fn bounded(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut left = MOST_OF_LIST;
    let fits = |text: &String| {
        let rest = left.checked_sub(text.len());
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    texts.into_iter().take_while(fits).collect()
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

    #[test]
    fn texts_are_cut_as_they_are_shown_and_never_within_an_escape() {
        for (hostile, escaped) in [("\u{1b}", "\\u{1b}"), ("\n", "\\n"), ("\\", "\\\\"), ("ä", "ä")]
        {
            let shown = shown(format!("a{}", hostile.repeat(MOST)));
            let times = (MOST - 1) / escaped.len();
            assert_eq!(shown, format!("a{}...", escaped.repeat(times)), "{escaped}");
        }
        let bytes = shown(OsStr::from_bytes(&[0xff; 3]));
        assert_eq!(bytes, escape(&[0xff; 3]));
        assert!(shown(OsStr::from_bytes(&[0xff; MOST])).len() <= MOST + 3);
    }

    #[test]
    fn only_a_path_that_shows_as_it_is_is_named() {
        let longest = format!("/{}", "x".repeat(MOST - 1));
        for path in ["/a b", "/\u{e4}", &longest] {
            assert_eq!(verbatim(Path::new(path)).as_deref(), Some(path));
        }
        for path in ["/a\nb", "/a\\b", "/\u{202e}", &format!("{longest}x")] {
            assert_eq!(verbatim(Path::new(path)), None, "{path}");
        }
        assert_eq!(verbatim(Path::new(OsStr::from_bytes(b"/\xff"))), None);
    }

    #[test]
    fn a_list_is_cut_at_a_whole_text() {
        let texts = || vec!["x".repeat(1000); 20];
        assert_eq!(bounded(texts()).len(), 8);
        assert_eq!(bounded(texts().into_iter().take(3)).len(), 3);
    }
}
