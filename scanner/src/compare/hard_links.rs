//! Names that shared an inode and do no longer, or the other way round.
//!
//! What counts is who is together with whom, not which name comes first: a group that lost its
//! first name is as whole as before. Only names that are there on both sides are looked at.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::difference::{Difference, DifferenceKind};
use crate::manifest::compare_paths;

/// A name, and the first name of its inode on both sides.
#[derive(Debug)]
struct Member {
    path: Vec<u8>,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// Names with more than one link, as they go by.
#[derive(Debug, Default)]
pub(super) struct HardLinks {
    members: Vec<Member>,
}

impl HardLinks {
    /// Notes a name that is there on both sides, of one type, with the first name of its inode on
    /// each; none where that is itself.
    pub(super) fn add(&mut self, path: &[u8], before: Option<&[u8]>, after: Option<&[u8]>) {
        let leader = |leader: Option<&[u8]>| leader.unwrap_or(path).to_vec();
        let (before, after) = (leader(before), leader(after));
        self.members.push(Member { path: path.to_vec(), before, after });
    }

    /// The names that were torn off or joined, each at most once. `is_common` says whether a path
    /// is there on both sides and of one type.
    pub(super) fn changes(mut self, is_common: impl Fn(&[u8]) -> bool) -> Vec<Difference> {
        self.add_leaders(is_common);
        let torn = strays(&self.members, |member| (&member.before, &member.after));
        let mut joined = strays(&self.members, |member| (&member.after, &member.before));
        joined.retain(|path, _| !torn.contains_key(path));
        let difference = |torn| {
            move |(path, other): (&[u8], &[u8])| Difference {
                path: path.to_vec(),
                from: None,
                kind: DifferenceKind::HardLinksChanged { torn, other: other.to_vec() },
                fields: Vec::new(),
            }
        };
        let torn = torn.into_iter().map(difference(true));
        let mut changes: Vec<_> = torn.chain(joined.into_iter().map(difference(false))).collect();
        changes.sort_by(|a, b| compare_paths(&a.path, &b.path));
        changes
    }

    /// First names do not say that they are: they are known by those that name them. One that is
    /// first on both sides, or alone on the other, was not noted.
    fn add_leaders(&mut self, is_common: impl Fn(&[u8]) -> bool) {
        let noted: HashSet<&[u8]> = self.members.iter().map(|m| m.path.as_slice()).collect();
        let leaders: HashSet<&[u8]> = self
            .members
            .iter()
            .flat_map(|member| [member.before.as_slice(), member.after.as_slice()])
            .filter(|leader| !noted.contains(leader) && is_common(leader))
            .collect();
        let leaders: Vec<Vec<u8>> = leaders.into_iter().map(<[u8]>::to_vec).collect();
        self.members.extend(leaders.into_iter().map(|path| Member {
            before: path.clone(),
            after: path.clone(),
            path,
        }));
        self.members.sort_by(|a, b| compare_paths(&a.path, &b.path));
    }
}

/// What a group fell into on the other side: of each part its size and its first member.
type Parts<'m> = HashMap<&'m [u8], (usize, &'m Member)>;

/// Members of a group that are not with most of it on the other side, with the first of those
/// that are. Where the parts are equally large, the first one counts as the whole.
fn strays<'m>(
    members: &'m [Member],
    sides: impl Fn(&'m Member) -> (&'m Vec<u8>, &'m Vec<u8>),
) -> BTreeMap<&'m [u8], &'m [u8]> {
    let mut groups: HashMap<&[u8], Parts<'_>> = HashMap::new();
    for member in members {
        let (group, part) = sides(member);
        groups.entry(group).or_default().entry(part).or_insert((0, member)).0 += 1;
    }
    let largest = |parts: Parts<'m>| {
        let parts = parts.into_iter();
        let order = |a: &Member, b: &Member| compare_paths(&b.path, &a.path);
        parts.max_by(|(_, a), (_, b)| a.0.cmp(&b.0).then_with(|| order(a.1, b.1)))
    };
    let main: HashMap<&[u8], (&[u8], &Member)> = groups
        .into_iter()
        .filter_map(|(group, parts)| {
            largest(parts).map(|(part, (_, first))| (group, (part, first)))
        })
        .collect();
    let strays = members.iter().filter_map(|member| {
        let (group, part) = sides(member);
        let (main, first) = main.get(group.as_slice())?;
        (*main != part.as_slice()).then_some((member.path.as_slice(), first.path.as_slice()))
    });
    strays.collect()
}
