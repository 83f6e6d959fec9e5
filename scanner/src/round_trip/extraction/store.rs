//! The steps of pnpm: a store of files named by their content, and links from there.

use rustix::io::Errno;

use super::super::expected::{FileFacts, What};
use super::super::file_system::{Failure, split};
use super::super::layout;
use super::super::pattern::Step;
use super::{Current, Extraction, Halt, Phase};

/// A file that the store has, and where the package wants it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) path: Vec<u8>,
    pub(super) facts: FileFacts,
}

impl Stored {
    fn in_store(&self, round: &[u8]) -> Vec<u8> {
        layout::stored(round, &self.facts.hash, self.facts.made_with & 0o111 != 0)
    }
}

impl Extraction<'_> {
    pub(super) fn move_to_store(&mut self, current: &mut Current) -> Result<(), Failure> {
        let (on, Some(hash)) = (self.round.on, current.hash) else { return Ok(()) };
        let executable = current.made_with & 0o111 != 0;
        let place = layout::stored(&self.round.directory, &hash, executable);
        match on.look(&place) {
            Ok(_) => return on.unlink(&current.temporary),
            Err(failure) if failure.errno == Errno::NOENT => {}
            Err(failure) => return Err(failure),
        }
        let (folder, _) = split(&place);
        if self.made.insert(folder.to_vec()) {
            self.make_directory(folder)?;
        }
        on.rename(&current.temporary, &place)
    }

    /// The files in the order in which they are imported: package.json last, since a package that
    /// has it is taken for whole.
    pub(super) fn order_stored(&mut self) {
        // Of members with the same path the last one holds.
        let mut seen = std::collections::HashSet::new();
        self.stored.reverse();
        self.stored.retain(|stored| seen.insert(stored.path.clone()));
        self.stored.reverse();
        let manifest = super::super::file_system::join(&self.layout.stage, b"package.json");
        self.stored.sort_by_key(|stored| stored.path == manifest);
    }

    /// Takes the next step with a file of the store.
    pub(super) fn with_stored(&mut self, file: usize, at: usize) {
        let steps = self.round.pattern.again;
        let (Some(stored), Some(step)) = (self.stored.get(file).cloned(), steps.get(at)) else {
            self.phase = Phase::After(0);
            return;
        };
        let done = match step {
            Step::MakeParents(parents) => self.make_parents(&stored.path, *parents),
            Step::Import => self.import(&stored),
            _ => Ok(()),
        };
        let last = at + 1 == steps.len();
        self.phase = match done {
            Ok(()) if last => {
                self.extracted.expected.insert(stored.path, What::File(stored.facts));
                Phase::Again(file + 1, 0)
            }
            Ok(()) => Phase::Again(file, at + 1),
            Err(failure) => {
                self.extracted.succeeded = self.extracted.succeeded.saturating_sub(1);
                self.extracted.dropped.insert(stored.path.clone());
                self.stumble(Halt::Failed(failure), &stored.path, None);
                Phase::Again(file + 1, 0)
            }
        };
    }

    fn import(&mut self, stored: &Stored) -> Result<(), Failure> {
        let on = self.round.on;
        let source = stored.in_store(&self.round.directory);
        match on.link(&source, &stored.path) {
            Err(failure) if Self::cannot_be_linked(failure.errno) => {
                on.copy(&source, &stored.path, stored.facts.made_with)
            }
            done => done,
        }
    }
}
