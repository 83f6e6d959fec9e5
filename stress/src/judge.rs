//! What a target did, held against what the model says.

use rustix::io::Errno;
use scanner::FileKind;

use crate::difference::{Aspect, Difference, row_name, time};
use crate::model::{Expected, ExpectedFacts, Misread, Model, Node, NodeId, Open, Stream};
use crate::name::Name;
use crate::operand::Handle;
use crate::outcome::{Facts, Outcome, Row, RowName, Rows, Seen};

/// Rows beyond which a listing is taken for endless.
const MOST_ROWS: usize = 100_000;

/// Every difference; none where the target did what it should.
pub fn judge(model: &Model, expected: &Expected, outcome: &Outcome) -> Vec<Difference> {
    let seen = match (expected, outcome) {
        (Expected::Fails(errno), Err(found)) if errno == found => return Vec::new(),
        (Expected::Fails(errno), found) => {
            return vec![Difference::error(Some(*errno), found.as_ref().err().copied())];
        }
        (Expected::Step { handle, buffer, .. }, Err(Errno::INVAL)) => {
            return all_fit(model, *handle, *buffer).into_iter().collect();
        }
        (Expected::Listing(node, buffer), Err(Errno::INVAL)) => {
            let fit = fits(model, fresh(model, *node).names(), *buffer);
            return fit.then(invalid).into_iter().collect();
        }
        (_, Err(errno)) => return vec![Difference::error(None, Some(*errno))],
        (_, Ok(seen)) => seen,
    };
    match (expected, seen) {
        (Expected::Done, Seen::Done) => Vec::new(),
        (Expected::Count(expected), Seen::Count(found)) => {
            field(Aspect::Count, expected, found).into_iter().collect()
        }
        (Expected::Bytes(expected), Seen::Bytes(found)) => {
            bytes(expected, found).into_iter().collect()
        }
        (Expected::Facts(expected), Seen::Facts(found)) => facts(expected, found),
        (Expected::Attributes(expected), Seen::Attributes(found, other)) => {
            attributes(expected, found, other).into_iter().collect()
        }
        (Expected::Listing(node, buffer), Seen::Rows(rows)) => {
            let fresh = fresh(model, *node);
            let mut differences = stream(model, &fresh, rows);
            let cut = is_cut(rows) && fits(model, fresh.names(), *buffer);
            differences.extend(cut.then(invalid));
            differences
        }
        (Expected::Step { handle, to_end, buffer }, Seen::Rows(rows)) => {
            let mut differences = step(model, *handle, rows);
            // That a name does not fit is the one reason to stop before the end.
            let cut = *to_end && is_cut(rows);
            differences.extend(cut.then(|| all_fit(model, *handle, *buffer)).flatten());
            differences
        }
        (expected, seen) => {
            vec![Difference::new(Aspect::Shape, format!("{expected:?}"), format!("{seen:?}"))]
        }
    }
}

fn field<T: PartialEq + std::fmt::Display>(
    aspect: Aspect,
    expected: &T,
    found: &T,
) -> Option<Difference> {
    (expected != found).then(|| Difference::new(aspect, expected, found))
}

fn bytes(expected: &[u8], found: &[u8]) -> Option<Difference> {
    if expected == found {
        return None;
    }
    let differs = expected.iter().zip(found).position(|(one, other)| one != other);
    let Some(at) = differs else {
        let words = |bytes: &[u8]| format!("{} bytes", bytes.len());
        return Some(Difference::new(Aspect::Length, words(expected), words(found)));
    };
    let words = |bytes: &[u8]| {
        let few: Vec<String> =
            bytes.iter().skip(at).take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("{} bytes, at byte {at}: {}", bytes.len(), few.join(" "))
    };
    Some(Difference::new(Aspect::Bytes, words(expected), words(found)))
}

