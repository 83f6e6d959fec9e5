//! Divergences as they come in from all lanes: one row a class and site, the rest counted.

use std::sync::{Mutex, MutexGuard, PoisonError};

use reports::{
    Code, Finding, PathName, Severity, StressDivergence, StressElsewhere, StressMinimised, Subject,
};

use super::options::StressOptions;
use super::rest::Disagreement;
use super::shrink::Shrunk;
use super::trial::{Class, Footing, Met};
use crate::minimise::Ending;
use crate::operand::Mode;
use crate::reproducer::{Ground, Reproducer};
use crate::site::Site;

/// Rows that are kept.
const MOST_ROWS: usize = 100;

/// A divergence, and what shows it again.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is reported.
    pub told: StressDivergence,
    /// What shows it again.
    pub reproducer: Option<Reproducer>,
    /// What it weighs.
    pub finding: Finding,
}

/// A row that can be shown again.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which.
    pub row: usize,
    /// Where it came from.
    pub site: String,
    /// What it is.
    pub class: Class,
    /// What shows it.
    pub reproducer: Reproducer,
    /// What other sites made of it.
    pub elsewhere: Vec<StressElsewhere>,
}

/// Everything that differed so far.
#[derive(Debug, Default)]
pub struct Divergences {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    met: Vec<(String, Class, u64)>,
    rows: Vec<(Option<(String, Class)>, Row)>,
    beyond: u64,
}

impl Divergences {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is any.
    pub fn any(&self) -> bool {
        let state = self.state();
        !state.met.is_empty() || !state.rows.is_empty()
    }

    /// Counts one; true for the first of its class on a site.
    pub fn is_new(&self, site: &str, class: Class) -> bool {
        let mut state = self.state();
        let known = state.met.iter_mut().find(|(name, met, _)| name == site && *met == class);
        if let Some((_, _, count)) = known {
            *count += 1;
            return false;
        }
        state.met.push((site.to_owned(), class, 1));
        true
    }

    /// Adds the row of one that was new.
    pub fn add(
        &self,
        site: &Site,
        footing: &Footing,
        options: &StressOptions,
        round: u64,
        met: &Met,
        shrunk: Shrunk,
    ) {
        let class = met.class();
        let again = shrunk.met.clone();
        let shown = again.as_ref().unwrap_or(met);
        let words = |of: fn(&crate::difference::Difference) -> &String| {
            let differences = shown.differences.iter().map(of).cloned();
            differences.collect::<Vec<_>>().join("; ")
        };
        let reproducer = Reproducer {
            target: site.name.clone(),
            filesystem: site.filesystem.clone(),
            options: site.options.clone(),
            kernel: kernel(),
            seed: Some(options.seed),
            profile: options.mix.profile.word().to_owned(),
            umask: Mode::new(footing.caller.umask),
            privileged: footing.caller.overrides,
            ground: if site.is_layered() { Ground::Layers } else { Ground::Empty },
            class: class.to_string(),
            expected: words(|difference| &difference.expected),
            found: words(|difference| &difference.found),
            ops: shrunk.ops,
        };
        let row = StressDivergence {
            target: site.name.clone(),
            operation: shown.op.to_string(),
            class: class.to_string(),
            expected: reproducer.expected.clone(),
            found: reproducer.found.clone(),
            evidence: Vec::new(),
            round,
            position: met.position as u64,
            occurrences: 1,
            reproducer: reproducer.to_string().lines().map(ToOwned::to_owned).collect(),
            minimised: minimised(shrunk.ending),
            replay_file: None,
            elsewhere: Vec::new(),
        };
        let finding = finding(site, class, &row);
        self.push(
            Some((site.name.clone(), class)),
            Row { told: row, reproducer: Some(reproducer), finding },
        );
    }

