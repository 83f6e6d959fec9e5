//! One pass over the map of space: what is misplaced, what is free, and what cannot be read.
//!
//! A bad bitmap makes the kernel refuse the whole question. It is then put again group by group,
//! so that one bad bitmap does not blind the rest.

use std::ops::Range;
use std::os::fd::BorrowedFd;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rustix::io::Errno;

use super::misplaced::{Matcher, Misplaced};
use super::space_map::{BLOCK_BITMAP, INODES, Purpose, Record, SpaceMap};
use crate::checks::{Refusal, errno_name};
use crate::extents::Claim;
use crate::filesystem::Filesystem;

/// Groups that cannot be read and are told one by one.
const MOST_UNREADABLE: usize = 1000;

/// A question costs as much as the map of one in so many groups (measured on Linux 6.18).
const GROUPS_A_QUESTION: usize = 38;

/// Where each group holds its own metadata it costs as much as the map of so many groups: each
/// group and each run of free blocks goes through a list of all groups' metadata, which is shorter
/// by as many groups as share a place for theirs (fs/ext4/fsmap.c,
/// `ext4_getfsmap_datadev_helper`).
const GROUPS_A_LONE_QUESTION: u64 = 16;

/// Groups whose bitmaps, of 1 KiB, share a page of the kernel's cache. Two threads that load it at
/// once hide the error of a bad one from each other.
const GROUPS_OF_A_PAGE: usize = 4;

/// Groups that are asked for at once at least, where so many are neighbours.
const LEAST_A_QUESTION: usize = 64;

/// Groups that are asked for at once at most: their bitmaps may have to be read from a slow device
/// while nobody sees progress, and their records are held until all of them came.
const MOST_A_QUESTION: usize = 512;

/// Bytes of the device, and what is wrong with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first byte.
    pub start: u64,
    /// The byte behind the last.
    pub end: u64,
    what: String,
}

impl Place {
    /// `blocks 0 to 8191: GETFSMAP says EUCLEAN`.
    pub fn describe(&self, block_size: u64) -> String {
        let block_size = block_size.max(1);
        let (first, last) = (self.start / block_size, (self.end / block_size).saturating_sub(1));
        if first >= last {
            format!("block {first}: {}", self.what)
        } else {
            format!("blocks {first} to {last}: {}", self.what)
        }
    }
}

/// What the pass brought.
#[derive(Debug, Default)]
pub struct Survey {
    /// Claims in free space or over metadata.
    pub misplaced: Vec<Misplaced>,
    /// How many more there were.
    pub beyond: u64,
    /// Those that a change explains.
    pub volatile: u64,
    /// Free space in bytes.
    pub free_bytes: u64,
    /// Static metadata in bytes.
    pub metadata_bytes: u64,
    /// Of that, tables of inodes.
    pub inode_bytes: u64,
    /// And block bitmaps, one for each group.
    pub bitmap_bytes: u64,
    /// Groups of blocks that cannot be read.
    pub unreadable: Vec<Place>,
    /// How many more there were.
    pub unreadable_beyond: u64,
    /// Metadata that counts as free.
    pub free_metadata: Option<Place>,
    /// The greatest common divisor of where free space begins and how long it is: the cluster
    /// size or a multiple of it.
    divisor: u64,
}

impl Survey {
    /// Adds what was learnt of another piece of the device.
    fn add(&mut self, other: Survey) {
        self.misplaced.extend(other.misplaced);
        self.beyond += other.beyond;
        self.volatile += other.volatile;
        self.free_bytes += other.free_bytes;
        self.metadata_bytes += other.metadata_bytes;
        self.inode_bytes += other.inode_bytes;
        self.bitmap_bytes += other.bitmap_bytes;
        self.unreadable.extend(other.unreadable);
        self.unreadable_beyond += other.unreadable_beyond;
        self.free_metadata = self.free_metadata.take().or(other.free_metadata);
        self.divisor = divisor(self.divisor, other.divisor);
    }

