//! What is simpler than one operation.

use super::operands::{
    attributes, buffers, counts, fills, handles, lengths, modes, paths, places, sizes,
};
use crate::name::Family;
use crate::op::Op;
use crate::operand::{AllocateHow, AttributeHow, Crowd, Handle, Mode, OpenHow, RenameHow};
use crate::path::{Path, Place};

/// The mode that files are made with when it does not matter.
const FILE_MODE: Mode = Mode::new(0o644);

/// The mode that directories are made with when it does not matter.
const DIRECTORY_MODE: Mode = Mode::new(0o755);

/// The buffer that directories are listed with when it does not matter.
const BUFFER: u32 = 32_768;

const OPEN_FLAGS: [OpenHow; 7] = [
    OpenHow::READ,
    OpenHow::WRITE,
    OpenHow::CREATE,
    OpenHow::EXCLUSIVE,
    OpenHow::TRUNCATE,
    OpenHow::APPEND,
    OpenHow::NO_FOLLOW,
];

/// Operations that differ from one in one operand, which is simpler; the simplest first. There is
/// no way back from any of them, so taking one after the other comes to an end.
pub fn simpler(op: &Op) -> Vec<Op> {
    let mut all: Vec<Op> = one_name(op).into_iter().collect();
    all.extend(vary(op, paths, simpler_paths));
    all.extend(vary(op, places, simpler_places));
    all.extend(vary(op, open_hows, |how| fewer_flags(*how)));
    all.extend(plain_how(op));
    all.extend(vary(op, sizes, |size| smaller(*size)));
    all.extend(vary(op, lengths, |length| narrowed(smaller(u64::from(*length)))));
    all.extend(vary(op, counts, |count| narrowed(smaller(u64::from(*count)))));
    all.extend(vary(op, attributes, |number| narrowed(smaller(u64::from(*number)))));
    all.extend(vary(op, seconds, |seconds| smaller_seconds(*seconds)));
    all.extend(vary(op, modes, |mode| plain_mode(*mode)));
    all.extend(vary(op, directory_modes, |mode| unless(mode, DIRECTORY_MODE)));
    all.extend(vary(op, fills, |fill| unless(fill, 1)));
    all.extend(vary(op, buffers, |buffer| roomier(*buffer)));
    all.extend(vary(op, handles, |handle| unless(handle, Handle::at(0))));
    all
}

/// The operation with each operand of a sort in turn replaced by each of the values for it.
fn vary<T>(
    op: &Op,
    operands: impl Fn(&mut Op) -> Vec<&mut T>,
    values: impl Fn(&T) -> Vec<T>,
) -> Vec<Op> {
    let mut original = op.clone();
    let all: Vec<Vec<T>> = operands(&mut original).into_iter().map(|old| values(old)).collect();
    let replaced = |position, value| {
        let mut op = op.clone();
        if let Some(operand) = operands(&mut op).into_iter().nth(position) {
            *operand = value;
        }
        op
    };
    let positions = all.into_iter().enumerate();
    positions
        .flat_map(|(position, values)| values.into_iter().map(move |value| (position, value)))
        .map(|(position, value)| replaced(position, value))
        .collect()
}

/// What has no simpler value than this one.
fn unless<T: PartialEq>(value: &T, simplest: T) -> Vec<T> {
    if *value == simplest { Vec::new() } else { vec![simplest] }
}

/// Many files that are one.
fn one_name(op: &Op) -> Option<Op> {
    match op {
        Op::Fill { place, crowd, count: 1 } => {
            Some(Op::Create { path: place.join(crowd.family().name(0)), mode: FILE_MODE })
        }
        Op::Purge { place, crowd, count: 1 } => {
            Some(Op::Unlink { path: place.join(crowd.family().name(0)) })
        }
        _ => None,
    }
}

/// Paths with a name less, and with a simpler one.
fn simpler_paths(path: &Path) -> Vec<Path> {
    let names = path.names();
    let shorter = (0..names.len()).filter_map(|gone| {
        let kept = names.iter().enumerate().filter(|(position, _)| *position != gone);
        Path::new(kept.map(|(_, name)| *name).collect())
    });
    let plainer = (0..names.len()).filter_map(|position| {
        let mut changed = names.to_vec();
        let name = changed.get_mut(position)?;
        let as_directory = position + 1 < names.len() || name.family().0 == Family::Folder;
        let plain = if as_directory { Family::Folder.name(0) } else { Family::File.name(0) };
        if *name <= plain {
            return None;
        }
        *name = plain;
        Path::new(changed)
    });
    shorter.chain(plainer).collect()
}

