//! A loose ref of git: HEAD, and what lies below `refs/`.
//!
//! A hash of 40 or 64 digits, or `ref:` and the name of another ref, and a newline
//! (gitrepository-layout(5)). Git passes over white space at the end, over a newline that is
//! missing, and over what follows white space behind a hash (git, refs/files-backend.c,
//! `parse_loose_ref_contents`); so does this. Git writes `NAME.lock` and renames it, so anything
//! else is no half-written ref. What git calls broken is, and so is a zero byte anywhere: git
//! ends its reading there, and takes what was cut off for another name. A ref of zeros is broken,
//! too, but for HEAD, which a worktree begins with.
//!
//! It proves that the text is a ref, not that it is the one that was written: which objects there
//! are is for git fsck. Names that git passes over are let be (`.name`, `name.lock`, a name that
//! no ref may have), and so is what reftable puts in place of refs: `ref: refs/heads/.invalid`,
//! and a file `refs/heads`. A directory that only looks like one of git's is not judged. Of a path,
//! the fourteen names above a file are known, so refs further below their repository are let be.

use super::git_directory::{self, Kind};
use super::git_ref_text::{hash_length, is_name, is_space, shown};
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees, test_data};

const FORMAT: &str = "git ref";

/// Most bytes of a ref that is looked at. The longest name, which a path holds, fits.
const LONGEST: u64 = 4096;

/// For HEAD and what lies below `refs/`.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    let (levels, kind) = below_refs(place).or_else(|| head(place))?;
    let is_head = levels == 0;
    let chosen = Box::new(LooseRef { is_head, levels, kind, text: Vec::new() });
    Some(believed(place, levels, chosen))
}

/// How many levels above the file's directory the one of git is, and what that is, for a name
/// that may be a ref's.
fn below_refs(place: &Place<'_>) -> Option<(usize, Kind)> {
    let above = |at: usize| place.parents.get(at + 1..).and_then(git_directory::kind);
    let is_refs = |at: &usize| place.parent(*at) == b"refs" && above(*at).is_some();
    // A branch may be called as a repository is: the outermost counts.
    let named = (0..place.parents.len()).rev().find(is_refs);
    let at = named.or_else(|| unnamed(place))?;
    let between = place.parents.get(..at)?.iter().rev().copied();
    let name: Vec<&[u8]> = between.chain([place.name]).collect();
    let is_of_reftable = name == [b"heads"];
    // Git complains of what clouds' clients and file managers put there, but it is no damage.
    let litter = [&b"desktop.ini"[..], b"thumbs.db"];
    let is_litter = litter.iter().any(|name| place.name.eq_ignore_ascii_case(name));
    (!is_of_reftable && !is_litter && is_name(&name.join(&b'/')))
        .then_some((at + 1, above(at).unwrap_or(Kind::Unnamed)))
}

/// The same in what may be a directory of git by another name.
fn unnamed(place: &Place<'_>) -> Option<usize> {
    const BELOW: [&[u8]; 3] = [b"heads", b"tags", b"remotes"];
    let is_one = |two: &[&[u8]]| matches!(two, [below, b"refs"] if BELOW.contains(below));
    let at = place.parents.windows(2).position(is_one)?;
    (place.size <= LONGEST).then_some(at + 1)
}

fn head(place: &Place<'_>) -> Option<(usize, Kind)> {
    let kind = || git_directory::kind(place.parents).unwrap_or(Kind::Unnamed);
    (place.name == b"HEAD").then(|| (0, kind()))
}

/// The verifier, whose disagreement is believed where the repository is no test data. How its
/// branches are called says nothing of that.
pub fn believed(place: &Place<'_>, levels: usize, chosen: Box<dyn Verifier>) -> Box<dyn Verifier> {
    let is_outermost = |name: &&[u8]| name.ends_with(b".git");
    let within = place.parents.iter().skip(levels).position(is_outermost).unwrap_or_default();
    let levels = levels + within;
    let parents = place.parents.get(levels..).unwrap_or_default();
    let on_mount = place.on_mount.saturating_sub(levels);
    test_data::believed(&Place { name: b"", parents, on_mount, ..*place }, chosen)
}

struct LooseRef {
    is_head: bool,
    levels: usize,
    kind: Kind,
    text: Vec<u8>,
}

impl Verifier for LooseRef {
    fn has_checksum(&self) -> bool {
        false
    }

