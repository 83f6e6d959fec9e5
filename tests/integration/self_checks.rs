//! Files that carry a checksum of their own: each planted fault is found, and nothing else.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha512};

use crate::harness::{Dir, Fscan, Mount, Need, Outcome, in_lab, tool};

/// Files below a folder, in order.
fn files_below(top: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(top).sort_by_file_name().into_iter().map(Result::unwrap);
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Flips one bit of a file, somewhere that depends on `seed`.
fn flip(path: &Path, seed: usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = seed.wrapping_mul(0x9e37_79b9) % bytes.len();
    bytes[at] ^= 1 << (seed % 8);
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A file that was just written may be unfinished, so all of them are made older.
fn age(top: &Path) {
    let hour_ago = SystemTime::now() - Duration::from_hours(1);
    for path in files_below(top) {
        // Git's own are read-only; root may open them all the same.
        if let Ok(file) = OpenOptions::new().append(true).open(path) {
            file.set_modified(hour_ago).unwrap();
        }
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(content).unwrap();
    packed.finish().unwrap()
}

fn scan(dir: &Dir, top: &Path) -> Outcome {
    age(top);
    Fscan::new(dir).args(["--format=json", "--all-findings", "--check=content"]).arg(top).run()
}

/// The files that were found to contradict themselves.
fn found(outcome: &Outcome) -> BTreeSet<PathBuf> {
    let report = outcome.report();
    outcome.expect(report.codes().iter().all(|c| *c == "content-self-check-failed"), "only these");
    let paths = report.findings.iter().map(|finding| finding.subject.path_bytes().unwrap());
    paths.map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(&path))).collect()
}

/// As npm lays its cache out: content by SHA-512.
fn npm_cache(top: &Path, count: usize) {
    for n in 0..count {
        let content = format!("package {n} ").repeat(n % 50 + 1);
        let hex = Sha512::digest(&content).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let folder = top.join(format!("_cacache/content-v2/sha512/{}/{}", &hex[..2], &hex[2..4]));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(&hex[4..]), content).unwrap();
    }
}

#[test]
fn every_flipped_bit_of_an_npm_cache_is_found() {
    let dir = Dir::new();
    let top = dir.folder("home");
    npm_cache(&top, 1100);
    scan(&dir, &top).expect_code(0);
    let all = files_below(&top);
    let damaged: BTreeSet<PathBuf> = all.iter().take(1000).cloned().collect();
    damaged.iter().enumerate().for_each(|(seed, path)| flip(path, seed));
    let outcome = scan(&dir, &top);
    outcome.expect_code(1).expect(found(&outcome) == damaged, "the thousand, and no other");
}

/// As pnpm links its store into projects: the name that carries the hash may be met last.
#[test]
fn a_file_is_checked_under_the_name_that_carries_its_hash() {
    let dir = Dir::new();
    let top = dir.folder("home");
    npm_cache(&top.join("z"), 40);
    let stored = files_below(&top);
    fs::create_dir(top.join("a")).unwrap();
    for (n, path) in stored.iter().enumerate() {
        fs::hard_link(path, top.join(format!("a/{n}"))).unwrap();
        flip(path, n);
    }
    for threads in ["1", "2", "8"] {
        age(&top);
        let scan =
            Fscan::new(&dir).args(["--format=json", "--check=content", "--threads", threads]);
        let outcome = scan.arg(&top).run();
        let all = stored.iter().cloned().collect();
        outcome.expect_code(1).expect(found(&outcome) == all, "each, under its hash");
    }
}

