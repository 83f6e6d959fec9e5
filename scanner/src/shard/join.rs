//! All shards of a tree as one walk.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use reports::{FindingCollector, PathName, Timestamp, UncheckedReason};

use super::{LinkedInode, ShardFacts, ShardHeader};
use crate::allocation::Usage;
use crate::gathered::Gathered;
use crate::kernel::ErrorCounters;
use crate::links::TallyFacts;
use crate::manifest::{LinkedNames, PartsOf};
use crate::oddities;
use crate::refusals::RefusalFacts;
use crate::stamp::Moment;

/// Missing shards that are named.
const NAMED: usize = 10;

/// Parts that lie further apart are told: a Job's parts run side by side, or in one night.
const APART: Duration = Duration::from_hours(24);

/// Why files do not make one tree.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum JoinError {
    /// There are none.
    #[error("no shard was given; give the files that --facts wrote")]
    Nothing,
    /// A part is there twice.
    #[error("shard {shard} was given twice: {} and {}", .one.escaped(), .other.escaped())]
    Twice {
        /// Which.
        shard: String,
        /// A file.
        one: PathName,
        /// Another one.
        other: PathName,
    },
    /// Parts are missing.
    #[error("missing of the shards: {missing}; scan them (--shard) and merge again")]
    Missing {
        /// Which are not there (`3/8, 5/8`).
        missing: String,
    },
    /// A part is of something else.
    #[error("{} and {} are not of one scan: {what} differs", .one.escaped(), .other.escaped())]
    Others {
        /// The first file.
        one: PathName,
        /// The one that does not belong to it.
        other: PathName,
        /// In what they differ.
        what: &'static str,
    },
}

/// What all shards saw.
#[derive(Debug)]
pub struct Joined {
    /// What they were asked for; of the first shard.
    pub header: ShardHeader,
    /// When the first of them began.
    pub started: Moment,
    /// The same for a report.
    pub started_at: Timestamp,
    /// When the last of them ended.
    pub ended_at: Timestamp,
    /// How long the longest walk took, in seconds.
    pub walk_seconds: f64,
    /// What was in use when the first of them began.
    pub usage: Option<Usage>,
    /// What the kernel had on record then.
    pub counters: Option<ErrorCounters>,
    /// What the filesystem refuses as a whole.
    pub refusals: RefusalFacts,
    /// As a walk gathers it.
    pub gathered: Gathered,
    /// Numbers that were met, a shard behind the other.
    pub tallies: Vec<TallyFacts>,
    /// The first names of files with several.
    pub linked_names: LinkedNames,
    /// How many directories were moved so that nobody came to them.
    pub moved: u64,
    /// Paths of directories that no shard went into, each below the root, because they say that they
    /// stand elsewhere.
    pub left: Vec<PathName>,
    /// When the manifest of each shard was made, by its index.
    pub recorded_at: BTreeMap<u32, Option<Timestamp>>,
    /// When each shard began and ended, by its index.
    pub spans: BTreeMap<u32, (Timestamp, Timestamp)>,
}

impl Joined {
    /// Whether a part began long after another one had ended.
    fn is_scattered(&self) -> bool {
        let ended = self.spans.values().map(|(_, ended)| *ended).min();
        let began = self.spans.values().map(|(began, _)| *began).max();
        began.zip(ended).is_some_and(|(began, ended)| began.since(ended) > APART)
    }

    /// What manifests of the shards must be of; the names are taken out.
    pub fn parts(&mut self) -> PartsOf {
        PartsOf {
            root: self.header.root.as_bytes().to_vec(),
            created_at: std::mem::take(&mut self.recorded_at),
            linked: std::mem::take(&mut self.linked_names),
            unexamined: self.unexamined(),
        }
    }

    /// What no manifest of a shard has; where what moved has gone to is not known.
    fn unexamined(&self) -> Vec<Vec<u8>> {
        if self.moved > 0 {
            return vec![Vec::new()];
        }
        let root = self.header.root.as_bytes();
        self.left.iter().filter_map(|path| Some(below(root, path.as_bytes())?.to_vec())).collect()
    }
}

/// Joins what shards saw, read from the files that are named beside them.
pub fn join(shards: impl IntoIterator<Item = (PathName, ShardFacts)>) -> Result<Joined, JoinError> {
    let mut joining: Option<Joining> = None;
    for (path, facts) in shards {
        match &mut joining {
            None => joining = Some(Joining::begin(path, facts)),
            Some(joining) => joining.add(path, facts)?,
        }
    }
    joining.ok_or(JoinError::Nothing)?.end()
}

