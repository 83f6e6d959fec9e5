//! What looked wrong at one look. A second look makes a finding of it, or clears it.

use std::collections::BTreeMap;

use reports::{Code, Severity};
use rustix::io::Errno;

/// Anomalies of one code in one directory that are kept one by one; the rest is counted. A report
/// shows as many rows of a code.
const KEPT_A_CODE: u64 = 100;

/// What it takes to prove an anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The kernel refused with an error that nothing but damage explains, or one inode
    /// contradicts itself: it is proven when it shows again, even in a busy directory.
    Repetition,
    /// Two observations differ: only a directory that did not change between them proves it.
    Quiet,
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
    /// The kernel itself spoke of damage: EUCLEAN, EBADMSG or EIO.
    pub refused: bool,
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
            proof: Proof::Repetition,
            refused: false,
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

    /// Says that the kernel refused with `errno`. ESTALE is left out: a lookup in a directory that
    /// is being renamed may say so.
    #[must_use]
    pub fn refused_with(mut self, errno: Errno) -> Self {
        self.refused = matches!(errno, Errno::UCLEAN | Errno::BADMSG | Errno::IO);
        self
    }

    /// Says that it compares two observations.
    #[must_use]
    pub fn compared(mut self) -> Self {
        self.proof = Proof::Quiet;
        self
    }

    /// Notes something else.
    #[must_use]
    pub fn beside(mut self, evidence: &str) -> Self {
        self.evidence.push(evidence.to_owned());
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

/// The anomalies of one look at one directory, in bounded memory: of each code the first ones
/// are kept one by one, so that many harmless facts never crowd out damage.
#[derive(Clone, Debug)]
pub struct Anomalies {
    /// The first of each code, in the order of the listing.
    pub kept: Vec<Anomaly>,
    /// How many more there were of each code.
    pub beyond: BTreeMap<Code, u64>,
    kept_a_code: u64,
    counts: BTreeMap<Code, u64>,
}

impl Anomalies {
    /// None yet; `all` keeps every one.
    pub fn new(all: bool) -> Self {
        Anomalies {
            kept: Vec::new(),
            beyond: BTreeMap::new(),
            kept_a_code: if all { u64::MAX } else { KEPT_A_CODE },
            counts: BTreeMap::new(),
        }
    }

    /// Adds one.
    pub fn add(&mut self, anomaly: Anomaly) {
        let count = self.counts.entry(anomaly.code).or_default();
        *count += 1;
        if *count <= self.kept_a_code {
            self.kept.push(anomaly);
        } else {
            *self.beyond.entry(anomaly.code).or_default() += 1;
        }
    }

    /// Whether nothing looked wrong.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many of them compare what is listed with what a lookup says.
    pub fn comparisons(&self) -> u64 {
        let compares = |code: Code| {
            matches!(
                code,
                Code::DirentDangling
                    | Code::DirentDuplicateName
                    | Code::DirentTypeMismatch
                    | Code::DirentInodeMismatch
                    | Code::DotEntryWrong
            )
        };
        let kept = self.kept.iter().filter(|anomaly| compares(anomaly.code)).count() as u64;
        kept + self.beyond.iter().filter(|(code, _)| compares(**code)).map(|(_, n)| n).sum::<u64>()
    }

    /// How many things looked wrong.
    pub fn count(&self) -> u64 {
        self.kept.len() as u64 + self.beyond.values().sum::<u64>()
    }
}

impl Default for Anomalies {
    fn default() -> Self {
        Anomalies::new(false)
    }
}
