//! Operations that belong together: a directory that is read in steps while what is in it changes,
//! and an install.

use super::choose::Chooser;
use super::memory::Memory;
use super::random::Random;
use crate::name::{Family, Name};
use crate::op::Op;
use crate::operand::{Crowd, Handle, Mode, RenameHow};
use crate::path::{Path, Place};

/// The directory that is filled: no other operation is about it.
const FILLED: Name = Name::filled();

/// Names that it has at most.
const MOST_NAMES: u32 = 5000;

/// Calls between which operations come, at most.
const MOST_STEPS: u32 = 40;

/// A directory of up to 5,000 names is read in steps, sometimes by a second handle as well, with
/// operations on its names between the steps, rewound, and gone back in.
pub fn reading_in_steps(random: &mut Random, chooser: Chooser) -> Vec<Op> {
    let crowd = random.pick(Crowd::ALL, Crowd::Short);
    let count = random.spread(MOST_NAMES) as u16;
    let place = Place::from(Path::of(FILLED));
    let (reader, second) = (Handle::at(7), Handle::at(6));
    let mut ops = vec![
        Op::MakeDirectory { path: Path::of(FILLED), mode: Mode::new(0o755) },
        Op::Fill { place: place.clone(), crowd, count },
        Op::OpenDirectory { handle: reader, place: place.clone() },
    ];
    let changes = Changes { place: place.clone(), crowd, count };
    let least = if crowd == Crowd::Short { 96 } else { 264 };
    let buffer = least.max(random.spread(32_768));
    let two = random.one_in(3);
    if two {
        ops.push(Op::OpenDirectory { handle: second, place: place.clone() });
    }
    for _ in 0..random.spread(MOST_STEPS) {
        ops.push(Op::ListStep { handle: reader, buffer });
        if two && random.one_in(2) {
            ops.push(Op::ListStep { handle: second, buffer: chooser.buffer(random).max(264) });
        }
        for _ in 0..random.below(5) {
            ops.push(changes.one(random));
        }
        match random.below(30) {
            0 => ops.push(Op::Rewind { handle: reader }),
            1 | 2 => ops.push(Op::SeekBack { handle: reader, row: random.below_u16(count.max(1)) }),
            _ => {}
        }
    }
    ops.push(Op::ListRest { handle: reader, buffer });
    if two {
        ops.push(Op::ListRest { handle: second, buffer: 32_768 });
        ops.push(Op::Close { handle: second });
    }
    ops.push(Op::Rewind { handle: reader });
    ops.push(Op::ListRest { handle: reader, buffer: 32_768 });
    ops.push(Op::Close { handle: reader });
    let all = crowd.family().count();
    ops.push(Op::Purge { place, crowd, count: all });
    ops.push(Op::RemoveDirectory { path: Path::of(FILLED) });
    ops
}

/// Operations on the names of a filled directory.
struct Changes {
    place: Place,
    crowd: Crowd,
    count: u16,
}

impl Changes {
    fn one(&self, random: &mut Random) -> Op {
        match random.below(6) {
            0 | 1 => Op::Unlink { path: self.name(random) },
            2 | 3 => Op::Create { path: self.name(random), mode: Mode::new(0o644) },
            4 => Op::Rename {
                from: self.name(random),
                to: self.name(random),
                how: if random.one_in(4) { RenameHow::Exchange } else { RenameHow::Plain },
            },
            _ => Op::Link { from: self.name(random), to: self.name(random) },
        }
    }

    /// One of its names, or one that it may get.
    fn name(&self, random: &mut Random) -> Path {
        let names = self.count.saturating_add(self.count / 4 + 2);
        self.place.join(self.crowd.family().name(random.below_u16(names)))
    }
}

/// A package is put aside, made anew, filled, and what was put aside removed: what npm does.
pub fn install(random: &mut Random, memory: &Memory) -> Vec<Op> {
    let modules = Path::of(Family::Modules.name(0));
    let number = random.below_u16(6);
    let package = modules.join(Family::Package.name(number));
    let retired = modules.join(Family::Retired.name(number));
    let folder = package.join(Family::Folder.name(random.below_u16(3)));
    let mode = Mode::new(0o755);
    let mut ops = vec![
        Op::MakeDirectory { path: modules, mode },
        Op::Rename { from: package.clone(), to: retired.clone(), how: RenameHow::Plain },
        Op::MakeDirectory { path: package.clone(), mode },
        Op::MakeDirectory { path: folder.clone(), mode },
    ];
    for _ in 0..=random.below(8) {
        let parent = if random.one_in(2) { &package } else { &folder };
        let path = parent.join(Family::File.name(random.below_u16(12)));
        ops.push(Op::Create { path: path.clone(), mode: Mode::new(0o644) });
        let (length, fill) = (random.spread(12_000), random.byte());
        ops.push(Op::Write { path: path.clone(), at: 0, length, fill });
        if random.one_in(4) {
            let to = parent.join(Family::File.name(random.below_u16(12)));
            ops.push(Op::Rename { from: path, to, how: RenameHow::Plain });
        }
    }
    for folder in 0..3 {
        let folder = Family::Folder.name(folder);
        ops.extend(remove_files(memory, &package.join(folder), &retired.join(folder)));
        ops.push(Op::RemoveDirectory { path: retired.join(folder) });
    }
    ops.extend(remove_files(memory, &package, &retired));
    ops.push(Op::RemoveDirectory { path: retired });
    ops.push(Op::List { place: package.into(), buffer: 32_768 });
    ops
}

/// Removes the files that a directory had before it was moved.
fn remove_files(memory: &Memory, before: &Path, now: &Path) -> Vec<Op> {
    let unlink = |file: &Path| Op::Unlink { path: now.join(file.split().1) };
    memory.files_in(before).map(unlink).collect()
}