fn facts(expected: &ExpectedFacts, found: &Facts) -> Vec<Difference> {
    if expected.kind != found.kind {
        return vec![Difference::kind(Aspect::Kind, "", expected.kind, found.kind)];
    }
    let links = match expected.kind {
        FileKind::Directory => Aspect::DirectoryLinks,
        _ => Aspect::Links,
    };
    let mode = (expected.mode != found.mode).then(|| {
        let words = |mode| format!("0{mode:o}");
        Difference::new(Aspect::Mode, words(expected.mode), words(found.mode))
    });
    let size = expected.size.and_then(|size| field(Aspect::Size, &size, &found.size));
    let number = expected.ino.and_then(|ino| field(Aspect::InodeNumber, &ino, &found.ino));
    let links = field(links, &expected.links, &found.links);
    [mode, links, size, number, modified(expected, found), changed(expected, found)]
        .into_iter()
        .flatten()
        .collect()
}

fn modified(expected: &ExpectedFacts, found: &Facts) -> Option<Difference> {
    let rule = expected.modified;
    let words =
        [rule.exactly.map(time), rule.since.map(|since| format!("{} or later", time(since)))];
    let words: Vec<String> = words.into_iter().flatten().collect();
    let differs = !rule.fits(found.modified);
    differs.then(|| Difference::new(Aspect::Modified, words.join(", or "), time(found.modified)))
}

fn changed(expected: &ExpectedFacts, found: &Facts) -> Option<Difference> {
    let words = || format!("{} or later", time(expected.changed));
    let early = found.changed < expected.changed;
    early.then(|| Difference::new(Aspect::Changed, words(), time(found.changed)))
}

fn attributes(expected: &[u8], found: &[u8], other: &[Vec<u8>]) -> Option<Difference> {
    if expected == found && other.is_empty() {
        return None;
    }
    let own = |numbers: &[u8]| numbers.iter().map(|n| format!("user.a{n}")).collect::<Vec<_>>();
    let other = other.iter().map(|name| reports::escape(name));
    let found = own(found).into_iter().chain(other).collect::<Vec<_>>().join(" ");
    Some(Difference::new(Aspect::Attributes, own(expected).join(" "), found))
}

/// A directory that nobody changed meanwhile: exactly what is in it comes.
fn fresh(model: &Model, node: NodeId) -> Stream {
    let entries = model.node(node).and_then(Node::directory).map(|there| &there.entries);
    Stream::new(node, entries.into_iter().flat_map(|entries| entries.keys().copied()))
}

/// Whether a reader stopped before the end.
fn is_cut(rows: &Rows) -> bool {
    !rows.end && rows.rows.len() < MOST_ROWS
}

fn step(model: &Model, handle: Handle, rows: &Rows) -> Vec<Difference> {
    match model.open(handle) {
        Some(Open::Directory(open)) => stream(model, open, rows),
        _ => Vec::new(),
    }
}

fn stream(model: &Model, stream: &Stream, rows: &Rows) -> Vec<Difference> {
    if rows.rows.len() >= MOST_ROWS {
        let found = format!("{} rows and no end", rows.rows.len());
        return vec![Difference::new(Aspect::RowsEndless, "an end", found)];
    }
    let misread = stream.judge(rows).into_iter().map(|misread| match misread {
        Misread::Missing(name) => Difference::row(Aspect::RowMissing, name),
        Misread::Twice(name) => Difference::row(Aspect::RowTwice, name),
        Misread::Invented(RowName::Known(name)) => Difference::row(Aspect::RowInvented, name),
        Misread::Invented(name) => {
            let found = format!("{} is listed", row_name(&name));
            Difference::new(Aspect::RowInvented, "names that were made", found)
        }
        Misread::DotsTwice | Misread::DotsMissing => {
            let aspect = match misread {
                Misread::DotsTwice => Aspect::RowDotsTwice,
                _ => Aspect::RowDotsMissing,
            };
            let found = rows.rows.iter().filter(|row| row.name == RowName::Dot).count();
            let above = rows.rows.iter().filter(|row| row.name == RowName::DotDot).count();
            let found = format!("`.` {found} times and `..` {above} times among these rows");
            Difference::new(aspect, "`.` and `..` once each", found)
        }
    });
    let claims = rows.rows.iter().filter_map(|row| claim(model, stream, row));
    misread.chain(claims).collect()
}

