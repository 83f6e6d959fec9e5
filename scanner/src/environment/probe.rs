//! Something that learns facts.

use reports::{Answer, Fact, FactName};

use super::Surroundings;

/// Something that learns facts.
pub(super) trait Probe: Send + Sync {
    /// What it learns.
    fn facts(&self) -> &'static [FactName];

    /// Whether each root is asked about on its own, so that one that hangs keeps back nothing
    /// that can be learnt of another.
    fn asks_root_by_root(&self) -> bool {
        false
    }

    /// Whether it starts a process, which a quick look does not.
    fn tries(&self) -> bool {
        false
    }

    /// Learns it. Does not panic, and ends within the time limit unless the kernel hangs.
    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact>;
}

/// Why something is not known that takes a process.
pub(super) const NOT_TRIED: &str = "not tried in a quick look";

/// What came of a question: the answer and where it is from.
#[derive(Debug)]
pub(super) struct Learnt {
    /// What it is, or why that is not known.
    pub(super) answer: Answer,
    /// How it was learnt.
    pub(super) source: String,
}

impl Learnt {
    pub(super) fn new(answer: Answer, source: impl Into<String>) -> Self {
        Learnt { answer, source: source.into() }
    }

    /// No value, and why.
    pub(super) fn unknown(why: impl Into<String>, source: impl Into<String>) -> Self {
        Learnt::new(Answer::unknown(why), source)
    }

    /// As a fact of the machine.
    pub(super) fn of_machine(self, name: FactName) -> Fact {
        Fact::of_machine(name, self.answer, self.source)
    }
}

/// The value, or why there is none.
pub(super) fn answer<T: Into<reports::FactValue>>(value: Result<T, impl Into<String>>) -> Answer {
    match value {
        Ok(value) => Answer::is(value),
        Err(why) => Answer::unknown(why),
    }
}
