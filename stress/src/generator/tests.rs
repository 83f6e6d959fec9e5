//! What a seed means, and that what is generated is worth running.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::model::Caller;
use crate::target::{InMemory, Target};

/// How many operations are pinned.
const PINNED: usize = 200;

fn generator(profile: Profile, seed: u64, stream: u64) -> Generator {
    Generator::new(&Mix { profile, only: Vec::new() }, seed, stream)
}

/// `FSCAN_BLESS=1 cargo test -p fscan-stress` writes the committed operations anew.
#[test]
fn a_seed_means_the_same_operations_for_ever() {
    for profile in Profile::ALL {
        let name = format!("src/generator/golden/{}.ops", profile.word());
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
        let ops = generator(profile, 1, 0).take(PINNED);
        let lines: Vec<String> = ops.map(|op| op.to_string()).collect();
        let generated = lines.join("\n") + "\n";
        if std::env::var_os("FSCAN_BLESS").is_some() {
            fs::write(&path, &generated).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let differs =
            generated.lines().zip(committed.lines()).position(|(one, other)| one != other);
        assert!(
            committed == generated,
            "seed 1 of the profile {} no longer means the operations in {}, from line {} on: logs \
             and reproducers of before name seeds that mean something else now. If that is meant, \
             run `FSCAN_BLESS=1 cargo test -p fscan-stress` and commit the file.",
            profile.word(),
            path.display(),
            differs.unwrap_or_default() + 1,
        );
    }
}

#[test]
fn seeds_and_streams_mean_different_operations() {
    let first = |seed, stream| generator(Profile::Mixed, seed, stream).take(50).collect::<Vec<_>>();
    assert_eq!(first(1, 0), first(1, 0));
    let all: BTreeSet<String> = [(1, 0), (1, 1), (2, 0), (0, 1)]
        .map(|(seed, stream)| format!("{:?}", first(seed, stream)))
        .into();
    assert_eq!(all.len(), 4);
}

#[test]
fn what_is_generated_reads_back() {
    for profile in Profile::ALL {
        for op in generator(profile, 2, 0).take(20_000) {
            assert_eq!(op.to_string().parse(), Ok(op));
        }
    }
}

#[test]
fn every_operation_of_a_profile_comes() {
    for profile in Profile::ALL {
        let came: BTreeSet<OpKind> =
            generator(profile, 3, 0).take(20_000).map(|op| op.kind()).collect();
        for (kind, _) in profile.weights() {
            assert!(came.contains(&kind), "{}: {}", profile.word(), kind.verb());
        }
    }
}

#[test]
fn only_what_is_asked_for_comes() {
    for kind in OpKind::ALL {
        let mix = Mix { profile: Profile::Edge, only: vec![*kind] };
        let mut ops = Generator::new(&mix, 4, 0).take(300);
        assert!(ops.all(|op| op.kind() == *kind), "{}", kind.verb());
    }
}

/// How many of a profile's operations of each kind come, and how many of them succeed.
fn successes(profile: Profile) -> BTreeMap<OpKind, (u32, u32)> {
    let caller = Caller { overrides: false, umask: 0o022 };
    let mut counts = BTreeMap::<OpKind, (u32, u32)>::new();
    for stream in 0..4 {
        let mut target = InMemory::new(Arc::default(), caller, (0, 0));
        for op in generator(profile, 5, stream).take(10_000) {
            let (came, succeeded) = counts.entry(op.kind()).or_default();
            *came += 1;
            *succeeded += u32::from(target.apply(&op).is_ok());
        }
    }
    counts
}

#[test]
fn operations_meet_one_another() {
    for profile in Profile::ALL {
        let counts = successes(profile);
        let all = counts.values().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        let percent = |(came, succeeded): (u32, u32)| succeeded * 100 / came;
        assert!(percent(all) >= 45, "{}: {counts:?}", profile.word());
        assert!(percent(all) <= 90, "{}: errors are worth trying too: {counts:?}", profile.word());
        for (kind, count) in &counts {
            assert!(percent(*count) >= 15, "{}: {}: {count:?}", profile.word(), kind.verb());
        }
    }
}
