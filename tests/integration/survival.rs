//! Did everything survive? Copies on a new ext4 that are intact, and copies with planted
//! differences, each of which is told once, and nothing else.
//!
//! The tree that is copied is generated. `FSCAN_SURVIVAL_TREE` names real ones, with colons between
//! them and without sockets, that are copied (`cp -a`) beside it before anything is read; each test
//! then takes twice their size in /tmp, and prints how much it copied and how long that took:
//! `FSCAN_SURVIVAL_TREE=/path/node_modules:/path/repository cargo test --release --test integration
//! survival -- --nocapture --test-threads=1`.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags, makedev, mknodat, removexattr,
    setxattr, utimensat,
};

use crate::harness::{
    Dir, Fscan, Image, Need, Outcome, Totals, User, counted_by_walkdir, in_lab, realistic, tool,
};

/// A difference: its name, what is there before, what becomes of it, and what is told of it: the
/// kind, the path below its folder (both where it moved), and the fields that differ.
struct Planted {
    name: &'static str,
    before: fn(&Path),
    change: fn(&Path),
    told: &'static [(&'static str, &'static str, &'static str)],
}

const fn planted(
    name: &'static str,
    before: fn(&Path),
    change: fn(&Path),
    told: &'static [(&'static str, &'static str, &'static str)],
) -> Planted {
    Planted { name, before, change, told }
}

fn file(at: &Path) {
    fs::write(at.join("f"), b"some content of a file").unwrap();
}

fn folder(at: &Path) {
    fs::create_dir(at.join("d")).unwrap();
}

fn link(at: &Path) {
    symlink("target", at.join("l")).unwrap();
}

fn full_folder(at: &Path) {
    fs::create_dir_all(at.join("d/e")).unwrap();
    fs::write(at.join("d/e/f"), b"below").unwrap();
}

