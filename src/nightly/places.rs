//! Where the paths of the settings lead, without links.
//!
//! Each is looked up once, before anything else, and for a limited time: one root that does not
//! answer must cost its own steps, and not the night. What cannot be told is taken as it was given.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::SigSet;
use scanner::may_be_looked_up;

use super::config::Config;

/// How long all of them together may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Paths of the settings, each with what it is without links.
#[derive(Debug, Default)]
pub struct Places(Vec<(PathBuf, PathBuf)>);

impl Places {
    /// Looks up where `config` has steps work.
    pub fn find(config: &Config) -> Self {
        let targets = config.stress.iter().flat_map(|stress| &stress.targets);
        let targets = targets.map(|target| &target.directory);
        let paths = config.roots.iter().chain(&config.control).chain(targets);
        let deadline = Instant::now() + PATIENCE;
        // Where meeting damage would stop this machine no name is looked up.
        let asked = paths.filter(|path| may_be_looked_up(path, config.force));
        let asked: Vec<_> = asked.map(|path| (path.clone(), look_up(path.clone()))).collect();
        let real = |(path, answer): (PathBuf, Receiver<Option<PathBuf>>)| {
            let left = deadline.saturating_duration_since(Instant::now());
            Some((path, answer.recv_timeout(left).ok().flatten()?))
        };
        Places(asked.into_iter().filter_map(real).collect())
    }

    /// A path without links, as far as that is known.
    pub fn real<'a>(&'a self, path: &'a Path) -> &'a Path {
        let known = self.0.iter().find(|(known, _)| known == path);
        known.map_or(path, |(_, real)| real)
    }
}

fn look_up(path: PathBuf) -> Receiver<Option<PathBuf>> {
    aside(move || path.canonicalize().ok())
}

/// What `ask` answers; none where it takes longer than `limit`.
pub fn in_time<T: Send + 'static>(
    limit: Duration,
    ask: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    aside(ask).recv_timeout(limit).ok()
}

/// Asks in a thread of its own, which is given up where nobody waits for it any more.
fn aside<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (answer, answered) = channel();
    let ask = move || {
        // Signals are for those who heed them.
        let _ = SigSet::all().thread_block();
        let _ = answer.send(ask());
    };
    // Where no thread can be started there is no answer.
    let _ = thread::Builder::new().name("look-up".to_owned()).spawn(ask);
    answered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_followed_and_what_is_not_there_is_as_it_was_given() {
        let text = "roots = [\"/proc/self/root\", \"/no/such\"]\ncontrol = false\n";
        let config = Config::read(text, Path::new("nightly.toml")).unwrap();
        let places = Places::find(&config);
        let real = Path::new("/proc/self/root").canonicalize().unwrap();
        assert_eq!(places.real(Path::new("/proc/self/root")), real);
        assert_eq!(places.real(Path::new("/no/such")), Path::new("/no/such"));
    }

    #[test]
    fn what_does_not_answer_is_given_up() {
        let (limit, long) = (Duration::from_millis(20), Duration::from_mins(1));
        let begun = Instant::now();
        assert_eq!(in_time(limit, move || thread::sleep(long)), None);
        assert!(begun.elapsed() < long);
        assert_eq!(in_time(long, || 7), Some(7));
    }
}
