//! Operands from arbitrary bytes, for fuzzing: indices into what there is, so that every input is
//! a sequence of operations that meet one another.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::name::{Family, Name};
use crate::operand::{Handle, Mode, OpenHow};
use crate::path::{Path, Place};

/// Names that a path has at most: beyond PATH_MAX with the longest.
const MOST_NAMES: u8 = 18;

impl<'a> Arbitrary<'a> for Name {
    /// Mostly one of a few: others seldom meet.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.arbitrary::<u8>()? {
            byte @ 0..96 => Family::Folder.name((byte % 3).into()),
            byte @ 96..192 => Family::File.name((byte % 6).into()),
            byte @ 192..224 => Family::Odd.name(byte.into()),
            _ => Name::at(u.arbitrary()?),
        })
    }
}

impl<'a> Arbitrary<'a> for Path {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let more = match u.arbitrary::<u8>()? {
            byte @ 0..250 => byte % 3,
            _ => u.arbitrary::<u8>()? % MOST_NAMES,
        };
        let first = Path::of(u.arbitrary()?);
        (0..more).try_fold(first, |path, _| Ok(path.join(u.arbitrary()?)))
    }
}

impl<'a> Arbitrary<'a> for Place {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.arbitrary()? { Ok(Place::TOP) } else { u.arbitrary::<Path>().map(Place::from) }
    }
}

impl<'a> Arbitrary<'a> for Handle {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(Handle::at)
    }
}

impl<'a> Arbitrary<'a> for Mode {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(Mode::new)
    }
}

impl<'a> Arbitrary<'a> for OpenHow {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(OpenHow::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Op;

    #[test]
    fn any_bytes_are_operations_that_can_be_written_down() {
        let mut seed = 1_u64;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as u8
        })
        .take(100_000)
        .collect();
        let mut u = Unstructured::new(&bytes);
        let mut count = 0;
        while let Ok(op) = u.arbitrary::<Op>() {
            assert_eq!(op.to_string().parse(), Ok(op));
            count += 1;
            if u.is_empty() {
                break;
            }
        }
        assert!(count > 1000, "{count}");
    }
}
