//! Refs of git in one file: `packed-refs`.
//!
//! A line `# pack-refs with: …`, which older and other programs leave away; then a line `HASH
//! NAME` each, behind which `^HASH` may say what a tag leads to (gitrepository-layout(5); git,
//! refs/packed-backend.c). Git writes `packed-refs.new` and renames it, so a line that is
//! something else, or one without its newline at the end, is no half-written list: git gives up
//! at it, or calls the ref broken. A name with zero bytes is found as well, which git cuts short
//! there.
//!
//! Proves that the lines are whole, not that all of them are there. One that is empty is as good
//! as none for git, and is not checked: git writes a line at least, some others do not. Memory is
//! bounded.

use super::git_directory::{self, Kind};
use super::git_ref::believed;
use super::git_ref_text::{hash_length, is_name, is_space, shown};
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees};

/// Not "git packed refs": what is said of a "git pack" does not hold here.
const FORMAT: &str = "git list of refs";

/// Longest line that is kept, in bytes. A name that can be a path as well has 4096.
const LONGEST: usize = 64 << 10;

/// For the list of a repository.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    if place.name != b"packed-refs" {
        return None;
    }
    let kind = match git_directory::kind(place.parents) {
        Some(Kind::Worktree) => return None,
        named => named.unwrap_or(Kind::Unnamed),
    };
    Some(believed(place, 0, Box::new(PackedRefs::of(kind))))
}

struct PackedRefs {
    kind: Kind,
    line: Vec<u8>,
    lines: u64,
    /// The digits of a hash, which are as many in all lines.
    digits: Option<usize>,
    /// Whether the last line may be followed by what its tag leads to.
    may_be_peeled: bool,
    verdict: Option<Verdict>,
}

impl PackedRefs {
    fn of(kind: Kind) -> Self {
        let line = Vec::new();
        PackedRefs { kind, line, lines: 0, digits: None, may_be_peeled: false, verdict: None }
    }

    fn take(&mut self, part: &[u8]) {
        let room = LONGEST.saturating_sub(self.line.len());
        self.line.extend_from_slice(part.get(..room).unwrap_or(part));
        if part.len() > room {
            self.verdict = Some(if self.line.contains(&0) {
                self.wrong("a line without zero bytes")
            } else {
                Verdict::NotChecked("a line is longer than any that git writes")
            });
        }
    }

    fn end_line(&mut self) {
        self.lines += 1;
        let line = std::mem::take(&mut self.line);
        if let Err(expected) = self.judge(&line) {
            self.line = line;
            self.lines -= 1;
            self.verdict = Some(self.wrong(expected));
        }
    }

    /// Judges a whole line, without its newline. Says what it should be.
    fn judge(&mut self, line: &[u8]) -> Result<(), &'static str> {
        const HEADER: &str = "\"# pack-refs with:\"";
        const RECORD: &str = "a hash, a space and a name";
        const PEELED: &str = "\"^\" and a hash";
        if self.lines == 1 && line.starts_with(b"#") {
            return if line.starts_with(b"# pack-refs with:") { Ok(()) } else { Err(HEADER) };
        }
        if let Some(hash) = line.strip_prefix(b"^").filter(|_| self.may_be_peeled) {
            self.may_be_peeled = false;
            let is_whole = Some(hash.len()) == self.digits && hash_length(hash) == self.digits;
            return if is_whole { Ok(()) } else { Err(PEELED) };
        }
        let length = hash_length(line).ok_or(RECORD)?;
        if *self.digits.get_or_insert(length) != length {
            return Err("a hash as long as those before, a space and a name");
        }
        let (space, name) = line.get(length..).and_then(<[u8]>::split_first).ok_or(RECORD)?;
        if !is_space(*space) || !is_name(name) {
            return Err(RECORD);
        }
        self.may_be_peeled = true;
        Ok(())
    }

    /// Of the line that is kept, the one behind those that were counted.
    fn wrong(&self, expected: &str) -> Verdict {
        let expected = format!("line {}: {expected}", self.lines + 1);
        disagrees(FORMAT, expected, shown(&self.line))
    }
}

impl Verifier for PackedRefs {
    fn has_checksum(&self) -> bool {
        false
    }

    fn update(&mut self, bytes: &[u8]) {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        // The first fault says it for all.
        while let (None, Some(part)) = (&self.verdict, lines.next()) {
            match part.strip_suffix(b"\n") {
                None => self.take(part),
                Some(part) => {
                    self.take(part);
                    if self.verdict.is_none() {
                        self.end_line();
                    }
                }
            }
        }
    }