/// A folder that no other case has, with all that a folder can hold.
fn rich_folder(at: &Path) {
    let d = at.join("d");
    fs::create_dir_all(d.join("void")).unwrap();
    for name in ["1", "2", "3"] {
        fs::write(d.join(name), format!("{name} of {}", at.display())).unwrap();
    }
    fs::write(d.join("empty"), b"").unwrap();
    symlink("target", d.join("l")).unwrap();
    device(d.join("n"), FileType::CharacterDevice, 1);
    mknodat(CWD, d.join("p"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
}

/// Renames it, and changes something in it while its time stays.
fn renamed_with(at: &Path, change: impl FnOnce(&Path)) {
    rename(at, "d", "e");
    in_place(&at.join("e"), || change(&at.join("e")));
}

fn two_names(at: &Path) {
    file(at);
    fs::hard_link(at.join("f"), at.join("g")).unwrap();
}

fn attribute(at: &Path) {
    file(at);
    setxattr(at.join("f"), "user.kept", b"old", XattrFlags::empty()).unwrap();
}

/// Changes something and sets the time of the content back.
fn unnoticed(path: &Path, change: impl FnOnce(&File)) {
    let facts = fs::symlink_metadata(path).unwrap();
    let opened = OpenOptions::new().write(true).open(path).unwrap();
    change(&opened);
    set_time(path, facts.mtime(), facts.mtime_nsec());
}

fn set_time(path: &Path, seconds: i64, nanoseconds: i64) {
    let time = Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let times = Timestamps { last_access: time, last_modification: time };
    utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn rename(at: &Path, from: &str, to: &str) {
    fs::rename(at.join(from), at.join(to)).unwrap();
}

fn device(path: PathBuf, kind: FileType, minor: u32) {
    mknodat(CWD, path, kind, Mode::from_raw_mode(0o600), makedev(9, minor)).unwrap();
}

/// Makes a copy of a name.
fn tear(at: &Path) {
    let before = fs::metadata(at.join("f")).unwrap();
    fs::remove_file(at.join("g")).unwrap();
    fs::copy(at.join("f"), at.join("g")).unwrap();
    set_time(&at.join("g"), before.mtime(), before.mtime_nsec());
}

/// Changes something and sets the time of the folder back.
fn in_place(at: &Path, change: impl FnOnce()) {
    let facts = fs::metadata(at).unwrap();
    change();
    set_time(at, facts.mtime(), facts.mtime_nsec());
}

const NOT_UTF8: &[u8] = b"not utf8 \xff";

#[rustfmt::skip]
const TABLE: &[Planted] = &[
    planted("a byte, time kept", file,
        |at| unnoticed(&at.join("f"), |f| f.write_all_at(b"X", 3).unwrap()),
        &[("content-changed", "f", "hash")]),
    planted("a byte", file, |at| fs::write(at.join("f"), b"Some content of a file").unwrap(),
        &[("content-differs", "f", "hash mtime")]),
    planted("all zeros, time kept", file,
        |at| unnoticed(&at.join("f"), |f| f.write_all_at(&[0; 22], 0).unwrap()),
        &[("content-changed", "f", "hash")]),
    planted("cut off, time kept", file, |at| unnoticed(&at.join("f"), |f| f.set_len(9).unwrap()),
        &[("content-differs", "f", "size hash")]),
    planted("emptied, time kept", file, |at| unnoticed(&at.join("f"), |f| f.set_len(0).unwrap()),
        &[("content-differs", "f", "size hash")]),
    planted("grown, time kept", file, |at| unnoticed(&at.join("f"), |f| f.set_len(99).unwrap()),
        &[("content-differs", "f", "size hash")]),
    planted("a byte in a large file", |at| fs::write(at.join("f"), vec![7; 20 << 20]).unwrap(),
        |at| unnoticed(&at.join("f"), |f| f.write_all_at(b"X", (20 << 20) - 1).unwrap()),
        &[("content-changed", "f", "hash")]),
    planted("a byte in a hole", |at| File::create(at.join("f")).unwrap().set_len(9 << 20).unwrap(),
        |at| unnoticed(&at.join("f"), |f| f.write_all_at(b"X", 5 << 20).unwrap()),
        &[("content-changed", "f", "hash")]),
    planted("content and mode", file,
        |at| { unnoticed(&at.join("f"), |f| f.write_all_at(b"X", 3).unwrap()); mode(&at.join("f"), 0o600); },
        &[("content-changed", "f", "hash mode")]),
    planted("a name that is not UTF-8", |at| fs::write(at.join(OsStr::from_bytes(NOT_UTF8)), b"a").unwrap(),
        |at| unnoticed(&at.join(OsStr::from_bytes(NOT_UTF8)), |f| f.write_all_at(b"b", 0).unwrap()),
        &[("content-changed", "not utf8 \\xff", "hash")]),
    planted("mode", file, |at| mode(&at.join("f"), 0o600), &[("metadata-changed", "f", "mode")]),
    planted("set-user-id", file, |at| mode(&at.join("f"), 0o4644), &[("metadata-changed", "f", "mode")]),
    planted("sticky bit", folder, |at| mode(&at.join("d"), 0o1755), &[("metadata-changed", "d", "mode")]),
    planted("owner", file, |at| chown(at.join("f"), Some(7), None).unwrap(),
        &[("metadata-changed", "f", "owner")]),
    planted("group", file, |at| chown(at.join("f"), None, Some(7)).unwrap(),
        &[("metadata-changed", "f", "group")]),
    planted("owner of a folder", folder, |at| chown(at.join("d"), Some(7), Some(8)).unwrap(),
        &[("metadata-changed", "d", "owner group")]),
    planted("time", file, |at| set_time(&at.join("f"), 1_600_000_000, 5),
        &[("metadata-changed", "f", "mtime")]),
    planted("a nanosecond", |at| { file(at); set_time(&at.join("f"), 1_600_000_000, 5) },
        |at| set_time(&at.join("f"), 1_600_000_000, 6), &[("metadata-changed", "f", "mtime")]),
    planted("time before 1970", file, |at| set_time(&at.join("f"), -5, 5),
        &[("metadata-changed", "f", "mtime")]),
    planted("time of a folder", folder, |at| set_time(&at.join("d"), 1_600_000_000, 5),
        &[("metadata-changed", "d", "mtime")]),
    planted("attribute", attribute,
        |at| setxattr(at.join("f"), "user.kept", b"new", XattrFlags::empty()).unwrap(),
        &[("metadata-changed", "f", "attribute user.kept")]),
    planted("attribute lost", attribute, |at| removexattr(at.join("f"), "user.kept").unwrap(),
        &[("metadata-changed", "f", "attribute user.kept")]),
    planted("attribute added", attribute,
        |at| setxattr(at.join("f"), "user.more", b"a", XattrFlags::empty()).unwrap(),
        &[("metadata-changed", "f", "attribute user.more")]),
    planted("attribute of a folder", folder,
        |at| setxattr(at.join("d"), "user.more", b"a", XattrFlags::empty()).unwrap(),
        &[("metadata-changed", "d", "attribute user.more")]),
    planted("target", |at| { link(at); set_time(&at.join("l"), 5, 5) },
        |at| in_place(at, || { fs::remove_file(at.join("l")).unwrap(); symlink("Target", at.join("l")).unwrap(); set_time(&at.join("l"), 5, 5) }),
        &[("metadata-changed", "l", "target")]),
    planted("time of a link", link, |at| set_time(&at.join("l"), 1_600_000_000, 5),
        &[("metadata-changed", "l", "mtime")]),
    planted("device number", |at| { device(at.join("n"), FileType::CharacterDevice, 1); set_time(&at.join("n"), 5, 5) },
        |at| in_place(at, || { fs::remove_file(at.join("n")).unwrap(); device(at.join("n"), FileType::CharacterDevice, 2); set_time(&at.join("n"), 5, 5) }),
        &[("metadata-changed", "n", "device")]),
    planted("device type", |at| device(at.join("n"), FileType::CharacterDevice, 1),
        |at| { fs::remove_file(at.join("n")).unwrap(); device(at.join("n"), FileType::BlockDevice, 1); },
        &[("type-changed", "n", "type")]),
    planted("link to file", link,
        |at| { fs::remove_file(at.join("l")).unwrap(); fs::write(at.join("l"), b"target's").unwrap(); },
        &[("type-changed", "l", "type")]),
    planted("file to folder", file,
        |at| { fs::remove_file(at.join("f")).unwrap(); fs::create_dir(at.join("f")).unwrap(); },
        &[("type-changed", "f", "type")]),
    planted("folder to link", folder,
        |at| { fs::remove_dir(at.join("d")).unwrap(); symlink("x", at.join("d")).unwrap(); },
        &[("type-changed", "d", "type")]),
    planted("file to FIFO", file,
        |at| { fs::remove_file(at.join("f")).unwrap(); mknodat(CWD, at.join("f"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap(); },
        &[("type-changed", "f", "type")]),
    planted("file lost", |at| fs::write(at.join("f"), b"lost").unwrap(),
        |at| fs::remove_file(at.join("f")).unwrap(), &[("entry-missing", "f", "")]),
    planted("empty file lost", |at| fs::write(at.join("f"), b"").unwrap(),
        |at| fs::remove_file(at.join("f")).unwrap(), &[("entry-missing", "f", "")]),
    planted("link lost", link, |at| fs::remove_file(at.join("l")).unwrap(), &[("entry-missing", "l", "")]),
    planted("empty folder lost", folder, |at| fs::remove_dir(at.join("d")).unwrap(),
        &[("entry-missing", "d", "")]),
    planted("folder lost", |at| { fs::create_dir_all(at.join("d/e")).unwrap(); fs::write(at.join("d/e/f"), b"gone").unwrap() },
        |at| fs::remove_dir_all(at.join("d")).unwrap(), &[("entry-missing", "d", "")]),
    planted("newline in a lost name", |at| fs::write(at.join("a\nb"), b"newline").unwrap(),
        |at| fs::remove_file(at.join("a\nb")).unwrap(), &[("entry-missing", "a\nb", "")]),
    planted("file added", |_| (), |at| fs::write(at.join("f"), b"added").unwrap(),
        &[("entry-added", "f", "")]),
    planted("folder added", |_| (), full_folder, &[("entry-added", "d", "")]),
    planted("renamed", |at| fs::write(at.join("f"), b"renamed").unwrap(), |at| rename(at, "f", "g"),
        &[("entry-moved", "f -> g", "")]),
    planted("moved into a folder", |at| { folder(at); fs::write(at.join("f"), b"moved").unwrap() },
        |at| rename(at, "f", "d/f"), &[("entry-moved", "f -> d/f", "")]),
    planted("another Unicode form", |at| fs::write(at.join("é"), b"unicode").unwrap(),
        |at| rename(at, "é", "e\u{301}"), &[("entry-moved", "é -> e\u{301}", "")]),
    planted("another case", |at| fs::write(at.join("name"), b"case").unwrap(),
        |at| rename(at, "name", "Name"), &[("entry-moved", "name -> Name", "")]),
    planted("a space at the end", |at| fs::write(at.join("name"), b"space").unwrap(),
        |at| rename(at, "name", "name "), &[("entry-moved", "name -> name ", "")]),
    planted("renamed, another mode", |at| fs::write(at.join("f"), b"renamed, mode").unwrap(),
        |at| { rename(at, "f", "g"); mode(&at.join("g"), 0o600) },
        &[("entry-moved", "f -> g", ""), ("metadata-changed", "f -> g", "mode")]),
    planted("renamed, another owner and time", |at| fs::write(at.join("f"), b"renamed, owner").unwrap(),
        |at| { rename(at, "f", "g"); chown(at.join("g"), Some(7), None).unwrap(); set_time(&at.join("g"), 5, 5) },
        &[("entry-moved", "f -> g", ""), ("metadata-changed", "f -> g", "owner mtime")]),
    planted("renamed, an attribute lost", |at| { attribute(at); fs::write(at.join("f"), b"renamed, attribute").unwrap() },
        // A plain tar has lost it before.
        |at| { rename(at, "f", "g"); let _ = removexattr(at.join("g"), "user.kept"); },
        &[("entry-moved", "f -> g", ""), ("metadata-changed", "f -> g", "attribute user.kept")]),
    planted("folder renamed", rich_folder, |at| rename(at, "d", "e"), &[("entry-moved", "d -> e", "")]),
    planted("folder renamed, its mode", rich_folder, |at| { rename(at, "d", "e"); mode(&at.join("e"), 0o700) },
        &[("entry-moved", "d -> e", ""), ("metadata-changed", "d -> e", "mode")]),
    planted("folder renamed, a byte in it, time kept", rich_folder,
        |at| renamed_with(at, |e| unnoticed(&e.join("1"), |f| f.write_all_at(b"X", 0).unwrap())),
        &[("entry-moved", "d -> e", ""), ("content-differs", "d/1 -> e/1", "hash")]),
    planted("folder renamed, a file in it written", rich_folder,
        |at| renamed_with(at, |e| fs::write(e.join("1"), b"new").unwrap()),
        &[("entry-moved", "d -> e", ""), ("content-differs", "d/1 -> e/1", "size hash mtime")]),
    planted("folder renamed, a mode in it", rich_folder,
        |at| renamed_with(at, |e| mode(&e.join("empty"), 0o600)),
        &[("entry-moved", "d -> e", ""), ("metadata-changed", "d/empty -> e/empty", "mode")]),
    planted("folder renamed, a link in it leads elsewhere", |at| { rich_folder(at); set_time(&at.join("d/l"), 5, 5) },
        |at| renamed_with(at, |e| { fs::remove_file(e.join("l")).unwrap(); symlink("Target", e.join("l")).unwrap(); set_time(&e.join("l"), 5, 5) }),
        &[("entry-moved", "d -> e", ""), ("metadata-changed", "d/l -> e/l", "target")]),
    planted("folder renamed, a file in it became a link", rich_folder,
        |at| { rename(at, "d", "e"); fs::remove_file(at.join("e/1")).unwrap(); symlink("2", at.join("e/1")).unwrap() },
        &[("entry-moved", "d -> e", ""), ("type-changed", "d/1 -> e/1", "type")]),
    planted("folder renamed, a file in it lost", rich_folder,
        |at| { rename(at, "d", "e"); fs::remove_file(at.join("e/1")).unwrap() },
        &[("entry-missing", "d/1", ""), ("entry-moved", "d -> e", "")]),
    planted("folder renamed, a file moved out of it", rich_folder,
        |at| { rename(at, "d", "e"); rename(at, "e/1", "f") },
        &[("entry-moved", "d -> e", ""), ("entry-moved", "d/1 -> f", "")]),
    planted("folder of empty files and links renamed",
        |at| { fs::create_dir_all(at.join("d/sub")).unwrap(); fs::write(at.join("d/sub/none"), b"").unwrap(); symlink("none", at.join("d/sub/l")).unwrap() },
        |at| rename(at, "d", "e"), &[("entry-moved", "d -> e", "")]),
    planted("hard link torn", two_names, |at| in_place(at, || tear(at)), &[("hard-links-changed", "g", "links")]),
    planted("hard link joined", |at| { file(at); fs::copy(at.join("f"), at.join("g")).unwrap(); set_time(&at.join("f"), 5, 5); set_time(&at.join("g"), 5, 5) },
        |at| in_place(at, || { fs::remove_file(at.join("g")).unwrap(); fs::hard_link(at.join("f"), at.join("g")).unwrap() }),
        &[("hard-links-changed", "g", "links")]),
    planted("a name of a file lost", two_names, |at| fs::remove_file(at.join("g")).unwrap(),
        &[("entry-missing", "g", "")]),
];

/// The real trees of the environment.
fn real_trees() -> Vec<PathBuf> {
    let named = env::var_os("FSCAN_SURVIVAL_TREE").unwrap_or_default();
    env::split_paths(&named).filter(|tree| !tree.as_os_str().is_empty()).collect()
}

/// The tree as it is before: generated, with what differences are planted in, and real ones.
fn original(dir: &Dir) -> PathBuf {
    let top = dir.folder("before");
    realistic(&top.join("healthy"));
    // Sockets cannot stand in an archive, and tar writes a hole's zeros.
    fs::remove_file(top.join("healthy/special/socket")).unwrap();
    File::create(top.join("healthy/sparse")).unwrap().set_len(9 << 20).unwrap();
    for (n, planted) in TABLE.iter().enumerate() {
        let place = top.join(format!("{n:02}"));
        fs::create_dir(&place).unwrap();
        (planted.before)(&place);
    }
    let real = real_trees();
    if !real.is_empty() {
        // By one command, so that names that share a file in two of them still do.
        let copied = tool("cp").arg("-a").args(&real).arg(dir.folder("before/real")).status();
        assert!(copied.unwrap().success(), "cp -a {real:?}");
    }
    top
}

/// A new ext4 with room for a tree. Of 4 KiB blocks: in 1 KiB a long attribute finds no room, which
/// cp and tar do not take amiss.
fn new_ext4(dir: &Dir, held: &Totals) -> Image {
    let kib = held.bytes_apparent / 1024 + 4 * held.entries;
    let inodes = (2 * held.entries).to_string();
    Image::ext4(dir, 64 + kib * 3 / 2 / 1024, &["-b", "4096", "-N", &inodes])
}

/// What is told of each name at the top of a tree: kind, path below it and fields.
type Told = BTreeMap<String, Vec<String>>;

fn told(outcome: &Outcome) -> Told {
    let report = outcome.report();
    let diff = report.diff.as_ref().unwrap();
    let rows = diff.missing.iter().chain(&diff.added).chain(&diff.changed);
    outcome.expect(report.findings.len() == rows.clone().count(), "a finding a row, no other");
    let mut told = Told::new();
    for row in rows {
        let (case, path) = below_case(&row.path);
        let path = match &row.from {
            Some(from) => format!("{} -> {path}", below_case(&from.path).1),
            None => path.to_owned(),
        };
        let fields: Vec<&str> = row.fields.iter().map(|field| field.name.as_str()).collect();
        let shown = format!("{} {path} [{}]", row.kind, fields.join(" "));
        told.entry(case.to_owned()).or_default().push(shown);
    }
    told
}

fn expect_told(outcome: &Outcome, due: &Told) {
    let told = told(outcome);
    for (case, found) in &told {
        let name = case.parse().ok().and_then(|n: usize| TABLE.get(n)).map_or("?", |row| row.name);
        let (due, some) = (due.get(case), &found[..found.len().min(50)]);
        outcome.expect(due == Some(found), &format!("{case} {name}: {due:?}, not {some:?}"));
    }
    let silent: Vec<_> = due.keys().filter(|case| !told.contains_key(*case)).collect();
    outcome.expect(silent.is_empty(), &format!("nothing was told of {silent:?}"));
}

/// Plants all differences but those of what is ignored, and says what is due of them.
fn plant(top: &Path, ignored: &str) -> Told {
    let mut due = Told::new();
    for (n, planted) in TABLE.iter().enumerate() {
        let rows = planted.told.iter().filter_map(|row| without(row, ignored));
        let rows: Vec<String> = rows.collect();
        if !rows.is_empty() {
            let case = format!("{n:02}");
            (planted.change)(&top.join(&case));
            due.insert(case, rows);
        }
    }
    due
}

/// A row without a field that is ignored; none where nothing is left of it.
fn without(&(kind, path, fields): &(&str, &str, &str), ignored: &str) -> Option<String> {
    let kept = match ignored {
        "" => fields,
        "attributes" if fields.starts_with("attribute ") => "",
        _ => fields.strip_suffix(ignored).map_or(fields, str::trim_end),
    };
    let is_told = kind != "metadata-changed" || !kept.is_empty();
    is_told.then(|| format!("{kind} {path} [{kept}]"))
}

/// Who writes manifests and compares.
struct Trial<'a> {
    dir: &'a Dir,
    /// Where the manifests are, a folder of the user's.
    manifests: PathBuf,
    user: User,
    /// What need not be the same, as `--ignore` takes it, or nothing.
    ignored: &'a str,
}

impl<'a> Trial<'a> {
    fn new(dir: &'a Dir, user: User, ignored: &'a str) -> Self {
        let manifests = dir.folder("manifests");
        if user == User::Nobody {
            give_to_nobody("-h", [&manifests]);
        }
        Trial { dir, manifests, user, ignored }
    }

    fn fscan(&self, arguments: &[&str]) -> Fscan<'a> {
        let long = Duration::from_mins(if real_trees().is_empty() { 1 } else { 60 });
        let fscan = Fscan::new(self.dir).user(self.user).in_folder(&self.manifests).within(long);
        fscan.args(arguments).args(["--format=json", "--all-findings"])
    }

    fn compare(&self, arguments: &[&str]) -> Fscan<'a> {
        let ignored = (!self.ignored.is_empty()).then(|| format!("--ignore={}", self.ignored));
        self.fscan(arguments).args(ignored)
    }

    /// Reads the tree and writes the manifest to compare with.
    fn begin(&self, top: &Path) {
        let scan = self.fscan(&["--manifest=before.gz", "--check=content,attributes"]);
        scan.arg(top).run().expect_code(0);
    }

    /// Compares the tree as it is now, and then its manifest: both tell what is due.
    fn expect(&self, top: &Path, due: &Told) -> Outcome {
        let scan = self.compare(&["--baseline=before.gz", "--manifest=after.gz"]);
        let outcome = scan.arg("--check=content,attributes").arg(top).run();
        expect_told(&outcome, due);
        let diff = self.compare(&["diff", "before.gz", "after.gz"]).run();
        expect_told(&diff, due);
        diff.expect(diff.code() == outcome.code(), "the same exit code");
        outcome
    }
}

/// `which` is an option of chown.
fn give_to_nobody<P: AsRef<OsStr>>(which: &str, paths: impl IntoIterator<Item = P>) {
    let chown = tool("chown").args([which, "-hR", "65534:65534"]).args(paths).status();
    assert!(chown.unwrap().success(), "chown");
}

/// The folder of a case, and what is below it.
fn below_case(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

#[test]
fn each_planted_difference_is_told_once_and_nothing_else() {
    in_lab(&[], |dir| {
        let top = original(dir);
        let trial = Trial::new(dir, User::Caller, "");
        trial.begin(&top);
        trial.expect(&top, &Told::new()).expect_code(0);
        trial.expect(&top, &plant(&top, "")).expect_code(1);
    });
}

/// A way to copy a tree.
#[derive(Clone, Copy)]
struct Way {
    tool: &'static str,
    copy: fn(&Path, &Path) -> Command,
    /// What it does not keep, as `--ignore` takes it, or nothing.
    ignored: &'static str,
    /// Who owns the tree and compares.
    user: User,
}

/// Copies a tree to a new ext4 and expects that all of it survived, then that what is changed
/// there is told.
fn expect_survival(way: Way) {
    let needs = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("setpriv"), Need::Tool(way.tool)];
    in_lab(&needs, move |dir| {
        let top = original(dir);
        if way.user == User::Nobody {
            give_to_nobody("-h", [&top]);
        }
        let trial = Trial::new(dir, way.user, way.ignored);
        trial.begin(&top);
        let held = counted_by_walkdir(&top);
        let image = new_ext4(dir, &held);
        let begun = Instant::now();
        image.fill(|new| assert!((way.copy)(&top, new).status().unwrap().success()));
        let copied = begun.elapsed();
        // Mounted anew: what the device holds, not what the copy left in the page cache.
        let mount = image.mount("rw");
        let mut due = lost_and_found(way.user);
        let intact = trial.expect(mount.point(), &due);
        let entries = intact.expect_code(0).report().diff.unwrap().totals.unchanged.entries;
        intact.expect(entries == held.entries, "everything was compared");
        due.append(&mut plant_as(way.user, mount.point(), way.ignored));
        let changed = trial.expect(mount.point(), &due);
        changed.expect_code(1);
        if !real_trees().is_empty() {
            println!(
                "{} of {} entries and {} bytes took {copied:.1?}; intact after {:.1?}, changed \
                 after {:.1?}",
                way.tool, held.entries, held.bytes_apparent, intact.took, changed.took
            );
        }
    });
}

/// What mkfs added. Only root may read it, and what cannot be read is not compared.
fn lost_and_found(user: User) -> Told {
    let added = ("lost+found".to_owned(), vec!["entry-added  []".to_owned()]);
    Told::from_iter((user == User::Caller).then_some(added))
}

/// As [`plant`]; what root puts in the place of something is its owner's, too.
fn plant_as(user: User, top: &Path, ignored: &str) -> Told {
    let due = plant(top, ignored);
    if user == User::Nobody {
        give_to_nobody("--from=0:0", due.keys().map(|case| top.join(case)));
    }
    due
}

#[test]
fn a_copy_by_cp_is_intact() {
    expect_survival(Way { tool: "cp", copy: cp, ignored: "", user: User::Caller });
}

#[test]
fn a_copy_by_cp_is_intact_to_its_owner_who_is_not_root() {
    expect_survival(Way { tool: "cp", copy: cp, ignored: "", user: User::Nobody });
}

fn cp(from: &Path, to: &Path) -> Command {
    let mut cp = tool("cp");
    cp.arg("-a").arg(from.join(".")).arg(to);
    cp
}

/// rsync takes two times within one second for the same, unless it is given `--modify-window=-1`:
/// folders and links that it makes in the second in which the originals were made keep the time of
/// the copy.
#[test]
fn a_copy_by_rsync_is_intact() {
    let copy = |from: &Path, to: &Path| {
        let mut rsync = tool("rsync");
        rsync.arg("-aHAX").arg(from.join("")).arg(to.join(""));
        rsync
    };
    expect_survival(Way { tool: "rsync", copy, ignored: "mtime", user: User::Caller });
}

/// The whole of what tar can keep.
#[test]
fn a_copy_by_tar_is_intact() {
    let copy = |from: &Path, to: &Path| pipe(from, to, "--format=posix --xattrs --acls");
    expect_survival(Way { tool: "tar", copy, ignored: "", user: User::Caller });
}

/// As it is done through `kubectl exec`: whole seconds, no attributes.
#[test]
fn a_copy_by_a_plain_tar_is_intact_but_for_attributes() {
    let copy = |from: &Path, to: &Path| pipe(from, to, "");
    expect_survival(Way { tool: "tar", copy, ignored: "attributes", user: User::Caller });
}

fn pipe(from: &Path, to: &Path, options: &str) -> Command {
    let script = format!(
        "tar {options} -C \"$0\" -cf - . | tar {options} --xattrs-include='*' -C \"$1\" -xpf -"
    );
    let mut shell = tool("sh");
    shell.arg("-c").arg(script).arg(from).arg(to);
    shell
}

#[test]
fn no_file_is_given_for_two_purposes() {
    let dir = Dir::new();
    dir.file("tree/a", b"a");
    Fscan::new(&dir).args(["--manifest", "m.jsonl.gz", "tree"]).run().expect_code(0);
    let before = fs::read(dir.join("m.jsonl.gz")).unwrap();
    let scan = Fscan::new(&dir).args(["--baseline", "m.jsonl.gz", "--manifest", "./m.jsonl.gz"]);
    scan.arg("tree").run().expect_code(2).expect_one_error_line("two purposes");
    // A volume that is not mounted does not become the next baseline.
    dir.folder("empty");
    let scan = Fscan::new(&dir).args(["--baseline", "m.jsonl.gz", "--manifest", "after", "empty"]);
    let outcome = scan.run();
    outcome.expect_code(2).expect(outcome.stderr().contains("mounted"), "it asks");
    outcome.expect(!dir.join("after").exists(), "no manifest of nothing");
    assert_eq!(fs::read(dir.join("m.jsonl.gz")).unwrap(), before);
}

/// A folder that one of the users may not enter, and one that is left out.
#[test]
fn what_one_side_did_not_see_is_left_open_and_neither_missing_nor_added() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let top = dir.folder("tree");
        for path in ["open/a", "secret/b", "secret/deep/c", "cache/d"] {
            fs::create_dir_all(top.join(path).parent().unwrap()).unwrap();
            fs::write(top.join(path), path).unwrap();
        }
        mode(&top.join("secret"), 0o700);
        attribute(&top.join("open"));
        mode(&top.join("open/f"), 0o600);
        setxattr(top.join("open/a"), "trusted.seen-by-root", b"x", XattrFlags::empty()).unwrap();
        let manifests = dir.folder("manifests");
        mode(&manifests, 0o777);
        let write = |name: &str, user, more: &[&str]| {
            let scan = Fscan::new(dir).user(user).in_folder(&manifests).args(["--skip=kernel"]);
            scan.args(more).args(["--manifest", name]).arg(&top).run().expect_code(0);
        };
        write("root", User::Caller, &[]);
        write("nobody", User::Nobody, &[]);
        write("without", User::Caller, &["--exclude=cache"]);
        let open = |outcome: &Outcome, unchecked| {
            let report = outcome.expect_code(0).report();
            outcome.expect(report.findings.is_empty(), "nothing is told that nobody knows");
            let open = report.unchecked_count("not-reached");
            outcome.expect(open == unchecked, &format!("{unchecked} are left open, not {open}"));
        };
        for (one, other, unchecked) in
            [("root", "nobody", 5), ("root", "without", 0), ("nobody", "without", 5)]
        {
            for sides in [[one, other], [other, one]] {
                let diff = Fscan::new(dir).in_folder(&manifests).args(["diff", "--format=json"]);
                open(&diff.args(sides).run(), unchecked);
            }
        }
        let scan = Fscan::new(dir).in_folder(&manifests).args(["--format=json", "--skip=kernel"]);
        open(&scan.args(["--baseline", "without"]).arg(&top).run(), 0);
        // Elsewhere it is compared as ever.
        fs::write(top.join("open/new"), "new").unwrap();
        let scan = Fscan::new(dir).in_folder(&manifests).args(["--format=json", "--skip=kernel"]);
        let outcome = scan.args(["--baseline", "without"]).arg(&top).run();
        let added = outcome.report().findings_of("entry-added").len();
        outcome.expect(added == 1, "what is new is told");
    });
}

