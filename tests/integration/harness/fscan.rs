//! The binary under test: its command line, and who runs it.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs, io};

use super::lab::{TOOL_PATH, located, tool};
use super::running::Running;
use super::{Dir, Outcome};

/// Who runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// Whoever runs the tests.
    Caller,
    /// User and group 65534, no capabilities; needs root to become it.
    Nobody,
}

/// A command line of fscan that is being put together.
pub(crate) struct Fscan<'a> {
    dir: &'a Dir,
    user: User,
    arguments: Vec<OsString>,
    time_limit: Duration,
    descriptors: Option<u32>,
    processes: Option<u32>,
    address_space: Option<u64>,
    file_size: Option<u64>,
    umask: Option<&'static str>,
    unmounted: Option<PathBuf>,
    folder: PathBuf,
    temporary: Option<PathBuf>,
    variables: Vec<(&'static str, OsString)>,
    programs: Option<PathBuf>,
    around: Vec<OsString>,
    only_programs: Option<PathBuf>,
    configuration: PathBuf,
}

impl<'a> Fscan<'a> {
    /// Bare `fscan`; `dir` is what a failed assertion lists.
    pub(crate) fn new(dir: &'a Dir) -> Self {
        Fscan {
            dir,
            user: User::Caller,
            arguments: vec![],
            // Several run side by side: this is for those that hang.
            time_limit: Duration::from_mins(2),
            descriptors: None,
            processes: None,
            address_space: None,
            file_size: None,
            umask: None,
            unmounted: None,
            folder: dir.path().to_owned(),
            temporary: None,
            variables: vec![],
            programs: None,
            around: vec![],
            only_programs: None,
            // No settings of whoever runs the tests.
            configuration: PathBuf::from("/nonexistent"),
        }
    }

    /// `fscan --quick --format json` of a tree, whatever machine it stands on: that is asked in tests
    /// of its own.
    pub(crate) fn quick(dir: &'a Dir) -> Self {
        Fscan::new(dir).args(["--quick", "--format", "json", "--skip", "environment"])
    }

    /// As [`Fscan::quick`], for a tree in the scratch folder: what the kernel says of the
    /// machine's own filesystem is no concern of the test.
    pub(crate) fn quick_tree(dir: &'a Dir) -> Self {
        Fscan::quick(dir).args(["--skip", "kernel"])
    }

    pub(crate) fn args<T: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        let arguments = arguments.into_iter();
        self.arguments.extend(arguments.map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn arg(self, argument: impl AsRef<OsStr>) -> Self {
        self.args([argument])
    }

    pub(crate) fn user(mut self, user: User) -> Self {
        self.user = user;
        self
    }

    pub(crate) fn within(mut self, time_limit: Duration) -> Self {
        self.time_limit = time_limit;
        self
    }

    /// With a soft and hard limit on open descriptors.
    pub(crate) fn descriptors(mut self, limit: u32) -> Self {
        self.descriptors = Some(limit);
        self
    }

    /// Lets its user have so many processes and threads.
    pub(crate) fn processes(mut self, limit: u32) -> Self {
        self.processes = Some(limit);
        self
    }

    /// With a limit on its address space, and on that of its children.
    pub(crate) fn address_space_mib(mut self, limit: u64) -> Self {
        self.address_space = Some(limit * 1024 * 1024);
        self
    }

    /// Lets no file that it writes grow beyond so many bytes.
    pub(crate) fn file_size(mut self, limit: u64) -> Self {
        self.file_size = Some(limit);
        self
    }

    /// With this umask, in octal.
    pub(crate) fn umask(mut self, umask: &'static str) -> Self {
        self.umask = Some(umask);
        self
    }

    /// In a mount namespace of its own in which `point` is not mounted.
    pub(crate) fn without_mount(mut self, point: &Path) -> Self {
        self.unmounted = Some(point.to_owned());
        self
    }

    /// In a working folder; else it is the scratch folder.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.folder);
        self
    }

    /// With a folder for temporary files of its own.
    pub(crate) fn temporary(mut self, folder: &Path) -> Self {
        self.temporary = Some(folder.to_owned());
        self
    }

