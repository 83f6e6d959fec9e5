//! Probes on systems made of files, and all of them together on this one.

mod whole;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use reports::{Answer, Fact, FactName, FactValue};
use tempfile::TempDir;

use super::{Effort, EnvironmentOptions, LonghornSource, Probe, Surroundings};

/// A system made of files.
pub(super) struct Fixture(pub(super) Surroundings, Option<TempDir>);

impl Fixture {
    /// With these files, in an environment without variables.
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut fixture = Fixture::of_this_system();
        fixture.0.system = dir.path().canonicalize().unwrap();
        fixture.0.variables.clear();
        fixture.0.user = 0;
        fixture.set("PATH", "/no-such-directory");
        fixture.1 = Some(dir);
        files.iter().for_each(|(path, text)| fixture.write(path, text));
        fixture
    }

    /// The system that the test runs on, without roots.
    pub(super) fn of_this_system() -> Self {
        Fixture(Surroundings::new(&options(&[]), &BTreeMap::new()), None)
    }

    /// Writes a file of it.
    pub(super) fn write(&self, path: &str, text: &str) {
        let file = self.0.system_file(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.variables.insert(name.into(), value.into());
    }
}

/// What is asked about these roots.
pub(super) fn options(roots: &[&Path]) -> EnvironmentOptions {
    EnvironmentOptions {
        roots: roots.iter().map(|root| (*root).to_owned()).collect(),
        untouched: Vec::new(),
        effort: Effort::Try,
        time_limit: Duration::from_secs(20),
        longhorn: LonghornSource::Nothing,
    }
}

/// The first fact of a name that a probe learns.
pub(super) fn fact(probe: &dyn Probe, fixture: &Fixture, name: FactName) -> Fact {
    let facts = probe.learn(&fixture.0);
    facts.into_iter().find(|fact| fact.name == name).unwrap()
}

/// Its value, or why that is not known.
pub(super) fn value(
    probe: &dyn Probe,
    fixture: &Fixture,
    name: FactName,
) -> Result<FactValue, String> {
    match fact(probe, fixture, name).answer {
        Answer::Value(value) => Ok(value),
        Answer::Unknown(why) => Err(why),
    }
}

/// Its text, or why that is not known.
pub(super) fn text(probe: &dyn Probe, fixture: &Fixture, name: FactName) -> Result<String, String> {
    value(probe, fixture, name).map(|value| value.text().unwrap().to_owned())
}
