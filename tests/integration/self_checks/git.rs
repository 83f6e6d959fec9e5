//! Damage of git's repositories, refs and indexes is found as git itself finds it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{files_below, flip, found, scan};
use crate::harness::{Need, in_lab, tool};

fn git(top: &Path, arguments: &[&str]) -> bool {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "gc.auto=0"];
    let mut git = tool("git");
    // The same objects each time: of a deflate stream some bits carry nothing.
    let dates = ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, "1700000000 +0000"));
    git.current_dir(top).envs(dates).args(identity).args(arguments);
    let run = git.output().unwrap();
    run.status.success()
}

/// A repository with a pack and with loose objects.
pub(super) fn repository(top: &Path) {
    assert!(git(top, &["init", "-q"]));
    for round in 0..2 {
        for n in 0..150 {
            let content = format!("{round} {n}\n").repeat(n + 1);
            fs::write(top.join(format!("file-{round}-{n}")), content).unwrap();
        }
        assert!(git(top, &["add", "."]) && git(top, &["commit", "-q", "-m", "a"]));
        if round == 0 {
            assert!(git(top, &["gc", "-q"]));
        }
    }
}

#[test]
fn damage_of_a_git_repository_is_found_as_git_fsck_finds_it() {
    in_lab(&[Need::Tool("git")], |dir| {
        let top = dir.folder("project");
        repository(&top);
        assert!(git(&top, &["fsck", "--full", "--strict"]));
        scan(dir, &top).expect_code(0);
        let objects = files_below(&top.join(".git/objects"));
        let (packs, loose): (Vec<PathBuf>, Vec<PathBuf>) = objects
            .into_iter()
            .filter(|path| !path.ends_with("info/packs"))
            .partition(|path| path.parent().unwrap().ends_with("pack"));
        assert!(packs.len() >= 2 && loose.len() > 150, "{packs:?}");
        for (seed, pack) in packs.iter().cycle().take(40).enumerate() {
            let sound = fs::read(pack).unwrap();
            flip(pack, seed);
            let outcome = scan(dir, &top);
            let only = BTreeSet::from([pack.clone()]);
            outcome.expect_code(1).expect(found(&outcome) == only, &format!("{pack:?}"));
            if pack.extension().is_some_and(|ending| ending == "pack") {
                outcome.expect(!git(&top, &["fsck", "--full"]), "git fsck finds it, too");
            }
            fs::write(pack, sound).unwrap();
        }
        loose.iter().enumerate().for_each(|(seed, path)| flip(path, seed));
        let outcome = scan(dir, &top);
        let all = loose.into_iter().collect();
        outcome.expect_code(1).expect(found(&outcome) == all, "every object, and nothing else");
        outcome.expect(!git(&top, &["fsck", "--full"]), "git fsck finds it, too");
    });
}

/// A crash leaves them as zeros, empty, or cut.
#[test]
fn damage_of_refs_is_found_as_git_fsck_finds_it() {
    in_lab(&[Need::Tool("git")], |dir| {
        let top = dir.folder("project");
        repository(&top);
        assert!(git(&top, &["tag", "-a", "-m", "a", "v1"]) && git(&top, &["pack-refs", "--all"]));
        assert!(git(&top, &["branch", "topic/test"]));
        assert!(git(&top, &["fsck", "--full", "--strict"]));
        scan(dir, &top).expect_code(0);
        for name in ["HEAD", "refs/heads/topic/test", "packed-refs"] {
            let path = top.join(".git").join(name);
            let sound = fs::read(&path).unwrap();
            let cut = &sound[..sound.len() / 3];
            let all: [&[u8]; 4] = [&vec![0; sound.len()], cut, &[cut, &[0; 9]].concat(), b""];
            for damaged in all {
                fs::write(&path, damaged).unwrap();
                let outcome = scan(dir, &top);
                if name == "packed-refs" && damaged.is_empty() {
                    let unverified = outcome.report().unchecked_count("not-verified");
                    outcome.expect_code(0).expect(unverified == 1, "as good as none for git");
                    continue;
                }
                let only = BTreeSet::from([path.clone()]);
                let said = format!("{name}: {}", damaged.escape_ascii());
                outcome.expect_code(1).expect(found(&outcome) == only, &said);
                outcome.expect(!git(&top, &["fsck"]), &format!("git fsck finds it, too: {said}"));
            }
            fs::write(&path, sound).unwrap();
        }
        scan(dir, &top).expect_code(0);
    });
}

