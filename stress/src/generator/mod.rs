//! Operations from a seed: the same ones, in the same order, for ever.
//!
//! What is generated does not depend on what the operations come to.

mod choose;
mod episode;
mod memory;
mod profile;
mod random;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use choose::{Chooser, Usual};
use memory::Memory;
pub use profile::{Profile, Weight};
use random::Random;

use crate::op::{Op, OpKind};
use crate::path::Place;

/// One directory is read in steps in so many operations that are not part of that.
const READING_IN_STEPS: u32 = 1500;

/// One install comes in so many operations of the profile npm.
const INSTALL: u32 = 20;

/// What is generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix {
    /// Which operands.
    pub profile: Profile,
    /// Only these operations, equally often; all of the profile where there are none.
    pub only: Vec<OpKind>,
}

/// An endless sequence of operations.
#[derive(Clone, Debug)]
pub struct Generator {
    random: Random,
    chooser: Chooser,
    weights: Vec<Weight>,
    total: u32,
    /// Whether operations come that belong together.
    episodes: bool,
    queue: VecDeque<Op>,
    memory: Memory,
}

impl Generator {
    /// The sequence of a seed; each stream of it is another one.
    pub fn new(mix: &Mix, seed: u64, stream: u64) -> Self {
        let weights = match mix.only.as_slice() {
            [] => mix.profile.weights(),
            only => only.iter().map(|kind| (*kind, 1)).collect(),
        };
        Generator {
            random: Random::new(seed, stream),
            chooser: Chooser {
                profile: mix.profile,
                flat: !weights.iter().any(|(kind, _)| *kind == OpKind::MakeDirectory),
            },
            total: weights.iter().map(|(_, weight)| weight).sum(),
            weights,
            episodes: mix.only.is_empty(),
            queue: VecDeque::new(),
            memory: Memory::default(),
        }
    }

    fn begin_episode(&mut self) {
        if self.random.one_in(READING_IN_STEPS) {
            self.queue.extend(episode::reading_in_steps(&mut self.random, self.chooser));
        } else if self.chooser.profile == Profile::Npm && self.random.one_in(INSTALL) {
            self.queue.extend(episode::install(&mut self.random, &self.memory));
        }
    }

    fn kind(&mut self) -> OpKind {
        let mut at = self.random.below(self.total);
        for (kind, weight) in &self.weights {
            if at < *weight {
                return *kind;
            }
            at -= weight;
        }
        OpKind::Look
    }

    fn one(&mut self) -> Op {
        use Usual::{File, Folder};
        let kind = self.kind();
        let (random, chooser) = (&mut self.random, self.chooser);
        match kind {
            OpKind::Create => {
                Op::Create { path: chooser.path(random, File), mode: chooser.mode(random, File) }
            }
            OpKind::Open => Op::Open {
                handle: chooser.handle(random, File),
                path: chooser.path(random, File),
                how: chooser.open_how(random),
                mode: chooser.mode(random, File),
            },
            OpKind::OpenUnnamed => Op::OpenUnnamed {
                handle: chooser.handle(random, File),
                place: chooser.place(random),
                mode: chooser.mode(random, File),
            },
            OpKind::OpenDirectory => Op::OpenDirectory {
                handle: chooser.handle(random, Folder),
                place: chooser.place(random),
            },
            OpKind::Close => Op::Close { handle: chooser.handle(random, File) },
            OpKind::Unlink => Op::Unlink { path: chooser.path(random, File) },
            OpKind::RemoveDirectory => Op::RemoveDirectory { path: chooser.path(random, Folder) },
            OpKind::MakeDirectory => Op::MakeDirectory {
                path: chooser.path(random, Folder),
                mode: chooser.mode(random, Folder),
            },
            OpKind::Rename => {
                let usual = if random.one_in(3) { Folder } else { File };
                Op::Rename {
                    from: chooser.path(random, usual),
                    to: chooser.path(random, usual),
                    how: chooser.rename_how(random),
                }
            }
            OpKind::Link => {
                Op::Link { from: chooser.path(random, File), to: chooser.path(random, File) }
            }
            OpKind::LinkHandle => Op::LinkHandle {
                handle: chooser.handle(random, File),
                to: chooser.path(random, File),
            },
            OpKind::Symlink => Op::Symlink {
                target: chooser.link_target(random),
                path: chooser.path(random, File),
            },
            OpKind::ReadLink => Op::ReadLink { path: chooser.path(random, File) },
            OpKind::Look => Op::Look { path: chooser.any_path(random).into() },
            OpKind::LookHandle => Op::LookHandle { handle: chooser.handle(random, File) },
            kind => self.one_of_content(kind),
        }
    }

