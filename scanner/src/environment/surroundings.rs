//! What all probes begin with.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{getegid, geteuid};

use super::words::shown;
use super::{Effort, EnvironmentOptions, Place, text_file, user};
use crate::program;

/// What all probes begin with.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// The roots, each once, in the order of their names.
    pub(super) places: Vec<Place>,
    /// Below these, without symbolic links, nothing is written; an error says why it is not known
    /// where they are.
    pub(super) untouched: Result<Vec<PathBuf>, String>,
    /// Whether processes may be started.
    pub(super) effort: Effort,
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
    /// Those of this process; every path of the options is resolved already.
    pub(super) fn new(options: &EnvironmentOptions, resolved: &BTreeMap<PathBuf, Place>) -> Self {
        let places = options.roots.iter().filter_map(|root| resolved.get(root).cloned());
        let by_name: BTreeMap<_, _> = places.map(|place| (place.name.clone(), place)).collect();
        let untouched = options.untouched.iter().map(|path| untouched(path, resolved.get(path)));
        Surroundings {
            places: by_name.into_values().collect(),
            untouched: untouched.collect(),
            effort: options.effort,
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
        program::find(name, self.variable("PATH").unwrap_or(OsStr::new(USUAL_PATH)))
    }
}

/// Where a path leads below which nothing is to be written.
fn untouched(path: &Path, place: Option<&Place>) -> Result<PathBuf, String> {
    let place = place.ok_or("not resolved")?;
    match &place.trouble {
        None => Ok(place.path.clone()),
        Some(trouble) => Err(format!(
            "nothing is to be written below {}, and where that leads is not known: {trouble}",
            shown(path)
        )),
    }
}

/// Where programs are looked for where PATH is not set (execvp(3)).
const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