struct Joining {
    joined: Joined,
    /// Files by the index of their shard.
    files: Vec<(u32, PathName)>,
    /// Files with several names that several shards looked into.
    several: HashSet<u64>,
    strays: BTreeSet<(LinkedInode, PathName)>,
    own_closed: BTreeSet<PathName>,
    passed_closed: BTreeSet<(PathName, UncheckedReason)>,
}

impl Joining {
    fn begin(path: PathName, facts: ShardFacts) -> Self {
        let header = facts.header.clone();
        let mut joining = Joining {
            joined: Joined {
                started: facts.started,
                started_at: header.started_at,
                ended_at: header.ended_at,
                walk_seconds: 0.0,
                usage: facts.usage,
                counters: facts.counters.clone(),
                refusals: RefusalFacts::default(),
                gathered: Gathered::of(header.all_findings, false),
                tallies: Vec::new(),
                linked_names: LinkedNames::default(),
                moved: 0,
                left: Vec::new(),
                recorded_at: BTreeMap::new(),
                spans: BTreeMap::new(),
                header,
            },
            files: Vec::new(),
            several: HashSet::new(),
            strays: BTreeSet::new(),
            own_closed: BTreeSet::new(),
            passed_closed: BTreeSet::new(),
        };
        joining.take(path, facts);
        joining
    }

    fn add(&mut self, path: PathName, facts: ShardFacts) -> Result<(), JoinError> {
        let index = facts.header.shard.index;
        let (first, what) = (self.files.first(), differs(&self.joined.header, &facts.header));
        if let (Some((_, one)), Some(what)) = (first, what) {
            return Err(JoinError::Others { one: one.clone(), other: path, what });
        }
        if let Some((_, one)) = self.files.iter().find(|(known, _)| *known == index) {
            let shard = facts.header.shard.to_string();
            return Err(JoinError::Twice { shard, one: one.clone(), other: path });
        }
        self.take(path, facts);
        Ok(())
    }

    fn take(&mut self, path: PathName, facts: ShardFacts) {
        let joined = &mut self.joined;
        let index = facts.header.shard.index;
        self.files.push((index, path));
        joined.recorded_at.insert(index, facts.header.recorded_at);
        joined.spans.insert(index, (facts.header.started_at, facts.header.ended_at));
        if facts.started < joined.started {
            joined.started = facts.started;
            joined.started_at = facts.header.started_at;
            (joined.usage, joined.counters) = (facts.usage, facts.counters);
        }
        joined.ended_at = joined.ended_at.max(facts.header.ended_at);
        joined.walk_seconds = joined.walk_seconds.max(facts.walk_seconds);
        joined.refusals.join(facts.refusals);
        joined.tallies.extend(facts.tallies);
        joined.linked_names.join(facts.linked_names);
        let gathered = &mut joined.gathered;
        // What another shard said of a file with several names was said.
        let mut claims = facts.claims;
        claims.forget(|ino| gathered.linked.has(ino));
        gathered.merge(Gathered {
            totals: facts.totals,
            findings: facts.findings,
            unchecked: facts.unchecked,
            directories: facts.directories,
            blocks: facts.blocks,
            unseen: facts.unseen,
            lost_and_found_unseen: facts.lost_and_found_unseen,
            lost_and_found_has_more: facts.lost_and_found_has_more,
            claims,
            census: facts.census,
            attribute_pairs: facts.attribute_pairs,
            roll: facts.roll,
            ..Gathered::of(joined.header.all_findings, false)
        });
        gathered.in_passing.add_missing(facts.in_passing);
        let Gathered { linked, totals, census, .. } = gathered;
        self.several.extend(linked.join(facts.linked, totals, census));
        self.own_closed.extend(facts.closed.own);
        let passed = facts.closed.passed.into_iter();
        self.passed_closed.extend(passed.map(|closed| (closed.path, closed.reason)));
        self.strays.extend(facts.strays.names);
        if facts.closed.beyond > 0 || facts.strays.beyond > 0 {
            let reason = UncheckedReason::OutOfResources;
            self.passed_closed.insert((self.joined.header.root.clone(), reason));
        }
    }

