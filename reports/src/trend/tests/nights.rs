//! The reports of a night are one look.

use super::*;

/// Reports of nights, by night.
type Nights = Vec<Vec<Report>>;

/// The quick scan of a night and the full one are one look: what both find is new all the same.
#[test]
fn the_reports_of_a_night_are_one_look() {
    use TrendState::{FirstLook, Gone, New, NotLookedAt, Same};
    let quick = |report| check(report, "content", CheckStatus::Skipped);
    let full = |report| check(report, "content", CheckStatus::Ran);
    let unreadable = finding(Code::ContentUnreadable, b"/home/coder/a");
    let read = |number| full(with(day(number), std::slice::from_ref(&unreadable)));
    let found = |number| with(day(number), &[dangling("a")]);
    let cases: [(&str, Nights, &[TrendState]); 8] = [
        ("new in both", vec![vec![day(0), day(1)], vec![found(2), found(3)]], &[New]),
        ("new in the second", vec![vec![day(0), day(1)], vec![day(2), found(3)]], &[New]),
        ("new in the first", vec![vec![day(0), day(1)], vec![found(2), day(3)]], &[New]),
        ("as it was", vec![vec![day(0), found(1)], vec![found(2), found(3)]], &[Same]),
        ("gone", vec![vec![found(0), found(1)], vec![day(2), day(3)]], &[Gone]),
        ("read", vec![vec![quick(day(0)), full(day(1))], vec![quick(day(2)), read(3)]], &[New]),
        ("not read", vec![vec![quick(day(0)), read(1)], vec![quick(day(2))]], &[NotLookedAt]),
        ("read at last", vec![vec![quick(day(0))], vec![quick(day(1)), read(2)]], &[FirstLook]),
    ];
    for (name, nights, expected) in cases {
        let dated = nights.into_iter().enumerate().flat_map(|(night, reports)| {
            let night = PathName::new(night.to_string().into_bytes());
            reports.into_iter().enumerate().map(move |(number, report)| Dated {
                file: PathName::new(number.to_string().into_bytes()),
                report,
                night: Some(night.clone()),
            })
        });
        let trend = Trend::of(&dated.collect::<Vec<_>>());
        assert_eq!(states(&trend), expected, "{name}: {trend:#?}");
    }
    let alone = |report| Dated {
        file: PathName::new(b"x".to_vec()),
        report,
        night: Some(PathName::new(b"x".to_vec())),
    };
    assert!(!Trend::of(&[alone(day(0)), alone(found(1))]).compares());
}
