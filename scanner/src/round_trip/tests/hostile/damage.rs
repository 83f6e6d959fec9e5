//! Archives that are cut off, expand without end, or are none.

use std::fs;
use std::path::Path;

use reports::TarPattern;

use super::super::trips::options;
use super::{Case, judge, judge_within, with_outside};
use crate::Control;
use crate::archive::tests::build::{Raw, RawBlock};
use crate::archive::tests::compression::gzip;
use crate::round_trip::{Size, Source, run};

fn best(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn bombs() {
    with_outside(|dir| {
        // 30: zeros that expand by a factor of a thousand.
        let mut zeros = Raw::new().header(RawBlock::new(b'0', b"package/z").size(64 << 20)).0;
        zeros.resize(zeros.len() + (64 << 20), 0);
        // A million entries that hold nothing, in a thousand members of gzip.
        let thousand = (0..1000).fold(Raw::new(), |raw, _| raw.file("package/x", b"")).0;
        let empty = best(&thousand).repeat(1000);
        let few = Size { entries: 2000, ..Size::UNLIMITED };
        let table = [
            ("zeros", best(&zeros), "compressed one", Size::UNLIMITED),
            ("empty entries", empty, "2000 members", few),
        ];
        for (name, archive, why, most) in table {
            let archives = vec![archive];
            let case = Case { name, archives, why, npm: 0, pnpm: 0, sequential: 0 };
            let done = judge_within(&case, dir, &TarPattern::ALL, most);
            for run in &done.trips.runs {
                assert!(run.bytes < 64 << 20 && run.entries <= 2000, "{run:?}");
            }
        }
    });
}

#[test]
fn random_bytes() {
    with_outside(|dir| {
        let mut state = 1_u64;
        for round in 0..20 {
            let bytes: Vec<u8> = (0..2000)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round);
                    (state >> 56) as u8
                })
                .collect();
            let case = Case {
                name: "random",
                archives: vec![bytes],
                why: "archive",
                npm: 0,
                pnpm: 0,
                sequential: 0,
            };
            judge(&case, dir, &TarPattern::ALL);
        }
    });
}

/// 33: whatever is cut off, the result is right or the archive is said to be damaged.
#[test]
fn truncation() {
    let whole = Raw::new().file("package/a", &[b'a'; 700]).file("package/b", b"b").end();
    let compressed = gzip(&whole);
    with_outside(|dir| {
        for cut in (0..whole.len()).step_by(256) {
            let within = compressed.get(..cut).unwrap_or(&compressed[..compressed.len() - 1]);
            for bytes in [&whole[..cut], &gzip(&whole[..cut]), within] {
                judge_cut(bytes, dir, cut);
            }
        }
    });
}

fn judge_cut(archive: &[u8], dir: &Path, cut: usize) {
    let (place, path) = (dir.join("place"), dir.join("cut.tgz"));
    fs::write(&path, archive).unwrap();
    let options = options(&place, Source::Archives(vec![path]));
    let done = run(&options, &Control::new(|_| ())).unwrap();
    let rows = done.findings.into_rows();
    assert!(rows.is_empty(), "{cut}: {rows:?}");
    let complete = done.trips.runs.iter().all(|run| run.verified == 2);
    assert!(complete || !done.trips.refused.is_empty(), "{cut}: {:?}", done.trips);
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
}
