//! A root that is a file: its inode is judged and its content read, its directory is not.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reports::{DirectoryHeld, Totals};
use rustix::fs::{CWD, Mode, OFlags, openat};

use super::RootScan;
use crate::checks::{Anomalies, Anomaly, Seen, judge_inode};
use crate::content::OpenFile;
use crate::examine::count_kind;
use crate::gathered::finding;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::inspect::{Entry, Inspected, InspectionRoom, Inspector};
use crate::manifest::AttributeDigest;
use crate::roots::{RootError, to_c_string};
use crate::scope::Scope;
use crate::walk::{Descriptors, DirectoryNode};

/// Pauses before each further look, in milliseconds.
const PAUSES: [u64; 2] = [30, 60];

impl RootScan {
    /// A file is a tree of one: its inode is judged, its directory is not read. What looks wrong
    /// must look so each time.
    pub(super) fn scan_file(
        &self,
        scope: &Scope,
        root: &Arc<DirectoryNode>,
        facts: &InodeFacts,
    ) -> Result<(), RootError> {
        let (mut standing, mut inspected, file) = self.judge_file(scope)?;
        for pause in PAUSES {
            if standing.is_empty() {
                break;
            }
            self.workers.pause(Duration::from_millis(pause));
            let (again, ..) = self.judge_file(scope)?;
            standing.retain(|anomaly| again.iter().any(|other| other.is_same_as(anomaly)));
        }
        if let Some(descriptor) = file.filter(|_| self.options.checks.content) {
            let attributes = std::mem::take(&mut inspected.digests);
            self.read_file(scope, descriptor, *facts, attributes)?;
        }
        let mut gathered = self.gathered.lock(self.workers.index());
        gathered.totals.entries += 1;
        count_kind(&mut gathered.totals, facts.kind());
        if facts.kind() == FileKind::Regular {
            gathered.totals.bytes_apparent = facts.size();
            gathered.totals.bytes_allocated = facts.sectors().saturating_mul(512);
            let Totals { bytes_apparent, bytes_allocated, .. } = gathered.totals;
            let held =
                DirectoryHeld { files: 1, bytes_apparent, bytes_allocated, ..Default::default() };
            gathered.directories.add(&root.path_or_beginning(), held);
        }
        self.control.add_entries(1);
        for (reason, what) in inspected.unchecked {
            gathered.unchecked.add(reason, what, root.path(None));
        }
        for mut anomaly in standing {
            anomaly.name = None;
            gathered.findings.add(finding(&anomaly, root));
        }
        Ok(())
    }

    /// Reads a root that is a file.
    fn read_file(
        &self,
        scope: &Scope,
        descriptor: OwnedFd,
        facts: InodeFacts,
        attributes: Vec<AttributeDigest>,
    ) -> Result<(), RootError> {
        let (parent, name) = self.parent_and_name()?;
        let above =
            InodeFacts::of_descriptor(parent.as_fd()).map_err(|e| self.failed("statx", e))?;
        let path = to_c_string(self.path.parent().unwrap_or(Path::new("/")))?;
        let node = DirectoryNode::root(path, above.ino(), above.device());
        let descriptors = Descriptors::new(Arc::new(parent), self.options.threads);
        let reader = self.content_reader(scope, &descriptors);
        let file = OpenFile { descriptor, name, facts, attributes };
        self.pool()?.scope(|tasks| reader.take(&node, vec![file], tasks));
        Ok(())
    }

    fn parent_and_name(&self) -> Result<(OwnedFd, Box<CStr>), RootError> {
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let parent =
            openat(CWD, parent, flags, Mode::empty()).map_err(|e| self.failed("open", e))?;
        let name = to_c_string(Path::new(self.path.file_name().unwrap_or_default()))?;
        Ok((parent, name))
    }

    fn judge_file(
        &self,
        scope: &Scope,
    ) -> Result<(Vec<Anomaly>, Inspected, Option<OwnedFd>), RootError> {
        let (parent, name) = self.parent_and_name()?;
        let facts =
            InodeFacts::of_entry(parent.as_fd(), &name).map_err(|e| self.failed("statx", e))?;
        let directory_facts =
            InodeFacts::of_descriptor(parent.as_fd()).map_err(|e| self.failed("statx", e))?;
        let seen = Seen {
            name: &name,
            listed_ino: facts.ino(),
            listed_kind: facts.kind(),
            facts: &facts,
            directory: parent.as_fd(),
            directory_facts: &directory_facts,
            filesystem: &scope.filesystem,
            started: scope.started,
            overflow: scope.overflow,
        };
        let mut anomalies = Anomalies::default();
        if self.options.checks.inodes {
            judge_inode(&seen, &mut anomalies);
        }
        let (mut inspected, mut opened) = (Inspected::default(), None);
        if self.options.checks.look_inside() {
            let inspector = Inspector { scope, filesystem: &scope.filesystem, verify: true };
            let mut room = InspectionRoom::default();
            let entry = Entry { directory: parent.as_fd(), name: &name, facts: &facts };
            opened = inspector.open(entry);
            inspected = inspector.entry(entry, &opened, &mut room, None, &mut anomalies);
        }
        Ok((anomalies.kept, inspected, opened.and_then(Result::ok)))
    }
}
