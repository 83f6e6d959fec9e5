//! What operations run on.

pub mod directory;
mod in_memory;

pub use directory::DirectoryTarget;
pub use in_memory::InMemory;

use crate::op::Op;
use crate::outcome::Outcome;

/// Something that does operations, or refuses them.
pub trait Target {
    /// Does one, and tells what it came to.
    fn apply(&mut self, op: &Op) -> Outcome;
}