    fn end(mut self) -> Result<Joined, JoinError> {
        self.is_whole()?;
        let is_scattered = self.joined.is_scattered();
        let gathered = &mut self.joined.gathered;
        let in_passing = std::mem::replace(&mut gathered.in_passing, FindingCollector::new(true));
        gathered.findings.add_missing(in_passing);
        tell_once(&mut gathered.findings, &self.several);
        self.joined.left = settle_strays(self.strays, &mut self.joined.tallies);
        let kind = &self.joined.header.ground.kind;
        let identify = oddities::of(kind).numbers_identify;
        let missing = std::mem::take(&mut gathered.roll).missing(&self.joined.tallies, identify);
        self.joined.moved = missing;
        gathered.unseen = gathered.unseen.saturating_add(missing);
        for _ in 0..missing {
            let root = self.joined.header.root.clone();
            gathered.unchecked.add(UncheckedReason::Vanished, "directory", root);
        }
        // What its owner could not enter either was told by the owner.
        for (path, reason) in self.passed_closed {
            if !self.own_closed.contains(&path) {
                gathered.unseen = gathered.unseen.saturating_add(1);
                gathered.unchecked.add(reason, "directory", path);
            }
        }
        if is_scattered {
            let root = self.joined.header.root.clone();
            gathered.unchecked.add(UncheckedReason::PartsApart, "tree at one time", root);
        }
        Ok(self.joined)
    }

    fn is_whole(&self) -> Result<(), JoinError> {
        let count = self.joined.header.shard.count.get();
        let there: BTreeSet<u32> = self.files.iter().map(|(index, _)| *index).collect();
        let missing = || (0..count).filter(|index| !there.contains(index));
        let named = missing().take(NAMED).map(|index| format!("{index}/{count}"));
        let mut named: Vec<String> = named.collect();
        match missing().count() {
            0 => return Ok(()),
            all if all > NAMED => named.push(format!("and {} more", all - NAMED)),
            _ => {}
        }
        Err(JoinError::Missing { missing: named.join(", ") })
    }
}

/// Has directories judged that somebody came to by another name; hands back the paths of the others.
fn settle_strays(
    strays: BTreeSet<(LinkedInode, PathName)>,
    met: &mut [TallyFacts],
) -> Vec<PathName> {
    let mut left = Vec::new();
    for ((device, ino), path) in strays {
        let of_device = met.iter_mut().filter(|tally| tally.device == device);
        match of_device.into_iter().find(|tally| tally.has_directory(ino)) {
            Some(tally) => tally.suspect_directory(ino),
            None => left.push(path),
        }
    }
    left.sort();
    left
}

/// The part of a path below `root`, which may be the root of everything; none of other paths, nor of
/// the root itself.
pub fn below<'a>(root: &[u8], path: &'a [u8]) -> Option<&'a [u8]> {
    let rest = path.strip_prefix(root)?;
    let rest = if root.ends_with(b"/") { rest } else { rest.strip_prefix(b"/")? };
    (!rest.is_empty()).then_some(rest)
}

/// Keeps one finding of several that shards made of one file, each by another name of it: the one with
/// the first name. What is told of names is told of each.
fn tell_once(findings: &mut FindingCollector, several: &HashSet<u64>) {
    let mut told = HashSet::new();
    findings.change_all(|finding| {
        let of_content = matches!(finding.code.text().check, "content" | "extents" | "attributes");
        let inode = finding.subject.inode.filter(|ino| of_content && several.contains(ino));
        let is_new = inode.is_none_or(|ino| {
            told.insert((finding.code, ino, finding.expected.clone(), finding.found.clone()))
        });
        is_new.then_some(finding)
    });
}

/// In what two shards differ that one scan has in common.
fn differs(one: &ShardHeader, other: &ShardHeader) -> Option<&'static str> {
    [
        ("the version of fscan", one.tool == other.tool),
        ("the number of shards", one.shard.count == other.shard.count),
        ("the root", one.root == other.root),
        ("the user", one.uid == other.uid),
        ("the filesystem", one.ground.kind == other.ground.kind),
        ("the filesystem's size", one.ground.bytes == other.ground.bytes),
        ("what is mounted there", one.ground.differs_from(&other.ground).is_none()),
        ("the set of checks", one.checks == other.checks),
        ("what was excluded", one.exclude == other.exclude),
        ("--quick", one.looks_only == other.looks_only),
        ("--read-only", one.read_only == other.read_only),
        ("--force", one.force == other.force),
        ("--all-findings", one.all_findings == other.all_findings),
        ("--manifest", one.records == other.records),
    ]
    .into_iter()
    .find_map(|(what, same)| (!same).then_some(what))
}
