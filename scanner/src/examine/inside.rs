//! Looking into inodes: what is learnt of each by a descriptor of its own, and where it goes.

use super::batch::Asked;
use super::{Look, Outcome, Pass};
use crate::content::{OpenFile, is_named_by_its_hash};
use crate::gathered::Gathered;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::inspect::{Entry, Inode, Inspected, InspectionRoom, Inspector, Opened};
use crate::links::Sighting;
use crate::manifest::AttributeDigest;
use crate::system_calls::close;
use crate::walk::OpenDirectory;

impl<'a> Look<'a, '_> {
    /// Looks into the entries of a batch that are to be looked into.
    pub(super) fn look_inside(&mut self, batch: &mut [Asked<'_>], room: &mut InspectionRoom) {
        if self.scope.options.checks.look_inside() {
            for together in batch.chunks_mut(self.scope.files_together) {
                self.look_inside_together(together, room);
            }
        }
    }

    /// Opens all of them, looks into each, closes all of them.
    fn look_inside_together(&mut self, batch: &mut [Asked<'_>], room: &mut InspectionRoom) {
        let (directory, inspector) = (self.directory.descriptor, self.inspector());
        for asked in batch.iter_mut() {
            if let Asked { entry, answer: Some(Ok(facts)), look_inside: Some(_), opened } = asked {
                *opened = inspector.open(Entry { directory, name: entry.name, facts });
            }
        }
        for asked in batch.iter_mut() {
            if let Asked { entry, answer: Some(Ok(facts)), look_inside: Some(met), opened } = asked
            {
                let first = *met == Sighting::First;
                let entry = Entry { directory, name: entry.name, facts };
                self.look_inside_entry(entry, first, opened, room);
            }
        }
        for asked in batch {
            if let Some(Ok(file)) = asked.opened.take() {
                close(file);
            }
        }
    }

    /// Looks into what a name leads to; `first` says that its inode was not met before.
    fn look_inside_entry(
        &mut self,
        entry: Entry<'_>,
        first: bool,
        opened: &mut Opened,
        room: &mut InspectionRoom,
    ) {
        let Entry { name, facts, .. } = entry;
        let own = first && facts.device() == self.scope.filesystem.device;
        let inspector = self.inspector();
        let counted_apart = self.pass == Pass::Walk && self.is_counted_apart(facts);
        let Outcome { gathered, anomalies, .. } = &mut self.out;
        // A directory's are taken down when it is visited itself.
        let claims = own.then_some(&mut gathered.claims);
        let inspected = inspector.entry(entry, opened, room, claims, anomalies);
        if own {
            gathered.census.add(facts, self.filesystem, self.scope.started);
            if counted_apart {
                let linked = gathered.linked.of(self.scope.linked_inode(facts));
                linked.census.add(facts, self.filesystem, self.scope.started);
            }
            gathered.lost_and_found_has_more |= facts.kind() == FileKind::Directory
                && facts.sectors().saturating_mul(512) > facts.size()
                && self.scope.is_lost_and_found(self.directory.node, name);
        }
        self.inspected(&inspected, own, facts, Some(name.to_bytes()));
        self.hand_over(entry, first, opened, inspected.digests);
    }

    /// Has the content of a file read that was opened, or notes its name without it.
    fn hand_over(
        &mut self,
        entry: Entry<'_>,
        first: bool,
        opened: &mut Opened,
        attributes: Vec<AttributeDigest>,
    ) {
        let Entry { name, facts, .. } = entry;
        let node = self.directory.node;
        if let Some(files) = &mut self.files
            && (first || is_named_by_its_hash(node, name.to_bytes(), facts.size()))
            && let Some(Ok(descriptor)) = opened.take_if(|opened| opened.is_ok())
        {
            files.push(OpenFile { descriptor, name: name.into(), facts: *facts, attributes });
            return;
        }
        // A directory is noted when it is visited itself.
        if self.pass == Pass::Walk && facts.kind() != FileKind::Directory {
            let OpenDirectory { node, descriptor, .. } = *self.directory;
            self.out.gathered.records.add_name(node, descriptor, name, facts, attributes);
        }
    }

    /// Looks into the directory itself.
    pub(super) fn look_inside_directory(&mut self, room: &mut InspectionRoom) {
        if !self.scope.options.checks.look_inside() {
            return;
        }
        let OpenDirectory { descriptor, facts, .. } = *self.directory;
        let own = self.pass == Pass::Walk && facts.device() == self.scope.filesystem.device;
        // Something may have been moved into it since its name was looked up.
        self.out.gathered.census.recent += u64::from(own && self.scope.is_recent(facts));
        let inspector = self.inspector();
        let Outcome { gathered, anomalies, .. } = &mut self.out;
        let claims = own.then_some(&mut gathered.claims);
        let inode = Inode { name: None, facts };
        let inspected = inspector.open_inode(descriptor, inode, room, claims, anomalies);
        self.inspected(&inspected, own, facts, None);
        if self.pass == Pass::Walk {
            let node = self.directory.node;
            let attributes = inspected.digests;
            self.out.gathered.records.add_name(node, descriptor, c"", facts, attributes);
        }
    }

    /// Takes account of what looking into an inode left open.
    fn inspected(
        &mut self,
        inspected: &Inspected,
        own: bool,
        facts: &InodeFacts,
        name: Option<&[u8]>,
    ) {
        if self.pass == Pass::Again {
            return;
        }
        let Gathered { totals, unchecked, attribute_pairs, records, .. } = &mut self.out.gathered;
        totals.volatile += inspected.volatile;
        if let Some(block) = inspected.attribute_block.as_ref().filter(|_| own) {
            attribute_pairs.add(facts.ino(), block.hidden, &block.hashes);
        }
        for (reason, what) in &inspected.unchecked {
            unchecked.add(*reason, what, self.directory.node.path(name));
            if *what == "attributes" {
                records.miss(self.directory.node, name.unwrap_or_default());
            }
        }
    }

    fn inspector(&self) -> Inspector<'a> {
        let verify = self.pass == Pass::Again;
        Inspector { scope: self.scope, filesystem: self.filesystem, verify }
    }
}
