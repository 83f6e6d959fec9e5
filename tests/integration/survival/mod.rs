//! Did everything survive? Copies on a new ext4 that are intact, and copies with planted
//! differences, each of which is told once, and nothing else.
//!
//! The tree that is copied is generated. `FSCAN_SURVIVAL_TREE` names real ones, with colons between
//! them and without sockets, that are copied (`cp -a`) beside it before anything is read; each test
//! then takes twice their size in /tmp, and prints how much it copied and how long that took:
//! `FSCAN_SURVIVAL_TREE=/path/node_modules:/path/repository cargo test --release --test integration
//! survival -- --nocapture --test-threads=1`.

mod planted;
mod unseen;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use planted::TABLE;

use crate::harness::{
    Dir, Fscan, Image, Need, Outcome, Totals, User, counted_by_walkdir, in_lab, realistic, tool,
};

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
