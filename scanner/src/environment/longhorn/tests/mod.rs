mod asked;
mod backings;
mod given;
mod hostile;
mod samples;
mod several;

use std::fs;
use std::path::Path;

use reports::{FactValue, PathName};
use tempfile::TempDir;

use super::*;
use crate::environment::tests::Fixture;
use crate::mounts;
use crate::program::stand_in;

/// A root that is mounted so at `point`.
fn place(point: &str, filesystem: &str, source: &str) -> Place {
    let line = format!("36 35 252:7 / {point} rw,relatime - {filesystem} {source} rw");
    let mount = mounts::parse(line.as_bytes()).pop();
    assert!(mount.is_some(), "{line}");
    Place { path: point.into(), name: PathName::from(Path::new(point)), mount, trouble: None }
}

/// A machine: its sysfs, and kubectl if there is one.
struct Machine {
    folder: TempDir,
    pod: Option<String>,
    time: Duration,
    effort: Effort,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for made in ["bin", "sys/dev/block"] {
            fs::create_dir_all(folder.path().join(made)).unwrap();
        }
        Machine { folder, pod: None, time: Duration::from_secs(20), effort: Effort::Try }
    }

    /// kubectl as a script. In it `$*` are the arguments without the one that says how long it may
    /// take, and every call is noted.
    fn kubectl(&self, script: &str) -> &Self {
        let calls = self.folder.path().join("calls");
        let text = format!(
            "#!/bin/sh\nexport PATH=/usr/bin:/bin\nlimit=$1\nshift\necho \"$limit $*\" >> {}\n{script}\n",
            calls.display()
        );
        stand_in::write(&self.folder.path().join("bin/kubectl"), &text, 0o755);
        self
    }

    /// What kubectl was asked, sorted; each line without the time limit.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default();
        let mut calls: Vec<String> = calls
            .lines()
            .map(|call| {
                let (limit, rest) = call.split_once(' ').unwrap();
                let limit = limit.strip_prefix("--request-timeout=").unwrap();
                let milliseconds: u64 = limit.strip_suffix("ms").unwrap().parse().unwrap();
                assert!((100..=5000).contains(&milliseconds), "{call}");
                rest.to_owned()
            })
            .collect();
        calls.sort();
        calls
    }

    fn learn(&self, source: LonghornSource, places: Vec<Place>) -> Facts {
        let probe = LonghornProbe {
            source,
            effort: self.effort,
            path: self.folder.path().join("bin").into(),
            pod: self.pod.clone(),
            sysfs: self.folder.path().join("sys"),
        };
        let names: Vec<PathName> = places.iter().map(|place| place.name.clone()).collect();
        let mut surroundings = Fixture::of_this_system().0;
        surroundings.places = places;
        surroundings.time_limit = self.time;
        let facts = probe.learn(&surroundings);
        assert_eq!(facts.len(), 1 + names.len() * facts::NAMES.len(), "{facts:#?}");
        for name in &names {
            let of_it = facts.iter().filter(|fact| fact.path.as_ref() == Some(name));
            assert!(of_it.map(|fact| fact.name).eq(facts::NAMES), "each once, in order");
        }
        assert!(facts.iter().all(|fact| !fact.source.is_empty()));
        Facts(facts)
    }

    /// What is learnt of one root from a text.
    fn learn_given(&self, text: &str, place: Place) -> Facts {
        self.learn_given_of(text, vec![place])
    }

    /// What is learnt of roots from a text.
    fn learn_given_of(&self, text: &str, places: Vec<Place>) -> Facts {
        let objects = Arc::new(read_longhorn(text.as_bytes()).unwrap());
        let name = "volume.json".to_owned();
        self.learn(LonghornSource::Given { objects, name }, places)
    }
}

/// What was learnt.
struct Facts(Vec<Fact>);

impl Facts {
    /// The fact of the first root.
    fn fact(&self, name: FactName) -> &Fact {
        self.0.iter().find(|fact| fact.name == name).unwrap()
    }

    fn value(&self, name: FactName) -> FactValue {
        let fact = self.fact(name);
        fact.value().unwrap_or_else(|| panic!("{fact:?}")).clone()
    }

    /// Why it is not known.
    fn why(&self, name: FactName) -> String {
        match &self.fact(name).answer {
            Answer::Unknown(why) => why.clone(),
            Answer::Value(value) => panic!("{name:?} is {value:?}"),
        }
    }

    /// `name=value` for each fact whose value is known, in order.
    fn known(&self) -> Vec<String> {
        let known = self.0.iter().filter(|fact| fact.name != FactName::Kubectl);
        let text = |value: &FactValue| match value {
            FactValue::Flag(flag) => flag.to_string(),
            FactValue::Number(number) => number.to_string(),
            FactValue::Text(text) => text.clone(),
            FactValue::List(list) => list.join(","),
        };
        known.filter_map(|f| Some(format!("{}={}", f.name.as_str(), text(f.value()?)))).collect()
    }
}