    /// Makes one of what was cut at the border of two pieces, and keeps the first ones, so that
    /// the outcome does not depend on the number of pieces.
    fn join_pieces(&mut self, most: usize) {
        self.misplaced.sort_by_key(|one| (one.claim.ino, one.claim.start, one.start));
        let cut = |next: &mut Misplaced, one: &mut Misplaced| {
            let same = (one.claim, one.purpose, one.end) == (next.claim, next.purpose, next.start);
            if same {
                one.end = next.end;
            }
            same
        };
        self.misplaced.dedup_by(cut);
        self.misplaced.sort_by_key(|one| (one.start, one.claim.ino, one.claim.start));
        self.beyond += self.misplaced.len().saturating_sub(most) as u64;
        self.misplaced.truncate(most);
        self.unreadable.sort_by_key(|place| place.start);
        self.unreadable_beyond += self.unreadable.len().saturating_sub(MOST_UNREADABLE) as u64;
        self.unreadable.truncate(MOST_UNREADABLE);
    }

    fn cannot_read(&mut self, group: &Range<u64>, errno: Errno) {
        if self.unreadable.len() < MOST_UNREADABLE {
            let what = format!("GETFSMAP says {}", errno_name(errno));
            let Range { start, end } = *group;
            self.unreadable.push(Place { start, end, what });
        } else {
            self.unreadable_beyond += 1;
        }
    }

    /// Static metadata in blocks; none where some could not be read.
    pub fn metadata_blocks(&self, block_size: u64) -> Option<u64> {
        let whole = self.unreadable.is_empty() && self.unreadable_beyond == 0;
        if whole { self.metadata_bytes.checked_div(block_size) } else { None }
    }

    /// How many of `all` groups between two that are asked for cost less than one more question,
    /// which begins with all groups' metadata; as the map of the first one shows that.
    fn groups_a_question(&self, all: usize, block_size: u64) -> usize {
        let few = (all / GROUPS_A_QUESTION).max(GROUPS_OF_A_PAGE);
        let together = self.bitmap_bytes.checked_div(block_size).filter(|bitmaps| *bitmaps > 0);
        let most =
            together.map_or(u64::MAX, |groups| groups.saturating_mul(GROUPS_A_LONE_QUESTION));
        few.min(usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// In what units, in blocks, space seems to be given out: more than one means bigalloc.
    pub fn cluster_blocks(&self, block_size: u64) -> u64 {
        self.divisor.checked_div(block_size).unwrap_or(0)
    }
}

/// Adds up records in the order of the device.
struct Adding<'a> {
    survey: Survey,
    matcher: Matcher<'a>,
    free_up_to: u64,
    metadata_up_to: u64,
}

impl Adding<'_> {
    fn meet(&mut self, record: Record) {
        let Record { start, end, purpose } = record;
        if start >= end {
            return;
        }
        let bytes = end.saturating_sub(start);
        let up_to = match purpose {
            Purpose::Free => {
                self.survey.free_bytes = self.survey.free_bytes.saturating_add(bytes);
                self.survey.divisor = divisor(divisor(self.survey.divisor, start), bytes);
                self.free_up_to = self.free_up_to.max(end);
                self.metadata_up_to
            }
            Purpose::Metadata(what) => {
                self.survey.metadata_bytes = self.survey.metadata_bytes.saturating_add(bytes);
                match what {
                    INODES => self.survey.inode_bytes += bytes,
                    BLOCK_BITMAP => self.survey.bitmap_bytes += bytes,
                    _ => {}
                }
                self.metadata_up_to = self.metadata_up_to.max(end);
                self.free_up_to
            }
            Purpose::InUse => 0,
        };
        if start < up_to && self.survey.free_metadata.is_none() {
            let what = "the filesystem's own, and count as free".to_owned();
            self.survey.free_metadata = Some(Place { start, end: end.min(up_to), what });
        }
        self.matcher.meet(record);
    }

