//! Each promise that a filesystem can break, and the divergence that tells of it: found, minimised,
//! shown again where it was found, and not shown by a filesystem that keeps it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use faultfs::{Call, Fault, Kind, Mounted, Rule, Script};
use rustix::io::Errno;

use super::{expect_empty, operations, replay, stress};
use crate::harness::{Dir, Mount, Need, Outcome, in_lab};

const NEEDS: &[Need] = &[Need::Filesystem("fuse")];

/// Operations that a minimised sequence has at most.
const MOST_OPERATIONS: usize = 10;

/// Rows that are worked on at once.
const AT_ONCE: usize = 2;

/// A fault, the name that it befalls (or all), the seed and the operations (or those of the usual
/// mix) that meet it soon, and what differs, whichever operation meets it first.
struct Row(Fault, &'static str, u64, &'static str, &'static str);

fn table() -> Vec<Row> {
    use Call::{
        Create, GetAttributes, GetExtendedAttributes, Link, List, Lookup, MakeDirectory,
        MakeSymlink, Open, Read, ReadLink, RemoveDirectory, Rename, SetAttributes, Sync, Unlink,
        Write,
    };
    use Fault::{
        DoubleName, EndsAt, Fail, FlippedBit, FullAfter, Links, ListedKind, ListedNumber, LoseName,
        NotRemoved, ReadFails, SeenAfter, Size, SlowRename, StaleAttributes,
    };
    let long = Duration::from_mins(5);
    #[rustfmt::skip]
    let table = vec![
        // A call is refused.
        Row(Fail(Lookup, Errno::NOENT), "f3", 2, "create,read", "ENOENT instead of success"),
        Row(Fail(Lookup, Errno::IO), "d1", 2, "", "EIO instead of ENOENT"),
        Row(Fail(GetAttributes, Errno::IO), "f3", 2, "", "EIO instead of success"),
        Row(Fail(SetAttributes, Errno::PERM), "f3", 2, "create,chmod", "EPERM instead of success"),
        Row(Fail(Create, Errno::NOENT), "f3", 2, "", "ENOENT instead of success"),
        Row(Fail(Create, Errno::EXIST), "f4", 2, "", "EEXIST instead of success"),
        Row(Fail(MakeDirectory, Errno::NOENT), "d1", 2, "", "ENOENT instead of success"),
        Row(Fail(MakeSymlink, Errno::PERM), "f2", 2, "", "EPERM instead of success"),
        Row(Fail(Link, Errno::MLINK), "f5", 2, "create,link", "EMLINK instead of success"),
        Row(Fail(Unlink, Errno::BUSY), "f3", 2, "create,unlink", "EBUSY instead of success"),
        Row(Fail(RemoveDirectory, Errno::NOTEMPTY), "d1", 2, "mkdir,rmdir", "ENOTEMPTY instead of success"),
        Row(Fail(Rename, Errno::XDEV), "f3", 2, "", "EXDEV instead of success"),
        Row(Fail(Open, Errno::ACCESS), "f3", 2, "", "EACCES instead of success"),
        Row(Fail(Open, Errno::UCLEAN), "d1", 2, "mkdir,list", "EUCLEAN instead of success"),
        Row(Fail(Read, Errno::IO), "f3", 2, "", "EIO instead of success"),
        Row(Fail(Write, Errno::IO), "f3", 2, "", "EIO instead of success"),
        Row(Fail(Write, Errno::NOSPC), "f4", 2, "", "ENOSPC instead of success"),
        Row(Fail(Sync, Errno::IO), "f3", 2, "create,fsync", "EIO instead of success"),
        Row(Fail(List, Errno::BADMSG), "d1", 2, "mkdir,list", "EBADMSG instead of success"),
        Row(Fail(ReadLink, Errno::INVAL), "f3", 2, "symlink,readlink", "EINVAL instead of success"),
        Row(Fail(GetExtendedAttributes, Errno::NODATA), "f3", 2, "create,listxattr", "ENODATA instead of success"),
        // Listings.
        Row(LoseName, "f3", 2, "create,list", "a name that is not listed"),
        Row(DoubleName, "f3", 2, "", "a name that is listed too often"),
        Row(ListedKind(Kind::Directory), "f3", 2, "create,list", "a name listed with another type"),
        Row(ListedKind(Kind::Symlink), "f4", 2, "", "a name listed with another type"),
        Row(ListedKind(Kind::Regular), "d1", 2, "", "a name listed with another type"),
        Row(ListedNumber(4711), "f3", 2, "", "a name listed with another inode number"),
        // Attributes.
        Row(Links(7), "f3", 2, "", "another link count"),
        Row(Size(7), "f3", 2, "", "another size"),
        Row(StaleAttributes, "f3", 2, "create,write,stat", "another size"),
        // Content.
        Row(ReadFails(0..4096, Errno::IO), "f3", 2, "create,write,read", "EIO instead of success"),
        Row(EndsAt(100), "f3", 2, "create,write,read", "another number of bytes"),
        Row(FlippedBit(5), "f3", 2, "create,write,read", "other bytes"),
        Row(FlippedBit(5), "", 2, "", "other bytes"),
        Row(FullAfter(1_000_000), "", 2, "create,write", "ENOSPC instead of success"),
        // What is said to be done.
        Row(SlowRename(long), "f3", 2, "create,rename,stat", "EEXIST instead of success"),
        Row(NotRemoved, "f3", 2, "create,unlink,stat", "EEXIST instead of success"),
        Row(NotRemoved, "d1", 2, "mkdir,rmdir,stat", "ENOTEMPTY instead of success"),
        Row(SeenAfter(long), "f3", 2, "", "ENOENT instead of"),
    ];
    table
}

/// A run until something differs, on a mounted filesystem with one fault.
struct Hunt<'a> {
    dir: &'a Dir,
    /// The filesystem with the fault, and a folder beside it without any.
    places: [PathBuf; 2],
    mounted: Mounted,
    outcome: Outcome,
    saved: PathBuf,
}

