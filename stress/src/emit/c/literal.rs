//! Text in C.

/// A string literal of these bytes. What is not plain ASCII is written in octal; so are question
/// marks, two of which could begin a trigraph.
pub(super) fn literal(bytes: &[u8]) -> String {
    let inner: String = bytes.iter().map(|byte| escaped(*byte)).collect();
    format!("\"{inner}\"")
}

fn escaped(byte: u8) -> String {
    match byte {
        b'"' => "\\\"".to_owned(),
        b'\\' => "\\\\".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'?' => "\\077".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}

/// A line of a comment, which ends no comment and begins none.
pub(super) fn commented(line: &str) -> String {
    line.replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_hold_every_byte() {
        assert_eq!(literal(b"a\"b\\c\nd\te?"), r#""a\"b\\c\nd\te\077""#);
        assert_eq!(literal(b"\x1b7\xff\x00%d"), r#""\0337\377\000%d""#);
    }

    #[test]
    fn comments_stay_comments() {
        for line in ["*/ int x;", "/* a", "*/*/*", "/*/", "a ??/", "**//"] {
            let shown = commented(line);
            assert!(!shown.contains("*/") && !shown.contains("/*"), "{shown}");
            assert!(!shown.contains("??"), "{shown}");
        }
    }
}
