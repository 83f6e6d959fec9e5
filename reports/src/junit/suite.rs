//! Tests that belong together.

use super::case::{Case, CaseResult};

/// A suite.
#[derive(Clone, Debug)]
pub(super) struct Suite {
    /// Its name: a root, or what was done.
    pub(super) name: String,
    /// The check whose findings it has; `root` where it has those of several.
    pub(super) class: &'static str,
    /// How long it took in seconds, where that is known of it.
    pub(super) seconds: Option<f64>,
    /// What is known of it, a name and a value each.
    pub(super) properties: Vec<(&'static str, String)>,
    /// Its tests.
    pub(super) cases: Vec<Case>,
    /// What else there is to say, a line each.
    pub(super) output: Vec<String>,
}

/// How many tests there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// All of them.
    pub(super) tests: usize,
    /// Those that failed.
    pub(super) failures: usize,
    /// Those that could not be done.
    pub(super) errors: usize,
    /// Those that were left out.
    pub(super) skipped: usize,
}

impl Suite {
    /// A suite without tests.
    pub(super) fn new(name: impl Into<String>, class: &'static str) -> Self {
        let (properties, cases, output) = (Vec::new(), Vec::new(), Vec::new());
        Suite { name: name.into(), class, seconds: None, properties, cases, output }
    }

    /// Its tests, counted.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.cases.iter().for_each(|case| counts.add(case));
        counts
    }
}

impl Counts {
    /// Those of several suites.
    pub(super) fn of_all(suites: &[Suite]) -> Self {
        let mut counts = Counts::default();
        suites.iter().flat_map(|suite| &suite.cases).for_each(|case| counts.add(case));
        counts
    }

    fn add(&mut self, case: &Case) {
        self.tests += 1;
        match case.result {
            CaseResult::Passed => {}
            CaseResult::Failed { .. } => self.failures += 1,
            CaseResult::Error { .. } => self.errors += 1,
            CaseResult::Skipped { .. } => self.skipped += 1,
        }
    }
}
