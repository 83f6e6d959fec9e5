//! What recommendations follow from.

use crate::{
    Environment, FactName, FactValue, Finding, PathName, Report, Root, Severity, TarTrips,
};

/// What a run found, and where.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What was found.
    pub findings: &'a [Finding],
    /// What was asked for.
    pub roots: &'a [Root],
    /// What machine, pod and volumes are.
    pub environment: Option<&'a Environment>,
    /// What tar round trips came to.
    pub tar: Option<&'a TarTrips>,
}

impl<'a> Known<'a> {
    /// What a report says.
    pub fn of(report: &'a Report) -> Self {
        Known {
            findings: &report.findings,
            roots: &report.roots,
            environment: report.environment.as_ref(),
            tar: report.tar.as_ref(),
        }
    }

    /// Every root.
    pub(super) fn places(self) -> impl Iterator<Item = Place<'a>> {
        self.roots.iter().map(move |root| self.place(Some(root)))
    }

    /// The machine, or a root on it.
    pub(super) fn place(self, root: Option<&'a Root>) -> Place<'a> {
        Place { root, environment: self.environment }
    }

    /// The roots that a finding may speak of: the one its path lies in, else those on its device,
    /// else every one.
    pub(super) fn places_of(self, finding: &Finding) -> Vec<Place<'a>> {
        if let Some(root) = self.root_above(finding) {
            return vec![self.place(Some(root))];
        }
        let device = finding.subject.device.as_deref();
        let is_on = |root: &&Root| {
            let kernel_name = root.device.strip_prefix("/dev/");
            device.is_some_and(|name| root.device == name || kernel_name == Some(name))
        };
        let on_device = self.roots.iter().filter(is_on).map(|root| self.place(Some(root)));
        let places: Vec<_> = on_device.collect();
        if places.is_empty() { self.places().collect() } else { places }
    }

    /// Where the first root stands that a finding may speak of.
    pub(crate) fn position_of(self, finding: &Finding) -> Option<usize> {
        let place = self.places_of(finding).into_iter().next()?;
        self.places().position(|other| other.is(place))
    }

    /// The worst that was found in a root.
    pub(crate) fn worst_of(self, path: &PathName) -> Option<Severity> {
        let is_there = |place: &Place| place.root.is_some_and(|root| root.path == *path);
        let there = |finding: &&Finding| self.places_of(finding).iter().any(is_there);
        self.findings.iter().filter(there).map(|finding| finding.severity).max()
    }

    /// The worst that was found in the innermost root that a path lies in.
    pub(crate) fn worst_around(self, path: &PathName) -> Option<Severity> {
        self.worst_of(&self.root_around(path.as_bytes())?.path)
    }

    fn root_around(self, path: &[u8]) -> Option<&'a Root> {
        let around = self.roots.iter().filter(|root| lies_in(path, root.path.as_bytes()));
        around.max_by_key(|root| root.path.as_bytes().len())
    }

    /// The innermost root that the finding's path lies in.
    fn root_above(self, finding: &Finding) -> Option<&'a Root> {
        self.root_around(finding.subject.path.as_ref()?.as_bytes())
    }
}

/// Whether a path is a directory's, or leads into it.
pub(super) fn lies_in(path: &[u8], directory: &[u8]) -> bool {
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| directory.ends_with(b"/") || rest.is_empty() || rest.starts_with(b"/"))
}

/// A root, or the machine, with what is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// None where it is the machine.
    pub(super) root: Option<&'a Root>,
    environment: Option<&'a Environment>,
}

impl<'a> Place<'a> {
    /// A fact of the root or, where it is one of the machine, of that.
    pub(super) fn fact(self, name: FactName) -> Option<&'a FactValue> {
        let environment = self.environment?;
        match self.root {
            Some(root) if name.is_of_root() => environment.of_path(name, &root.path),
            _ => environment.of_machine(name),
        }
    }

    /// A fact that is a word or name, where it is not empty.
    pub(super) fn text(self, name: FactName) -> Option<&'a str> {
        self.fact(name)?.text().filter(|text| !text.is_empty())
    }

    /// Whether both are the same root.
    pub(super) fn is(self, other: Place<'_>) -> bool {
        match (self.root, other.root) {
            (Some(own), Some(other)) => std::ptr::eq(own, other),
            (None, None) => true,
            _ => false,
        }
    }
}
