//! The scan: one root after the other, and one account of all of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reports::{Code, Finding, PathName, Root, Subject, Totals, Unchecked, UncheckedReason};

use crate::control::Control;
use crate::gathered::Gathered;
use crate::options::ScanOptions;
use crate::root_scan::RootScan;
use crate::roots::{self, ResolvedRoot, RootError};
use crate::supervise;
use crate::walk::{DirectoryNode, Workers};

/// What a scan brought.
#[derive(Debug)]
pub struct Scan {
    /// The roots in the order they were given.
    pub roots: Vec<Root>,
    /// What was seen, in numbers.
    pub totals: Totals,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// What could not be examined.
    pub unchecked: Vec<Unchecked>,
    /// Roots that could not be scanned, or not to their end.
    pub errors: Vec<RootError>,
    /// Whether it came to its end.
    pub complete: bool,
}

/// Scans every root. One that cannot be scanned is told of in the outcome, and the others go on.
pub fn scan(options: ScanOptions, control: &Arc<Control>) -> Scan {
    let options = Arc::new(options);
    let mut account = Account {
        gathered: Gathered::new(options.all_findings),
        roots: Vec::new(),
        errors: Vec::new(),
        complete: true,
    };
    for path in account.plan(&options, control) {
        account.scan_root(&path, &options, control);
    }
    account.complete &= !control.is_stopped();
    Scan {
        roots: account.roots,
        totals: account.gathered.totals,
        findings: account.gathered.findings.into_rows(),
        unchecked: account.gathered.unchecked.into_rows(),
        errors: account.errors,
        complete: account.complete,
    }
}

/// The account that roots add to.
struct Account {
    gathered: Gathered,
    roots: Vec<Root>,
    errors: Vec<RootError>,
    complete: bool,
}

impl Account {
    /// The paths to scan: resolved, each once, none within another.
    fn plan(&mut self, options: &Arc<ScanOptions>, control: &Arc<Control>) -> Vec<PathBuf> {
        let mut resolved: Vec<ResolvedRoot> = Vec::new();
        for path in &options.roots {
            match resolve(path, options, control) {
                Ok(root) => resolved.push(root),
                Err(error) => {
                    let root = RootScan::new(path.clone(), options, control);
                    self.refuse(&root, error);
                }
            }
        }
        let covered = |index: usize, root: &ResolvedRoot| {
            let others = resolved.iter().enumerate();
            let mut covering = others.filter(|(other, by)| {
                let covers = by.covers(root, options.cross_mounts);
                // Of two that are the same the first one stays.
                covers && (!root.covers(by, options.cross_mounts) || *other < index)
            });
            covering.any(|(other, _)| other != index)
        };
        let (covered, kept): (Vec<_>, Vec<_>) =
            resolved.iter().enumerate().partition(|(index, root)| covered(*index, root));
        for (_, root) in covered {
            let path = PathName::from(root.path.as_path()).escaped();
            control.remark(&format!("{path}: scanned once, as part of another PATH"));
        }
        kept.into_iter().map(|(_, root)| root.path.clone()).collect()
    }

    /// Takes account of a root that could not be scanned, or not to its end.
    fn refuse(&mut self, root: &RootScan, error: RootError) {
        let reason = error.to_string();
        let mut gathered = root.take_gathered();
        match &error {
            RootError::Unreachable { path, operation, errno, .. } if error.is_damage() => {
                let subject = Subject { path: Some(path.clone()), ..Subject::default() };
                let expected = "the path can be looked up and opened";
                let found = format!("{operation} says {errno}");
                let finding = Finding::new(Code::DirentBadInode, subject, expected, found);
                gathered.findings.add(finding);
            }
            RootError::NoAnswer { path, .. } => {
                self.complete = false;
                gathered.unchecked.add(UncheckedReason::NoAnswer, "directory", path.clone());
            }
            _ => {}
        }
        self.roots.push(root.describe(&gathered, Some(&reason)));
        self.gathered.merge(gathered);
        self.errors.push(error);
    }

    fn scan_root(&mut self, path: &Path, options: &Arc<ScanOptions>, control: &Arc<Control>) {
        let root = Arc::new(RootScan::new(path.to_owned(), options, control));
        control.watch(&root.workers);
        let work = Arc::clone(&root);
        let run = move || if work.is_stopped() { Ok(()) } else { work.run() };
        match supervise::run(&root.workers, control, options.stat_timeout, run) {
            _ if control.is_stopped() => self.interrupted(&root, path),
            Some(Ok(())) => {
                let gathered = root.take_gathered();
                self.roots.push(root.describe(&gathered, None));
                self.gathered.merge(gathered);
            }
            Some(Err(error)) => self.refuse(&root, error),
            None => {
                let path = root.hung_at().unwrap_or_else(|| path.into());
                self.refuse(&root, no_answer(path, options));
            }
        }
    }

    /// Takes account of a root that was being scanned, or still to be, when the stop came.
    fn interrupted(&mut self, root: &RootScan, path: &Path) {
        self.complete = false;
        let mut gathered = root.take_gathered();
        gathered.unchecked.add(UncheckedReason::Interrupted, "the rest of the tree", path.into());
        self.roots.push(root.describe(&gathered, Some("the scan was stopped")));
        self.gathered.merge(gathered);
    }
}

fn no_answer(path: PathName, options: &ScanOptions) -> RootError {
    RootError::NoAnswer { path, seconds: options.stat_timeout.unwrap_or_default().as_secs_f64() }
}

/// Resolves a root on a thread that can be left behind, as a scan of it is.
fn resolve(
    path: &Path,
    options: &ScanOptions,
    control: &Control,
) -> Result<ResolvedRoot, RootError> {
    let workers = Arc::new(Workers::new(0));
    let (own, wanted) = (Arc::clone(&workers), path.to_owned());
    let outcome = supervise::run(&workers, control, options.stat_timeout, move || {
        own.current().enter(&DirectoryNode::root(roots::to_c_string(&wanted)?, 0, (0, 0)));
        ResolvedRoot::of(&wanted)
    });
    match outcome {
        Some(outcome) => outcome,
        // Whether it would have answered is not known when a stop came first; the scan of the
        // root, which comes next, takes account of that.
        None if control.is_stopped() => Ok(ResolvedRoot::unresolved(path)),
        None => Err(no_answer(path.into(), options)),
    }
}