/// What an index may have beside its entries, and how git is asked for it.
const INDEXES: [(&str, &[&str]); 9] = [
    ("plain", &[]),
    (
        "threads",
        &[
            "git config index.threads 4",
            "git config index.recordEndOfIndexEntries true",
            "git config index.recordOffsetTable true",
        ],
    ),
    ("untracked", &["git update-index --force-untracked-cache"]),
    (
        "split",
        &[
            "git -c index.skipHash=false update-index --split-index",
            "git config splitIndex.maxPercentChange 100",
        ],
    ),
    ("unshared", &["git update-index --split-index"]),
    ("sparse", &["git sparse-checkout init --cone --sparse-index", "git sparse-checkout set a"]),
    (
        "fsmonitor",
        &[
            "printf '#!/bin/sh\\nprintf \"token\\\\000/\\\\000\"' >.git/hooks/fsmonitor",
            "chmod +x .git/hooks/fsmonitor",
            "git config core.fsmonitor .git/hooks/fsmonitor",
            "git update-index --fsmonitor",
        ],
    ),
    ("intent", &["echo intent >intent", "git add -N intent"]),
    (
        "conflict",
        &[
            "git checkout -q -b other && echo o >c/k1 && echo o >c/k2 && git commit -q -a -m other",
            "git checkout -q - && echo m >c/k1 && echo m >c/k2 && git commit -q -a -m mine",
            "git merge -q other || echo r >c/k1 && git add c/k1",
        ],
    ),
];

/// A repository whose index has no checksum.
fn with_index(top: &Path, format: &str, version: u8, asked: &[&str]) {
    let made = format!(
        "set -e
        exec >&2
        git init -q --object-format={format} .
        git config index.skipHash true
        git config index.version {version}
        mkdir -p a/b c d/e/f
        for n in $(seq 1 40); do for at in a a/b c d/e/f; do echo $at $n >$at/k$n; done; done
        git add . && git commit -q -m a
        echo modules >.gitignore
        mkdir -p modules/x u/v/w && echo 1 >modules/x/y && echo 2 >u/v/w/z
        {}
        echo staged >a/staged
        git add a/staged
        git status --short >/dev/null || :
        git ls-files --stage >/dev/null",
        asked.join("\n")
    );
    let mut shell = tool("sh");
    let names = ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "a"));
    let addresses = ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.org"));
    let run = shell.args(["-c", &made]).envs(names).envs(addresses).current_dir(top).output();
    let run = run.unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// An index may be written without a checksum, and zeros stand in its place: those of a lost end are
/// told from them, whatever the index holds.
#[test]
fn an_index_whose_end_was_lost_is_found_where_git_wrote_no_checksum() {
    in_lab(&[Need::Tool("git")], |dir| {
        let top = dir.folder("projects");
        for format in ["sha1", "sha256"] {
            for version in 2..=4 {
                for (name, asked) in INDEXES {
                    let project = dir.folder(format!("projects/{format}-{version}-{name}"));
                    with_index(&project, format, version, asked);
                }
            }
        }
        let mut indexes: Vec<PathBuf> = files_below(&top);
        indexes.retain(|path| path.ends_with(".git/index"));
        assert_eq!(indexes.len(), 6 * INDEXES.len());
        // One that is split without a checksum is shared as one of the hash of zeros, names left out.
        let shared = |path: &PathBuf| path.to_string_lossy().contains("/sharedindex.00000000");
        indexes.extend(files_below(&top).into_iter().filter(shared));
        assert_eq!(indexes.len(), 6 * INDEXES.len() + 6);
        let outcome = scan(dir, &top);
        let unverified = outcome.expect_code(0).report().unchecked_count("not-verified");
        outcome.expect(unverified == indexes.len() as u64, "none has a checksum");
        for lost in [200, 512, 4096] {
            let whole: Vec<_> = indexes.iter().map(|path| fs::read(path).unwrap()).collect();
            for (path, whole) in indexes.iter().zip(&whole) {
                // The header of a split one may be all that is left.
                let kept = whole.len().saturating_sub(lost).max(12);
                let mut zeroed = whole.clone();
                zeroed[kept..].fill(0);
                fs::write(path, zeroed).unwrap();
            }
            let outcome = scan(dir, &top);
            let all = indexes.iter().cloned().collect();
            outcome.expect(found(&outcome) == all, &format!("{lost} bytes of each"));
            indexes.iter().zip(whole).for_each(|(path, whole)| fs::write(path, whole).unwrap());
        }
        scan(dir, &top).expect_code(0);
    });
}

/// Its name says what it is when its first bytes do not.
#[test]
fn a_shared_index_without_its_beginning_is_found() {
    in_lab(&[Need::Tool("git")], |dir| {
        let top = dir.folder("project");
        with_index(&top, "sha1", 2, INDEXES[3].1);
        let is_shared = |path: &PathBuf| path.to_string_lossy().contains("/sharedindex.");
        let shared = files_below(&top).into_iter().find(is_shared).unwrap();
        scan(dir, &top).expect_code(0);
        let mut bytes = fs::read(&shared).unwrap();
        bytes[..4096].fill(0);
        fs::write(&shared, bytes).unwrap();
        let outcome = scan(dir, &top);
        outcome.expect(!git(&top, &["ls-files"]), "git does not read it");
        outcome.expect(found(&outcome) == [shared].into(), "and it is found");
    });
}
