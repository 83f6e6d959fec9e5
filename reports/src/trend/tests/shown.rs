//! What people and machines are shown of a trend.

use super::*;

#[test]
fn numbers_stand_in_the_order_of_the_runs() {
    let space = [(FactName::SpaceSize, 100), (FactName::SpaceFree, 30), (FactName::InodesFree, 9)];
    let mut second = day(1);
    second.totals.entries = 5;
    let trend = of([second, facts(day(0), &space)]);
    let measures: BTreeMap<_, _> = trend.series[0]
        .measures
        .iter()
        .map(|measure| (measure.quantity, measure.values.clone()))
        .collect();
    assert_eq!(measures[&TrendQuantity::Entries], [Some(190_312), Some(5)]);
    assert_eq!(measures[&TrendQuantity::SpaceUsed], [Some(70), None]);
    assert_eq!(measures[&TrendQuantity::InodesFree], [Some(9), None]);
    let shown = text(&trend);
    assert!(shown.contains("-190,307"), "{shown}");
}

#[test]
fn damage_that_stands_is_told_where_nothing_is_worse() {
    let found = |number| with(day(number), &[dangling("a")]);
    assert!(text(&of([found(0), found(1)])).starts_with("NO WORSE, STILL CORRUPT"));
    assert!(text(&of([found(0), day(1)])).starts_with("NO WORSE  "));
    let blind = |number| check(day(number), "entries", CheckStatus::Skipped);
    assert!(text(&of([found(0), blind(1)])).starts_with("NO WORSE, STILL CORRUPT"));
    let stopped = Report { complete: false, ..blind(1) };
    assert!(text(&of([found(0), stopped])).starts_with("NO WORSE, STILL CORRUPT"));
    let part = |number| {
        let mut part = day(number);
        part.roots[0].shard = Some("1/2".to_owned());
        part
    };
    let told = of([found(0), part(1), part(2), found(3)]);
    assert_eq!((told.reports.len(), told.series.len()), (2, 1), "parts are no history");
    assert!(told.remarks[0].contains("2 such reports were left out"), "{:?}", told.remarks);
}

#[test]
fn a_page_stands_alone_and_holds_no_markup_of_others() {
    let markup = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
    let mut report = with(errors(1, 3, 5, 6), &[dangling(markup)]);
    report.tool.host = markup.into();
    report.roots[0].device = markup.into();
    let page = page(&of([errors(0, 0, 0, 0), report, hostile()]));
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script"), "{page}");
    assert!(!page.contains("<img") && !page.contains("http:") && !page.contains("https:"));
    assert!(!page.contains("style=") && !page.contains("onerror=\""), "no policy allows it");
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(page.contains("WORSE") && page.contains("class=\"line\""));
    assert!(page.len() < 64 << 10, "{}", page.len());
}

/// However much there is, the page can be opened.
#[test]
fn a_page_is_bounded() {
    let found = |number: i64| {
        let names = (0..110).map(|name| dangling(&format!("{}{name}", "x".repeat(2000))));
        with(day(number), &names.collect::<Vec<_>>())
    };
    let page = page(&of((0..125).map(|number| if number == 0 { day(0) } else { found(number) })));
    assert!(page.len() < 1 << 20, "{}", page.len());
    assert!(page.contains("older reports"));
}

#[test]
fn no_report_can_speak_to_the_terminal() {
    let earlier = Report { started_at: day(-1).started_at, ..healthy() };
    for reports in [vec![earlier.clone(), hostile()], vec![hostile(), day(1)], vec![hostile()]] {
        let trend = of(reports);
        let mut json = Vec::new();
        write_trend_json(&trend, &mut json).unwrap();
        for shown in [text(&trend), String::from_utf8(json).unwrap(), page(&trend)] {
            let unsafe_to_show = |c: char| c != '\n' && crate::path_name::is_unsafe_to_show(c);
            assert!(!shown.contains(unsafe_to_show), "{shown}");
        }
        let lines = trend.series.iter().map(TrendSeries::line);
        assert!(lines.flat_map(String::into_bytes).all(|byte| byte >= b' '));
    }
}

#[test]
fn a_trend_reads_back_as_it_was() {
    let trend = of([with(day(0), &[dangling("a")]), errors(1, 3, 5, 6), hostile()]);
    let mut json = Vec::new();
    write_trend_json(&trend, &mut json).unwrap();
    assert_eq!(serde_json::from_slice::<Trend>(&json).unwrap(), trend);
}
