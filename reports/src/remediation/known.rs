//! What recommendations follow from.

use crate::{
    Environment, FactName, FactValue, Finding, PathName, Report, Root, Severity, Suppressed,
    TarTrips,
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
    /// What somebody accepts of what was found.
    pub suppressed: &'a [Suppressed],
    /// Whether trees were scanned, to their end.
    pub scanned: bool,
}

impl<'a> Known<'a> {
    /// What a report says.
    pub fn of(report: &'a Report) -> Self {
        Known {
            findings: &report.findings,
            roots: &report.roots,
            environment: report.environment.as_ref(),
            tar: report.tar.as_ref(),
            suppressed: &report.suppressed,
            scanned: report.complete && report.totals.entries > 0,
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

    /// The roots that a finding may speak of: of those on its device, where it names one, the one
    /// that its path lies in, or all; else the one that its path lies in; else every one.
    pub(super) fn places_of(self, finding: &Finding) -> Vec<Place<'a>> {
        let on_device: Vec<_> =
            self.places().filter(|place| place.is_on_device_of(finding)).collect();
        let path = finding.subject.path.as_ref();
        let around = |roots: &[Place<'a>]| innermost(roots, path?.as_bytes());
        if !on_device.is_empty() {
            return around(&on_device).map_or(on_device, |place| vec![place]);
        }
        let all: Vec<_> = self.places().collect();
        around(&all).map_or(all, |place| vec![place])
    }

    /// Whether a root was scanned and nothing is known that speaks of damage, accepted or not.
    pub(super) fn is_sound(self, place: Place<'_>) -> bool {
        let worst = place.root.and_then(|root| self.worst_of(&root.path));
        let accepted = self.suppressed.iter().any(Suppressed::is_of_damage);
        let errors = place.fact(FactName::KernelErrors).and_then(FactValue::number);
        let read_only = place.fact(FactName::EngineReadOnly).and_then(FactValue::flag);
        self.scanned
            && !accepted
            && worst.is_none_or(|worst| worst < Severity::Suspect)
            && errors.is_none_or(|errors| errors == 0)
            && read_only != Some(true)
    }

    /// Where the first root stands that a finding may speak of.
    pub(crate) fn position_of(self, finding: &Finding) -> Option<usize> {
        let place = self.places_of(finding).into_iter().next()?;
        self.places().position(|other| other.is(place))
    }

    /// The worst that was found in a root, but for what work on it may have done.
    pub(crate) fn worst_of(self, path: &PathName) -> Option<Severity> {
        let is_there = |place: &Place| place.root.is_some_and(|root| root.path == *path);
        let there = |finding: &&Finding| self.places_of(finding).iter().any(is_there);
        let found = self.findings.iter().filter(|finding| !finding.code.may_be_work());
        found.filter(there).map(|finding| finding.severity).max()
    }

    /// The worst that was found in the innermost root that a path lies in.
    pub(crate) fn worst_around(self, path: &PathName) -> Option<Severity> {
        let all: Vec<_> = self.places().collect();
        self.worst_of(&innermost(&all, path.as_bytes())?.root?.path)
    }
}

/// The innermost of some roots that a path lies in.
fn innermost<'a>(places: &[Place<'a>], path: &[u8]) -> Option<Place<'a>> {
    let root = |place: &Place<'a>| place.root.map_or(&[][..], |root| root.path.as_bytes());
    let around = places.iter().filter(|place| place.root.is_some() && lies_in(path, root(place)));
    around.max_by_key(|place| root(place).len()).copied()
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

    /// Whether it is on the device that a finding names: by the kernel's name for it, as the mount
    /// table names it, or by where that device is mounted.
    fn is_on_device_of(self, finding: &Finding) -> bool {
        let (Some(root), Some(device)) = (self.root, finding.subject.device.as_deref()) else {
            return false;
        };
        let mounted = finding.subject.path.as_ref().is_some_and(|path| {
            !root.mount_point.is_empty() && path.as_bytes() == root.mount_point.as_bytes()
        });
        mounted
            || root.device == device
            || root.device.strip_prefix("/dev/") == Some(device)
            || self.text(FactName::BlockDevice) == Some(device)
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