fn simpler_places(place: &Place) -> Vec<Place> {
    let Some(path) = place.path() else { return Vec::new() };
    let top = (path.names().len() == 1).then_some(Place::TOP);
    let to_places = simpler_paths(path).into_iter().map(Place::from);
    top.into_iter().chain(to_places).collect()
}

fn open_hows(op: &mut Op) -> Vec<&mut OpenHow> {
    match op {
        Op::Open { how, .. } => vec![how],
        _ => Vec::new(),
    }
}

fn fewer_flags(how: OpenHow) -> Vec<OpenHow> {
    let without = |gone: OpenHow| {
        let kept = OPEN_FLAGS.iter().filter(|flag| **flag != gone && how.has(**flag));
        kept.fold(OpenHow::default(), |all, flag| all.and(*flag))
    };
    // The last flags mean the least. Without any, reading is what is left.
    let all = OPEN_FLAGS.iter().rev().filter(|flag| how.has(**flag));
    all.map(|gone| without(*gone))
        .filter(|fewer| *fewer != OpenHow::default() && *fewer != how)
        .collect()
}

/// The plain way to do it.
fn plain_how(op: &Op) -> Option<Op> {
    let mut plain = op.clone();
    match &mut plain {
        Op::Rename { how, .. } => *how = RenameHow::Plain,
        Op::Allocate { how, .. } => *how = AllocateHow::Extend,
        Op::SetAttribute { how, .. } => *how = AttributeHow::Any,
        Op::Fill { crowd, .. } | Op::Purge { crowd, .. } => *crowd = Crowd::Short,
        _ => {}
    }
    (plain != *op).then_some(plain)
}

/// Nothing, one, a page, whole pages, a power of two; then what lies nearer and nearer, so that
/// the least that is enough is found in few steps.
fn smaller(value: u64) -> Vec<u64> {
    let round = [0, 1, 4096, value / 4096 * 4096, (value / 2 + 1).next_power_of_two()];
    let nearer = (1..64).map(|halvings| value >> halvings).take_while(|less| *less > 0);
    let nearer = nearer.map(|less| value - less);
    let mut all: Vec<u64> = Vec::new();
    for candidate in round.into_iter().chain(nearer) {
        if candidate < value && !all.contains(&candidate) {
            all.push(candidate);
        }
    }
    all
}

/// Numbers that are smaller than one of their type.
fn narrowed<T: TryFrom<u64>>(numbers: Vec<u64>) -> Vec<T> {
    numbers.into_iter().filter_map(|number| T::try_from(number).ok()).collect()
}

fn seconds(op: &mut Op) -> Vec<&mut i64> {
    match op {
        Op::ChangeTime { seconds, .. } => vec![seconds],
        _ => Vec::new(),
    }
}

/// Nearer to 1970, and rather behind it than before.
fn smaller_seconds(seconds: i64) -> Vec<i64> {
    let behind = narrow(seconds.unsigned_abs()).filter(|_| seconds < 0);
    let nearer = smaller(seconds.unsigned_abs()).into_iter().filter_map(narrow);
    let nearer = nearer.map(|distance: i64| if seconds < 0 { -distance } else { distance });
    behind.into_iter().chain(nearer).collect()
}

fn narrow(number: u64) -> Option<i64> {
    number.try_into().ok()
}

fn plain_mode(mode: Mode) -> Vec<Mode> {
    if mode == DIRECTORY_MODE { Vec::new() } else { unless(&mode, FILE_MODE) }
}

fn directory_modes(op: &mut Op) -> Vec<&mut Mode> {
    match op {
        Op::MakeDirectory { mode, .. } => vec![mode],
        _ => Vec::new(),
    }
}

/// Buffers in which more rows have room.
fn roomier(buffer: u32) -> Vec<u32> {
    let doubled = buffer.saturating_mul(2).min(BUFFER);
    let mut all = unless(&buffer, BUFFER);
    all.extend([4096, 1024, doubled].into_iter().filter(|size| *size > buffer && *size < BUFFER));
    all
}