    fn one_of_content(&mut self, kind: OpKind) -> Op {
        use Usual::{File, Folder};
        let (random, chooser) = (&mut self.random, self.chooser);
        match kind {
            OpKind::Read => Op::Read {
                path: chooser.path(random, File),
                at: chooser.offset(random),
                length: chooser.length(random),
            },
            OpKind::ReadHandle => Op::ReadHandle {
                handle: chooser.handle(random, File),
                at: chooser.offset(random),
                length: chooser.length(random),
            },
            OpKind::Write => Op::Write {
                path: chooser.path(random, File),
                at: chooser.offset(random),
                length: chooser.length(random),
                fill: random.byte(),
            },
            OpKind::WriteHandle => Op::WriteHandle {
                handle: chooser.handle(random, File),
                at: chooser.offset(random),
                length: chooser.length(random),
                fill: random.byte(),
            },
            OpKind::Append => Op::Append {
                path: chooser.path(random, File),
                length: chooser.length(random),
                fill: random.byte(),
            },
            OpKind::Truncate => {
                Op::Truncate { path: chooser.path(random, File), size: chooser.size(random) }
            }
            OpKind::TruncateHandle => Op::TruncateHandle {
                handle: chooser.handle(random, File),
                size: chooser.size(random),
            },
            OpKind::Allocate => {
                let (how, at, length) = chooser.allocation(random);
                Op::Allocate { path: chooser.path(random, File), how, at, length }
            }
            OpKind::Copy => Op::Copy {
                from: chooser.path(random, File),
                to: chooser.path(random, File),
                at: chooser.offset(random),
                to_at: chooser.offset(random),
                length: chooser.length(random),
            },
            OpKind::Sync => Op::Sync { path: chooser.any_path(random) },
            OpKind::SyncHandle => Op::SyncHandle { handle: chooser.handle(random, File) },
            OpKind::List => Op::List { place: chooser.place(random), buffer: 32_768 },
            OpKind::ListStep => Op::ListStep {
                handle: chooser.handle(random, Folder),
                buffer: chooser.buffer(random),
            },
            OpKind::ListRest => Op::ListRest {
                handle: chooser.handle(random, Folder),
                buffer: chooser.buffer(random),
            },
            OpKind::Rewind => Op::Rewind { handle: chooser.handle(random, Folder) },
            OpKind::SeekBack => {
                Op::SeekBack { handle: chooser.handle(random, Folder), row: random.below_u16(64) }
            }
            kind => self.one_of_attributes(kind),
        }
    }

    fn one_of_attributes(&mut self, kind: OpKind) -> Op {
        let (random, chooser) = (&mut self.random, self.chooser);
        let path = chooser.any_path(random);
        match kind {
            OpKind::SetAttribute => Op::SetAttribute {
                path,
                attribute: chooser.attribute(random),
                length: chooser.value_length(random),
                fill: random.byte(),
                how: chooser.attribute_how(random),
            },
            OpKind::GetAttribute => Op::GetAttribute { path, attribute: chooser.attribute(random) },
            OpKind::RemoveAttribute => {
                Op::RemoveAttribute { path, attribute: chooser.attribute(random) }
            }
            OpKind::ListAttributes => Op::ListAttributes { path },
            OpKind::ChangeMode => {
                let usual = if random.one_in(2) { Usual::Folder } else { Usual::File };
                Op::ChangeMode {
                    path: chooser.path(random, usual),
                    mode: chooser.mode(random, usual),
                }
            }
            OpKind::ChangeTime => {
                let (seconds, nanoseconds) = chooser.time(random);
                Op::ChangeTime { path, seconds, nanoseconds }
            }
            OpKind::Fill => Op::Fill {
                place: chooser.place(random),
                crowd: crate::operand::Crowd::Short,
                count: random.spread(200) as u16,
            },
            OpKind::Purge => Op::Purge {
                place: chooser.place(random),
                crowd: crate::operand::Crowd::Short,
                count: random.spread(200) as u16,
            },
            _ => Op::Look { path: Place::TOP },
        }
    }
}

impl Iterator for Generator {
    type Item = Op;

    fn next(&mut self) -> Option<Op> {
        if self.queue.is_empty() && self.episodes {
            self.begin_episode();
        }
        let op = self.queue.pop_front().unwrap_or_else(|| {
            let op = self.one();
            self.memory.steer(&mut self.random, self.chooser, op)
        });
        self.memory.note(&op);
        Some(op)
    }
}