    fn update(&mut self, bytes: &[u8]) {
        let room = (LONGEST as usize).saturating_sub(self.text.len());
        self.text.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    fn needs_directory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        let verdict = match judge(&self.text, self.is_head) {
            _ if around.size > LONGEST && !self.text.contains(&0) => {
                Verdict::NotChecked("it is longer than any ref")
            }
            Ok(()) => return Verdict::Agrees,
            Err(expected) => disagrees(FORMAT, expected.to_owned(), shown(&self.text)),
        };
        git_directory::confirmed(self.kind, around.directory, self.levels, verdict)
    }
}

/// Says what a text should be that is no ref.
fn judge(text: &[u8], is_head: bool) -> Result<(), &'static str> {
    const ANY: &str = "a hash of 40 or 64 digits, or \"ref: \" and a name";
    if text.contains(&0) {
        return Err(ANY);
    }
    let length = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    let text = text.get(..length).unwrap_or_default();
    if let Some(name) = text.strip_prefix(b"ref:") {
        let start = name.iter().position(|byte| !is_space(*byte)).unwrap_or_default();
        return judge_target(name.get(start..).unwrap_or_default(), is_head);
    }
    let length = hash_length(text).ok_or(ANY)?;
    let (hash, behind) = text.split_at(length);
    if behind.first().is_some_and(|byte| !is_space(*byte)) {
        return Err(ANY);
    }
    let is_zero = hash.iter().all(|digit| *digit == b'0');
    if is_zero && !is_head { Err("a hash that is not all zeros") } else { Ok(()) }
}