/// What feeds an archive may take its time, and a download may fill a file of its full size in any
/// order: only when its writer is gone it has ended.
#[test]
fn what_is_still_being_written_has_not_ended() {
    let dir = Dir::new();
    let whole = gzip(b"select 1;\n".repeat(900).as_slice());
    dir.file("tree/dump.sql.gz", &whole);
    let in_the_middle = [&whole[..20], &[0; 20], &whole[40..]].concat();
    let begun = [
        dir.file("tree/begun.sql.gz", &whole[..20]),
        dir.file("tree/beginning.sql.gz", &[vec![0; 4096], whole.clone()].concat()),
        dir.file("tree/middle.sql.gz", &in_the_middle),
        dir.file("tree/picture.png", &[0; 8192]),
    ];
    // Of one that is fetched in pieces the holes tell, when nobody has it open for a while.
    let paused = dir.file("tree/paused.sql.gz", &whole[..40]);
    OpenOptions::new().write(true).open(paused).unwrap().set_len(1 << 20).unwrap();
    // One whose blocks were given to it beforehand has none: its control file tells.
    for (name, content) in
        [("given.sql.gz", [&whole[..40], &[0; 8192]].concat()), ("given.png", vec![0; 8192])]
    {
        dir.file(format!("tree/{name}"), &content);
        dir.file(format!("tree/{name}.aria2"), b"\0\x01");
    }
    age(&dir.join("tree"));
    let open = |path| OpenOptions::new().append(true).open(path).unwrap();
    let writers = begun.each_ref().map(open);
    let outcome = scan(&dir, &dir.join("tree"));
    let report = outcome.expect_code(0).report();
    outcome.expect(report.unchecked_count("unfinished") == 7, "open");
    outcome.expect(report.totals.files_verified == 1, "the whole one is vouched for");
    drop(writers);
    let outcome = scan(&dir, &dir.join("tree"));
    let report = outcome.expect_code(1).report();
    outcome.expect(report.findings_of("content-zeroed").len() == 1, "the picture");
    outcome.expect(report.unchecked_count("unfinished") == 3, "a hole, control files");
    let archives = report.findings_of("content-self-check-failed").len();
    outcome.expect(archives == 3, "closed, and not whole");
}

/// A block of another file stands where theirs was: what proves what they were is found, and each other
/// is named.
#[test]
fn what_lost_its_first_block_to_another_file_is_not_passed_over() {
    in_lab(&[Need::Tool("python3")], |dir| {
        let mut noise = vec![0; 9000];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        let content = dir.file("content", &noise);
        let top = dir.folder("tree");
        let mut made = tool("python3");
        made.args(["-m", "zipfile", "-c"]).arg(top.join("a.jar")).arg(&content);
        assert!(made.status().unwrap().success());
        dir.file("tree/b.tar.gz", &gzip(&noise));
        let end = b"\0\0\0\0IEND\xaeB`\x82";
        dir.file("tree/c.png", &[&noise, &end[..]].concat());
        dir.file("tree/d.sqlite", &noise[..8192]);
        for path in files_below(&top) {
            let mut bytes = fs::read(&path).unwrap();
            bytes[..512].copy_from_slice(&b"GNU GENERAL PUBLIC LICENSE ".repeat(20)[..512]);
            fs::write(&path, bytes).unwrap();
        }
        dir.file("tree/e.db", &[&[0; 512], &noise[..7680]].concat());
        let outcome = scan(dir, &top);
        let proven = ["a.jar", "c.png"].map(|name| top.join(name));
        outcome.expect_code(1).expect(found(&outcome) == proven.into(), "by their ends");
        let named = ["b.tar.gz", "d.sqlite", "e.db"].map(|name| top.join(name));
        let report = outcome.report();
        let told = report.unchecked_examples("not-verified");
        outcome.expect(told.len() == 3, "the others, once each");
        let is_told = |path: &PathBuf| told.iter().any(|told| Path::new(told) == path);
        outcome.expect(named.iter().all(is_told), "by their names");
    });
}

/// Where a volume is mounted says nothing of what it holds; a directory of it does.
#[test]
fn a_mount_point_is_not_named_as_test_data() {
    in_lab(&[], |dir| {
        let volume = Mount::tmpfs(&dir.folder("test"), "size=8m");
        fs::create_dir(volume.join("fixtures")).unwrap();
        let packed = gzip(b"select 1;\n".repeat(900).as_slice());
        let cut = &packed[..packed.len() - 9];
        fs::write(volume.join("dump.sql.gz"), cut).unwrap();
        fs::write(volume.join("fixtures/dump.sql.gz"), cut).unwrap();
        let outcome = scan(dir, volume.point());
        outcome.expect(found(&outcome) == [volume.join("dump.sql.gz")].into(), "the volume's own");
        outcome.expect(outcome.report().unchecked_count("test-data") == 1, "test data");
        let outcome = scan(dir, &volume.join("fixtures"));
        outcome.expect(outcome.report().unchecked_count("test-data") == 1, "by PATH's own name");
    });
}

