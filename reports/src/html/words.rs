//! Text of others on the page. The templates escape markup; here goes what a reader must not be
//! deceived by: control characters, and those that reorder or hide what stands beside them.

use maud::{Markup, html};

use crate::PathName;
use crate::clip::{clip_end, clip_middle};
use crate::path_name::{escape, escape_prose, is_unsafe_to_show};

/// Bytes of one sentence or name.
const LONGEST: usize = 4000;

/// A path or name.
pub(super) fn path(name: &PathName) -> Markup {
    name_of(&name.escaped())
}

/// A name that is escaped already.
pub(super) fn name_of(escaped: &str) -> Markup {
    html! { code.path { (clip_middle(escaped, LONGEST)) } }
}

/// A word of the system that stands as it is (a device, an option, an operation).
pub(super) fn word(text: &str) -> Markup {
    html! { code { (plain(text)) } }
}

/// A text as it may be shown.
pub(super) fn plain(text: &str) -> String {
    clip_end(&escape_prose(text), LONGEST)
}

/// A sentence; what stands between backticks is code.
pub(super) fn prose(text: &str) -> Markup {
    let text = plain(text);
    let parts: Vec<_> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// The words with a capital letter at their beginning.
pub(super) fn capital(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// The lines of a command as they can be pasted, as in every other form of a report.
pub(super) fn command(text: &str) -> String {
    let shown = |line: &str| {
        if line.contains(is_unsafe_to_show) { escape(line.as_bytes()) } else { line.to_owned() }
    };
    text.lines().map(shown).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_and_what_deceives_is_told() {
        let shown = prose("<b>a</b> `x<y`\n\u{202e}&").into_string();
        assert_eq!(shown, "&lt;b&gt;a&lt;/b&gt; <code>x&lt;y</code>\\n\\u{202e}&amp;");
        assert_eq!(prose("odd ` one").into_string(), "odd ` one");
        let shown = path(&PathName::new(b"/a\"><img src=x>\xff".to_vec())).into_string();
        assert_eq!(shown, "<code class=\"path\">/a&quot;&gt;&lt;img src=x&gt;\\xff</code>");
    }

    #[test]
    fn a_command_keeps_its_lines() {
        assert_eq!(command("a <b\nc\u{1b}[2J\n"), "a <b\nc\\u{1b}[2J");
    }
}
