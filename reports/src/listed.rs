//! Enumerations as people read them.

/// `a`, `a and b`, `a, b and c`, each once.
pub(crate) fn listed(words: impl Iterator<Item = String>) -> String {
    let mut once: Vec<String> = Vec::new();
    words.for_each(|word| {
        if !once.contains(&word) {
            once.push(word);
        }
    });
    match once.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_stands_once() {
        let shown = |words: &[&str]| listed(words.iter().map(|word| (*word).to_owned()));
        assert_eq!(shown(&[]), "");
        assert_eq!(shown(&["a", "a"]), "a");
        assert_eq!(shown(&["b", "a", "b"]), "b and a");
        assert_eq!(shown(&["a", "b", "c"]), "a, b and c");
    }
}
