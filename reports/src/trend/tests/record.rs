//! ext4's record of errors over time.

use super::*;

/// What reports lead to: how many more errors, resets before which runs, which states.
type OnRecord<'a> = (&'a str, Vec<Report>, u64, &'a [u32], &'a [TrendState]);

/// Days are of 24 hours, and a run takes the first hour of its day.
#[test]
fn errors_on_record_add_up_over_resets() {
    use TrendState::{Gone, Growing, New, Same};
    let cases: [OnRecord<'_>; 7] = [
        ("none", vec![errors(0, 0, 0, 0), errors(1, 0, 0, 0)], 0, &[], &[]),
        ("the first", vec![errors(0, 0, 0, 0), errors(1, 3, 5, 6)], 3, &[], &[New]),
        ("more by others", vec![errors(0, 3, -9, -8), errors(1, 5, -9, 10)], 2, &[], &[Growing]),
        ("more by a scan", vec![errors(0, 3, -9, -8), errors(1, 5, -9, 24)], 2, &[], &[Same]),
        ("e2fsck", vec![errors(0, 3, -9, -8), errors(1, 0, 0, 0)], 0, &[1], &[Gone]),
        (
            "e2fsck, and more than before",
            vec![errors(0, 3, -9, -8), errors(1, 5, 24, 24)],
            5,
            &[1],
            &[Growing],
        ),
        (
            "twice",
            vec![
                errors(0, 3, -9, -8),
                errors(1, 1, 7, 7),
                errors(2, 4, 7, 47),
                errors(3, 2, 71, 71),
            ],
            6,
            &[1, 3],
            &[Growing],
        ),
    ];
    for (name, reports, increase, resets, expected) in cases {
        let trend = of(reports);
        let counter = trend.series[0].kernel_errors.as_ref().unwrap();
        assert_eq!((counter.increase, counter.resets.as_slice()), (increase, resets), "{name}");
        assert_eq!(states(&trend), expected, "{name}: {trend:#?}");
        let rows = &trend.series[0].findings;
        assert!(rows.iter().all(|row| row.counts == counter.values), "{name}: {rows:?}");
    }
}
