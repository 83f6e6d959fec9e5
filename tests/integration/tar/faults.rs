//! Each promise that a filesystem can break while archives are extracted, and what is said of it.
//!
//! The filesystem is a FUSE server, which may say what it likes: what would be corrupt on ext4 is
//! suspect there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use faultfs::{Call, Fault, Kind, Mounted, Rule, Script};
use rustix::io::Errno;
use rustix::process::Signal;

use super::{PATTERNS, expect_names, expect_whole, only_run, package, succeed, tar};
use crate::harness::{Dir, Need, Outcome, TarError, in_lab, tool};

const NEEDS: &[Need] = &[Need::Filesystem("fuse")];

/// How often a fault comes about.
#[derive(Clone, Copy)]
enum Turn {
    Always,
    Nth(u64),
}

use Turn::{Always, Nth};

/// What was done when a call failed, and why: call, error, classification.
type Expected = (&'static str, &'static str, &'static str);

/// The archive that is extracted: one name of each kind that a fault can befall.
fn archive(dir: &Dir) -> std::path::PathBuf {
    let big = vec![b'b'; 150_000];
    let files: [(&str, &[u8]); 6] = [
        ("package.json", b"{\"name\":\"foo\"}"),
        ("lib/one.js", b"one"),
        ("lib/deep/two.js", b"two"),
        ("victim.js", b"victim of a fault"),
        ("lib/three.js", b"three"),
        ("big.bin", &big),
    ];
    let archive = package(dir, "foo", &files);
    // The same file under a second name.
    let above = dir.join("packed/foo");
    fs::hard_link(above.join("package/lib/one.js"), above.join("package/second.js")).unwrap();
    succeed(
        tool("tar")
            .arg("czf")
            .arg(&archive)
            .arg("-C")
            .arg(&above)
            .arg("--sort=name")
            .arg("package"),
    );
    archive
}

fn with_mounted(script: Script, body: impl FnOnce(&Dir, &Path, &Mounted)) {
    let dir = Dir::new();
    let point = dir.folder("mnt");
    let mounted = Mounted::new(&dir.folder("below"), &point, script).unwrap();
    body(&dir, &point, &mounted);
}

/// Extracts the archive with one fault, which must have come about.
fn with_fault(pattern: &str, fault: &Fault, name: &str, turn: Turn, judge: impl FnOnce(&Outcome)) {
    let rule = Rule::new(fault.clone());
    let rule = if name.is_empty() { rule } else { rule.named(name) };
    let rule = match turn {
        Always => rule,
        Nth(nth) => rule.nth(nth),
    };
    with_mounted(Script::new([rule]), |dir, point, mounted| {
        let archive = archive(dir);
        let run = tar(dir, point).args(["--pattern", pattern, "--archive"]).arg(archive);
        let outcome = run.run();
        outcome.expect(mounted.fired()[0] > 0, &format!("{fault:?} of {name} came about"));
        let report = outcome.report();
        let corrupt = report.findings.iter().any(|finding| finding.severity == "corrupt");
        outcome.expect(!corrupt && report.verdict != "corrupt", "suspect at most");
        judge(&outcome);
    });
}

fn words(error: &TarError) -> (&str, &str, &str) {
    (&error.syscall, &error.errno, &error.classification)
}

/// Codes above info.
fn codes(outcome: &Outcome) -> BTreeSet<String> {
    outcome.report().codes().iter().map(ToString::to_string).collect()
}

#[test]
fn without_a_fault_nothing_is_found() {
    in_lab(NEEDS, |_| {
        with_mounted(Script::default(), |dir, point, _| {
            let archive = archive(dir);
            let outcome = tar(dir, point).args(["--rounds=2", "--archive"]).arg(archive).run();
            expect_whole(&outcome);
            let report = outcome.report().tar.unwrap();
            let ran: Vec<_> = report.runs.iter().map(|run| run.pattern.as_str()).collect();
            outcome.expect(ran == PATTERNS, "each pattern runs");
            let filesystems = report.runs.iter().all(|run| run.filesystem.starts_with("fuse"));
            outcome.expect(filesystems, "on this filesystem");
            expect_names(&outcome, point, &[]);
        });
    });
}

/// What fails is told with the call, the error and what it comes down to.
#[test]
fn a_call_that_fails_is_classified() {
    use Fault::Fail;
    let inconsistent = "lookup-inconsistent";
    #[rustfmt::skip]
    let table: [(&str, Fault, &str, Turn, Expected, i32); _] = [
        // ENOENT, where all directories are there.
        ("npm", Fail(Call::Create, Errno::NOENT), "", Nth(6), ("open", "ENOENT", inconsistent), 1),
        ("npm", Fail(Call::Create, Errno::NOENT), "victim.js", Always, ("open", "ENOENT", inconsistent), 1),
        ("npm-cached", Fail(Call::Create, Errno::NOENT), "victim.js", Nth(1), ("open", "ENOENT", inconsistent), 1),
        ("pnpm", Fail(Call::Create, Errno::NOENT), "tmp-2", Always, ("open", "ENOENT", inconsistent), 1),
        ("npm", Fail(Call::MakeDirectory, Errno::NOENT), "lib", Always, ("mkdir", "ENOENT", inconsistent), 1),
        ("pnpm", Fail(Call::Link, Errno::NOENT), "victim.js", Always, ("link", "ENOENT", inconsistent), 1),
        // Errors that speak of damage.
        ("npm", Fail(Call::Create, Errno::IO), "victim.js", Always, ("open", "EIO", "filesystem-error"), 1),
        ("npm", Fail(Call::Create, Errno::UCLEAN), "victim.js", Always, ("open", "EUCLEAN", "filesystem-error"), 1),
        ("npm", Fail(Call::Write, Errno::IO), "victim.js", Always, ("write", "EIO", "filesystem-error"), 1),
        ("npm-cached", Fail(Call::MakeDirectory, Errno::IO), "deep", Always, ("mkdir", "EIO", "filesystem-error"), 1),
        ("npm", Fail(Call::Rename, Errno::IO), "foo", Always, ("rename", "EIO", "filesystem-error"), 1),
        ("pnpm", Fail(Call::Link, Errno::IO), "victim.js", Always, ("link", "EIO", "filesystem-error"), 1),
        ("pnpm", Fail(Call::MakeSymlink, Errno::IO), "foo", Always, ("symlink", "EIO", "filesystem-error"), 1),
        ("sequential", Fail(Call::Write, Errno::IO), "big.bin", Nth(2), ("write", "EIO", "filesystem-error"), 1),
        // And with what was written when it is read back.
        ("npm", Fault::ReadFails(0..1, Errno::IO), "victim.js", Always, ("read", "EIO", "filesystem-error"), 1),
        // What says nothing of the filesystem.
        ("npm", Fail(Call::Create, Errno::NOSPC), "victim.js", Always, ("open", "ENOSPC", "no-space"), 0),
        ("npm", Fail(Call::MakeDirectory, Errno::DQUOT), "deep", Always, ("mkdir", "EDQUOT", "no-space"), 0),
        ("npm", Fault::FullAfter(100_000), "big.bin", Always, ("write", "ENOSPC", "no-space"), 0),
        ("pnpm", Fail(Call::Rename, Errno::NOSPC), "tmp-1", Always, ("rename", "ENOSPC", "no-space"), 0),
        ("npm", Fail(Call::Create, Errno::ACCESS), "victim.js", Always, ("open", "EACCES", "permission"), 0),
        ("sequential", Fail(Call::Create, Errno::ROFS), "victim.js", Always, ("open", "EROFS", "permission"), 0),
    ];
    in_lab(NEEDS, move |_| {
        let mut unlike = vec![];
        for (pattern, fault, name, turn, expected, code) in table {
            with_fault(pattern, &fault, name, turn, |outcome| {
                let run = only_run(outcome);
                let told: BTreeSet<_> = run.errors.iter().map(words).collect();
                let row = (told, outcome.code());
                if row != (BTreeSet::from([expected]), Some(code)) {
                    unlike.push(format!(
                        "{pattern}, {fault:?} of {name}: {row:?}, due: {expected:?}, {code}; {:?}",
                        run.errors.first()
                    ));
                    return;
                }
                let report = outcome.report();
                let findings = report.findings_of("tar-entry-error");
                outcome.expect(
                    !findings.is_empty() && findings.len() == report.findings.len(),
                    "it is a finding",
                );
                expect_names(outcome, Path::new(&run.path), &[]);
            });
        }
        assert!(unlike.is_empty(), "{}", unlike.join("\n"));
    });
}

/// A directory that is listed and that lookup denies: each call that leads through it fails, and
/// each for that reason.
#[test]
fn a_directory_that_is_listed_and_not_found_is_inconsistent() {
    in_lab(NEEDS, |_| {
        for pattern in PATTERNS {
            // What pnpm puts together lies in the store first.
            let fault = Fault::Fail(Call::Lookup, Errno::NOENT);
            with_fault(pattern, &fault, "lib", Always, |outcome| {
                let run = only_run(outcome);
                outcome.expect(run.errors.len() > 1, "several calls fail");
                for error in &run.errors {
                    let class = (error.errno.as_str(), error.classification.as_str());
                    outcome.expect(class == ("ENOENT", "lookup-inconsistent"), &error.message);
                }
                let listed = "lib is listed";
                let seen = |error: &TarError| error.evidence.iter().any(|e| e.contains(listed));
                outcome.expect(run.errors.iter().any(seen), "the contradiction is named");
                outcome.expect_code(1);
            });
        }
    });
}

/// What is told without an error shows when it is read back, or removed.
#[test]
fn what_reads_back_otherwise_or_stays_is_found() {
    const DIFFERS: &str = "tar-content-differs";
    const STAYED: &str = "tar-cleanup-failed";
    use Fault::{
        EndsAt, Fail, FlippedBit, Links, ListedKind, ListedNumber, LoseName, NotRemoved, SeenAfter,
        Size, StaleAttributes,
    };
    let long = Duration::from_secs(5);
    #[rustfmt::skip]
    let table: [(&str, Fault, &str, &[&str]); _] = [
        ("npm", FlippedBit(100_000), "big.bin", &[DIFFERS]),
        ("npm-cached", FlippedBit(0), "victim.js", &[DIFFERS]),
        ("sequential", FlippedBit(149_999), "big.bin", &[DIFFERS]),
        ("npm", EndsAt(70_000), "big.bin", &[DIFFERS]),
        ("npm", EndsAt(0), "victim.js", &[DIFFERS]),
        ("npm", Size(7), "victim.js", &[DIFFERS]),
        ("npm", StaleAttributes, "victim.js", &[DIFFERS]),
        ("npm", LoseName, "victim.js", &[DIFFERS, STAYED]),
        ("npm", SeenAfter(long), "victim.js", &[DIFFERS, STAYED]),
        ("npm", NotRemoved, "victim.js", &[STAYED]),
        ("pnpm", NotRemoved, "deep", &[STAYED]),
        ("npm", Fail(Call::Unlink, Errno::IO), "victim.js", &[STAYED]),
        ("sequential", Fail(Call::RemoveDirectory, Errno::BUSY), "deep", &[STAYED]),
        // A listing that contradicts what lookup says.
        ("npm", ListedKind(Kind::Directory), "victim.js", &["tar-entry-error", STAYED]),
        // Two names for one file, of which one says that it is alone.
        ("sequential", Links(1), "one.js", &["tar-metadata-differs"]),
        // Nothing that anybody relies on.
        ("npm", ListedNumber(4711), "victim.js", &[]),
        ("npm", Links(7), "victim.js", &[]),
        // A link that cannot be made is a copy.
        ("pnpm", Fail(Call::Link, Errno::PERM), "victim.js", &[]),
        ("pnpm", Fail(Call::Link, Errno::XDEV), "", &[]),
        // A filesystem that keeps neither modes nor times is not judged by them.
        ("sequential", Fail(Call::SetAttributes, Errno::PERM), "probe", &[]),
    ];
    in_lab(NEEDS, move |_| {
        let mut unlike = vec![];
        for (pattern, fault, name, due) in table {
            with_fault(pattern, &fault, name, Always, |outcome| {
                let due: BTreeSet<String> = due.iter().map(ToString::to_string).collect();
                let found = (codes(outcome), outcome.code());
                if found != (due.clone(), Some(i32::from(!due.is_empty()))) {
                    let findings = outcome.report().findings;
                    unlike.push(format!("{pattern}, {fault:?} of {name}: {found:?}, due: {due:?} {findings:#?} {:?}", only_run(outcome).errors));
                }
            });
        }
        assert!(unlike.is_empty(), "{}", unlike.join("\n"));
    });
}

/// A listing that has a name twice contradicts itself.
#[test]
fn a_name_that_is_listed_twice_is_found() {
    in_lab(NEEDS, |_| {
        for pattern in PATTERNS {
            with_fault(pattern, &Fault::DoubleName, "victim.js", Always, |outcome| {
                let run = only_run(outcome);
                outcome.expect(run.verified == run.entries, "all else is compared");
                outcome.expect(!codes(outcome).is_empty(), "and the name is told of");
            });
        }
    });
}

/// Much that reads back otherwise takes no longer to compare than it took to write, and Ctrl-C
/// ends that as well.
#[test]
fn a_comparison_with_many_differences_ends_and_can_be_stopped() {
    in_lab(NEEDS, |_| {
        let names: Vec<String> = (0..4000).map(|n| format!("lib/file-{n}.js")).collect();
        let files: Vec<(&str, &[u8])> =
            names.iter().map(|name| (name.as_str(), b"flipped".as_slice())).collect();
        let script = Script::new([Rule::new(Fault::FlippedBit(0))]);
        with_mounted(script, |dir, point, _| {
            let archive = package(dir, "foo", &files);
            let started = Instant::now();
            let run = tar(dir, point).args(["--pattern=npm", "--archive"]).arg(&archive);
            let running = run.within(Duration::from_secs(40)).spawn();
            sleep(Duration::from_secs(8));
            running.signal(Signal::INT);
            let outcome = running.wait();
            outcome.expect(outcome.code().is_some(), "it ended");
            outcome.expect(started.elapsed() < Duration::from_secs(12), "at once");
        });
    });
}