    fn needs_directory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        let verdict = match &self.verdict {
            Some(verdict) => verdict.clone(),
            None if around.size == 0 => {
                Verdict::NotChecked("it is empty, as where its content was lost")
            }
            None if self.line.is_empty() => Verdict::Agrees,
            None => self.wrong("a newline at its end"),
        };
        if verdict == Verdict::Agrees {
            return verdict;
        }
        git_directory::confirmed(self.kind, around.directory, 0, verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::super::git_directory::ALONE;
    use super::super::testing::Lab;
    use super::*;

    const PATH: &str = ".git/packed-refs";
    const HEADER: &str = "# pack-refs with: peeled fully-peeled sorted \n";

    fn lab() -> Lab {
        let lab = Lab::new();
        for path in [".git", "a.git", ".git/modules/a", "tests/b.git"] {
            lab.put(&format!("{path}/objects/info/packs"), b"");
        }
        lab
    }

    fn list(digits: usize) -> String {
        let [a, b] = ["a", "0"].map(|digit| digit.repeat(digits));
        format!("{a} refs/heads/main\n{b} refs/tags/v1\n^{a}\n{a} refs/remotes/origin/ä\n")
    }

    #[test]
    fn what_git_reads_is_silent() {
        let lab = lab();
        for path in [PATH, "a.git/packed-refs", ".git/modules/a/packed-refs"] {
            for digits in [40, 64] {
                lab.agrees(path, list(digits).as_bytes());
                lab.agrees(path, (HEADER.to_owned() + &list(digits)).as_bytes());
                lab.agrees(path, list(digits).to_uppercase().as_bytes());
            }
            lab.agrees(path, HEADER.as_bytes());
            lab.agrees(path, b"# pack-refs with:\n");
        }
        lab.agrees(PATH, format!("{}\tHEAD\n", "b".repeat(40)).as_bytes());
        lab.agrees(PATH, (HEADER.to_owned() + &list(40).repeat(3000)).as_bytes());
    }

    #[test]
    fn cut_lists_disagree() {
        let lab = lab();
        let list = HEADER.to_owned() + &list(40);
        for length in 1..list.len() {
            let cut = &list.as_bytes()[..length];
            if !cut.ends_with(b"\n") {
                let expected = lab.disagrees(PATH, cut).expected;
                assert!(expected.ends_with("a newline at its end"), "{length}: {expected}");
            }
        }
    }

    #[test]
    fn a_line_that_is_none_disagrees_with_its_number() {
        let (lab, list, hash) = (lab(), HEADER.to_owned() + &list(40), "c".repeat(40));
        for wrong in [
            String::new(),
            "# a comment".to_owned(),
            format!("^{hash}"),
            hash.clone(),
            format!("{hash} "),
            format!("{hash}  refs/heads/a"),
            format!(" {hash} refs/heads/a"),
            format!("{hash}0 refs/heads/a"),
            format!("{hash}cccccccccccccccccccccccc refs/heads/a"),
            format!("{} refs/heads/a", &hash[1..]),
            format!("{hash} refs/heads/a b"),
            format!("{hash} refs/heads/a\r"),
            format!("{hash} refs/heads/a\0\0"),
            format!("{hash} refs/heads/a\n^{hash} "),
            format!("{hash} refs/heads/a\n^{hash}\n^{hash}"),
            format!("{hash} refs/heads/a\n^{}", &hash[1..]),
        ] {
            let number = 6 + wrong.matches('\n').count();
            // What leads on from the list's last line is what a tag leads to.
            let start = format!("{list}{hash} refs/heads/0\n^{hash}\n");
            let found = lab.disagrees(PATH, format!("{start}{wrong}\n{list}").as_bytes());
            assert!(found.expected.starts_with(&format!("line {}: ", number + 2)), "{found:?}");
        }
        assert_eq!(lab.disagrees(PATH, b"# a comment\n").found, "\"# a comment\"");
    }

    #[test]
    fn zero_bytes_disagree() {
        let lab = lab();
        let list = HEADER.to_owned() + &list(40).repeat(3000);
        assert_eq!(lab.disagrees(PATH, &[0; 41]).found, "41 zero bytes");
        for (start, length) in [(0, 1), (0, 4096), (4096, 4096), (8192, 100_000), (250_000, 9)] {
            let mut zeroed = list.clone().into_bytes();
            zeroed[start..start + length].fill(0);
            lab.disagrees(PATH, &zeroed);
        }
        lab.disagrees(PATH, &vec![0; list.len()]);
    }

    #[test]
    fn what_cannot_be_said_is_not_checked() {
        let lab = lab();
        lab.not_checked(PATH, b"");
        lab.not_checked(PATH, &b"a".repeat(LONGEST + 1));
        assert_eq!(lab.not_checked("c.git/packed-refs", b"a text"), ALONE);
        assert_eq!(lab.verdict("tests/b.git/packed-refs", b"\0"), Some(Verdict::Disbelieved));
        for path in
            ["packed-refs", "src/packed-refs", ".git/packed-refs.lock", ".git/logs/packed-refs"]
        {
            lab.not_ours(path, b"\0");
        }
    }
}
