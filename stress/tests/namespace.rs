//! Processes in mount namespaces of their own: what is left of one that is killed, and what one
//! without privileges gets. They are this program again, told by its environment what to do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{sleep, spawn};
use std::time::Duration;
use std::{env, io};

use rustix::fs::{Mode, mkdirat};
use rustix::process::geteuid;
use scanner::scratch::{Kind, clean, leftovers};
use stress::site::{Fill, NamespaceError, Provisioned, enter_namespace, provision};

/// Tells a process what it is.
const ROLE: &str = "FSCAN_TEST_ROLE";

/// What one says that has come so far.
const READY: &str = "ready";

const ENOUGH: u64 = 4 << 30;

fn main() {
    match env::var(ROLE).as_deref() {
        Ok("worker") => work_until_killed(),
        Ok("nobody") => work_unprivileged(),
        _ => {
            a_process_with_threads_stays_where_it_is();
            without_privileges_there_are_tmpfs_and_overlay();
            a_killed_process_leaves_an_empty_directory_and_no_mounts();
        }
    }
}

/// Says why a test is left out.
fn skip(test: &str, why: &str) {
    let required = env::var_os("FSCAN_LAB").is_some_and(|value| value == "required");
    assert!(!required, "FSCAN_LAB=required, but {why}");
    eprintln!("SKIPPED {test}: {why}");
}

fn again(role: &str, place: &Path) -> Command {
    // Whoever may not reach the program by its path may still run it again.
    let mut command = Command::new("/proc/self/exe");
    command.env(ROLE, role).env("TMPDIR", place).stdin(Stdio::null());
    command
}

fn fill() -> Fill {
    Arc::new(|lower| mkdirat(lower, "from-below", Mode::RWXU))
}

fn names(directory: &Path) -> Vec<OsString> {
    let listed = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = listed.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

/// Gives every site a world and leaves something in it.
fn work(made: &Provisioned) -> Vec<impl Sized + use<>> {
    let fill = fill();
    let work = made.sites.iter().map(|site| {
        let mut ground = site.ground(0, &fill).unwrap();
        drop(ground.fresh().unwrap());
        let world = ground.fresh().unwrap();
        let whole: &[&str] = if site.is_layered() { &["from-below"] } else { &[] };
        assert_eq!(names(&world.path), whole, "{}", site.name);
        mkdirat(&world.top, "closed", Mode::empty()).unwrap();
        // What was there from the beginning can be changed.
        if site.is_layered() {
            fs::remove_dir(world.path.join("from-below")).unwrap();
        }
        // The world is closed before its ground is removed.
        (world, ground)
    });
    work.collect()
}

fn work_until_killed() {
    let namespace = enter_namespace().unwrap();
    let made = provision(&namespace, ENOUGH).unwrap();
    let _work = work(&made);
    println!("{READY}");
    io::stdout().flush().unwrap();
    sleep(Duration::from_mins(1));
}

fn start_worker(place: &Path) -> Child {
    let mut child = again("worker", place).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == READY), "{:?}", child.wait());
    child
}

/// How many loop devices have their files in a directory.
fn loop_devices(place: &Path) -> usize {
    let devices = fs::read_dir("/sys/block").unwrap().map(|entry| entry.unwrap().path());
    let files = devices.filter_map(|device| fs::read(device.join("loop/backing_file")).ok());
    // Seen from outside of the namespace the path may begin elsewhere.
    let mark = place.file_name().unwrap().to_str().unwrap();
    files.filter(|file| String::from_utf8_lossy(file).contains(mark)).count()
}

fn a_killed_process_leaves_an_empty_directory_and_no_mounts() {
    if !geteuid().is_root() {
        return skip("killed", "this needs root");
    }
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path();
    let mounts = || fs::read_to_string("/proc/self/mountinfo").unwrap();
    let before = mounts();
    let mut child = start_worker(place);
    assert_eq!(mounts(), before, "nobody else sees its mounts");
    assert_eq!(leftovers(place, Kind::Stress).unwrap(), [], "it is at work");
    let devices = loop_devices(place);
    child.kill().unwrap();
    child.wait().unwrap();
    // The kernel takes the namespace apart behind the end of the process.
    for _ in 0..100 {
        if loop_devices(place) == 0 {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    assert_eq!((devices, loop_devices(place)), (4, 0));
    let left = leftovers(place, Kind::Stress).unwrap();
    let [leftover] = &left[..] else { panic!("{left:?}") };
    assert_eq!(names(&leftover.path), ["in-use", "mounts"]);
    assert_eq!(names(&leftover.path.join("mounts")).len(), 0);
    clean(leftover).unwrap();
    assert_eq!(names(place).len(), 0);
}

fn work_unprivileged() {
    let user = geteuid();
    let namespace = match enter_namespace() {
        Ok(namespace) => namespace,
        Err(error) => return skip("unprivileged", &error.to_string()),
    };
    assert!(namespace.is_unprivileged());
    assert_eq!(geteuid(), user, "mapped to itself");
    let made = provision(&namespace, ENOUGH).unwrap();
    let sites: Vec<_> = made.sites.iter().map(|site| site.name.as_str()).collect();
    assert_eq!(sites, ["tmpfs", "overlay-tmpfs-userxattr"], "{:#?}", made.left_out);
    assert!(made.left_out.iter().all(|out| out.why.contains("needs root")), "{:#?}", made.left_out);
    drop(work(&made));
    made.sites.into_iter().for_each(|site| site.remove().unwrap());
    assert_eq!(names(&env::temp_dir()).len(), 0, "nothing is left");
    println!("{READY}");
}

fn without_privileges_there_are_tmpfs_and_overlay() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = again("nobody", dir.path());
    if geteuid().is_root() {
        let nobody = 65534;
        chown(dir.path(), Some(nobody), Some(nobody)).unwrap();
        command.uid(nobody).gid(nobody);
    }
    match command.stderr(Stdio::inherit()).output() {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(error) => skip("unprivileged", &error.to_string()),
    }
    assert_eq!(names(dir.path()).len(), 0, "nothing is left");
}

fn a_process_with_threads_stays_where_it_is() {
    let other = spawn(|| sleep(Duration::from_millis(300)));
    let error = enter_namespace().unwrap_err();
    assert!(matches!(error, NamespaceError::Threads { count: 2 }), "{error}");
    other.join().unwrap();
}
