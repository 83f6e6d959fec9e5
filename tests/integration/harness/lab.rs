//! Where the lab can work, and the private mount namespace it works in.

use std::ffi::OsStr;
use std::io::Write;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

use super::Dir;

/// What a test cannot do without, besides root.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Need {
    /// A program.
    Tool(&'static str),
    /// A program that no lab has to have.
    OptionalTool(&'static str),
    /// A module of Python.
    PythonModule(&'static str),
    /// A program that is installed as one of Python's is.
    PythonProgram(&'static str),
    /// A filesystem type that the kernel can mount.
    Filesystem(&'static str),
    /// One that a kernel may be built without.
    OptionalFilesystem(&'static str),
    /// Loop devices.
    Loop,
    /// A feature in /sys/fs/ext4/features that a kernel may be built without.
    Ext4Feature(&'static str),
    /// The quota format of ext4, which a kernel may be built without.
    Quota,
}

/// Where mkfs and its kin live; not every user's PATH has it.
pub(super) const TOOL_PATH: &str = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

/// Where `.ci/run` installs what the tests take from Python's packages.
const PYTHON_MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/python");

/// A command of the system, found in the places for administrators too.
pub(crate) fn tool(name: &str) -> Command {
    let mut command = Command::new(located(OsStr::new(name)));
    command.env("PATH", TOOL_PATH).stdin(Stdio::null());
    command
}

/// Python with the modules that are installed for the tests.
pub(crate) fn python() -> Command {
    let mut command = tool("python3");
    command.env("PYTHONPATH", PYTHON_MODULES);
    command
}

/// A program that is installed for the tests beside Python's modules.
pub(crate) fn python_program(name: &str) -> Command {
    let mut command = tool(&format!("{PYTHON_MODULES}/bin/{name}"));
    command.env("PYTHONPATH", PYTHON_MODULES);
    command
}

fn has_python_module(name: &str) -> bool {
    let found = python().args(["-c", &format!("import {name}")]).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs `body` with a scratch folder, in a thread with a mount namespace of its own: whatever
/// happens, its mounts and loop devices go away with the thread. Skips where a need is not met.
pub(crate) fn in_lab(needs: &[Need], body: impl FnOnce(&Dir) + Send + 'static) {
    let test = thread::current().name().unwrap_or("test").to_owned();
    if let Some(missing) = missing(needs) {
        skip(&test, &missing);
        return;
    }
    if let Some(missing) = not_built(needs) {
        note(&test, &missing);
        return;
    }
    let in_namespace = move || {
        unshare(CloneFlags::CLONE_NEWNS).expect("unshare the mount namespace");
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).expect("make / private");
        body(&Dir::new());
    };
    let thread = thread::Builder::new().name(test).spawn(in_namespace);
    if let Err(panic) = thread.unwrap().join() {
        resume_unwind(panic);
    }
}

/// Says what is missing past the capture of test output; a failure where the lab is required.
fn skip(test: &str, missing: &str) {
    assert!(
        env::var_os("FSCAN_LAB").is_none_or(|value| value != "required"),
        "FSCAN_LAB=required, but {missing}"
    );
    note(test, missing);
}

fn note(test: &str, missing: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {missing}");
}

fn missing(needs: &[Need]) -> Option<String> {
    if !is_root() {
        return Some("this needs root".to_owned());
    }
    needs.iter().find_map(|need| match *need {
        Need::Tool(name) => (!has_tool(name)).then(|| format!("{name} is not installed")),
        Need::Filesystem(kind) => {
            (!has_filesystem(kind)).then(|| format!("this kernel has no {kind}"))
        }
        Need::Loop => (!Path::new("/dev/loop-control").exists())
            .then(|| "there are no loop devices".to_owned()),
        Need::PythonModule(name) => (!has_python_module(name))
            .then(|| format!("python3 has no {name}; `.ci/run` installs it into target/python")),
        Need::PythonProgram(name) => {
            let is_there = Path::new(PYTHON_MODULES).join("bin").join(name).exists();
            (!is_there).then(|| format!("{name} is not there; `.ci/run` installs it"))
        }
        Need::OptionalTool(_)
        | Need::OptionalFilesystem(_)
        | Need::Ext4Feature(_)
        | Need::Quota => None,
    })
}

/// What no package could add to this kernel, and programs that are not required: no failure even
/// where the lab is required.
fn not_built(needs: &[Need]) -> Option<String> {
    needs.iter().find_map(|need| match *need {
        Need::OptionalTool(name) => {
            (!has_tool(name)).then(|| format!("{name} is not installed, which is not required"))
        }
        Need::OptionalFilesystem(kind) => {
            (!has_filesystem(kind)).then(|| format!("this kernel has no {kind}"))
        }
        Need::Ext4Feature(name) => (!Path::new("/sys/fs/ext4/features").join(name).exists())
            .then(|| format!("this kernel's ext4 has no {name}")),
        Need::Quota => {
            let known = tool("modprobe").args(["-q", "quota_v2"]).status();
            (!known.is_ok_and(|status| status.success()))
                .then(|| "this kernel has no quota format".to_owned())
        }
        _ => None,
    })
}

fn has_tool(name: &str) -> bool {
    find_tool(OsStr::new(name)).is_some()
}

fn find_tool(name: &OsStr) -> Option<PathBuf> {
    TOOL_PATH.split(':').map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
}

/// The path of a program. Where a child has another PATH and its program has to be looked for,
/// std::process::Command copies this process with all its memory, which is most of what a start costs.
pub(super) fn located(program: &OsStr) -> PathBuf {
    find_tool(program).unwrap_or_else(|| PathBuf::from(program))
}

fn has_filesystem(kind: &str) -> bool {
    let listed = || {
        let known = fs::read_to_string("/proc/filesystems").unwrap_or_default();
        known.lines().any(|line| line.split('\t').nth(1) == Some(kind))
    };
    listed() || {
        let _ = tool("modprobe").args(["-q", kind]).status();
        listed()
    }
}
