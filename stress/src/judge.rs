//! What a target did, held against what the model says.

use rustix::io::Errno;
use scanner::FileKind;

use crate::difference::{Aspect, Difference, row_name, time};
use crate::model::{Expected, ExpectedFacts, Misread, Model, NodeId, Open, Stream};
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
            return too_small(model, *handle, *buffer).err().into_iter().collect();
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
        (Expected::Listing(node), Seen::Rows(rows)) => listing(model, *node, rows),
        (Expected::Step { handle, .. }, Seen::Rows(rows)) => step(model, *handle, rows),
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

/// A directory that nobody changed meanwhile: exactly what is in it.
fn listing(model: &Model, node: NodeId, rows: &Rows) -> Vec<Difference> {
    let Some(directory) = model.node(node).and_then(|node| node.directory()) else {
        return Vec::new();
    };
    let fresh = Stream::new(node, directory.entries.keys().copied());
    stream(model, &fresh, rows)
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
    let misread = stream.judge(rows).map(|misread| match misread {
        Misread::Missing(name) => Difference::row(Aspect::RowMissing, name),
        Misread::Twice(name) => Difference::row(Aspect::RowTwice, name),
        Misread::Invented(RowName::Known(name)) => Difference::row(Aspect::RowInvented, name),
        Misread::Invented(name) => {
            let found = format!("{} is listed", row_name(&name));
            Difference::new(Aspect::RowInvented, "names that were made", found)
        }
        Misread::Dots => {
            let found = rows.rows.iter().filter(|row| row.name == RowName::Dot).count();
            let above = rows.rows.iter().filter(|row| row.name == RowName::DotDot).count();
            let found = format!("`.` {found} times and `..` {above} times among these rows");
            Difference::new(Aspect::RowDots, "`.` and `..` once each", found)
        }
    });
    let claims = rows.rows.iter().filter_map(|row| claim(model, stream, row));
    misread.into_iter().chain(claims).collect()
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
        return Some(Difference::kind(Aspect::RowKind, &format!("{name}: "), node.kind(), kind));
    }
    let ino = node.ino.filter(|ino| *ino != row.ino)?;
    let words = |ino| format!("{name}: inode {ino}");
    Some(Difference::new(Aspect::RowNumber, words(ino), words(row.ino)))
}

/// Whether some name does not fit into a buffer, so that EINVAL may come.
fn too_small(model: &Model, handle: Handle, buffer: u32) -> Result<(), Difference> {
    let fits = |name: &Name| model.row_length(*name) <= buffer as usize;
    match model.open(handle) {
        Some(Open::Directory(open)) if buffer >= 24 && open.names().all(|name| fits(&name)) => {
            Err(Difference::error(None, Some(Errno::INVAL)))
        }
        _ => Ok(()),
    }
}
