//! A file that is named by the hash of its content.

use super::hash::{Algorithm, Hasher};
use super::{Surroundings, Verdict, Verifier, disagrees};

/// Hashes all of the content and compares with what the name says.
pub struct WholeHash {
    format: &'static str,
    algorithm: Algorithm,
    expected: String,
    hasher: Hasher,
}

impl WholeHash {
    /// A verifier for a name whose parts make up the hash in lower-case hexadecimal digits; none
    /// where they do not.
    pub fn of_name(
        format: &'static str,
        algorithm: Algorithm,
        parts: &[&[u8]],
    ) -> Option<WholeHash> {
        let digits: usize = parts.iter().map(|part| part.len()).sum();
        if digits != algorithm.digits() || !parts.iter().all(|part| super::place::is_hex(part)) {
            return None;
        }
        let expected = String::from_utf8(parts.concat()).ok()?;
        Some(WholeHash { format, algorithm, expected, hasher: Hasher::new(algorithm) })
    }

    /// The same on the heap.
    pub fn chosen(
        format: &'static str,
        algorithm: Algorithm,
        parts: &[&[u8]],
    ) -> Option<Box<dyn Verifier>> {
        let hash = WholeHash::of_name(format, algorithm, parts)?;
        Some(Box::new(hash))
    }
}

impl Verifier for WholeHash {
    fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    fn finish(self: Box<Self>, _: &Surroundings<'_>) -> Verdict {
        let found = self.hasher.hex();
        if found == self.expected {
            return Verdict::Agrees;
        }
        let title = self.algorithm.title();
        disagrees(self.format, format!("{title} {}", self.expected), format!("{title} {found}"))
    }
}
