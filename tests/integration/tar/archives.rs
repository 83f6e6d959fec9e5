//! `--pattern sequential` beside the system's tar: the same archive, extracted by both, is the
//! same tree.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use walkdir::WalkDir;

use super::{expect_names, expect_whole, package, scratches, succeed, tar, trips};
use crate::harness::{Fscan, Image, Mount, Need, Outcome, User, in_lab, tool};

/// Where the sparse file has something, in bytes.
const ISLANDS: [u64; 3] = [1 << 20, 20 << 20, (40 << 20) - 10];

/// What tar keeps of a tree, but for what only the newer format can hold.
fn tree(top: &Path) {
    let deep = (0..3).fold(top.join("long"), |path, n| path.join(format!("{n}").repeat(90)));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("n".repeat(150)), "a path of more than 255 bytes").unwrap();
    fs::write(top.join("n".repeat(101)), "a name of more than 100 bytes").unwrap();
    symlink("t".repeat(300), top.join("long/link")).unwrap();
    fs::create_dir_all(top.join("a/b/empty")).unwrap();
    fs::write(top.join("a/b/file"), "content").unwrap();
    fs::write(top.join("empty"), "").unwrap();
    fs::write(top.join("large"), vec![b'x'; 1_000_001]).unwrap();
    fs::write(top.join("Grüße 日本語"), "a name that is not ASCII").unwrap();
    fs::write(top.join("line\nbreak \\ and \"quotes\""), "a name that needs quotes").unwrap();
    for (name, mode) in [("private", 0o600), ("run", 0o755), ("shared", 0o666), ("none", 0o000)] {
        fs::write(top.join(name), name).unwrap();
        fs::set_permissions(top.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    for name in ["second", "a/b/third"] {
        fs::hard_link(top.join("large"), top.join(name)).unwrap();
    }
    for (name, target) in [("link", "a/b/file"), ("dangling", "nowhere"), ("a/up", "..")] {
        symlink(target, top.join(name)).unwrap();
    }
    sparse(&top.join("sparse"), &ISLANDS);
    // Nothing but holes, and data with a hole behind it.
    sparse(&top.join("hollow"), &[]);
    sparse(&top.join("begins"), &[0]);
    fs::set_permissions(top.join("a/b"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(top.join("a/b/empty"), fs::Permissions::from_mode(0o555)).unwrap();
    // The deepest first: what is made in a directory changes its time.
    for (n, entry) in WalkDir::new(top).contents_first(true).into_iter().enumerate() {
        let entry = entry.unwrap();
        if entry.file_type().is_symlink() {
            succeed(tool("touch").args(["-h", "-d", "@1300000000.5"]).arg(entry.path()));
        } else {
            let since = Duration::new(1_200_000_000 + n as u64, 123_456_789);
            let time = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + since);
            File::open(entry.path()).unwrap().set_times(time).unwrap();
        }
    }
}

fn sparse(path: &Path, islands: &[u64]) {
    let file = File::create(path).unwrap();
    file.set_len(40 << 20).unwrap();
    islands.iter().for_each(|at| file.write_all_at(b"an island", *at).unwrap());
}

/// What an entry is; names of one file stand together. A directory's size and links are the
/// filesystem's.
fn describe(top: &Path) -> BTreeMap<PathBuf, String> {
    let mut first_names = BTreeMap::new();
    let entries = WalkDir::new(top).min_depth(1).sort_by_file_name().into_iter();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(top).unwrap().to_owned();
            let meta = entry.metadata().unwrap();
            let (kind, mode) = (meta.file_type(), meta.mode() & 0o7777);
            let time = format!("{}.{:09}", meta.mtime(), meta.mtime_nsec());
            let what = if kind.is_dir() {
                "directory".to_owned()
            } else if kind.is_symlink() {
                format!("link to {}", fs::read_link(entry.path()).unwrap().display())
            } else {
                let first = first_names.entry(meta.ino()).or_insert_with(|| path.clone()).clone();
                let hash = blake3::hash(&fs::read(entry.path()).unwrap());
                let room = meta.blocks() * 512 <= meta.len() / 10 + 8192 || meta.len() < 1 << 21;
                format!("file {} {hash} like {} sparse {room}", meta.len(), first.display())
            };
            (path, format!("{what}, mode {mode:04o}, time {time}"))
        })
        .collect()
}

/// The directory that was kept of the only package.
fn extracted(outcome: &Outcome, place: &Path, name: &str) -> PathBuf {
    let [kept] = &scratches(place)[..] else { outcome.fail("what was extracted is kept") };
    kept.join("sequential-1/node_modules").join(name)
}