    fn into_survey(self) -> Survey {
        let Matcher { found, beyond, volatile, .. } = self.matcher;
        Survey { misplaced: found, beyond, volatile, ..self.survey }
    }
}

fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// What a survey needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// An open directory of the filesystem.
    pub directory: BorrowedFd<'a>,
    /// The filesystem.
    pub filesystem: &'a Filesystem,
    /// What inodes claim, in the order of the device.
    pub claims: &'a [Claim],
    /// Most misplaced claims that are kept.
    pub most: usize,
    /// Whether all of the map is asked for, or only the groups that claims lie in: asking loads
    /// their bitmaps.
    pub all: bool,
}

/// Neighbouring groups, and the claims that lie in them.
struct Run<'a> {
    groups: &'a [Range<u64>],
    claims: &'a [Claim],
    /// Claims that began before the first group and reach into it.
    open: Vec<Claim>,
}

/// Goes through the map, a run of groups on each thread of the pool that it runs in. An error says
/// that the kernel tells none. `tick` is called now and then.
pub fn survey(ground: Ground<'_>, tick: impl Fn() + Sync) -> Result<Survey, Errno> {
    let all: Vec<Range<u64>> = groups(ground.filesystem).collect();
    let mut whole = Survey::default();
    let groups: Vec<usize> = if ground.all {
        (0..all.len()).collect()
    } else {
        // Alone and first, so that a refusal shows, and how metadata is packed.
        for first in ground.runs(all.chunks(1).take(1)) {
            whole.add(ground.survey_run(&first, &tick)?);
        }
        let few = whole.groups_a_question(all.len(), ground.filesystem.block_size);
        ground.further_groups(&all, few)
    };
    let share = groups.len().div_ceil(rayon::current_num_threads().max(1)).max(1);
    let share = share.next_multiple_of(LEAST_A_QUESTION).min(MOST_A_QUESTION);
    let pieces = pieces(&groups, share);
    let runs = ground.runs(pieces.filter_map(|piece| all.get(*piece.first()?..=*piece.last()?)));
    let surveys: Vec<Result<Survey, Errno>> =
        runs.par_iter().with_max_len(1).map(|run| ground.survey_run(run, &tick)).collect();
    for survey in surveys {
        whole.add(survey?);
    }
    whole.join_pieces(ground.most);
    Ok(whole)
}

/// Neighbouring groups, by their numbers, that are asked for together. They are cut at multiples
/// of `share`, whichever of them comes first: the bitmaps of four groups may lie in one page, and
/// where two threads load it at once, one can hide that another one's is bad.
fn pieces(groups: &[usize], share: usize) -> impl Iterator<Item = &[usize]> {
    groups.chunk_by(move |one, next| one + 1 == *next && !next.is_multiple_of(share))
}

impl<'a> Ground<'a> {
    /// The groups behind the first one that claims lie in, and up to `few` between two of them.
    fn further_groups(&self, all: &[Range<u64>], few: usize) -> Vec<usize> {
        let block_size = self.filesystem.block_size.max(1);
        let (mut wanted, mut known): (Vec<usize>, usize) = (Vec::new(), 1);
        for claim in self.claims {
            // Nearly every claim lies in groups that are known already.
            let end = claim.end().saturating_mul(block_size);
            if known.checked_sub(1).and_then(|last| all.get(last)).is_some_and(|g| end <= g.end) {
                continue;
            }
            let start = claim.start.saturating_mul(block_size);
            let first = all.partition_point(|group| group.end <= start).max(known);
            let behind = all.partition_point(|group| group.start < end);
            wanted.extend(first..behind);
            known = known.max(behind);
        }
        let mut filled: Vec<usize> = Vec::new();
        for group in wanted {
            let next = filled.last().map_or(group, |last| last + 1);
            filled.extend(if group - next <= few { next..group + 1 } else { group..group + 1 });
        }
        filled
    }

