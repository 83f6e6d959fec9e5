//! What looked wrong at one look. A second look makes a finding of it, or clears it.

use std::collections::BTreeMap;

use reports::{Code, Severity};

/// Anomalies of one directory that are kept one by one; the rest is counted.
const KEPT_A_DIRECTORY: usize = 500;

/// What it takes to prove an anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The kernel refused with an error that nothing but damage explains, or one inode
    /// contradicts itself: it is proven when it shows again, even in a busy directory.
    Refusal,
    /// Two observations differ: only a directory that did not change between them proves it.
    Comparison,
}

/// One thing that looked wrong.
#[derive(Clone, Debug)]
pub struct Anomaly {
    /// What it would be.
    pub code: Code,
    /// The code's severity, lowered where this filesystem's word is worth less.
    pub severity: Severity,
    /// The name in the directory; none for the directory itself.
    pub name: Option<Box<[u8]>>,
    /// The inode number, where one is known.
    pub inode: Option<u64>,
    /// What a sound filesystem would have shown.
    pub expected: String,
    /// What was seen.
    pub found: String,
    /// What else was noted.
    pub evidence: Vec<String>,
    /// What it takes to prove it.
    pub proof: Proof,
}

impl Anomaly {
    /// An anomaly of the directory itself, of the code's own severity, proven by repetition.
    pub fn new(code: Code, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Anomaly {
            code,
            severity: code.severity(),
            name: None,
            inode: None,
            expected: expected.into(),
            found: found.into(),
            evidence: Vec::new(),
            proof: Proof::Refusal,
        }
    }

    /// Says which name it is about.
    #[must_use]
    pub fn named(mut self, name: &[u8]) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says which inode it is about.
    #[must_use]
    pub fn inode(mut self, ino: u64) -> Self {
        self.inode = Some(ino);
        self
    }

    /// Says that it compares two observations.
    #[must_use]
    pub fn compared(mut self) -> Self {
        self.proof = Proof::Comparison;
        self
    }

    /// Lowers it to what corruption explains best but not alone.
    #[must_use]
    pub fn only_suspect(mut self) -> Self {
        self.severity = self.severity.min(Severity::Suspect);
        self
    }

    /// Whether both are the same thing seen twice. What exactly was found may differ: a block
    /// that failed its checksum gives EBADMSG first and EUCLEAN later.
    pub fn is_same_as(&self, other: &Anomaly) -> bool {
        (self.code, &self.name, self.inode) == (other.code, &other.name, other.inode)
    }
}

/// The anomalies of one look at one directory, in bounded memory.
#[derive(Clone, Debug, Default)]
pub struct Anomalies {
    /// The first of them, in the order of the listing.
    pub kept: Vec<Anomaly>,
    /// How many more there were of each code.
    pub beyond: BTreeMap<Code, u64>,
}

impl Anomalies {
    /// Adds one.
    pub fn add(&mut self, anomaly: Anomaly) {
        if self.kept.len() < KEPT_A_DIRECTORY {
            self.kept.push(anomaly);
        } else {
            *self.beyond.entry(anomaly.code).or_default() += 1;
        }
    }

    /// Whether nothing looked wrong.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many things looked wrong.
    pub fn count(&self) -> u64 {
        self.kept.len() as u64 + self.beyond.values().sum::<u64>()
    }
}
