//! Text as Markdown that means nothing but the text.
//!
//! Whoever names a file or writes a report must not be able to write a heading, a link, a mention
//! or HTML into somebody's issue. What could be one stands as code, which no renderer reads on:
//! escaping each sign with a backslash would not do, since mentions, issue numbers and addresses
//! are looked for in the rendered text.

use crate::clip::{clip_end, clip_middle};
use crate::path_name::{escape, escape_prose, is_unsafe_to_show};

/// Punctuation that means nothing within a word.
const HARMLESS: &str = ".,;:()'\"/?=+-";

/// `text`, which must be one line, as code.
pub(super) fn code(text: &str) -> String {
    let mut out = String::new();
    push_code(&mut out, text);
    out
}

/// A path or name, escaped already, as code of at most about `most` bytes.
pub(super) fn name(escaped: &str, most: usize) -> String {
    code(&clip_middle(escaped, most))
}

/// A text of others as code.
pub(super) fn quoted(text: &str, most: usize) -> String {
    code(&clip_end(&escape_prose(text), most))
}

/// A sentence: as it is where it means nothing in Markdown, and each word that may as code. What
/// stands between single backticks is code already.
pub(super) fn prose(text: &str, most: usize) -> String {
    let text = clip_end(&escape_prose(text), most);
    let mut out = String::with_capacity(text.len());
    if !has_code(&text) {
        push_words(&mut out, &text);
        return out;
    }
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            push_code(&mut out, part);
        } else {
            push_words(&mut out, part);
        }
    }
    out
}

/// Whether the backticks of `text` are pairs around something.
fn has_code(text: &str) -> bool {
    let parts: Vec<_> = text.split('`').collect();
    parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| !part.trim().is_empty())
}

/// What stands in a cell of a table, where a bar would end it.
pub(super) fn cell(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for c in markdown.chars() {
        match c {
            // Renderers do not agree on what a backslash before an escaped bar is.
            '|' if out.ends_with('\\') => out.push_str("u{7c}"),
            '|' => out.push_str("\\|"),
            c => out.push(c),
        }
    }
    out
}

/// The lines of a command between fences, each `indent` blanks in.
pub(super) fn fenced(command: &str, indent: usize) -> String {
    let lines: Vec<_> = command.lines().map(command_line).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    let opening = format!("{fence}sh");
    let all = std::iter::once(&opening).chain(&lines).chain(std::iter::once(&fence));
    all.fold(String::new(), |out, line| format!("{out}{:indent$}{line}\n", ""))
}

/// A line as it is, unless nobody must see it.
fn command_line(line: &str) -> String {
    if line.contains(is_unsafe_to_show) { escape(line.as_bytes()) } else { line.to_owned() }
}

/// Pushes code between more backticks than it has in a row.
fn push_code(out: &mut String, text: &str) {
    // Code that is empty would leave its backticks to what follows.
    let text = if text.is_empty() { "(empty)" } else { text };
    let fence = "`".repeat(longest_run(text) + 1);
    // A blank at each end is taken off again.
    let blank = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if blank && !text.trim().is_empty() { " " } else { "" };
    if out.ends_with('`') {
        out.push(' ');
    }
    for part in [&fence, pad, text, pad, &fence] {
        out.push_str(part);
    }
}

