//! Which settings file is used: the nearest `.fscan.toml` above a place, else `fscan.toml` in the
//! configuration folder.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::SigSet;
use reports::PathName;

use super::IN_TREE;
use super::read::{Links, Looked, trusted};

/// The longest that a mount is waited for: a scan says by itself what does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found.
#[derive(Default)]
pub struct Found {
    /// The file.
    pub file: Option<SettingsFile>,
    /// What is to be said: files that are not heeded, and why.
    pub remarks: Vec<String>,
}

/// A file and its text.
pub struct SettingsFile {
    /// Its path, in the canonical form of what it was found above.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

impl Found {
    /// Nothing, where nothing was looked for.
    pub fn none() -> Self {
        Found::default()
    }
}

/// Looks for settings above `place`, and then in the configuration folder. Where a mount does not
/// answer within `patience` there are none. Must be called before signals are blocked.
pub fn find(place: Option<&Path>, patience: Option<Duration>) -> anyhow::Result<Found> {
    let Some(patience) = patience else { return look(place) };
    let owned = place.map(Path::to_owned);
    let (send, found) = mpsc::sync_channel(1);
    let looking = move || {
        // Signals are for the thread that will wait for them, not for one that may hang.
        let _ = SigSet::all().thread_block();
        let _ = send.send(look(owned.as_deref()));
    };
    if thread::Builder::new().spawn(looking).is_err() {
        return look(place);
    }
    match found.recv_timeout(patience.min(PATIENCE)) {
        Ok(found) => found,
        Err(RecvTimeoutError::Disconnected) => Ok(Found::none()),
        Err(RecvTimeoutError::Timeout) => Ok(Found { file: None, remarks: vec![no_answer(place)] }),
    }
}

fn no_answer(place: Option<&Path>) -> String {
    let shown =
        place.map_or_else(String::new, |place| format!("{}: ", PathName::from(place).escaped()));
    format!("{shown}no answer while settings were looked for; none are used")
}

fn look(place: Option<&Path>) -> anyhow::Result<Found> {
    let mut found = Found::none();
    // A place that is not there is told of when it is looked at.
    let place = place.and_then(|place| place.canonicalize().ok());
    let above = place.iter().flat_map(|place| place.ancestors());
    let in_tree = above.map(|folder| (folder.join(IN_TREE), Links::Refused));
    for (path, links) in in_tree.chain(configuration().map(|path| (path, Links::Followed))) {
        match trusted(&path, links)? {
            Looked::Missing => {}
            Looked::Ignored(why) => found.remarks.push(why),
            Looked::Read(text) => {
                found.file = Some(SettingsFile { path, text });
                break;
            }
        }
    }
    Ok(found)
}

/// `fscan/fscan.toml` in the configuration folder, which is an absolute path or not heeded (XDG
/// Base Directory Specification).
fn configuration() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let configuration = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    Some(configuration?.join("fscan/fscan.toml"))
}
