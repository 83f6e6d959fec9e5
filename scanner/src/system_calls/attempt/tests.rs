//! Processes of their own: what they do, how they fail, and that nothing is left of them.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::{Call, Ended, attempt};

const LONG: Duration = Duration::from_secs(20);

fn c(text: impl AsRef<Path>) -> CString {
    CString::new(text.as_ref().as_os_str().as_bytes()).unwrap()
}

fn alone(calls: &[Call]) -> Ended {
    attempt(calls, LONG, &mut |_| ()).unwrap()
}

#[test]
fn calls_are_made_in_order_and_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let here = std::env::current_dir().unwrap();
    let calls = [
        Call::ChangeDirectory(c(dir.path())),
        Call::MakeDirectory(c("made")),
        Call::Write { file: c("file"), text: c("said") },
    ];
    assert_eq!(alone(&calls), Ended::Done);
    assert!(dir.path().join("made").is_dir());
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"said");
    assert_eq!(std::env::current_dir().unwrap(), here, "this process stays where it is");
}

#[test]
fn the_first_call_that_fails_is_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let calls = [
        Call::ChangeDirectory(c(dir.path())),
        Call::MakeDirectory(c("above/made")),
        Call::MakeDirectory(c("made")),
    ];
    assert_eq!(alone(&calls), Ended::Failed { call: 1, errno: Errno::NOENT });
    assert!(!dir.path().join("made").exists());
    let write = [Call::Write { file: c("/proc/self/setgroups"), text: c("nonsense") }];
    assert_eq!(alone(&write), Ended::Failed { call: 0, errno: Errno::INVAL });
}

#[test]
fn the_parent_does_its_part_and_the_process_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let between = dir.path().join("between");
    let calls = [Call::HandOver, Call::MakeDirectory(c(between.join("made")))];
    let mut pids = Vec::new();
    let ended = attempt(&calls, LONG, &mut |pid| {
        pids.push(pid);
        fs::create_dir(&between).unwrap();
    });
    assert_eq!(ended, Ok(Ended::Done));
    let [pid] = pids[..] else { panic!("{pids:?}") };
    assert_eq!(test_kill_process(pid), Err(Errno::SRCH), "it was waited for");
}

/// The process that this one started and that is still there.
fn killed_at(calls: &[Call], time_limit: Duration) -> (Ended, Option<Pid>) {
    let mut pid = None;
    let ended = attempt(calls, time_limit, &mut |its| pid = Some(its)).unwrap();
    (ended, pid)
}

#[test]
fn what_hangs_is_killed_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let begun = Instant::now();
    // Nobody reads from it, so it cannot be opened.
    let calls = [Call::HandOver, Call::Write { file: c(&fifo), text: c("x") }];
    let (ended, pid) = killed_at(&calls, Duration::from_millis(150));
    assert_eq!(ended, Ended::Late { gone: true });
    assert!((150..5_000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
    assert_eq!(test_kill_process(pid.unwrap()), Err(Errno::SRCH), "it is gone");
}

#[test]
fn one_that_is_killed_is_noticed_at_once() {
    let begun = Instant::now();
    let ended = attempt(&[Call::HandOver], LONG, &mut |pid| {
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    });
    assert_eq!(ended, Ok(Ended::Killed));
    assert!(begun.elapsed() < LONG / 2);
}

#[test]
fn it_has_no_descriptor_of_the_parent_s() {
    let (mut names, mut opened) = (0, Vec::new());
    for _ in 0..5 {
        opened.push(fs::File::open("/dev/null").unwrap());
    }
    let ended = attempt(&[Call::HandOver], LONG, &mut |pid| {
        names = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())).unwrap().count();
    });
    assert_eq!((ended, names), (Ok(Ended::Done), 2), "the pipes alone");
}

#[test]
fn many_at_once_do_not_keep_one_another_waiting() {
    let one = || (0..20).for_each(|_| assert_eq!(alone(&[Call::HandOver]), Ended::Done));
    std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(one))));
}

#[test]
fn mounts_of_its_own_are_seen_by_nobody_else() {
    let mounts = || fs::read_to_string("/proc/self/mountinfo").unwrap();
    let before = mounts();
    let calls = [
        Call::Unshare(libc::CLONE_NEWNS),
        Call::Mount {
            source: c("none"),
            target: c("/"),
            kind: c("none"),
            flags: libc::MS_REC | libc::MS_PRIVATE,
            options: c(""),
        },
        Call::Mount {
            source: c("none"),
            target: c("/tmp"),
            kind: c("tmpfs"),
            flags: 0,
            options: c("size=64k"),
        },
        Call::MakeDirectory(c("/tmp/seen-by-nobody")),
        Call::Unmount(c("/tmp")),
    ];
    let ended = alone(&calls);
    if rustix::process::geteuid().is_root() {
        assert_eq!(ended, Ended::Done);
    }
    assert!(!Path::new("/tmp/seen-by-nobody").exists());
    assert_eq!(mounts(), before);
}
