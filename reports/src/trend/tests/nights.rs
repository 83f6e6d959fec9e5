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

/// What each report of two nights counts, and how it grew from one night to the other.
#[test]
fn a_line_of_a_night_holds_nights_against_one_another() {
    for (counts, told) in [
        ([[4, 4], [9, 9]], "growing, 4 -> 9"),
        ([[4, 4], [6, 9]], "growing, 4 -> 9"),
        ([[3, 4], [9, 6]], "growing, 4 -> 9"),
        ([[9, 9], [4, 4]], "shrinking, 9 -> 4"),
    ] {
        let nights = (0..).zip(counts).flat_map(|(night, counts)| {
            let dated = move |(number, count): (i64, u64)| Dated {
                file: PathName::new(number.to_string().into_bytes()),
                report: with(day(2 * night + number), &[many(count)]),
                night: Some(PathName::new(night.to_string().into_bytes())),
            };
            (0..).zip(counts).map(dated)
        });
        let lines = Trend::of(&nights.collect::<Vec<_>>()).series[0].lines();
        assert!(lines[1].ends_with(told), "{counts:?}: {lines:?}");
    }
}

/// Summaries of nights say which finding became what.
#[test]
fn a_series_names_the_first_findings_that_changed() {
    let lines = |reports: [Report; 2]| of(reports).series[0].lines();
    let told = lines([with(day(0), &[dangling("a"), many(3)]), with(day(1), &[many(9)])]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with("dirent-dangling (all of this code together): growing, 4 -> 9"));
    let told = lines([with(day(0), &[dangling("a")]), with(day(1), &[dangling("b\u{1b}[2J")])]);
    assert_eq!(
        told,
        [
            "/home/coder (scan): 1 new, 1 gone",
            "/home/coder (scan): corrupt dirent-dangling /home/coder/b\\u{1b}[2J: new",
            "/home/coder (scan): corrupt dirent-dangling /home/coder/a: gone",
        ]
    );
    let unseen = check(day(0), "entries", CheckStatus::Skipped);
    let told = lines([unseen, with(day(1), &[dangling("a")])]);
    assert!(told[1].contains("/home/coder/a: found where no report looked before"), "{told:?}");
    let long = "x".repeat(5000);
    let ten: Vec<_> = (0..10).map(|number| dangling(&format!("{number}{long}"))).collect();
    let told = lines([day(0), with(day(1), &ten)]);
    assert_eq!(told.len(), 7, "{told:?}");
    assert!(told[6].ends_with(": and 5 more, which `fscan trend` lists"), "{told:?}");
    assert!(told.iter().all(|line| line.len() < 300), "{told:?}");
    let same = lines([with(day(0), &[dangling("a")]), with(day(1), &[dangling("a")])]);
    assert_eq!(same, ["/home/coder (scan): 1 same"]);
}
