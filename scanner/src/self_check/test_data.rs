//! Broken files that are kept on purpose.
//!
//! Suites of readers and decoders hold archives and pictures that are cut short or whose
//! checksums are wrong (Go's `compress/gzip/testdata`, PngSuite, CPython's `test/archivetestdata`).
//! They look like damage, byte for byte. So where a directory or the file is named like test
//! data, a disagreement is not believed; agreement is. Stores that name files by their hash are
//! judged anywhere.

use super::{Place, Surroundings, Verdict, Verifier};

/// Names of directories, as the languages' customs have them.
const DIRECTORIES: [&[u8]; 18] = [
    b"test",
    b"tests",
    b"testing",
    b"testdata",
    b"test-data",
    b"test_data",
    b"archivetestdata",
    b"testfiles",
    b"fixture",
    b"fixtures",
    b"__tests__",
    b"__fixtures__",
    b"spec",
    b"corpus",
    b"fuzz",
    b"samples",
    b"pngsuite",
    b"regress",
];

/// How many directories above a file say that it is test data.
const NEAR: usize = 6;

/// Words in the name of a file that is meant to be broken: whole ones, between what is no letter.
const WORDS: [&[u8]; 7] =
    [b"corrupt", b"corrupted", b"truncated", b"broken", b"invalid", b"damaged", b"bad"];

/// The verifier, whose disagreement is believed only where the place allows it.
pub fn believed(place: &Place<'_>, chosen: Box<dyn Verifier>) -> Box<dyn Verifier> {
    if is_test_data(place) { Box::new(Doubted(chosen)) } else { chosen }
}

fn is_test_data(place: &Place<'_>) -> bool {
    let customary = |name: &&[u8]| DIRECTORIES.iter().any(|known| name.eq_ignore_ascii_case(known));
    let mut words = place.name.split(|byte| !byte.is_ascii_alphabetic());
    let told = |word: &[u8]| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known));
    place.parents.iter().take(place.on_mount.min(NEAR)).any(customary) || words.any(told)
}

struct Doubted(Box<dyn Verifier>);

impl Verifier for Doubted {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn takes_bytes(&self) -> bool {
        self.0.takes_bytes()
    }

    fn has_checksum(&self) -> bool {
        self.0.has_checksum()
    }

    fn needs_directory(&self) -> bool {
        self.0.needs_directory()
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        match self.0.finish(around) {
            Verdict::Disagrees(_) => Verdict::Disbelieved,
            verdict => verdict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::super::testing::Lab;

    #[test]
    fn what_is_named_as_test_data_is_not_believed_to_be_damaged() {
        let lab = Lab::new();
        let cut = b"\x89PNG\r\n\x1a\n\0\0";
        lab.disagrees("pictures/logo.png", cut);
        for path in [
            "go/src/image/png/testdata/invalid/logo.png",
            "Test/a/b/c/logo.png",
            "pictures/Truncated-logo.png",
            "pictures/logo_bad2.png",
        ] {
            assert_eq!(lab.verdict(path, cut), Some(Verdict::Disbelieved), "{path}");
        }
        for path in ["pictures/badge.png", "baden-baden.png", "corruption-index.png"] {
            lab.disagrees(path, cut);
        }
    }
}
