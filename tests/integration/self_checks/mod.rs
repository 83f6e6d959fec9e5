//! Files that carry a checksum of their own: each planted fault is found, and nothing else.

mod git;

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
        git::repository(&project);
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
