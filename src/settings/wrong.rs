//! What is wrong with a settings file, and where.

use std::path::Path;

use reports::PathName;

/// Words that differ in more than this share of their letters are not taken for one another.
const ALIKE: f64 = 0.5;

/// The longest message, in characters: words of the file stand in it.
const LONGEST: usize = 500;

/// Something that does not belong in a file, and the byte at which it stands.
#[derive(Debug)]
pub struct Wrong {
    at: usize,
    what: String,
}

impl Wrong {
    pub fn new(at: usize, what: impl Into<String>) -> Self {
        Wrong { at, what: what.into() }
    }

    /// For people: file, line, and what is wrong.
    pub fn told(&self, file: &Path, text: &str) -> anyhow::Error {
        let before = text.as_bytes().get(..self.at).unwrap_or(text.as_bytes());
        let line = before.split(|byte| *byte == b'\n').count();
        let file = PathName::from(file).escaped();
        let end = self.what.char_indices().nth(LONGEST).map(|(end, _)| end);
        let what = end.and_then(|end| self.what.get(..end)).unwrap_or(&self.what);
        anyhow::anyhow!("{file}, line {line}: {what}")
    }
}

/// ` (did you mean X?)`, where one of `known` is like `word`.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    // A word of another length than any that is known is compared with none: files may be hostile.
    if word.len() > 100 {
        return String::new();
    }
    let alike =
        known.into_iter().map(|known| (strsim::normalized_damerau_levenshtein(word, known), known));
    let best = alike.max_by(|(a, _), (b, _)| a.total_cmp(b));
    let best = best.filter(|(alike, _)| *alike > ALIKE);
    best.map_or_else(String::new, |(_, known)| format!(" (did you mean `{known}`?)"))
}
