//! Runs that look at different things: the numbers and the lists say the same of them.

use super::*;

/// A quick scan reads no content, a full one does.
fn quick(report: Report) -> Report {
    check(report, "content", CheckStatus::Skipped)
}

fn full(report: Report) -> Report {
    check(report, "content", CheckStatus::Ran)
}

fn unreadable(report: Report, name: &str) -> Report {
    full(with(
        report,
        &[finding(Code::ContentUnreadable, format!("/home/coder/{name}").as_bytes())],
    ))
}

/// All of it, in one line.
fn prose(trend: &Trend) -> String {
    let mut text = Vec::new();
    let options = TextOptions { verbose: true, ..TextOptions::default() };
    write_trend_text(trend, Severity::Suspect, options, &mut text).unwrap();
    String::from_utf8(text).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The line of a table that begins with a word.
fn row(text: &str, name: &str) -> Option<Vec<String>> {
    let mut lines = text.lines().map(|line| line.split("  ").map(str::trim));
    let line = lines.find(|words| words.clone().find(|word| !word.is_empty()) == Some(name))?;
    Some(line.filter(|word| !word.is_empty()).skip(1).map(str::to_owned).collect())
}

/// The table of codes and the list of findings come from one decision.
#[test]
fn no_number_stands_for_what_was_not_looked_at() {
    let found = |number| with(day(number), &[dangling("a")]);
    let both = |number| with(day(number), &[dangling("a"), dangling("b")]);
    let beneath = |report, path: &str| left_out(report, UncheckedReason::Excluded, 1, &[path]);
    let less_judged = |report| check(report, "entries", CheckStatus::Ran);
    let a = "/home/coder/a";
    for (name, reports, counts, at_least, shown) in [
        ("not looked at", [found(0), beneath(day(1), a)], [Some(1), None], vec![], ["1", "?"]),
        ("less judged", [found(0), less_judged(day(1))], [Some(1), None], vec![], ["1", "?"]),
        (
            "in part",
            [both(0), beneath(with(day(1), &[dangling("b")]), a)],
            [Some(2), Some(1)],
            vec![1],
            ["2", "1+"],
        ),
        ("a first look", [beneath(day(0), a), found(1)], [None, Some(1)], vec![], ["?", "1"]),
        (
            "elsewhere",
            [found(0), beneath(day(1), "/home/coder/c")],
            [Some(1), Some(0)],
            vec![],
            ["1", "0"],
        ),
    ] {
        let trend = of(reports);
        let series = &trend.series[0];
        let codes = &series.codes[0];
        assert_eq!(
            (codes.counts.as_slice(), &codes.at_least),
            (counts.as_slice(), &at_least),
            "{name}"
        );
        let sum =
            |run: usize| series.findings.iter().map(|row| row.counts[run]).sum::<Option<u64>>();
        if at_least.is_empty() {
            assert_eq!([sum(0), sum(1)], counts, "{name}: as the list says");
        }
        let text = text(&trend);
        let cells = row(&text, "dirent-dangling").unwrap();
        assert_eq!(cells[..2], shown, "{name}: {text}");
        let page = page(&trend);
        let number = format!("<td class=\"number\">{}</td>", shown[1]);
        assert!(
            page.contains(&number) && page.contains(&format!("newest {}\"", shown[1])),
            "{name}"
        );
        let change = cells.get(2).map(String::as_str);
        assert_eq!(change, (name == "elsewhere").then_some("-1"), "{name}: {text}");
    }
}

/// By hand every day quick, now and then full.
#[test]
fn like_is_held_against_like_where_runs_alternate() {
    let numbered = |mut report: Report, entries| {
        report.totals.entries = entries;
        report
    };
    let alternate = |last: Report| {
        of([
            numbered(quick(day(0)), 10),
            numbered(unreadable(day(1), "a"), 21),
            numbered(quick(day(2)), 12),
            last,
        ])
    };
    let trend = alternate(numbered(unreadable(day(3), "a"), 23));
    let shown = text(&trend);
    assert!(prose(&trend).contains("content-unreadable 1 -> 1 /home"), "{}", prose(&trend));
    assert_eq!(row(&shown, "content-unreadable").unwrap(), ["1", "1", "0"], "{shown}");
    assert_eq!(row(&shown, "entries").unwrap(), ["10", "12", "23", "+11"], "{shown}");
    let headings: Vec<_> = shown.lines().filter(|line| line.ends_with("change")).collect();
    assert!(headings[0].contains("11-15 22:13") && !headings[0].contains("11-16"), "{shown}");
    assert!(headings[1].contains("11-16 22:13") && !shown.contains('?'), "{shown}");
    let page = page(&trend);
    assert!(!page.contains('?'), "{page}");
    let figure =
        page.split("<figure").find(|figure| figure.contains("content-unreadable</strong>"));
    // One line from the first full scan to the last: what a quick one never looks at is no gap.
    assert_eq!(figure.unwrap().matches("class=\"line\"").count(), 1, "{page}");

    let trend = alternate(numbered(quick(day(3)), 14));
    let shown = text(&trend);
    assert!(prose(&trend).contains("content-unreadable 1 -> ? /home"), "{}", prose(&trend));
    assert_eq!(row(&shown, "content-unreadable"), None, "{shown}");
    assert_eq!(row(&shown, "entries").unwrap(), ["10", "12", "14", "+2"], "{shown}");
    assert_eq!(shown.matches("change\n").count(), 1, "{shown}");
}

/// A night writes both.
#[test]
fn a_night_is_one_column() {
    let nights = (0..3).flat_map(|night| {
        let of_night = |hour: i64, report: Report| {
            let at = Timestamp::from_unix_seconds(1_700_000_000 + night * 86_400 + hour * 3600);
            let name = |text: String| PathName::new(text.into_bytes());
            Dated {
                file: name(format!("{night}/{hour}")),
                report: Report { started_at: at.unwrap(), ..report },
                night: Some(name(night.to_string())),
            }
        };
        [of_night(0, quick(day(night))), of_night(1, unreadable(day(night), "a"))]
    });
    let trend = Trend::of(&nights.collect::<Vec<_>>());
    let shown = text(&trend);
    assert!(prose(&trend).contains("content-unreadable 1 -> 1 -> 1 /home"), "{}", prose(&trend));
    assert_eq!(row(&shown, "content-unreadable").unwrap(), ["1", "1", "1", "0"], "{shown}");
    let heading = ["11-14 22:13", "11-15 22:13", "11-16 22:13", "change"].join("  ");
    assert!(shown.contains(&heading), "{shown}");
    assert!(!shown.contains('?'), "{shown}");
}

/// Its first report shows that the filesystem is another one, its last is the newest.
#[test]
fn the_line_of_a_night_tells_what_happened_before_any_of_its_reports() {
    let of_night = |night: i64, number: i64| {
        let mut report = day(number);
        report.roots[0].filesystem_uuid = Some(night.to_string());
        let name = PathName::new(number.to_string().into_bytes());
        Dated { file: name, report, night: Some(PathName::new(night.to_string().into_bytes())) }
    };
    let line = |last| {
        let nights = [of_night(0, 0), of_night(last, 1), of_night(last, 2)];
        Trend::of(&nights).series[0].line()
    };
    let replaced = "; the filesystem was recreated or replaced: filesystem UUID 1, before 0";
    assert!(line(1).ends_with(replaced), "{}", line(1));
    assert!(!line(0).contains("replaced"), "{}", line(0));
}

/// Nights of two years, and reports of one minute.
#[test]
fn columns_can_be_told_apart() {
    let at = |seconds: i64| {
        let began = Timestamp::from_unix_seconds(1_700_000_000 + seconds).unwrap();
        Report { started_at: began, ..day(0) }
    };
    for (seconds, expected) in [
        (86_400, "  11-14 22:13  11-15 22:13"),
        (366 * 86_400, "  2023-11-14 22:13  2024-11-14 22:13"),
        (7, "  11-14 22:13:20  11-14 22:13:27"),
    ] {
        let shown = text(&of([at(0), at(seconds)]));
        assert!(shown.contains(expected), "{seconds}: {shown}");
    }
    let page = page(&of([at(0), at(7)]));
    assert!(page.contains("2023-11-14 22:13:20") && page.contains("2023-11-14 22:13:27"), "{page}");
}

#[test]
fn what_was_not_looked_at_is_told_where_something_was_not() {
    let said = |trend: &Trend| prose(trend).contains("What was not looked at");
    let found = |number| with(day(number), &[dangling("a")]);
    assert!(!said(&of([found(0), day(1)])));
    assert!(said(&of([found(0), check(day(1), "entries", CheckStatus::Skipped)])));
}