fn differences(ours: &BTreeMap<PathBuf, String>, theirs: &BTreeMap<PathBuf, String>) -> String {
    let paths = ours.keys().chain(theirs.keys()).collect::<std::collections::BTreeSet<_>>();
    let unlike = paths.into_iter().filter(|path| ours.get(*path) != theirs.get(*path));
    let lines = unlike
        .map(|p| format!("{}\n  ours {:?}\n  tar  {:?}", p.display(), ours.get(p), theirs.get(p)));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_tree_as_by_gnu_tar() {
    let formats: [&[&str]; 6] = [
        &["--format=gnu"],
        &["--format=posix"],
        &["--format=gnu", "-S"],
        &["--format=posix", "-S", "--sparse-version=1.0"],
        &["--format=posix", "-S", "--sparse-version=0.1"],
        &["--format=posix", "-S", "--sparse-version=0.0"],
    ];
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], move |dir| {
        let image = Image::ext4(dir, 512, &[]);
        let mount = image.mount("rw");
        tree(&mount.join("tree"));
        for options in formats {
            let sparse = options.contains(&"-S");
            // Holes that are packed as zeros and compressed look like a bomb.
            let name = if sparse { "tree.tgz" } else { "tree.tar" };
            let archive = dir.join(name);
            let mut pack = tool("tar");
            pack.args(options).arg("-caf").arg(&archive).arg("-C").arg(mount.join("tree"));
            succeed(pack.arg("."));
            let theirs = mount.join("theirs");
            fs::create_dir(&theirs).unwrap();
            succeed(tool("tar").arg("-xpf").arg(&archive).arg("-C").arg(&theirs));
            let place = mount.join("place");
            fs::create_dir(&place).unwrap();
            let run = tar(dir, &place).args(["--pattern=sequential", "--keep", "--archive"]);
            let outcome = run.arg(&archive).run();
            expect_whole(&outcome);
            let ours = describe(&extracted(&outcome, &place, "tree"));
            let theirs_are = describe(&theirs);
            assert_eq!(differences(&ours, &theirs_are), "", "{options:?}");
            assert!(ours.len() > 25, "{options:?}: {ours:#?}");
            let hollow = ours[Path::new("sparse")].contains("sparse true");
            assert_eq!(hollow, sparse, "{options:?}: {:?}", ours[Path::new("sparse")]);
            fs::remove_dir_all(theirs).unwrap();
            fs::remove_dir_all(place).unwrap();
        }
    });
}

/// tree -> tar -> tree, judged by a scan.
#[test]
fn a_tree_that_is_packed_and_extracted_is_intact() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 512, &[]);
        let mount = image.mount("rw");
        let top = mount.join("app");
        tree(&top);
        fs::set_permissions(&top, fs::Permissions::from_mode(0o755)).unwrap();
        let place = mount.join("place");
        fs::create_dir(&place).unwrap();
        let scan = || Fscan::new(dir).args(["--format=json", "--skip=kernel"]);
        scan().arg("--manifest=before").arg(&top).run().expect_code(0);
        let run = tar(dir, &place).arg(format!("--from-tree={}", top.display()));
        let outcome = run.args(["--pattern=sequential", "--keep"]).run();
        expect_whole(&outcome);
        let copy = extracted(&outcome, &place, "app");
        // The root itself is no member of the archive.
        let root = fs::metadata(&top).unwrap().modified().unwrap();
        File::open(&copy).unwrap().set_times(FileTimes::new().set_modified(root)).unwrap();
        let outcome = scan().args(["--baseline=before", "--strict"]).arg(&copy).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.codes().is_empty(), "nothing is missing, added or changed");
        let diff = report.diff.unwrap();
        let differing = [&diff.totals.missing, &diff.totals.added, &diff.totals.changed];
        outcome.expect(differing.iter().all(|tally| tally.entries == 0), "nothing at all");
        outcome.expect(diff.totals.metadata.entries == 0, "nor modes, times and links");
        outcome.expect(diff.totals.unchanged.entries > 25, "and all is compared");
    });
}

/// Packages of a node_modules are packages here too.
#[test]
fn a_tree_with_packages_goes_through_each_pattern() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=256m");
        let app = mount.join("app");
        for package in ["foo", "@scope/bar", "foo/node_modules/inner"] {
            let folder = app.join("node_modules").join(package);
            fs::create_dir_all(folder.join("lib")).unwrap();
            fs::write(folder.join("package.json"), "{}").unwrap();
            fs::write(folder.join("lib/index.js"), package.as_bytes()).unwrap();
        }
        fs::write(app.join("index.js"), "app").unwrap();
        let outcome = tar(dir, &app).arg("--from-tree").run();
        expect_whole(&outcome);
        let runs = trips(&outcome).runs;
        outcome.expect(runs.iter().all(|run| run.packages == 4), "the app and its packages");
        expect_names(&outcome, &app, &["index.js", "node_modules"]);
    });
}

/// Nothing is examined, and nobody may take that for a clean bill of health.
#[test]
fn a_tree_without_anything_in_it_is_nothing_to_extract() {
    in_lab(&[], |dir| {
        let (place, tree) = (dir.folder("place"), dir.folder("tree"));
        let outcome = tar(dir, &place).arg(format!("--from-tree={}", tree.display())).run();
        outcome.expect_code(2);
    });
}

/// The name of an archive may be as long as a name can be; what npm puts before and behind it when
/// it retires a package no longer fits then.
#[test]
fn an_archive_with_a_long_name_accuses_nobody() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        let archive = package(dir, "short", &[("package.json", b"{}")]);
        for length in [200, 240, 244, 251] {
            let long = dir.join(format!("{}.tgz", "n".repeat(length)));
            fs::copy(&archive, &long).unwrap();
            expect_whole(&tar(dir, &place).arg("--archive").arg(long).run());
        }
    });
}

/// Directories that their own owner may not enter: tar extracts them, and so does this.
#[test]
fn directories_that_nobody_may_enter_accuse_nobody() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let top = dir.folder("packed");
        for mode in [0o000, 0o111, 0o222, 0o444, 0o555] {
            let folder = top.join(format!("package/{mode:03o}"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("file"), "in it").unwrap();
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        }
        let archive = dir.join("modes.tgz");
        succeed(tool("tar").arg("-czf").arg(&archive).arg("-C").arg(&top).arg("package"));
        let place = dir.folder("place");
        std::os::unix::fs::chown(&place, Some(65534), Some(65534)).unwrap();
        for user in [User::Caller, User::Nobody] {
            let outcome = tar(dir, &place).arg("--archive").arg(&archive).user(user).run();
            let report = outcome.expect_code(0).report();
            outcome.expect(report.verdict == "healthy", "the filesystem did as it was told");
            expect_names(&outcome, &place, &[]);
        }
    });
}
