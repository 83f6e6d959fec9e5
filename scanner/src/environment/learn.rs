//! All probes at once, each with its time limit.
//!
//! A probe that hangs in the kernel cannot be ended. It is left behind on its thread, which ends
//! with the process, and what it was to learn is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use reports::{Fact, FactName, PathName};

use super::probe::NOT_TRIED;
use super::{Effort, EnvironmentOptions, Place, Probe, Surroundings, all};

/// What a probe that ends at its limit may take longer than that.
const GRACE: Duration = Duration::from_millis(500);

/// Learns every fact of the machine and of each root. There is one for each name in the table
/// that a probe answers for: what could not be learnt says why. The facts of the machine stand
/// first, then those of each root, each in the order of the table.
pub fn learn_environment(options: &EnvironmentOptions) -> Vec<Fact> {
    learn(options, all(&options.longhorn, options.effort))
}

/// The same with probes that are given.
pub(super) fn learn(options: &EnvironmentOptions, probes: Vec<Box<dyn Probe>>) -> Vec<Fact> {
    let surroundings = Surroundings::new(options, &resolve(options));
    let until = Instant::now() + options.time_limit + GRACE;
    let works: Vec<Work> = probes.into_iter().flat_map(|p| Work::of(p, &surroundings)).collect();
    let facts = works.into_iter().flat_map(|work| work.end(until, options.time_limit));
    let mut facts: Vec<Fact> = facts.collect();
    facts.sort_by(|a, b| (&a.path, a.name).cmp(&(&b.path, b.name)));
    facts
}

/// Every path of the options, each resolved once.
fn resolve(options: &EnvironmentOptions) -> BTreeMap<PathBuf, Place> {
    let until = Instant::now() + options.time_limit;
    let paths: BTreeSet<&PathBuf> = options.roots.iter().chain(&options.untouched).collect();
    let started: Vec<_> = paths.into_iter().map(|path| (path, start_resolving(path))).collect();
    let places = started.into_iter().map(|(path, place)| {
        let left = until.saturating_duration_since(Instant::now());
        let place = place.map(|place| place.recv_timeout(left));
        let why = match place {
            Some(Ok(place)) => return (path.clone(), place),
            Some(Err(RecvTimeoutError::Timeout)) => no_answer(options.time_limit),
            Some(Err(RecvTimeoutError::Disconnected)) => INTERNAL.to_owned(),
            None => NO_THREAD.to_owned(),
        };
        (path.clone(), Place::unresolved(path, why))
    });
    places.collect()
}

fn start_resolving(root: &std::path::Path) -> Option<Receiver<Place>> {
    let root = root.to_owned();
    start(move || Place::of(&root))
}

pub(super) const INTERNAL: &str = "an internal error ended the probe; please report it";
pub(super) const NO_THREAD: &str = "no thread could be started; raise the limit (ulimit -u)";

pub(super) const NO_ANSWER: &str = "no answer within";

fn no_answer(time_limit: Duration) -> String {
    format!("{NO_ANSWER} {} s", time_limit.as_secs_f64())
}

/// Starts something on a thread of its own; none: there is no thread.
fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<Receiver<T>> {
    let (send, receive) = channel();
    // Whoever waited for it may have given up.
    thread::Builder::new().spawn(move || drop(send.send(work()))).ok().map(|_| receive)
}

/// A probe at work.
struct Work {
    /// The facts that it is to bring.
    owed: Vec<(Option<PathName>, FactName)>,
    facts: Facts,
}

/// What a probe brings.
enum Facts {
    /// It is at work.
    Due(Receiver<Vec<Fact>>),
    /// There is no thread for it.
    NoThread,
    /// It starts processes, and none may be started.
    NotTried,
}

impl Work {
    /// Sets a probe to work, for each root on its own if it likes.
    fn of(probe: Box<dyn Probe>, surroundings: &Surroundings) -> Vec<Work> {
        let probe: Arc<dyn Probe> = Arc::from(probe);
        if !probe.asks_root_by_root() {
            return vec![Work::start(probe, surroundings.clone())];
        }
        let alone =
            |place: &Place| Surroundings { places: vec![place.clone()], ..surroundings.clone() };
        let each = surroundings.places.iter().map(alone);
        each.map(|surroundings| Work::start(Arc::clone(&probe), surroundings)).collect()
    }

    fn start(probe: Arc<dyn Probe>, surroundings: Surroundings) -> Work {
        let names = surroundings.places.iter().map(|place| &place.name);
        let owed = probe.facts().iter().flat_map(|name| {
            let of_roots = names.clone().filter(|_| name.is_of_root()).cloned().map(Some);
            let of_machine = (!name.is_of_root()).then_some(None);
            of_roots.chain(of_machine).map(|path| (path, *name))
        });
        let owed = owed.collect();
        if probe.tries() && surroundings.effort == Effort::LookOnly {
            return Work { owed, facts: Facts::NotTried };
        }
        let facts = start(move || probe.learn(&surroundings));
        Work { owed, facts: facts.map_or(Facts::NoThread, Facts::Due) }
    }

    /// What it brought; what it did not bring is not known.
    fn end(self, until: Instant, time_limit: Duration) -> Vec<Fact> {
        let left = until.saturating_duration_since(Instant::now());
        let (mut facts, why) = match self.facts {
            Facts::Due(facts) => match facts.recv_timeout(left) {
                Ok(facts) => (facts, "not learnt".to_owned()),
                Err(RecvTimeoutError::Timeout) => (Vec::new(), no_answer(time_limit)),
                Err(RecvTimeoutError::Disconnected) => (Vec::new(), INTERNAL.to_owned()),
            },
            Facts::NoThread => (Vec::new(), NO_THREAD.to_owned()),
            Facts::NotTried => (Vec::new(), NOT_TRIED.to_owned()),
        };
        for (path, name) in self.owed {
            if !facts.iter().any(|fact| fact.name == name && fact.path == path) {
                let answer = reports::Answer::unknown(why.clone());
                facts.push(Fact { name, path, answer, source: "fscan".to_owned() });
            }
        }
        facts
    }
}
