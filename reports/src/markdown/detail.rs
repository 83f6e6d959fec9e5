//! How much is told, from everything to next to nothing.

/// How much of a section is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detail {
    /// Rows of a table, or items of a list.
    pub(super) rows: usize,
    /// Examples of one row.
    pub(super) examples: usize,
    /// Bytes of a name or a sentence.
    pub(super) text: usize,
    /// Bytes of a command, which is told whole or not at all.
    pub(super) command: usize,
}

/// How much of the page is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Of the components and recommendations.
    pub(super) lasting: Detail,
    /// Of all else.
    pub(super) others: Detail,
    /// Sections of less worth are left out.
    pub(super) least_worth: u8,
}

const AMPLE: Detail = Detail { rows: 60, examples: 3, text: 800, command: 4000 };
const SOME: Detail = Detail { rows: 30, examples: 2, text: 300, command: 2000 };
const FEW: Detail = Detail { rows: 12, examples: 1, text: 150, command: 1000 };
const LEAST: Detail = Detail { rows: 6, examples: 1, text: 80, command: 400 };

/// The plans in the order in which they are tried: the first that fits is taken.
pub(super) const PLANS: [Plan; 15] = [
    plan(AMPLE, AMPLE, 0),
    plan(AMPLE, SOME, 0),
    plan(AMPLE, FEW, 0),
    plan(AMPLE, LEAST, 0),
    plan(SOME, LEAST, 0),
    plan(SOME, LEAST, 1),
    plan(SOME, LEAST, 2),
    plan(SOME, LEAST, 3),
    plan(SOME, LEAST, 4),
    plan(SOME, LEAST, 5),
    plan(SOME, LEAST, 6),
    plan(FEW, LEAST, 6),
    plan(LEAST, LEAST, 6),
    plan(LEAST, LEAST, 7),
    plan(LEAST, LEAST, 8),
];

const fn plan(lasting: Detail, others: Detail, least_worth: u8) -> Plan {
    Plan { lasting, others, least_worth }
}