#[test]
fn a_header_that_was_edited_is_told() {
    let dir = Dir::new();
    dir.file("tree/a", b"a");
    Fscan::new(&dir).args(["--manifest=m", "--exclude=b", "tree"]).run().expect_code(0);
    let manifest = fs::read_to_string(dir.join("m")).unwrap();
    fs::write(dir.join("m"), manifest.replacen("/tree\"", "/tres\"", 1)).unwrap();
    let outcome = Fscan::new(&dir).args(["--baseline=m", "tree"]).run();
    outcome.expect_code(2).expect_one_error_line("the hash of the first line");
}

/// So many names that they are not told one by one are left out by their glob alone.
#[test]
fn what_is_lost_beside_many_excluded_names_is_told() {
    let dir = Dir::new();
    let top = dir.folder("tree");
    for n in 0..10_050 {
        File::create(top.join(format!("{n}.tmp"))).unwrap();
    }
    fs::write(top.join("kept"), "kept").unwrap();
    fs::write(top.join("lost"), "lost").unwrap();
    let write = |name: &str| {
        let scan = Fscan::new(&dir).args(["--skip=kernel", "--exclude=*.tmp", "--manifest", name]);
        scan.arg(&top).run().expect_code(0);
    };
    write("before");
    fs::remove_file(top.join("lost")).unwrap();
    write("after");
    let compared = [
        Fscan::new(&dir).args(["diff", "before", "after", "--format=json"]).run(),
        Fscan::new(&dir)
            .args(["--skip=kernel", "--format=json", "--baseline=before"])
            .arg(&top)
            .run(),
    ];
    for outcome in compared {
        let report = outcome.expect_code(1).report();
        outcome.expect(report.codes() == ["entry-missing"].into(), "it is told");
    }
}

/// What neither side saw may be lost.
#[test]
fn what_neither_side_saw_is_not_said_to_be_intact() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let top = dir.folder("tree");
        dir.file("tree/open", b"open");
        dir.file("tree/secret/a", b"a");
        mode(&top.join("secret"), 0o700);
        let manifests = dir.folder("manifests");
        mode(&manifests, 0o777);
        for name in ["before", "after"] {
            let scan = Fscan::new(dir).user(User::Nobody).in_folder(&manifests);
            scan.args(["--skip=kernel", "--manifest", name]).arg(&top).run().expect_code(0);
        }
        let diff = Fscan::new(dir).in_folder(&manifests).args(["diff", "before", "after"]);
        let outcome = diff.arg("--strict").run();
        outcome
            .expect_code(3)
            .expect(outcome.stdout().contains("intact as far as known"), "so far");
        outcome.expect(outcome.stdout().contains("secret"), "and names what is not known");
    });
}
