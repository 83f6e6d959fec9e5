//! What all probes begin with.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{getegid, geteuid};

use super::{EnvironmentOptions, Place, text_file, user};

/// What all probes begin with.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// The roots.
    pub(super) places: Vec<Place>,
    /// Below these nothing is written.
    pub(super) untouched: Vec<PathBuf>,
    /// The longest that one probe may take.
    pub(super) time_limit: Duration,
    /// The environment variables of the process.
    pub(super) variables: BTreeMap<OsString, OsString>,
    /// Where the files of the system lie: `/`.
    pub(super) system: PathBuf,
    /// The effective user and group.
    pub(super) user: u32,
    pub(super) group: u32,
}

impl Surroundings {
    /// Those of this process; the roots are resolved already.
    pub(super) fn new(options: &EnvironmentOptions, places: Vec<Place>) -> Self {
        Surroundings {
            places,
            untouched: options.untouched.clone(),
            time_limit: options.time_limit,
            variables: std::env::vars_os().collect(),
            system: PathBuf::from("/"),
            user: geteuid().as_raw(),
            group: getegid().as_raw(),
        }
    }

    /// A variable that is set and not empty.
    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|it| !it.is_empty())
    }

    /// A variable that holds an absolute path. Others mean nothing where it is used.
    pub(super) fn directory(&self, name: &str) -> Option<PathBuf> {
        self.variable(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The user's home: `HOME`, else what /etc/passwd says.
    pub(super) fn home(&self) -> Option<PathBuf> {
        self.directory("HOME").or_else(|| user::home_of(self))
    }

    /// A file of the system by its absolute path.
    pub(super) fn system_file(&self, path: &str) -> PathBuf {
        self.system.join(path.trim_start_matches('/'))
    }

    /// The text of a file of the system; an error says why there is none.
    pub(super) fn read(&self, path: &str) -> Result<String, text_file::NotRead> {
        text_file::read(&self.system_file(path))
    }

    /// Where a program is: the first file of that name on PATH that can be run.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let directories = self.variable("PATH").unwrap_or(OsStr::new(USUAL_PATH));
        let directories = std::env::split_paths(directories).filter(|path| path.is_absolute());
        directories.map(|directory| directory.join(name)).find(|path| is_program(path))
    }
}

/// Where programs are looked for where PATH is not set (execvp(3)).
const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}