    /// Deals the claims out to runs of groups, in one pass over both.
    fn runs<'g>(&self, runs: impl Iterator<Item = &'g [Range<u64>]>) -> Vec<Run<'g>>
    where
        'a: 'g,
    {
        let block_size = self.filesystem.block_size.max(1);
        let (mut rest, mut open) = (self.claims, Vec::<Claim>::new());
        let mut dealt = Vec::new();
        for groups in runs {
            let (Some(first), Some(last)) = (groups.first(), groups.last()) else { continue };
            let (start, end) = (first.start / block_size, last.end.div_ceil(block_size));
            let (before, behind) = rest.split_at(rest.partition_point(|c| c.start < start));
            let (claims, behind) = behind.split_at(behind.partition_point(|c| c.start < end));
            open.extend_from_slice(before);
            open.retain(|claim| claim.end() > start);
            dealt.push(Run { groups, claims, open: open.clone() });
            open.extend(claims.iter().filter(|claim| claim.end() > end));
            rest = behind;
        }
        dealt
    }

    /// Goes through neighbouring groups: in one question, or, where a bitmap is bad, in halves until
    /// the bad one stands alone.
    fn survey_run(&self, run: &Run<'_>, tick: &impl Fn()) -> Result<Survey, Errno> {
        let mut map = SpaceMap::new(self.directory, self.filesystem.device);
        let mut all = self.adding(run);
        let mut waiting = vec![run.groups];
        while let Some(groups) = waiting.pop() {
            let (Some(first), Some(last)) = (groups.first(), groups.last()) else { continue };
            let bytes = first.start..last.end;
            let mut records = Vec::new();
            tick();
            match map.range(bytes.start, bytes.end, |record| records.push(clip(record, &bytes))) {
                Ok(()) => records.into_iter().for_each(|record| all.meet(record)),
                Err(errno) if !matches!(Refusal::from(errno), Refusal::Damage(_)) => {
                    return Err(errno);
                }
                Err(errno) if groups.len() == 1 => all.survey.cannot_read(first, errno),
                Err(_) => {
                    let (lower, upper) = groups.split_at(groups.len() / 2);
                    waiting.extend([upper, lower]);
                }
            }
        }
        Ok(all.into_survey())
    }

    fn adding<'c>(&self, run: &Run<'c>) -> Adding<'c> {
        let block_size = self.filesystem.block_size;
        let matcher = Matcher::new(run.claims, run.open.clone(), block_size, self.most);
        Adding { survey: Survey::default(), matcher, free_up_to: 0, metadata_up_to: 0 }
    }
}

/// The part of a record that lies in a piece of the device.
fn clip(record: Record, piece: &Range<u64>) -> Record {
    let start = record.start.clamp(piece.start, piece.end);
    Record { start, end: record.end.clamp(start, piece.end), ..record }
}

