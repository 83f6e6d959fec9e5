//! Operands: names, ranges, modes, in the likelihoods that make operations meet one another.

use super::profile::Profile;
use super::random::Random;
use crate::name::{Family, Name};
use crate::operand::{AllocateHow, AttributeHow, Handle, Mode, OpenHow, RenameHow};
use crate::path::{Path, Place};

/// Folders and files that are used: few, so that operations meet.
const FOLDERS: u16 = 3;
const FILES: u16 = 10;

/// Bytes of a page, around which much happens.
const PAGE: u32 = 4096;

/// What a name is mostly used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usual {
    /// A directory.
    Folder,
    /// Anything else.
    File,
}

/// Chooses operands as a profile wants them.
#[derive(Clone, Copy, Debug)]
pub struct Chooser {
    /// As what it wants them.
    pub profile: Profile,
    /// Whether there is no directory but the top.
    pub flat: bool,
}

#[expect(
    clippy::unused_self,
    reason = "every operand is asked for in one way, whether the profile matters to it or not"
)]
impl Chooser {
    /// A path that mostly names what it usually does.
    pub fn path(self, random: &mut Random, usual: Usual) -> Path {
        self.place(random).join(self.name(random, usual))
    }

    /// Any path.
    pub fn any_path(self, random: &mut Random) -> Path {
        let usual = if random.one_in(3) { Usual::Folder } else { Usual::File };
        self.path(random, usual)
    }

    /// A directory, mostly one of those that are.
    pub fn place(self, random: &mut Random) -> Place {
        if self.flat {
            return Place::TOP;
        }
        if self.profile == Profile::Edge && random.one_in(8) {
            return self.deep(random);
        }
        let depth = random.pick(&[0, 0, 1, 1, 2], 0);
        let mut place = match self.profile {
            Profile::Npm if !random.one_in(4) => {
                Place::from(Path::of(Family::Modules.name(0)).join(self.package(random)))
            }
            _ => Place::TOP,
        };
        for _ in 0..depth {
            let folder = Family::Folder.name(random.below_u16(FOLDERS));
            place = place.join(folder).into();
        }
        place
    }

    /// A chain of the longest names, up to beyond PATH_MAX.
    fn deep(self, random: &mut Random) -> Place {
        let name = Family::Longest.name(0);
        let count = random.below(18);
        (0..count).fold(Place::TOP, |place, _| place.join(name).into())
    }

    fn package(self, random: &mut Random) -> Name {
        let family = if random.one_in(5) { Family::Retired } else { Family::Package };
        family.name(random.below_u16(6))
    }

    fn name(self, random: &mut Random, usual: Usual) -> Name {
        let strange = if self.profile == Profile::Edge { 3 } else { 16 };
        if random.one_in(strange) {
            let odd = Family::Odd.name(random.below_u16(Family::Odd.count()));
            let long = Family::Longest.name(random.below_u16(2));
            let too_long = Family::TooLong.name(random.below_u16(2));
            return random.pick(&[odd, odd, odd, long, long, too_long], odd);
        }
        let folder = (usual == Usual::Folder) != random.one_in(10);
        if folder {
            Family::Folder.name(random.below_u16(FOLDERS))
        } else {
            Family::File.name(random.below_u16(FILES))
        }
    }

    /// What a symbolic link points to.
    pub fn link_target(self, random: &mut Random) -> Path {
        if self.profile == Profile::Edge && random.one_in(3) {
            let name = Family::Longest.name(random.below_u16(2));
            let more = random.below(17);
            return (0..more).fold(Path::of(name), |path, _| path.join(name));
        }
        self.any_path(random)
    }

    /// A handle; files and directories mostly keep to their halves.
    pub fn handle(self, random: &mut Random, usual: Usual) -> Handle {
        let half = Handle::COUNT / 2;
        let first = if (usual == Usual::Folder) == random.one_in(20) { 0 } else { half };
        Handle::at(first + random.below(half.into()) as u8)
    }

