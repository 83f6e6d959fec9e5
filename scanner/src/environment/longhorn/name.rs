//! Names that Kubernetes takes: RFC 1123 subdomains.

/// The longest name (Kubernetes, object names).
const LONGEST: usize = 253;

/// Whether `name` is one. Such a name is never an option of a program, nor a path.
pub(super) fn is_valid(name: &str) -> bool {
    let is_end =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let inner = bytes.iter().all(|b| is_end(Some(b)) || *b == b'-');
        inner && is_end(bytes.first()) && is_end(bytes.last())
    };
    name.len() <= LONGEST && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_subdomains_are_names() {
        let longest = "a".repeat(253);
        for name in ["pvc-0a1b", "a", "0", "a.b-c.d", &longest] {
            assert!(is_valid(name), "{name}");
        }
        let too_long = "a".repeat(254);
        for name in [
            "", "-n", "a-", ".a", "a.", "a..b", "A", "a/b", "..", "a b", "a\n", "ä", "a_b", "a.-b",
            &too_long,
        ] {
            assert!(!is_valid(name), "{name}");
        }
    }
}