    /// Adds what a scan of a tree at rest told.
    pub fn scanned(&self, site: &Site, lane: usize, round: u64, disagreement: Disagreement) {
        for finding in disagreement.findings {
            let row = StressDivergence {
                expected: finding.expected.clone(),
                found: finding.found.clone(),
                evidence: finding.evidence.clone(),
                ..scan_row(site, format!("scan: {}", finding.code.as_str()), lane, round)
            };
            self.push(None, Row { told: row, reproducer: None, finding });
        }
        for (what, there, seen) in disagreement.counts {
            let row = StressDivergence {
                expected: format!("{there} {what}"),
                found: format!("{seen} {what}"),
                ..scan_row(site, format!("scan: another number of {what}"), lane, round)
            };
            let subject = Subject { path: Some(site.path.as_path().into()), ..Subject::default() };
            let (expected, found) = (row.expected.clone(), row.found.clone());
            let finding = Finding::new(Code::StressDivergence, subject, expected, found);
            self.push(None, Row { told: row, reproducer: None, finding });
        }
    }

    /// The rows that can be shown again.
    pub fn shown(&self) -> Vec<Shown> {
        let state = self.state();
        let rows = state.rows.iter().enumerate();
        rows.filter_map(|(number, (key, row))| {
            let (site, class) = key.clone()?;
            let reproducer = row.reproducer.clone()?;
            Some(Shown { row: number, site, class, reproducer, elsewhere: Vec::new() })
        })
        .collect()
    }

    /// What other sites made of one.
    pub fn tried_elsewhere(&self, row: usize, elsewhere: Vec<StressElsewhere>) {
        if let Some((_, row)) = self.state().rows.get_mut(row) {
            row.told.elsewhere = elsewhere;
        }
    }

    fn push(&self, key: Option<(String, Class)>, row: Row) {
        let mut state = self.state();
        if state.rows.len() < MOST_ROWS {
            state.rows.push((key, row));
        } else {
            state.beyond += 1;
        }
    }

    /// All rows, with how often each was met, by site and class; and how many more there would be.
    pub fn into_rows(self) -> (Vec<Row>, u64) {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<Row> = Vec::new();
        for (key, mut row) in state.rows {
            let count = key.and_then(|(site, class)| {
                let met =
                    state.met.iter().find(|(name, known, _)| *name == site && *known == class);
                met.map(|(_, _, count)| *count)
            });
            row.told.occurrences = count.unwrap_or(1);
            row.finding.occurrences = row.told.occurrences;
            rows.push(row);
        }
        rows.sort_by(|one, other| {
            let key = |row: &Row| (row.told.target.clone(), row.told.class.clone());
            key(one).cmp(&key(other))
        });
        (rows, state.beyond)
    }
}

fn scan_row(site: &Site, class: String, lane: usize, round: u64) -> StressDivergence {
    StressDivergence {
        target: site.name.clone(),
        operation: "scan".to_owned(),
        class,
        expected: String::new(),
        found: String::new(),
        evidence: vec![format!("lane {lane}, after its round {round}")],
        round,
        position: 0,
        occurrences: 1,
        reproducer: Vec::new(),
        minimised: StressMinimised::NotTried,
        replay_file: None,
        elsewhere: Vec::new(),
    }
}

fn minimised(ending: Ending) -> StressMinimised {
    match ending {
        Ending::Minimal => StressMinimised::Minimised,
        Ending::BoundsReached => StressMinimised::GivenUp,
        Ending::Stopped => StressMinimised::NotTried,
        Ending::NotReproduced => StressMinimised::NotReproduced,
    }
}

fn finding(site: &Site, class: Class, row: &StressDivergence) -> Finding {
    let damage = class.aspect.damage();
    let code = match damage {
        Some(_) => Code::StressFilesystemError,
        None => Code::StressDivergence,
    };
    let path: PathName = site.path.as_path().into();
    let subject = Subject { path: Some(path), ..Subject::default() };
    let expected = format!("{}: {}", row.operation, row.expected);
    let mut finding = Finding::new(code, subject, expected, row.found.clone());
    if !answers_for_itself(&site.filesystem) {
        // A server says what it likes: only it knows why.
        finding.severity = finding.severity.min(Severity::Suspect);
    }
    finding.evidence = vec![format!("target {}, {}", row.target, row.class)];
    finding
}

/// Whether the filesystem is the kernel's own, so that what it refuses is its own contradiction.
fn answers_for_itself(filesystem: &str) -> bool {
    let served = ["fuse", "nfs", "cifs", "smb", "9p", "ceph", "afs", "virtiofs"];
    !served.iter().any(|server| filesystem.starts_with(server))
}

/// The kernel's release.
pub fn kernel() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}
