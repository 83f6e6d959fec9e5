//! Each fault that a filesystem can be made to have, and the finding that tells of it.
//!
//! The filesystem is a FUSE server, which may say what it likes: what would be corrupt on ext4 is
//! suspect there, since only the server knows why.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use faultfs::{Call, Fault, Kind, Mounted, Rule, Script};
use rustix::io::Errno;

use crate::harness::{Dir, Fscan, Need, Outcome, in_lab};

/// Its folder's name in front: the SHA-1 of git's empty blob.
const OBJECT: &str = "9de29bb2d1d6434b8b29ae775ad8c2e48c5391";

const NEEDS: &[Need] = &[Need::Filesystem("fuse")];

/// A file of each kind that a fault can befall.
fn tree(dir: &Dir) {
    let below = dir.folder("below");
    for folder in ["one", "two/three"] {
        fs::create_dir_all(below.join(folder)).unwrap();
        for n in 0..20 {
            fs::write(below.join(folder).join(format!("file-{n}")), "x".repeat(n * 100)).unwrap();
        }
    }
    fs::write(below.join("victim"), vec![b'v'; 100_000]).unwrap();
    fs::create_dir(below.join("folder")).unwrap();
    fs::write(below.join("folder/inside"), "inside").unwrap();
    symlink("victim", below.join("link")).unwrap();
    let objects = below.join(".git/objects/e6");
    fs::create_dir_all(&objects).unwrap();
    let object = File::create(objects.join(OBJECT)).unwrap();
    // The empty blob, which is the same in every repository.
    (&object).write_all(b"x\x9cK\xca\xc9OR0`\x00\x00\x09\xb0\x01\xf0").unwrap();
    // What was just written is not judged by its content.
    object.set_modified(SystemTime::now() - Duration::from_hours(1)).unwrap();
}

fn scan<'a>(dir: &'a Dir, point: &Path) -> Fscan<'a> {
    // What round trips make of each fault is shown with them.
    Fscan::new(dir).args(["--format=json", "--skip=kernel,tar"]).arg(point)
}

/// Scans the tree with one fault, which must have come about.
fn scan_with(dir: &Dir, rule: Rule, more: &[&str]) -> Outcome {
    let point = dir.folder("mnt");
    let mounted = Mounted::new(&dir.join("below"), &point, Script::new([rule])).unwrap();
    let outcome = scan(dir, &point).args(more).run();
    let fired = mounted.fired();
    mounted.unmount().unwrap();
    outcome.expect(fired[0] > 0, "the fault came about");
    outcome
}

fn codes(outcome: &Outcome) -> BTreeSet<String> {
    outcome.report().codes().iter().map(ToString::to_string).collect()
}

#[test]
fn without_a_fault_nothing_is_found() {
    in_lab(NEEDS, |dir| {
        tree(dir);
        let point = dir.folder("mnt");
        let mounted = Mounted::new(&dir.join("below"), &point, Script::default()).unwrap();
        let outcome = scan(dir, &point).run();
        outcome.expect_code(0).expect(outcome.report().codes().is_empty(), "nothing is found");
        outcome.expect(outcome.report().totals.files == 43, "and all is seen");
        mounted.unmount().unwrap();
    });
}

#[test]
fn each_fault_has_its_finding() {
    let fail = Fault::Fail;
    let table = [
        (fail(Call::Lookup, Errno::NOENT), "victim", "dirent-dangling"),
        (fail(Call::Lookup, Errno::IO), "victim", "dirent-bad-inode"),
        (fail(Call::List, Errno::IO), "folder", "directory-read-error"),
        (fail(Call::Open, Errno::IO), "folder", "directory-read-error"),
        (fail(Call::ReadLink, Errno::IO), "link", "symlink-invalid"),
        (fail(Call::GetExtendedAttributes, Errno::IO), "victim", "attribute-unreadable"),
        (Fault::DoubleName, "victim", "dirent-duplicate-name"),
        (Fault::ListedKind(Kind::Directory), "victim", "dirent-type-mismatch"),
        (Fault::ReadFails(40_000..40_001, Errno::IO), "victim", "content-unreadable"),
        (Fault::FlippedBit(5), OBJECT, "content-self-check-failed"),
    ];
    in_lab(NEEDS, move |dir| {
        tree(dir);
        for (fault, name, code) in table {
            let outcome = scan_with(dir, Rule::new(fault).named(name), &[]);
            outcome.expect(codes(&outcome) == BTreeSet::from([code.to_owned()]), code);
        }
    });
}