    /// With an environment variable.
    pub(crate) fn variable(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name, value.as_ref().to_owned()));
        self
    }

    /// With programs of a folder before those of the system.
    pub(crate) fn programs(mut self, folder: &Path) -> Self {
        self.programs = Some(folder.to_owned());
        self
    }

    /// In namespaces that unshare(1) makes with these options.
    pub(crate) fn within_namespace(mut self, options: &[&str]) -> Self {
        self.around = ["unshare"].iter().chain(options).map(OsString::from).collect();
        self
    }

    /// In a mount namespace of its own in which an empty tmpfs hides a folder.
    pub(crate) fn hiding(mut self, folder: &str) -> Self {
        let script = format!("mount -t tmpfs none {folder} && exec \"$@\"");
        self.around = ["unshare", "-m", "sh", "-c", &script, "sh"].map(OsString::from).into();
        self
    }

    /// With no other folder on its PATH.
    pub(crate) fn only_programs(mut self, folder: &Path) -> Self {
        self.only_programs = Some(folder.to_owned());
        self
    }

    /// With this configuration folder.
    pub(crate) fn configuration(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.configuration);
        self
    }

    pub(crate) fn run(self) -> Outcome {
        self.spawn().wait()
    }

    pub(crate) fn spawn(self) -> Running {
        self.spawn_with(Stdio::piped(), Stdio::piped())
    }

    /// Runs it with a stdout that nobody will ever read.
    pub(crate) fn run_with_closed_stdout(self) -> Outcome {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        self.spawn_with(writer.into(), Stdio::piped()).wait()
    }

    /// Runs it with a stdout of one's own.
    pub(crate) fn run_with_stdout(self, stdout: impl Into<Stdio>) -> Outcome {
        self.spawn_with(stdout.into(), Stdio::piped()).wait()
    }

    /// Runs it with a stderr that nobody will ever read.
    pub(crate) fn run_with_closed_stderr(self) -> Outcome {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        self.spawn_with(Stdio::piped(), writer.into()).wait()
    }

    fn spawn_with(self, stdout: Stdio, stderr: Stdio) -> Running {
        let words = self.words();
        let mut command = Command::new(located(&words[0]));
        command.args(&words[1..]).current_dir(&self.folder);
        let programs = self.programs.as_ref().map(|folder| format!("{}:", folder.display()));
        command.env("PATH", programs.unwrap_or_default() + TOOL_PATH).env_remove("NO_COLOR");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("XDG_CONFIG_HOME", &self.configuration);
        if let Some(folder) = &self.only_programs {
            command.env("PATH", folder);
        }
        if let Some(folder) = &self.temporary {
            command.env("TMPDIR", folder);
        }
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        let child = command.spawn().unwrap_or_else(|e| panic!("{words:?}: {e}"));
        Running::new(child, words, self.dir.path(), self.time_limit)
    }

    /// The program with everything around it.
    fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![];
        if let Some(limit) = self.descriptors {
            let script = format!("ulimit -n {limit}; exec \"$@\"");
            words.extend(["sh", "-c", &script, "sh"].map(OsString::from));
        }
        if let Some(umask) = self.umask {
            let script = format!("umask {umask}; exec \"$@\"");
            words.extend(["sh", "-c", &script, "sh"].map(OsString::from));
        }
        if let Some(point) = &self.unmounted {
            let script = "umount \"$1\" && shift && exec \"$@\"";
            words.extend(["unshare", "-m", "sh", "-c", script, "sh"].map(OsString::from));
            words.push(point.into());
        }
        words.extend(self.around.iter().cloned());
        if self.user == User::Nobody {
            let become_nobody =
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
            words.extend(become_nobody.map(OsString::from));
        }
        if let Some(limit) = self.address_space {
            words.extend(["prlimit".into(), format!("--as={limit}").into()]);
        }
        if let Some(limit) = self.file_size {
            words.extend(["prlimit".into(), format!("--fsize={limit}").into()]);
        }
        if let Some(limit) = self.processes {
            words.extend(["prlimit".into(), format!("--nproc={limit}").into()]);
        }
        words.push(binary(self.dir).into());
        words.extend(self.arguments.iter().cloned());
        words
    }
}

/// The binary where any user can run it: where cargo built it, or else a copy in the scratch
/// folder.
fn binary(dir: &Dir) -> PathBuf {
    let built = Path::new(env!("CARGO_BIN_EXE_fscan"));
    let enterable = |folder: &Path| {
        fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0)
    };
    if built.ancestors().all(enterable) {
        return built.to_owned();
    }
    let copy = dir.join(".fscan");
    if !copy.exists() {
        // Not by fs::copy: a descriptor that may write, inherited by another test's child just
        // then, would make this file busy.
        let status = tool("cp").args([built, &copy]).status().unwrap();
        assert!(status.success(), "copy {}", built.display());
    }
    copy
}
