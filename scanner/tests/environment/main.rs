//! What is learnt in processes that may do less: without privileges, in namespaces of their own,
//! behind filters of system calls, without /sys or /proc. They are this program again, told by its
//! environment what to do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod filter;

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use reports::{Answer, Fact, FactName};
use rustix::io::Errno;
use rustix::process::{WaitOptions, geteuid, wait};
use scanner::{Effort, EnvironmentOptions, LonghornSource, learn_environment};
use tempfile::TempDir;

use filter::Filter;

/// Tells a process what it is.
const ROLE: &str = "FSCAN_TEST_ROLE";

/// The root that it asks about.
const PLACE: &str = "FSCAN_TEST_PLACE";

/// Who owns nothing.
const NOBODY: u32 = 65534;

fn main() {
    match env::var(ROLE).as_deref() {
        Ok("learn") => learn(),
        Ok("refused") => behind(Filter::Refuses),
        Ok("killed") => behind(Filter::Kills),
        _ if geteuid().is_root() => all(),
        _ => skip("this needs root"),
    }
}

fn all() {
    root_may_do_everything();
    nobody_may_do_what_user_namespaces_allow();
    without_new_privileges_the_same_is_tried();
    in_a_namespace_of_one_id_nothing_can_be_mapped();
    what_a_filter_refuses_is_forbidden();
    what_a_filter_kills_for_is_forbidden();
    an_overlay_on_an_overlay_is_refused();
    nothing_is_written_where_nothing_may_be();
    without_sysfs_and_proc_little_is_known();
}

/// Says why the test is left out.
fn skip(why: &str) {
    let required = env::var_os("FSCAN_LAB").is_some_and(|value| value == "required");
    assert!(!required, "FSCAN_LAB=required, but {why}");
    eprintln!("SKIPPED environment: {why}");
}

fn behind(filter: Filter) {
    filter.install();
    learn();
}

/// Prints the facts, and checks that nothing is left.
fn learn() {
    let place = PathBuf::from(env::var_os(PLACE).unwrap());
    let mounts = || fs::read_to_string("/proc/self/mountinfo").ok();
    let before = mounts();
    let untouched = env::var_os("FSCAN_TEST_UNTOUCHED").map(PathBuf::from);
    let options = EnvironmentOptions {
        roots: vec![place],
        untouched: untouched.into_iter().collect(),
        effort: Effort::Try,
        time_limit: Duration::from_secs(20),
        longhorn: LonghornSource::Nothing,
    };
    let begun = Instant::now();
    let facts = learn_environment(&options);
    eprintln!("{:?}", begun.elapsed());
    assert_eq!(mounts(), before, "no mount is left");
    assert_eq!(wait(WaitOptions::NOHANG).err(), Some(Errno::CHILD), "no process is left");
    println!("{}", serde_json::to_string(&facts).unwrap());
}

/// What a process learnt.
struct Learnt(BTreeMap<FactName, Fact>);

impl Learnt {
    fn flag(&self, name: FactName) -> Option<bool> {
        self.0[&name].value()?.flag()
    }

    fn text(&self, name: FactName) -> Option<&str> {
        self.0[&name].value()?.text()
    }

    fn source(&self, name: FactName) -> &str {
        &self.0[&name].source
    }

    fn why_unknown(&self, name: FactName) -> &str {
        match &self.0[&name].answer {
            Answer::Unknown(why) => why,
            Answer::Value(value) => panic!("{name:?} is {value:?}"),
        }
    }
}

/// The program again, in a role.
fn again(program: &str, arguments: &[&str], role: &str, place: &TempDir) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env(ROLE, role).env("TMPDIR", place.path()).env(PLACE, place.path());
    command.env("HOME", place.path()).stdin(Stdio::null());
    command
}

/// What it learns. Afterwards nothing is left anywhere that it may have worked in.
fn run(mut command: Command, place: &TempDir) -> Learnt {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    eprint!("  {}", String::from_utf8_lossy(&output.stderr));
    for directory in [place.path(), Path::new("/var/tmp"), Path::new("/tmp"), Path::new("/var/lib")]
    {
        let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
        let ours = |name: &std::ffi::OsString| name.to_string_lossy().starts_with(".fscan-env-");
        assert_eq!(names.filter(ours).count(), 0, "{}", directory.display());
    }
    let facts: Vec<Fact> = serde_json::from_slice(&output.stdout).unwrap();
    Learnt(facts.into_iter().map(|fact| (fact.name, fact)).collect())
}