fn push_words(out: &mut String, text: &str) {
    let ends_in_blank = text.ends_with(' ');
    if text.starts_with(' ') && !out.is_empty() {
        out.push(' ');
    }
    for (index, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if index > 0 {
            out.push(' ');
        }
        push_word(out, word);
    }
    if ends_in_blank && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Pushes a word; the punctuation around one that becomes code stays outside.
fn push_word(out: &mut String, word: &str) {
    let core = word.trim_start_matches(['(', '"', '\'']);
    let (before, _) = word.split_at(word.len() - core.len());
    let mut core = core.trim_end_matches(['.', ',', ';', ':', ')', '"', '\'', '?']);
    if core.contains('(') {
        // Its own end: `fsync(2)`.
        core = word.get(before.len()..=before.len() + core.len()).unwrap_or(core);
    }
    let (_, after) = word.split_at(before.len() + core.len());
    if out.is_empty() && is_list_number(core, after) {
        push_code(out, word);
    } else if core.is_empty() || is_plain(core) {
        out.push_str(word);
    } else {
        out.push_str(before);
        push_code(out, core);
        out.push_str(after);
    }
}

/// Whether a word at the beginning would be the number of a list.
fn is_list_number(core: &str, after: &str) -> bool {
    let digits = !core.is_empty() && core.bytes().all(|byte| byte.is_ascii_digit());
    digits && after.starts_with(['.', ')'])
}

/// Whether a word is nothing but a word, whoever reads it: no markup, HTML, address, mention,
/// reference, quick action, short code of a picture, or option (whose `--` becomes a dash).
fn is_plain(word: &str) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || !c.is_ascii() || HARMLESS.contains(c);
    let lower = word.to_ascii_lowercase();
    word.chars().all(harmless)
        && !word.starts_with(['-', '+', '=', '/', ':'])
        && !["--", "==", "://", "www."].iter().any(|part| lower.contains(part))
        && word.matches(':').count() < 2
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_enough_backticks_around_it() {
        for (text, expected) in [
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a```b`", "```` a```b` ````"),
            (" a ", "`  a  `"),
            ("  ", "`  `"),
            ("", "`(empty)`"),
            ("<b>*|", "`<b>*|`"),
        ] {
            assert_eq!(code(text), expected);
        }
    }

    #[test]
    fn what_means_something_in_markdown_stands_as_code() {
        for (text, expected) in [
            ("A listed name, found twice.", "A listed name, found twice."),
            ("ext4 on /dev/sda1: 1,200 of 3 (40 s).", "ext4 on `/dev/sda1`: 1,200 of 3 (40 s)."),
            ("see e2fsck(8), ext4(5)", "see e2fsck(8), ext4(5)"),
            ("set errors=continue in node_modules.", "set errors=continue in `node_modules`."),
            ("run `fscan explain CODE` now", "run `fscan explain CODE` now"),
            ("a `b` `c`", "a `b` `c`"),
            ("`a`*b*", "`a` `*b*`"),
            ("odd ` one", "odd `` ` `` one"),
            ("@all, #12 !3 ~bug $1 %2", "`@all`, `#12` `!3` `~bug` `$1` `%2`"),
            ("(https://evil.example)", "(`https://evil.example`)"),
            ("WWW.evil.example, :bomb:", "`WWW.evil.example`, `:bomb`:"),
            ("[a](b) <img> &lt; **x** __y__", "`[a](b)` `<img>` `&lt`; `**x**` `__y__`"),
            ("/close", "`/close`"),
            ("1. no list", "`1.` no list"),
            ("2) no list", "`2)` no list"),
            ("- no list", "`-` no list"),
            ("it is 1.", "it is 1."),
            ("12 findings", "12 findings"),
            ("--all-findings lists", "`--all-findings` lists"),
            ("===", "`===`"),
            ("a\nb\u{202e}", "`a\\nb\\u{202e}`"),
            ("Grüße – 5 µs", "Grüße – 5 µs"),
            ("", ""),
        ] {
            assert_eq!(prose(text, 1000), expected, "{text:?}");
        }
    }

    #[test]
    fn a_bar_ends_no_cell() {
        assert_eq!(cell("`a|b`"), "`a\\|b`");
        assert_eq!(cell("`a\\|b`"), "`a\\u{7c}b`");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("a\nb", 3), "   ```sh\n   a\n   b\n   ```\n");
        assert_eq!(fenced("a\n````\n", 0), "`````sh\na\n````\n`````\n");
        assert_eq!(fenced("a\u{1b}[2J", 0), "```sh\na\\u{1b}[2J\n```\n");
    }

    #[test]
    fn a_long_text_is_cut_before_it_is_marked_up() {
        let text = prose(&"* ".repeat(1000), 100);
        assert!(text.len() < 400 && text.contains("bytes left out"), "{text}");
        assert!(name(&"`".repeat(1000), 100).len() < 250);
    }
}