/// How the folder of reproducers is told.
const LATER: &str = "/later";

impl<'a> Hunt<'a> {
    fn begin(dir: &'a Dir, number: usize, rule: Rule, seed: u64, only: &str) -> Self {
        let below = dir.folder(format!("tmpfs/below-{number}"));
        let plain = dir.folder(format!("tmpfs/plain-{number}"));
        let (point, saved) =
            (dir.folder(format!("mnt/{number}")), dir.folder("saved").join(number.to_string()));
        let mounted = Mounted::new(&below, &point, Script::new([rule])).unwrap();
        let run = stress(dir, "x", &point).args(["--until-divergence", "--duration=60s"]);
        let run = run.arg(format!("--seed={seed}")).args(["--max-bytes=32M", "--reproducers"]);
        let run = run.arg(&saved).args(["--reproducers-later", LATER]);
        let run = run.within(Duration::from_mins(2));
        let run = if only.is_empty() { run } else { run.args(["--operations", only]) };
        let outcome = run.run();
        Hunt { dir, places: [point, plain], mounted, outcome, saved }
    }

    /// The exit codes of the reproducer, run with the fault and without it.
    fn replayed(&self) -> [Option<i32>; 2] {
        let file = self.saved.join("x-1.ops");
        self.places.each_ref().map(|place| replay(self.dir, &file, "x", place).run().code())
    }
}

/// What became of a row, in words, where it is not what it should be.
fn unlike(dir: &Dir, number: usize, row: &Row) -> Option<String> {
    let Row(fault, name, seed, only, class) = row;
    let rule = Rule::new(fault.clone());
    let rule = if name.is_empty() { rule } else { rule.named(name) };
    let hunt = Hunt::begin(dir, number, rule, *seed, only);
    let what = format!("{fault:?} of {name}");
    if hunt.outcome.code() != Some(1) || hunt.mounted.fired()[0] == 0 {
        return Some(format!("{what}: {:?} {}", hunt.outcome.code(), hunt.outcome.stderr()));
    }
    let report = hunt.outcome.report();
    let corrupt = report.findings.iter().any(|finding| finding.severity == "corrupt");
    let told = report.stress.unwrap();
    let Some(found) = told.divergences.first() else {
        return Some(format!("{what}: {:?}", report.findings));
    };
    let (ops, replayed) = (operations(&found.reproducer), hunt.replayed());
    let short = found.minimised == "minimised" && ops.len() <= MOST_OPERATIONS;
    let named = found.replay_file.as_ref().is_some_and(|it| it.path == format!("{LATER}/x-1.ops"));
    let as_due = short && found.class.contains(class) && !corrupt && named;
    let shown = replayed == [Some(1), Some(0)];
    (!as_due || !shown).then(|| {
        format!("{what}: {}, {}, {replayed:?}: {}", found.class, found.minimised, ops.join("; "))
    })
}

/// Where folders lie that are shown: in memory, which is fast.
fn tmpfs(dir: &Dir) -> Mount {
    Mount::tmpfs(&dir.folder("tmpfs"), "size=512m")
}