    /// Permission bits that mostly let work go on.
    pub fn mode(self, random: &mut Random, usual: Usual) -> Mode {
        let (plain, others) = match usual {
            Usual::Folder => (0o755, [0o700, 0o755, 0o750, 0o777]),
            Usual::File => (0o644, [0o600, 0o644, 0o755, 0o666]),
        };
        if random.one_in(12) {
            return Mode::new(random.pick(&[0, 0o400, 0o500, 0o300, 0o200, 0o111, 0o777], plain));
        }
        Mode::new(random.pick(&others, plain))
    }

    /// How a file is opened.
    pub fn open_how(self, random: &mut Random) -> OpenHow {
        OpenHow::new(random.below(128) as u8)
    }

    /// How a name is moved.
    pub fn rename_how(self, random: &mut Random) -> RenameHow {
        let plain = RenameHow::Plain;
        random.pick(&[plain, plain, plain, RenameHow::NoReplace, RenameHow::Exchange], plain)
    }

    /// The first byte of a range.
    pub fn offset(self, random: &mut Random) -> u64 {
        let most = if self.profile == Profile::Data { 64 } else { 8 };
        let page = u64::from(random.below(most) * PAGE);
        match random.below(4) {
            0 => 0,
            1 => page,
            2 => page + u64::from(random.spread(PAGE)) - 1,
            _ => random.spread(most * PAGE).into(),
        }
    }

    /// The length of a range.
    pub fn length(self, random: &mut Random) -> u32 {
        let most = if self.profile == Profile::Data { 16 } else { 3 };
        if random.one_in(4) {
            return (1 + random.below(most)) * PAGE;
        }
        random.spread(most * PAGE) - u32::from(random.one_in(50))
    }

    /// A size to cut or grow to.
    pub fn size(self, random: &mut Random) -> u64 {
        if self.profile == Profile::Edge && random.one_in(4) {
            let limits =
                [1 << 31, 1 << 32, (1 << 44) - 4096, 1 << 44, (1 << 63) - (1 << 30), 1 << 63];
            return random.pick(&limits, 0_u64).wrapping_sub(random.below(2).into());
        }
        if random.one_in(4) { 0 } else { self.offset(random) }
    }

    /// How a range is treated, and the range.
    pub fn allocation(self, random: &mut Random) -> (AllocateHow, u64, u64) {
        let how = random.pick(AllocateHow::ALL, AllocateHow::Extend);
        let shifts = matches!(how, AllocateHow::Collapse | AllocateHow::Insert);
        if shifts && !random.one_in(8) {
            let pages = |random: &mut Random| u64::from(random.below(6) * PAGE);
            return (how, pages(random), pages(random) + u64::from(PAGE));
        }
        (how, self.offset(random), self.length(random).into())
    }

    /// The size of a buffer for directories.
    pub fn buffer(self, random: &mut Random) -> u32 {
        if random.one_in(20) {
            return random.below(96);
        }
        96.max(random.spread(32_768))
    }

    /// The number of an attribute.
    pub fn attribute(self, random: &mut Random) -> u8 {
        random.below(4) as u8
    }

    /// The length of an attribute's value.
    pub fn value_length(self, random: &mut Random) -> u32 {
        if self.profile == Profile::Edge {
            return random.pick(&[0, 1, 255, 2000, 4000, 4096, 20_000, 65_536, 65_537], 0);
        }
        random.spread(300) - 1
    }

    /// Whether an attribute may be there.
    pub fn attribute_how(self, random: &mut Random) -> AttributeHow {
        let any = AttributeHow::Any;
        random.pick(&[any, any, AttributeHow::Create, AttributeHow::Replace], any)
    }

    /// A time: mostly one that every filesystem keeps.
    pub fn time(self, random: &mut Random) -> (i64, u32) {
        let seconds = match random.below(4) {
            0 => 0,
            1 => i64::from(random.below(i32::MAX as u32)),
            2 => 1_700_000_000 + i64::from(random.below(1000)),
            _ if self.profile == Profile::Edge => random.pick(
                &[-1, -2_147_483_648, -2_147_483_649, 2_147_483_648, 4_294_967_296, 16_725_225_600],
                0,
            ),
            _ => 1,
        };
        (seconds, random.pick(&[0, 1, 999_999_999, 123_456_789, 500_000_000], 0))
    }
}