/// What a server may make up (inode numbers, link counts, sizes), and what shows only beside what
/// was there before.
#[test]
fn what_a_server_may_say_is_no_finding_but_a_difference() {
    let table = [
        (Fault::ListedNumber(4711), "victim", None),
        (Fault::Links(0), "victim", None),
        (Fault::Size(7), "link", None),
        (Fault::EndsAt(50_000), "victim", None),
        (Fault::LoseName, "victim", Some("entry-missing")),
        (Fault::FlippedBit(50_000), "victim", Some("content-changed")),
        (Fault::Size(50_000), "victim", Some("content-differs")),
    ];
    in_lab(NEEDS, move |dir| {
        tree(dir);
        Fscan::new(dir).args(["--skip=kernel", "--manifest=m", "below"]).run().expect_code(0);
        for (fault, name, code) in table {
            let outcome = scan_with(dir, Rule::new(fault.clone()).named(name), &[]);
            outcome.expect(codes(&outcome).is_empty(), "nothing contradicts itself");
            if fault == Fault::EndsAt(50_000) {
                let unread = outcome.report().unchecked_count("read-error");
                outcome.expect(unread == 1, "a file that ends early is told of");
            }
            let outcome = scan_with(dir, Rule::new(fault).named(name), &["--baseline=m"]);
            let expected: BTreeSet<String> = code.iter().map(ToString::to_string).collect();
            outcome.expect(codes(&outcome) == expected, "beside what was there before");
        }
    });
}

/// Runs `body` in a mounted empty folder with one fault.
fn with_fault(rule: Rule, body: impl FnOnce(&Path) + Send + 'static) {
    in_lab(NEEDS, move |dir| {
        let (below, point) = (dir.folder("below"), dir.folder("mnt"));
        let mounted = Mounted::new(&below, &point, Script::new([rule])).unwrap();
        body(&point);
        assert!(mounted.fired()[0] > 0, "the fault came about");
        mounted.unmount().unwrap();
    });
}

fn kind(done: io::Result<impl Sized>) -> Option<ErrorKind> {
    done.err().map(|error| error.kind())
}

#[test]
fn a_call_fails_at_its_turn() {
    with_fault(Rule::new(Fault::Fail(Call::Create, Errno::NOENT)).nth(3), |point| {
        let created = [1, 2, 3, 4].map(|n| kind(File::create(point.join(n.to_string()))));
        assert_eq!(created, [None, None, Some(ErrorKind::NotFound), None]);
    });
}

#[test]
fn the_disk_is_full_in_the_middle_of_a_file() {
    with_fault(Rule::new(Fault::FullAfter(10_000)), |point| {
        fs::write(point.join("first"), vec![b'x'; 6000]).unwrap();
        let written = fs::write(point.join("second"), vec![b'x'; 6000]);
        assert_eq!(kind(written), Some(ErrorKind::StorageFull));
        assert_eq!(fs::metadata(point.join("second")).unwrap().len(), 4000);
    });
}

#[test]
fn what_is_removed_stays() {
    with_fault(Rule::new(Fault::NotRemoved).named("kept"), |point| {
        for name in ["kept", "gone"] {
            fs::write(point.join(name), name).unwrap();
            fs::remove_file(point.join(name)).unwrap();
        }
        assert!(point.join("kept").exists() && !point.join("gone").exists());
    });
}

#[test]
fn a_rename_has_a_moment_without_a_target() {
    with_fault(Rule::new(Fault::SlowRename(Duration::from_millis(300))), |point| {
        fs::write(point.join("old"), "old").unwrap();
        fs::write(point.join("new"), "new").unwrap();
        fs::rename(point.join("new"), point.join("old")).unwrap();
        assert!(!point.join("old").exists(), "the target is gone");
        thread::sleep(Duration::from_millis(500));
        assert_eq!(fs::read_to_string(point.join("old")).unwrap(), "new");
        assert!(!point.join("new").exists());
    });
}

#[test]
fn what_was_made_is_seen_later() {
    with_fault(Rule::new(Fault::SeenAfter(Duration::from_millis(300))), |point| {
        fs::write(point.join("late"), "late").unwrap();
        assert_eq!(kind(fs::metadata(point.join("late"))), Some(ErrorKind::NotFound));
        assert_eq!(fs::read_dir(point).unwrap().count(), 0);
        thread::sleep(Duration::from_millis(350));
        assert_eq!(fs::read_to_string(point.join("late")).unwrap(), "late");
        assert_eq!(fs::read_dir(point).unwrap().count(), 1);
    });
}

#[test]
fn attributes_go_stale() {
    with_fault(Rule::new(Fault::StaleAttributes).named("stale"), |point| {
        let length = |name| fs::metadata(point.join(name)).unwrap().len();
        for name in ["stale", "fresh"] {
            fs::write(point.join(name), "one").unwrap();
        }
        // As it was when it was made.
        assert_eq!((length("stale"), length("fresh")), (0, 3));
        fs::write(point.join("stale"), "three").unwrap();
        assert_eq!(length("stale"), 0);
    });
}