/// The groups of blocks, in bytes: as many blocks as a bitmap of one block has bits. (A smaller
/// group of blocks is asked for together with its neighbours.)
fn groups(filesystem: &Filesystem) -> impl Iterator<Item = Range<u64>> {
    let block = filesystem.block_size.max(512);
    let length = block.saturating_mul(block).saturating_mul(8);
    // With blocks of 1 KiB the first one is no part of any group.
    let offset = if block == 1024 { block } else { 0 };
    let end = filesystem.end.unwrap_or(i64::MAX as u64);
    // Where the size is not known, all is asked for at once.
    let length = if filesystem.end.is_some() { length } else { end };
    let starts = (0..).map(move |group: u64| group.saturating_mul(length).saturating_add(offset));
    let starts = starts.take_while(move |start| *start < end);
    starts.map(move |start| start..start.saturating_add(length).min(end))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::inode_facts::InodeFacts;

    #[test]
    fn pieces_are_cut_where_no_page_of_bitmaps_is() {
        let without_the_first: Vec<usize> = (1..300).chain([400, 401, 500]).collect();
        for share in [64, 128, 1024] {
            let pieces: Vec<&[usize]> = pieces(&without_the_first, share).collect();
            assert_eq!(pieces.concat(), without_the_first);
            for pair in pieces.windows(2) {
                let (last, next) = (pair[0].last().unwrap(), pair[1].first().unwrap());
                assert!(next - last > 4 || next.is_multiple_of(share), "{last} {next}");
            }
        }
    }

    #[test]
    fn a_place_is_told_in_blocks() {
        let place = |start, end| Place { start, end, what: "bad".to_owned() };
        assert_eq!(place(4096, 8192).describe(4096), "block 1: bad");
        assert_eq!(place(0, 8 << 20).describe(1024), "blocks 0 to 8191: bad");
    }

    #[test]
    fn claims_are_dealt_out_to_the_groups_that_they_lie_in() {
        let file = tempfile::tempfile().unwrap();
        let facts = InodeFacts::of_descriptor(file.as_fd()).unwrap();
        let mut filesystem = Filesystem::of(file.as_fd(), &facts);
        (filesystem.block_size, filesystem.end) = (4096, Some(20 << 27));
        // Groups of 32,768 blocks: claims in the second, over the border to the tenth, in the last.
        let claims = [
            Claim::of(12, 40_000, 5),
            Claim::of(13, 32_768 * 8 + 100, 40_000),
            Claim::of(14, 32_768 * 19, 1),
        ];
        let directory = file.as_fd();
        let ground =
            Ground { directory, filesystem: &filesystem, claims: &claims, most: 10, all: false };
        let all: Vec<Range<u64>> = groups(&filesystem).collect();
        let wanted = ground.further_groups(&all, 4);
        assert_eq!(wanted, [1, 8, 9, 19]);
        let dealt = ground.runs(wanted.iter().map(|group| &all[*group..=*group]));
        let dealt: Vec<(usize, usize)> =
            dealt.iter().map(|run| (run.claims.len(), run.open.len())).collect();
        assert_eq!(dealt, [(1, 0), (1, 0), (0, 1), (1, 0)]);
        assert_eq!(ground.further_groups(&all, 6).len(), 10, "2 to 7 as well");
    }

    #[test]
    fn how_metadata_is_packed_tells_what_a_question_costs() {
        let few = |bitmaps: u64, all| {
            let first = Survey { bitmap_bytes: bitmaps * 4096, ..Survey::default() };
            first.groups_a_question(all, 4096)
        };
        assert_eq!((few(0, 3800), few(16, 3800), few(1, 3800)), (100, 100, 16));
        assert_eq!(few(1, 10), GROUPS_OF_A_PAGE);
    }

    #[test]
    fn metadata_that_is_free_is_told_and_clusters_are_noticed() {
        let mut adding = Adding {
            survey: Survey::default(),
            matcher: Matcher::new(&[], Vec::new(), 1024, 10),
            free_up_to: 0,
            metadata_up_to: 0,
        };
        let mut meet = |start: u64, end: u64, purpose| {
            adding.meet(Record { start: start * 1024, end: end * 1024, purpose });
        };
        meet(0, 16, Purpose::Metadata("inodes"));
        meet(16, 32, Purpose::Free);
        meet(64, 96, Purpose::Free);
        meet(80, 81, Purpose::Metadata("a block bitmap"));
        let survey = adding.into_survey();
        assert_eq!(survey.free_bytes, 48 * 1024);
        assert_eq!(survey.inode_bytes, 16 * 1024);
        assert_eq!(survey.cluster_blocks(1024), 16);
        let place = survey.free_metadata.unwrap();
        assert_eq!((place.start / 1024, place.end / 1024), (80, 81));
    }
}
