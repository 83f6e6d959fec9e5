//! Values on one line: control characters and what reorders text are escaped, and read back.

use reports::escape;

/// The value as it is written. Blanks at its end are escaped, because editors remove them.
pub(super) fn write(value: &str) -> String {
    let bare = value.trim_end_matches(' ');
    let blanks = value.len() - bare.len();
    escape(bare.as_bytes()) + &"\\u{20}".repeat(blanks)
}

/// What [`write()`] wrote; none where a backslash begins no escape.
pub(super) fn read(text: &str) -> Option<String> {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        value.push_str(plain);
        let letter = escaped.chars().next()?;
        rest = escaped.strip_prefix(letter)?;
        value.push(match letter {
            '\\' => '\\',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (code, after) = rest.strip_prefix('{')?.split_once('}')?;
                rest = after;
                char::from_u32(u32::from_str_radix(code, 16).ok()?)?
            }
            _ => return None,
        });
    }
    value.push_str(rest);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_they_are_written() {
        for value in [
            "",
            " ",
            "plain",
            "a\nb\r\tc",
            "\\n",
            "\\",
            "\u{1b}[31m",
            "\u{202e}x",
            "e\u{301} \u{1f980}",
            "ends in blanks  ",
            "\0",
            "\u{10ffff}",
            "# no comment",
            "a: b",
        ] {
            let written = write(value);
            assert_eq!(read(&written).as_deref(), Some(value), "{written}");
            assert!(!written.contains(char::is_control) && !written.ends_with(' '), "{written}");
        }
    }

    #[test]
    fn a_backslash_that_begins_no_escape_is_refused() {
        for wrong in ["\\", "a\\x", "\\u", "\\u{", "\\u{}", "\\u{d800}", "\\u{110000}", "\\u{zz}"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