/// All threads read it together, in any order.
#[test]
fn damage_of_a_large_archive_is_found_by_any_number_of_threads() {
    in_lab(&[Need::Tool("python3")], |dir| {
        let mut bytes = vec![0; 12 << 20];
        blake3::Hasher::new().finalize_xof().fill(&mut bytes);
        let content = dir.file("content", &bytes);
        let top = dir.folder("tree");
        for name in ["first.zip", "second.zip"] {
            let mut made = tool("python3");
            made.args(["-m", "zipfile", "-c"]).arg(top.join(name)).arg(&content);
            assert!(made.status().unwrap().success());
        }
        let damaged = top.join("second.zip");
        assert!(fs::metadata(&damaged).unwrap().len() > 8 << 20, "it is read in parts");
        flip(&damaged, 77);
        age(&top);
        for threads in ["1", "2", "5"] {
            let scan =
                Fscan::new(dir).args(["--format=json", "--check=content", "--threads", threads]);
            let outcome = scan.arg(&top).run();
            outcome.expect(found(&outcome) == [damaged.clone()].into(), "the damaged one alone");
        }
    });
}

#[test]
fn a_checksum_that_was_not_looked_at_is_told() {
    let dir = Dir::new();
    let vendored = dir.file("tree/vendor/a/.cargo-checksum.json", b"{\"files\":");
    let outcome = scan(&dir, &dir.join("tree"));
    let report = outcome.expect_code(0).report();
    outcome.expect(report.unchecked_examples("not-verified") == [vendored.to_str().unwrap()], "it");
    outcome.expect(outcome.stdout().contains("self-check (no list of files"), "and why");
}

/// What a crash leaves of files that were being written, under names that say what they held.
#[test]
fn files_that_lost_all_their_bytes_are_found() {
    in_lab(&[Need::Tool("git")], |dir| {
        let top = dir.folder("home");
        npm_cache(&top, 20);
        let project = top.join("project");
        fs::create_dir(&project).unwrap();
        repository(&project);
        // Empty by right: a hash of nothing, a lock, a file of the user's.
        let nothing = Sha512::digest(b"").iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let (first, rest) = nothing.split_at(2);
        let (second, rest) = rest.split_at(2);
        let folder = top.join(format!("_cacache/content-v2/sha512/{first}/{second}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(rest), b"").unwrap();
        fs::write(project.join(".git/shallow.lock"), b"").unwrap();
        fs::write(project.join("empty.gz"), b"").unwrap();
        scan(dir, &top).expect_code(0);

        let cache = files_below(&top.join("_cacache"));
        let git = project.join(".git");
        let mut objects = files_below(&git.join("objects"));
        objects
            .retain(|path| !path.ends_with("info/packs") && !path.ends_with("info/commit-graph"));
        let whole = |path: &&PathBuf| fs::metadata(path).unwrap().len() > 0;
        let emptied: BTreeSet<PathBuf> =
            cache.iter().chain(&objects).filter(whole).cloned().collect();
        assert!(emptied.len() > 170, "{}", emptied.len());
        for path in &emptied {
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
            fs::write(path, b"").unwrap();
        }
        let outcome = scan(dir, &top);
        let all = found(&outcome);
        let missed: Vec<_> = emptied.difference(&all).collect();
        let false_alarms: Vec<_> = all.difference(&emptied).collect();
        outcome.expect_code(1).expect(
            missed.is_empty() && false_alarms.is_empty(),
            &format!("not found: {missed:?}, and not emptied: {false_alarms:?}"),
        );
    });
}

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
fn repository(top: &Path) {
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

/// As it stands under a checksum that was not looked at, so does what a list or a line lost.
#[test]
fn what_was_lost_from_a_store_is_told() {
    let dir = Dir::new();
    let hash = "0".repeat(64);
    let list = format!("{{\"files\":{{\"src/lib.rs\":\"{hash}\"}},\"package\":null}}");
    dir.file("tree/vendor/a/.cargo-checksum.json", list.as_bytes());
    let index = format!("tree/_cacache/index-v5/0a/1b/{}", "2".repeat(60));
    dir.file(&index, b"\n0123456789012345678901234567890123456789\t{\"key\":\"a");
    let outcome = scan(&dir, &dir.join("tree"));
    outcome.expect(outcome.expect_code(0).report().unchecked_count("not-verified") == 2, "both");
    for why in ["self-check (files that it lists are not there", "self-check (its last line is cut"]
    {
        outcome.expect(outcome.stdout().contains(why), why);
    }
}