/// The name that follows "ref:".
fn judge_target(name: &[u8], is_head: bool) -> Result<(), &'static str> {
    const OF_REFTABLE: &[u8] = b"refs/heads/.invalid";
    match is_head {
        true if name == OF_REFTABLE => Ok(()),
        // Without that, git takes the directory for none of its own (setup.c, `validate_headref`).
        true if !name.starts_with(b"refs/") => Err("\"ref: \" and a name below refs/"),
        _ if !is_name(name) => Err("\"ref: \" and a name that a ref may have"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::super::git_directory::ALONE;
    use super::super::testing::Lab;
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

    /// A laboratory with what makes these directories git's.
    fn lab() -> Lab {
        let lab = Lab::new();
        for path in [".git", "a.git", ".git/modules/libs/a", "tests/.git", "refs/heads/b.git"] {
            lab.put(&format!("{path}/objects/info/packs"), b"");
            lab.put(&format!("{path}/worktrees/w/commondir"), b"../..\n");
        }
        lab
    }

    const HEADS: [&str; 5] = [
        ".git/HEAD",
        "a.git/HEAD",
        ".git/modules/libs/a/HEAD",
        ".git/worktrees/w/HEAD",
        ".git/modules/libs/a/worktrees/w/HEAD",
    ];

    const REFS: [&str; 9] = [
        ".git/refs/heads/main",
        ".git/refs/heads/test/broken/bad",
        ".git/refs/heads/feature/a.git/refs/b",
        ".git/refs/stash",
        ".git/refs/remotes/origin/HEAD",
        "a.git/refs/tags/v1.0",
        ".git/modules/libs/a/refs/heads/x",
        ".git/worktrees/w/refs/bisect/bad",
        "refs/heads/b.git/refs/heads/main",
    ];

    fn valid() -> Vec<Vec<u8>> {
        let long = "fedcba98".repeat(8);
        let mut valid = vec![format!("{HASH}\tof what\nfollows\n"), HASH.to_uppercase()];
        for value in [HASH, &long, "ref: refs/heads/main", "ref:refs/heads/none", "ref:\t refs/a"] {
            for end in ["\n", "", "\r\n", " \n\n"] {
                valid.push(format!("{value}{end}"));
            }
        }
        valid.into_iter().map(String::into_bytes).collect()
    }

    #[test]
    fn what_git_reads_is_silent() {
        let lab = lab();
        for path in HEADS.iter().chain(&REFS) {
            valid().iter().for_each(|text| lab.agrees(path, text));
        }
        lab.agrees(REFS[0], b"ref: HEAD\n");
        lab.agrees(HEADS[0], b"ref: refs/heads/.invalid\n");
        lab.agrees(HEADS[3], format!("{}\n", "0".repeat(40)).as_bytes());
    }

    #[test]
    fn what_git_calls_broken_disagrees() {
        let lab = lab();
        let mut wrong: Vec<Vec<u8>> = vec![b" \n".into(), vec![0; 5000], b"ref: refs/".into()];
        for text in [
            format!("{HASH}0\n"),
            format!(" {HASH}\n"),
            format!("{HASH}-\n"),
            format!("{HASH}\n\0"),
            "REF: refs/heads/main\n".to_owned(),
            "ref: refs/heads/a b\n".to_owned(),
            "ref: refs/heads/main\nref: refs/heads/b\n".to_owned(),
            "ref: refs/heads/ma\0\0".to_owned(),
            "ref: refs/heads/\n".to_owned(),
            "ref: ../../HEAD\n".to_owned(),
            "ref: \n".to_owned(),
        ] {
            wrong.push(text.into_bytes());
        }
        for path in HEADS.iter().chain(&REFS) {
            wrong.iter().for_each(|text| assert_eq!(lab.disagrees(path, text).format, FORMAT));
            lab.every_cut_disagrees(path, HASH.as_bytes());
            lab.every_cut_disagrees(path, b"ref: ");
        }
        lab.disagrees(HEADS[0], b"ref: HEAD\n");
        lab.disagrees(HEADS[0], b"ref: refs\n");
        lab.disagrees(REFS[0], b"ref: refs/heads/.invalid\n");
        lab.disagrees(REFS[0], "0".repeat(40).as_bytes());
    }

    #[test]
    fn what_is_expected_and_found_is_told() {
        let lab = lab();
        assert_eq!(lab.disagrees(REFS[0], b"").found, "nothing");
        assert_eq!(lab.disagrees(REFS[0], &[0; 41]).found, "41 zero bytes");
        let cut = lab.disagrees(HEADS[0], b"ref: ref\n");
        assert_eq!(cut.expected, "\"ref: \" and a name below refs/");
        assert_eq!(cut.found, "\"ref: ref\\n\"");
        let long = lab.disagrees(REFS[0], &[b'x'; 100]).found;
        assert!(long.starts_with("100 bytes that begin with \"xxxx"), "{long}");
    }

    #[test]
    fn what_git_passes_over_is_let_be() {
        let lab = lab();
        for path in [
            ".git/refs/heads/.main.swp",
            ".git/refs/heads/main.lock",
            ".git/refs/heads/main~",
            ".git/refs/desktop.ini",
            ".git/refs/heads/a b",
            ".git/refs/heads",
            ".git/worktrees/w/refs/heads",
            ".git/HEAD.lock",
            ".git/logs/HEAD",
            ".git/logs/refs/heads/main",
            ".git/modules/libs/a/logs/refs/heads/main",
            ".git/svn/refs/remotes/trunk/index",
            ".git/ORIG_HEAD",
            ".git/modules/HEAD",
            "src/refs/heads/main",
            "src/HEAD",
            "HEAD",
            "refs/main",
        ] {
            // Of refs/heads, which is a directory elsewhere.
            Lab::new().not_ours(path, b"");
        }
        lab.not_checked(REFS[0], &[b'a'; 4097]);
    }

    #[test]
    fn what_is_not_in_a_repository_is_not_judged() {
        let lab = Lab::new();
        for path in HEADS.iter().chain(&REFS[..8]) {
            assert_eq!(lab.not_checked(path, b"a text on something"), ALONE);
        }
    }

    #[test]
    fn a_repository_may_have_any_name_and_a_ref_many() {
        let lab = lab();
        lab.put("db/foo-01ab/objects/info/packs", b"");
        lab.put("db/foo-01ab/refs/heads/a", HASH.as_bytes());
        lab.put("db/foo-01ab/HEAD", b"ref: refs/heads/a\n");
        for path in [
            "db/foo-01ab/HEAD",
            "db/foo-01ab/refs/heads/a",
            "db/foo-01ab/refs/remotes/origin/users/ann/x",
            ".git/refs/remotes/origin/users/ann/feat/parser/x",
            ".git/modules/libs/a/refs/remotes/origin/feat/y",
        ] {
            lab.agrees(path, HASH.as_bytes());
            lab.disagrees(path, &[0; 41]);
            lab.disagrees(path, b"a text");
        }
        lab.not_ours("db/other/HEAD", b"a text");
        lab.not_ours("db/other/refs/heads/a", b"a text");
        lab.not_ours("db/foo-01ab/refs/a.html", b"a text");
    }

    #[test]
    fn repositories_of_tests_are_broken_on_purpose() {
        let lab = lab();
        for path in ["tests/.git/HEAD", "tests/.git/refs/heads/main"] {
            assert_eq!(lab.verdict(path, b""), Some(Verdict::Disbelieved), "{path}");
        }
    }
}
