//! All probes together, and probes that misbehave.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use reports::{Answer, Fact, FactName, PathName};

use super::super::learn::learn;
use super::super::{
    Effort, EnvironmentOptions, LonghornSource, Probe, Surroundings, all, learn_environment,
};
use super::options;

/// What only the user can say.
fn is_of_others(name: FactName) -> bool {
    name == FactName::VerifiedCopy
}

#[test]
fn every_fact_is_there_for_the_machine_and_for_each_root_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (missing, proc) = (dir.path().join("none"), Path::new("/proc"));
    let roots = [dir.path(), &missing, proc, dir.path()];
    let facts = learn_environment(&options(&roots));
    let is_there = |name, path: Option<&Path>| {
        let count = facts.iter().filter(|fact| {
            fact.name == name
                && fact.path.as_ref().map(PathName::as_bytes)
                    == path.map(|p| p.as_os_str().as_encoded_bytes())
        });
        assert_eq!(count.count(), 1, "{name:?} of {path:?}");
    };
    let directory = dir.path().canonicalize().unwrap();
    for name in FactName::all().iter().map(|text| text.name).filter(|name| !is_of_others(*name)) {
        if name.is_of_root() {
            [&directory, &missing, proc].into_iter().for_each(|root| is_there(name, Some(root)));
        } else {
            is_there(name, None);
        }
    }
    assert!(facts.iter().all(|fact| !is_of_others(fact.name)));
    let order = |fact: &Fact| (fact.path.clone(), fact.name);
    assert!(facts.is_sorted_by_key(order));
    assert!(facts.iter().all(|fact| !fact.source.is_empty()));
}

#[test]
fn what_no_probe_forgets_is_owed_by_one_alone() {
    let names: Vec<FactName> = all(&LonghornSource::Nothing, Effort::Try)
        .iter()
        .flat_map(|probe| probe.facts())
        .copied()
        .collect();
    let once: BTreeSet<FactName> = names.iter().copied().collect();
    assert_eq!(names.len(), once.len());
    for probe in all(&LonghornSource::Nothing, Effort::Try) {
        let place = super::super::Place::of(Path::new("/"));
        let mut surroundings = super::Fixture::of_this_system().0;
        surroundings.places = vec![place];
        let learnt: BTreeSet<_> = probe.learn(&surroundings).iter().map(|f| f.name).collect();
        assert_eq!(learnt, probe.facts().iter().copied().collect(), "none is filled in");
    }
}

#[test]
fn two_runs_say_the_same_and_leave_nothing() {
    let mounts = || std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let before = mounts();
    let dir = tempfile::tempdir().unwrap();
    let [first, second] = [(); 2].map(|()| learn_environment(&options(&[dir.path()])));
    // What others use meanwhile changes.
    let changes = [FactName::MemoryUsed, FactName::SpaceFree, FactName::InodesFree];
    let lasting = |facts: Vec<Fact>| -> Vec<Fact> {
        facts.into_iter().filter(|fact| !changes.contains(&fact.name)).collect()
    };
    assert_eq!(lasting(first), lasting(second));
    assert_eq!(mounts(), before);
}

/// A probe that misbehaves.
enum Odd {
    Hangs,
    Panics,
    Forgets,
}

impl Probe for Odd {
    fn facts(&self) -> &'static [FactName] {
        match self {
            Odd::Hangs => &[FactName::User, FactName::SpaceFree],
            Odd::Panics => &[FactName::Docker],
            Odd::Forgets => &[FactName::Buildah, FactName::Buildkit],
        }
    }

    fn asks_root_by_root(&self) -> bool {
        matches!(self, Odd::Hangs)
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        match self {
            Odd::Hangs => {
                let place = &surroundings.places[0];
                if place.path == Path::new("/proc") {
                    sleep(Duration::from_mins(1));
                }
                vec![Fact::of_path(FactName::SpaceFree, &place.name, Answer::is(7), "odd")]
            }
            // As a panic ends, without a word on the way.
            Odd::Panics => resume_unwind(Box::new("as expected")),
            Odd::Forgets => vec![Fact::of_machine(FactName::Buildah, Answer::is("x"), "odd")],
        }
    }
}

#[test]
fn what_hangs_panics_or_forgets_leaves_facts_that_are_not_known() {
    let mut options = options(&[Path::new("/proc"), Path::new("/")]);
    options.time_limit = Duration::from_millis(100);
    let begun = Instant::now();
    let probes: Vec<Box<dyn Probe>> =
        vec![Box::new(Odd::Hangs), Box::new(Odd::Panics), Box::new(Odd::Forgets)];
    let facts = learn(&options, probes);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let answer = |name, path: Option<&str>| {
        let is_it = |fact: &&Fact| {
            fact.name == name && fact.path.as_ref().map(PathName::escaped).as_deref() == path
        };
        facts.iter().find(is_it).unwrap().answer.clone()
    };
    assert_eq!(answer(FactName::SpaceFree, Some("/")), Answer::is(7));
    let late = Answer::unknown("no answer within 0.1 s");
    assert_eq!(answer(FactName::SpaceFree, Some("/proc")), late);
    let Answer::Unknown(internal) = answer(FactName::Docker, None) else { panic!() };
    assert!(internal.starts_with("an internal error"));
    assert_eq!(answer(FactName::Buildah, None), Answer::is("x"));
    assert_eq!(answer(FactName::Buildkit, None), Answer::unknown("not learnt"));
}

/// Tells what the surroundings say, and that it starts processes.
struct Tells;

impl Probe for Tells {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::User]
    }

    fn tries(&self) -> bool {
        true
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let paths = surroundings
            .untouched
            .as_ref()
            .map(|paths| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>());
        let answer = match paths {
            Ok(paths) => Answer::is(paths),
            Err(why) => Answer::unknown(why),
        };
        vec![Fact::of_machine(FactName::User, answer, "tells")]
    }
}

#[test]
fn what_is_not_to_be_touched_is_known_by_where_it_leads() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("link");
    symlink(dir.path(), &link).unwrap();
    let tell = |path: &Path, roots: &[&Path]| {
        let options = EnvironmentOptions { untouched: vec![path.to_owned()], ..options(roots) };
        learn(&options, vec![Box::new(Tells)]).remove(0).answer
    };
    let is = |path: &Path| Answer::is(vec![path.canonicalize().unwrap().display().to_string()]);
    let here = Path::new(".");
    assert_eq!(tell(here, &[]), is(&std::env::current_dir().unwrap()));
    assert_eq!(tell(here, &[here]), is(&std::env::current_dir().unwrap()));
    assert_eq!(tell(&link, &[dir.path()]), is(dir.path()));
    let Answer::Unknown(why) = tell(&dir.path().join("none"), &[]) else { panic!() };
    assert!(why.ends_with("is not known: the path: lookup says ENOENT"), "{why}");
}

#[test]
fn a_quick_look_tries_nothing() {
    let options = EnvironmentOptions { effort: Effort::LookOnly, ..options(&[Path::new("/")]) };
    assert_eq!(
        learn(&options, vec![Box::new(Tells)])[0].answer,
        Answer::unknown("not tried in a quick look")
    );
    let tried = [
        FactName::UserNamespaces,
        FactName::MountTmpfs,
        FactName::NestedOverlay,
        FactName::NestedOverlayUserxattr,
        FactName::IdMapping,
    ];
    let facts = learn_environment(&options);
    for fact in facts.iter().filter(|fact| tried.contains(&fact.name)) {
        assert_eq!(fact.answer, Answer::unknown("not tried in a quick look"), "{fact:?}");
    }
}
