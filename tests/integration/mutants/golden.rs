//! The same number is the same mutant for ever, and checksums are those of ext4.

use std::fmt::Write;

use super::bases::{Base, RECIPES};
use super::mutant::Plan;
use super::{MUTANTS, in_lab_with_bases, say};

/// What all numbers choose before a base is looked at.
const PLANS: u64 = 0xf953_1cd9_63bf_5ea1;

/// For each base: how it is laid out, and what is done to it where it is laid out so.
const DESCRIPTIONS: [[u64; 2]; 5] = [
    [0xc3b5_8e62_ec52_045e, 0x4d9a_bb9c_e3f2_2753],
    [0xb318_110c_69fc_4647, 0x3b76_d273_c283_b040],
    [0xc3b5_8e62_ec52_045e, 0xfd91_aa38_9006_c36c],
    [0x381d_913f_c6bc_8372, 0x98de_36cc_5394_da00],
    [0xb229_6981_add3_7d51, 0x949a_4851_8df3_b410],
];

#[test]
fn numbers_choose_what_they_always_chose() {
    let mut text = String::new();
    for plan in (0..MUTANTS).map(Plan::of) {
        let _ = writeln!(text, "{} {} {}", plan.class.name, plan.base_name(), plan.fit);
    }
    assert_eq!(hash(&text), PLANS, "{:#x}", hash(&text));
}

/// Another kernel, or another mkfs, may lay out a base in another way: then the places are
/// others, and there is nothing to compare with.
#[test]
fn mutants_are_what_they_always_were() {
    in_lab_with_bases(|_, bases| {
        let mut changed = vec![];
        for (index, [layout, descriptions]) in DESCRIPTIONS.into_iter().enumerate() {
            let name = RECIPES[index].name;
            let [laid_out, described] =
                [bases[index].census.layout(), descriptions_of(index, bases)]
                    .map(|text| hash(&text));
            if laid_out != layout {
                say(&format!("mutants of {name} are others here: layout {laid_out:#x}"));
            } else if described != descriptions {
                changed.push(format!("{name}: {described:#x}"));
            }
        }
        assert!(changed.is_empty(), "{changed:#?}");
    });
}

/// In a healthy image all checksums fit already.
#[test]
fn making_checksums_fit_changes_nothing_in_a_healthy_image() {
    in_lab_with_bases(|_, bases| {
        for (base, recipe) in bases.iter().zip(RECIPES) {
            let mut volume = base.volume.clone();
            for place in &base.census.metadata {
                volume.fit(*place);
                let same = volume.bytes() == base.volume.bytes();
                assert!(same, "{}: the checksum of {place}", recipe.name);
            }
        }
    });
}

fn descriptions_of(base: usize, bases: &[Base]) -> String {
    let of_base = (0..MUTANTS).map(Plan::of).filter(|plan| plan.base == base);
    let lines = of_base.map(|plan| format!("{} {}\n", plan.number, plan.carry_out(bases).1));
    lines.collect()
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