/// What a row claims of a name that nobody touched.
fn claim(model: &Model, stream: &Stream, row: &Row) -> Option<Difference> {
    let RowName::Known(name) = row.name else { return None };
    if !stream.is_untouched(name) {
        return None;
    }
    let node = model.node(stream.node)?.directory()?.entries.get(&name)?;
    let node = model.node(*node)?;
    if let Some(kind) = row.kind.filter(|kind| *kind != node.kind()) {
        let difference = Difference::kind(Aspect::RowKind, &format!("{name}: "), node.kind(), kind);
        return Some(difference.of_row(name));
    }
    let ino = node.ino.filter(|ino| *ino != row.ino)?;
    let words = |ino| format!("{name}: inode {ino}");
    Some(Difference::new(Aspect::RowNumber, words(ino), words(row.ino)).of_row(name))
}

/// EINVAL where there is no reason for it.
fn invalid() -> Difference {
    Difference::error(None, Some(Errno::INVAL))
}

/// EINVAL, where every name of an open directory fits into a buffer, so that it may not come.
fn all_fit(model: &Model, handle: Handle, buffer: u32) -> Option<Difference> {
    let Some(Open::Directory(open)) = model.open(handle) else { return None };
    fits(model, open.names(), buffer).then(invalid)
}

/// Whether names, and `.` and `..`, fit into a buffer.
fn fits(model: &Model, mut names: impl Iterator<Item = Name>, buffer: u32) -> bool {
    buffer >= 24 && names.all(|name| model.row_length(name) <= buffer as usize)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Caller, Modified};
    use crate::op::Op;

    /// A directory with two files whose names have 2 and 255 bytes, opened as h0, and one in which
    /// nothing is, opened as h1.
    fn model() -> Model {
        let caller = Caller { overrides: true, umask: 0o022 };
        let mut model = Model::new(Arc::default(), caller, (0, 0));
        for line in [
            "mkdir d0 mode=0755",
            "create d0/f0 mode=0644",
            "create d0/long0 mode=0644",
            "opendir h0 d0",
            "mkdir d1 mode=0755",
            "opendir h1 d1",
        ] {
            let plan = model.plan(&line.parse::<Op>().unwrap());
            model.carry_out(plan, &Ok(Seen::Done), (0, 0));
        }
        model
    }

    #[track_caller]
    fn aspects(expected: &Expected, outcome: &Outcome, found: &[Aspect]) {
        let differences = judge(&model(), expected, outcome);
        let aspects: Vec<Aspect> = differences.iter().map(|difference| difference.aspect).collect();
        assert_eq!(aspects, found, "{differences:?}");
    }

    #[test]
    fn errors_are_the_same_or_differ() {
        let fails = Expected::Fails(Errno::NOENT);
        aspects(&fails, &Err(Errno::NOENT), &[]);
        let aspect = |expected, found| [Aspect::Error(expected, found)];
        let (missing, access) = (Some(Errno::NOENT), Some(Errno::ACCESS));
        aspects(&fails, &Err(Errno::ACCESS), &aspect(missing, access));
        aspects(&fails, &Ok(Seen::Done), &aspect(missing, None));
        aspects(&Expected::Done, &Err(Errno::ACCESS), &aspect(None, access));
        aspects(&Expected::Done, &Ok(Seen::Done), &[]);
    }

    #[test]
    fn counts_bytes_and_attributes_are_compared() {
        aspects(&Expected::Count(5), &Ok(Seen::Count(5)), &[]);
        aspects(&Expected::Count(5), &Ok(Seen::Count(4)), &[Aspect::Count]);
        let bytes = |bytes: &[u8]| Ok(Seen::Bytes(bytes.to_vec()));
        let expected = Expected::Bytes(b"abc".to_vec());
        aspects(&expected, &bytes(b"abc"), &[]);
        aspects(&expected, &bytes(b"ab"), &[Aspect::Length]);
        aspects(&expected, &bytes(b"abcd"), &[Aspect::Length]);
        aspects(&expected, &bytes(b"axc"), &[Aspect::Bytes]);
        aspects(&expected, &bytes(b"x"), &[Aspect::Bytes]);
        let expected = Expected::Attributes(vec![1, 2]);
        let seen = |known: &[u8], other: &[&[u8]]| {
            let other = other.iter().map(|name| name.to_vec()).collect();
            Ok(Seen::Attributes(known.to_vec(), other))
        };
        aspects(&expected, &seen(&[1, 2], &[]), &[]);
        aspects(&expected, &seen(&[1], &[]), &[Aspect::Attributes]);
        aspects(&expected, &seen(&[1, 2, 3], &[]), &[Aspect::Attributes]);
        aspects(&expected, &seen(&[1, 2], &[b"user.x"]), &[Aspect::Attributes]);
        aspects(&Expected::Count(5), &bytes(b"abc"), &[Aspect::Shape]);
    }

    #[test]
    fn where_bytes_differ_is_told() {
        let differences = judge(
            &model(),
            &Expected::Bytes(b"0123456789abcdef".to_vec()),
            &Ok(Seen::Bytes(b"0123x56789".to_vec())),
        );
        let [only] = differences.as_slice() else { panic!("{differences:?}") };
        assert_eq!(only.expected, "16 bytes, at byte 4: 34 35 36 37 38 39 61 62");
        assert_eq!(only.found, "10 bytes, at byte 4: 78 35 36 37 38 39");
    }

    fn found() -> Facts {
        Facts {
            kind: FileKind::Regular,
            mode: 0o644,
            links: 2,
            size: 10,
            ino: 7,
            modified: (5, 0),
            changed: (9, 0),
        }
    }

    fn expected() -> ExpectedFacts {
        ExpectedFacts {
            node: model().open(Handle::at(0)).unwrap().node(),
            kind: FileKind::Regular,
            mode: 0o644,
            links: 2,
            size: Some(10),
            ino: Some(7),
            modified: Modified::set((5, 0)),
            changed: (9, 0),
        }
    }

    #[test]
    fn each_fact_is_compared() {
        let facts = |facts: Facts, aspect: &[Aspect]| {
            aspects(&Expected::Facts(expected()), &Ok(Seen::Facts(facts)), aspect);
        };
        facts(found(), &[]);
        facts(Facts { mode: 0o600, ..found() }, &[Aspect::Mode]);
        facts(Facts { mode: 0o4644, ..found() }, &[Aspect::Mode]);
        facts(Facts { links: 1, ..found() }, &[Aspect::Links]);
        facts(Facts { size: 11, ..found() }, &[Aspect::Size]);
        facts(Facts { ino: 8, ..found() }, &[Aspect::InodeNumber]);
        facts(Facts { modified: (5, 1), ..found() }, &[Aspect::Modified]);
        facts(Facts { changed: (8, 999_999_999), ..found() }, &[Aspect::Changed]);
        facts(Facts { changed: (10, 0), ..found() }, &[]);
        let all = Facts { mode: 0, links: 0, size: 0, ..found() };
        facts(all, &[Aspect::Mode, Aspect::Links, Aspect::Size]);
        let kind = FileKind::Directory;
        facts(Facts { kind, mode: 0, links: 0, ..found() }, &[Aspect::Kind]);
    }

    #[test]
    fn what_means_nothing_is_not_compared() {
        let kind = FileKind::Directory;
        let directory = ExpectedFacts { kind, size: None, ino: None, ..expected() };
        let seen = Facts { kind, size: 4096, ino: 99, ..found() };
        aspects(&Expected::Facts(directory), &Ok(Seen::Facts(seen)), &[]);
        let seen = Facts { links: 3, ..seen };
        let aspect = Aspect::DirectoryLinks;
        aspects(&Expected::Facts(directory), &Ok(Seen::Facts(seen)), &[aspect]);
    }

    #[test]
    fn a_time_that_was_perhaps_set_anew_may_be_either() {
        let perhaps = Modified::set((5, 0)).perhaps((8, 0));
        let expected = ExpectedFacts { modified: perhaps, ..expected() };
        for (time, differs) in [((5, 0), false), ((8, 0), false), ((9, 5), false), ((7, 0), true)] {
            let seen = Facts { modified: time, ..found() };
            let found: &[Aspect] = if differs { &[Aspect::Modified] } else { &[] };
            aspects(&Expected::Facts(expected), &Ok(Seen::Facts(seen)), found);
        }
        let touched = Modified::touched((8, 0)).perhaps((9, 0));
        assert!(touched.fits((8, 0)) && !touched.fits((7, 0)), "the earlier change stands");
    }

    #[test]
    fn a_buffer_is_too_small_only_where_a_name_does_not_fit() {
        let step = |buffer| Expected::Step { handle: Handle::at(0), to_end: false, buffer };
        let invalid = Err(Errno::INVAL);
        // 19 bytes, 255 of the name, a NUL, rounded up to 8.
        aspects(&step(279), &invalid, &[]);
        aspects(&step(280), &invalid, &[Aspect::Error(None, Some(Errno::INVAL))]);
        let empty = |buffer| Expected::Step { handle: Handle::at(1), to_end: false, buffer };
        aspects(&empty(23), &invalid, &[]);
        aspects(&empty(24), &invalid, &[Aspect::Error(None, Some(Errno::INVAL))]);
        aspects(&step(23), &Err(Errno::IO), &[Aspect::Error(None, Some(Errno::IO))]);
        let list = Expected::Listing(model().open(Handle::at(0)).unwrap().node(), 4096);
        aspects(&list, &invalid, &[Aspect::Error(None, Some(Errno::INVAL))]);
    }

    fn row(name: RowName, kind: Option<FileKind>, ino: u64) -> Row {
        Row { name, kind, ino, next: 0 }
    }

    fn listed(kind: Option<FileKind>, ino: u64) -> Rows {
        let known = |token: &str| RowName::Known(Name::parse(token).unwrap());
        let directory = Some(FileKind::Directory);
        let rows = vec![
            row(RowName::Dot, directory, 1),
            row(RowName::DotDot, directory, 1),
            row(known("f0"), kind, ino),
            row(known("long0"), Some(FileKind::Regular), 3),
        ];
        Rows { rows, end: true }
    }

    #[test]
    fn what_rows_claim_is_compared_where_nobody_touched_their_names() {
        let step = Expected::Step { handle: Handle::at(0), to_end: true, buffer: 4096 };
        let regular = Some(FileKind::Regular);
        let seen = |kind, ino| Ok(Seen::Rows(listed(kind, ino)));
        aspects(&step, &seen(regular, 2), &[]);
        aspects(&step, &seen(None, 2), &[]);
        aspects(&step, &seen(Some(FileKind::Symlink), 2), &[Aspect::RowKind]);
        // Its inode number is not known before it was looked at.
        let mut model = model();
        let differ = |model: &Model, outcome: &Outcome| {
            judge(model, &step, outcome).first().map(|difference| difference.aspect)
        };
        let look = model.plan(&"stat d0/f0".parse().unwrap());
        model.carry_out(look, &Ok(Seen::Facts(Facts { ino: 2, ..found() })), (0, 0));
        assert_eq!(differ(&model, &seen(regular, 2)), None);
        assert_eq!(differ(&model, &seen(regular, 4)), Some(Aspect::RowNumber));
        let touch = model.plan(&"rename d0/f0 d0/f0 how=plain".parse().unwrap());
        model.carry_out(touch, &Ok(Seen::Done), (0, 0));
        assert_eq!(differ(&model, &seen(regular, 4)), Some(Aspect::RowNumber), "nothing happened");
        let touch = model.plan(&"link d0/long0 d0/f1".parse().unwrap());
        model.carry_out(touch, &Ok(Seen::Done), (0, 0));
        assert_eq!(differ(&model, &seen(regular, 4)), Some(Aspect::RowNumber), "another name");
        for line in ["unlink d0/f0", "mkdir d0/f0 mode=0755"] {
            let plan = model.plan(&line.parse().unwrap());
            model.carry_out(plan, &Ok(Seen::Done), (0, 0));
        }
        assert_eq!(differ(&model, &seen(regular, 4)), None, "of before or after, it may be either");
    }

    #[test]
    fn a_listing_that_does_not_end_is_told_as_that_alone() {
        let mut rows = listed(Some(FileKind::Symlink), 2);
        rows.rows.resize(MOST_ROWS, rows.rows[2].clone());
        rows.end = false;
        let step = Expected::Step { handle: Handle::at(0), to_end: true, buffer: 4096 };
        aspects(&step, &Ok(Seen::Rows(rows)), &[Aspect::RowsEndless]);
    }
}