fn place() -> TempDir {
    let dir = tempfile::tempdir_in("/var/tmp").unwrap();
    std::os::unix::fs::chown(dir.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    dir
}

/// This program, for whoever runs it without another between: may they reach its path or not.
const SELF: &str = "/proc/self/exe";

/// The program where everybody can reach it, for those that run it after others.
fn copy(place: &TempDir) -> String {
    let copy = place.path().join("program");
    fs::copy(env::current_exe().unwrap(), &copy).unwrap();
    copy.display().to_string()
}

fn root_may_do_everything() {
    let place = place();
    let learnt = run(again(SELF, &[], "learn", &place), &place);
    for name in [FactName::UserNamespaces, FactName::MountTmpfs, FactName::IdMapping] {
        assert_eq!(learnt.flag(name), Some(true), "{}", learnt.source(name));
    }
    let words = ["works", "refused"];
    assert!(words.contains(&learnt.text(FactName::NestedOverlay).unwrap()));
    assert!(learnt.source(FactName::NestedOverlay).starts_with("tried in a mount namespace"));
}

fn nobody(mut command: Command) -> Command {
    command.uid(NOBODY).gid(NOBODY);
    command
}

fn nobody_may_do_what_user_namespaces_allow() {
    let place = place();
    let learnt = run(nobody(again(SELF, &[], "learn", &place)), &place);
    if learnt.flag(FactName::UserNamespaces) != Some(true) {
        return skip(learnt.source(FactName::UserNamespaces));
    }
    let source = learnt.source(FactName::NestedOverlay);
    assert!(source.starts_with("tried in a user and mount namespace"), "{source}");
    assert_eq!(learnt.flag(FactName::MountTmpfs), Some(false));
    let tmpfs = learnt.source(FactName::MountTmpfs);
    assert_eq!(tmpfs, "needs CAP_SYS_ADMIN; in a user namespace of one's own it works");
    assert!(learnt.text(FactName::NestedOverlay).is_some(), "{source}");
    assert!(learnt.why_unknown(FactName::IdMapping).contains("subuid"));
}

fn without_new_privileges_the_same_is_tried() {
    let place = place();
    let options =
        ["--no-new-privs", "--bounding-set", "-all", "--reuid", "65534", "--clear-groups"];
    let mut command = again("setpriv", &options, "learn", &place);
    command.arg(copy(&place));
    let learnt = run(command, &place);
    assert_eq!(learnt.flag(FactName::NoNewPrivileges), Some(true));
    assert_eq!(learnt.text(FactName::BoundingSet), Some("none"));
    let helpers = learnt.text(FactName::IdMapHelpers).unwrap();
    assert!(["powerless", "missing"].contains(&helpers), "{helpers}");
}

fn in_a_namespace_of_one_id_nothing_can_be_mapped() {
    let place = place();
    let learnt = run(again("unshare", &["-Urm", &copy(&place)], "learn", &place), &place);
    assert_eq!(learnt.flag(FactName::InitialUserNamespace), Some(false));
    assert_eq!(learnt.0[&FactName::MappedUserIds].value().unwrap().number(), Some(1));
    assert_eq!(learnt.flag(FactName::MountTmpfs), Some(true));
    assert_ne!(learnt.flag(FactName::IdMapping), Some(true));
}

fn what_a_filter_refuses_is_forbidden() {
    let place = place();
    for command in
        [again(SELF, &[], "refused", &place), nobody(again(SELF, &[], "refused", &place))]
    {
        let learnt = run(command, &place);
        assert_eq!(learnt.text(FactName::Seccomp), Some("filter"));
        assert_eq!(learnt.flag(FactName::UserNamespaces), Some(false));
        assert_eq!(
            learnt.source(FactName::UserNamespaces),
            "tried: unshare(2), CLONE_NEWUSER: unshare(2): EPERM"
        );
        assert_eq!(learnt.flag(FactName::MountTmpfs), Some(false));
        for name in [FactName::NestedOverlay, FactName::NestedOverlayUserxattr] {
            assert_eq!(learnt.text(name), Some("forbidden"));
            assert!(learnt.source(name).ends_with("unshare(2): EPERM"), "{}", learnt.source(name));
        }
    }
}

fn what_a_filter_kills_for_is_forbidden() {
    let place = place();
    let learnt = run(again(SELF, &[], "killed", &place), &place);
    assert_eq!(learnt.text(FactName::NestedOverlay), Some("forbidden"));
    assert!(learnt.source(FactName::NestedOverlay).contains("filter of system calls"));
    assert_eq!(learnt.flag(FactName::UserNamespaces), Some(false));
    assert_eq!(learnt.flag(FactName::MountTmpfs), Some(false));
}

/// Mounts first what a script says, in a mount namespace that ends with the process.
fn after(script: &str, place: &TempDir) -> Command {
    let program = env::current_exe().unwrap();
    let script = format!("set -e\n{script}\nexec {}", program.display());
    let place_text = place.path().display().to_string();
    again("unshare", &["-m", "sh", "-c", &script, "sh", &place_text], "learn", place)
}

fn an_overlay_on_an_overlay_is_refused() {
    let place = place();
    let script = "mount -t tmpfs none /mnt\nmkdir /mnt/upper /mnt/work\n\
        mount -t overlay none -o lowerdir=/var/lib,upperdir=/mnt/upper,workdir=/mnt/work /var/lib";
    let learnt = run(after(script, &place), &place);
    if learnt.text(FactName::DockerDataRoot) != Some("/var/lib/docker") {
        return skip("Docker's data root is elsewhere");
    }
    assert_eq!(learnt.text(FactName::DockerDataRootFilesystem), Some("overlay"));
    for name in [FactName::NestedOverlay, FactName::NestedOverlayUserxattr] {
        assert_eq!(learnt.text(name), Some("refused"), "{}", learnt.source(name));
        assert!(learnt.source(name).ends_with("mount(2) of an overlay: EINVAL"));
    }
}

fn nothing_is_written_where_nothing_may_be() {
    let place = place();
    let link = place.path().join("link");
    std::os::unix::fs::symlink("/", &link).unwrap();
    for (untouched, due) in [
        (Path::new("/"), "nothing is to be written below it"),
        (Path::new("."), "nothing is to be written below it"),
        (&link, "nothing is to be written below it"),
        (Path::new("/no-such-path"), "where that leads is not known: the path: lookup says ENOENT"),
    ] {
        let mut command = again(SELF, &[], "learn", &place);
        command.env("FSCAN_TEST_UNTOUCHED", untouched).current_dir("/");
        let learnt = run(command, &place);
        let why = learnt.why_unknown(FactName::NestedOverlay);
        assert!(why.contains(due), "{}: {why}", untouched.display());
    }
}

fn without_sysfs_and_proc_little_is_known() {
    let place = place();
    let script = "mount -t tmpfs none /sys\nmount -t tmpfs none /proc/fs";
    let learnt = run(after(script, &place), &place);
    assert_eq!(learnt.flag(FactName::MountTmpfs), Some(true));
    let why = learnt.why_unknown(FactName::BlockDevice);
    assert!(why.contains("/sys/dev/block") || why.contains("no block device"), "{why}");
    learnt.why_unknown(FactName::KernelErrors);
    learnt.why_unknown(FactName::AppArmorRestriction);
    let learnt = run(after("mount -t tmpfs none /proc", &place), &place);
    let names = [
        FactName::InitialUserNamespace,
        FactName::NoNewPrivileges,
        FactName::MemoryLimit,
        FactName::Filesystem,
        FactName::NestedOverlay,
        FactName::RootFilesystem,
    ];
    names.iter().for_each(|name| drop(learnt.why_unknown(*name).to_owned()));
    assert_eq!(learnt.flag(FactName::MountTmpfs), Some(true), "this needs no /proc");
}