#[test]
fn each_fault_is_found_and_minimised() {
    in_lab(NEEDS, |dir| {
        let _mounted = tmpfs(dir);
        let (table, next) = (table(), AtomicUsize::new(0));
        let work = || {
            let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
            let rows = numbers.map_while(|number| Some((number, table.get(number)?)));
            rows.filter_map(|(number, row)| unlike(dir, number, row)).collect::<Vec<_>>()
        };
        let unlike: Vec<String> = thread::scope(|scope| {
            let threads = [(); AT_ONCE].map(|()| scope.spawn(work));
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert!(unlike.is_empty(), "{}", unlike.join("\n"));
    });
}

/// What comes about once is told with everything that led to it, and as not shown again.
#[test]
fn a_fault_that_comes_about_once_is_found_and_not_reproduced() {
    let table = [
        (Fault::Fail(Call::Create, Errno::NOENT), 40, "instead of success"),
        (Fault::Fail(Call::Write, Errno::IO), 20, "EIO instead of success"),
        (Fault::FlippedBit(0), 5, "other bytes"),
        (Fault::NotRemoved, 60, ""),
    ];
    in_lab(NEEDS, move |dir| {
        let _mounted = tmpfs(dir);
        for (number, (fault, nth, class)) in table.into_iter().enumerate() {
            let hunt = Hunt::begin(dir, number, Rule::new(fault).nth(nth), 2, "");
            hunt.outcome.expect_code(1).expect(hunt.mounted.fired()[0] == 1, "it came about");
            let told = hunt.outcome.report().stress.unwrap();
            let found = &told.divergences[0];
            hunt.outcome.expect(found.class.contains(class), "it is found");
            hunt.outcome.expect(found.minimised == "not-reproduced", "and not shown again");
            let length = operations(&found.reproducer).len() as u64;
            hunt.outcome.expect(length == found.position + 1, "all that led to it is told");
            hunt.outcome.expect(hunt.replayed() == [Some(0); 2], "which does not show it");
        }
    });
}

/// The message of a leftover says what to remove by hand: it must name that.
#[test]
fn what_cannot_be_removed_is_named() {
    in_lab(NEEDS, |dir| {
        let _mounted = tmpfs(dir);
        let rule = Rule::new(Fault::Fail(Call::Unlink, Errno::BUSY)).named("f3");
        let hunt = Hunt::begin(dir, 0, rule, 2, "create,unlink");
        let report = hunt.outcome.expect_code(1).report();
        let [stays] = report.findings_of("stress-cleanup-failed")[..] else {
            hunt.outcome.fail("it is a finding")
        };
        let (path, _) = stays.found.split_once(": unlink says EBUSY").unwrap();
        hunt.outcome.expect(fs::exists(path).unwrap(), "its path is whole");
    });
}

/// Whether letters that differ in case make two names is a matter of what a filesystem is.
#[test]
fn one_that_folds_case_is_told_as_such_and_accused_of_nothing() {
    in_lab(NEEDS, |dir| {
        let _mounted = tmpfs(dir);
        let (below, point) = (dir.folder("tmpfs/below"), dir.folder("mnt"));
        let rule = Rule::new(Fault::FoldsCase);
        let mounted = Mounted::new(&below, &point, Script::new([rule])).unwrap();
        let run = stress(dir, "x", &point).args(["--ops=3000", "--seed=1", "--max-bytes=32M"]);
        let outcome = run.args(["--profile=edge", "--operations=create,mkdir,stat"]).run();
        outcome.expect_code(0).expect(mounted.fired()[0] > 0, "it does");
        let report = outcome.report();
        outcome.expect(report.findings.is_empty(), "nothing is found");
        let told = report.stress.unwrap();
        let features = &told.targets[0].capabilities;
        let row = features.iter().find(|row| row.feature == "case-sensitive-names").unwrap();
        outcome.expect(row.found == "absent" && row.detail.is_some(), "it is told");
        mounted.unmount().unwrap();
    });
}

#[test]
fn without_a_fault_nothing_differs() {
    in_lab(NEEDS, |dir| {
        let _mounted = tmpfs(dir);
        for profile in ["mixed", "npm", "metadata", "data"] {
            let (below, point) = (dir.folder("tmpfs/below"), dir.folder("mnt"));
            let mounted = Mounted::new(&below, &point, Script::default()).unwrap();
            let run = stress(dir, "x", &point).args(["--ops=3000", "--seed=1", "--max-bytes=32M"]);
            let outcome = run.args(["--profile", profile]).run();
            outcome.expect_code(0);
            let report = outcome.report();
            outcome.expect(report.findings.is_empty(), "nothing is found");
            let told = report.stress.unwrap();
            outcome.expect(told.divergences.is_empty(), "nothing differs");
            outcome.expect(told.targets[0].operations >= 3000, "of all that was done");
            expect_empty(&outcome, &point);
            mounted.unmount().unwrap();
        }
    });
}
