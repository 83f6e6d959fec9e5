//! The same number is the same mutant for ever.

use super::bases;
use super::classes::CLASSES;
use super::mutant::Plan;
use super::{LAB, MUTANTS};
use crate::harness::in_lab;

/// FNV-1a.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[test]
fn print() {
    in_lab(LAB, |dir| {
        let bases = bases::make(dir);
        for base in &bases {
            println!("{:#x} {}", hash(&format!("{:?}", base.census)), base.census.inodes.len());
            let c = &base.census;
            println!(
                "e{} d{} a{} m{} f{} u{} fr{} fi{}",
                c.entries.len(),
                c.directory_blocks.len(),
                c.attribute_blocks.len(),
                c.metadata.len(),
                c.fixed_blocks.len(),
                c.used_blocks.len(),
                c.free_blocks.len(),
                c.free_inodes.len()
            );
            let mut fitted = base.volume.clone();
            for place in &c.metadata {
                fitted.fit(*place);
                if fitted.bytes() != base.volume.bytes() {
                    println!("{place} differs");
                    fitted = base.volume.clone();
                }
            }
        }
        for number in 0..MUTANTS {
            let plan = Plan::of(number);
            let (_, text) = plan.carry_out(&bases);
            println!("{number} {} {} {text}", plan.base_name(), plan.class.name);
        }
        let _ = CLASSES;
    });
}
