mod fixture;
mod look;
mod markup;

use std::collections::BTreeSet;

use markup::{Tag, parse};

use super::*;
use crate::path_name::is_unsafe_to_show;
use crate::sample::{
    blocks, diff, directories, divergence, environment, failing, finding, healthy, hostile, huge,
    stress, suppressed, tar_run, tar_trips, with_findings,
};
use crate::{
    Code, Finding, PathName, Step, TarClassification, TarPattern, TextOptions, Unchecked,
    UncheckedReason, write_text,
};

pub(super) fn html(report: &Report) -> String {
    let mut out = Vec::new();
    write_html(report, &HtmlOptions::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A report in which there is something of everything.
pub(super) fn everything() -> Report {
    let mut report = with_findings(vec![
        Finding {
            occurrences: 177,
            evidence: vec!["the directory lists it".into()],
            ..finding(Code::DirentDangling, b"/home/coder/a b")
        },
        finding(Code::DirentDangling, b"/home/coder/node_modules"),
        finding(Code::NameCollision, b"/home/coder/README"),
    ]);
    report.environment = Some(environment());
    report.suppressed = vec![suppressed()];
    report.unchecked = vec![Unchecked {
        reason: UncheckedReason::PermissionDenied,
        what: "directory".into(),
        count: 12,
        examples: vec![PathName::new(b"/home/coder/private".to_vec())],
    }];
    report.directories = Some(directories());
    report.blocks = vec![blocks()];
    report.diff = Some(diff());
    let mut trips = tar_trips();
    trips.runs.push(failing(tar_run(TarPattern::Pnpm), TarClassification::LookupInconsistent, 4));
    report.tar = Some(trips);
    let mut hammered = stress();
    hammered.divergences = vec![divergence("home")];
    report.stress = Some(hammered);
    report
}

/// The text between tags, outside of styles and the script.
fn visible(html: &str) -> String {
    parse(html).text
}

#[test]
fn a_report_of_everything_has_every_section_and_the_contents_lead_to_them() {
    let page = html(&everything());
    let parsed = parse(&page);
    let ids: Vec<_> = parsed.tags.iter().filter_map(|tag| tag.attribute("id")).collect();
    let sections = [
        "roots",
        "components",
        "advice",
        "findings",
        "tree",
        "device",
        "diff",
        "tar",
        "stress",
        "suppressed",
        "unexamined",
        "environment",
        "origin",
    ];
    let of_sections = parsed.tags.iter().filter(|tag| tag.name == "section");
    let found: Vec<_> = of_sections.filter_map(|tag| tag.attribute("id")).collect();
    assert_eq!(found, sections);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique");
    let links = parsed.tags.iter().filter_map(|tag| tag.attribute("href"));
    for link in links {
        let id = link.strip_prefix('#').expect("the page leads nowhere else");
        assert!(ids.contains(&id), "{link}");
    }
    let labels = ["aria-labelledby"].into_iter();
    for id in labels.flat_map(|name| parsed.tags.iter().filter_map(move |t| t.attribute(name))) {
        assert!(id.split(' ').all(|id| ids.contains(&id)), "{id}");
    }
}

#[test]
fn directories_without_a_row_are_one_box() {
    let mut report = healthy();
    let mut known = directories();
    known.rows.truncate(2);
    known.rows[0].directories = 12_345;
    known.rows[1].directories = 300;
    report.directories = Some(known.clone());
    let page = html(&report);
    let (box_, size) = ("and 12,044 more directories", "and the files beside them: 390.6 KiB");
    assert_eq!(page.matches(&format!("<title>{box_}, {size}</title>")).count(), 2, "{page}");
    known.rows[0].directories = 301;
    report.directories = Some(known);
    assert!(!html(&report).contains("more director"), "each has a row");
}

#[test]
fn a_report_of_an_image_says_why_there_is_no_map() {
    let why = "There is no map of an image";
    let mut report = with_findings(vec![finding(Code::DirentDangling, b"/img")]);
    assert!(!visible(&html(&report)).contains(why));
    report.roots[0].checks[0].name = "image".to_owned();
    assert!(visible(&html(&report)).contains(why));
    report.findings.clear();
    assert!(!visible(&html(&report)).contains(why), "there is nothing to draw");
}

#[test]
fn headings_go_down_by_one() {
    for report in [everything(), healthy(), hostile()] {
        let page = html(&report);
        let levels = parse(&page).tags.into_iter().filter_map(|tag| {
            let level = tag.name.strip_prefix('h')?.parse::<u8>().ok()?;
            Some(level)
        });
        let levels: Vec<u8> = levels.collect();
        assert_eq!(levels.iter().filter(|level| [1].contains(level)).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}

#[test]
fn the_verdict_says_what_how_bad_and_what_to_do() {
    let text = visible(&html(&everything()));
    let head = text.split("What was scanned").next().unwrap();
    for expected in [
        "CORRUPT",
        "/home/coder",
        "ext4 on /dev/longhorn/pvc-3f0c0a52",
        "Damage is proven. 178 findings of one kind. 3 findings are suppressed.",
        "A listed name that lookup says does not exist",
        "178 times",
        "Do this first",
        "Stop writers and secure the data before anything else",
    ] {
        assert!(head.contains(expected), "{expected:?} is missing in\n{head}");
    }
    let text = visible(&html(&healthy()));
    assert!(text.contains("HEALTHY") && text.contains("No damage was found."));
    assert!(text.contains("Everything was examined."));
}

/// Everything that the text tells with `-v` stands on the page, too.
#[test]
fn nothing_that_the_text_tells_is_missing() {
    let report = everything();
    let mut told = Vec::new();
    let options = TextOptions { verbose: true, width: 10_000, ..TextOptions::default() };
    write_text(&report, options, &mut told).unwrap();
    let told = String::from_utf8(told).unwrap();
    let page = visible(&html(&report)).to_lowercase();
    let punctuation: &[char] = &[',', ';', ':', '.', '(', ')', '[', ']', '`', '+', '\'', '"'];
    let words = told.split_whitespace().map(|word| word.trim_matches(punctuation).to_lowercase());
    // Layout, and hints on options that the page has no need of.
    let layout = [
        "x",
        "--all-findings",
        "lists",
        "them",
        "-v",
        "shows",
        "more",
        "it",
        "says",
        "met",
        "features",
    ];
    let missing: BTreeSet<_> = words
        .filter(|word| word.chars().any(char::is_alphanumeric) && !layout.contains(&word.as_str()))
        .filter(|word| !page.contains(word.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?} are missing");
}

#[test]
fn commands_are_those_of_the_text_to_the_byte() {
    let mut report = everything();
    let odd = "cd '/a b' &&\n  rm -- \"<x>\" | cat\necho \u{1b}[2J";
    report.recommendations[0].steps = vec![
        Step { text: "Odd ones.".into(), command: Some(odd.into()) },
        Step { text: "And plain ones.".into(), command: Some("true".into()) },
    ];
    let mut told = Vec::new();
    write_text(&report, TextOptions::default(), &mut told).unwrap();
    let told = String::from_utf8(told).unwrap();
    let page = html(&report);
    let commands = parse(&page).commands;
    let lines: Vec<_> = commands.iter().flat_map(|command| command.lines()).collect();
    for expected in ["cd '/a b' &&", "  rm -- \"<x>\" | cat", "echo \\u{1b}[2J", "true"] {
        assert!(told.contains(&format!("          {expected}\n")), "{expected}");
        assert!(lines.contains(&expected), "{expected} is not in {lines:?}");
    }
    for command in report.recommendations.iter().flat_map(|row| &row.steps) {
        let Some(command) = &command.command else { continue };
        assert!(commands.contains(&words::command(command)), "{command}");
    }
}

#[test]
fn held_back_steps_are_told() {
    let mut report = everything();
    report.recommendations[0].held_back = Some("No copy is verified.".into());
    let text = visible(&html(&report));
    let expected = "Held back: commands that destroy something. No copy is verified.";
    assert!(text.contains(expected));
}

#[test]
fn no_text_of_others_is_markup() {
    let known = parse(&html(&everything()));
    let kinds = |tags: &[Tag]| -> BTreeSet<String> {
        let kind = |tag: &Tag| {
            let attributes = tag.attributes.iter().map(|(name, _)| format!("{}@{name}", tag.name));
            attributes.chain([tag.name.clone()]).collect::<Vec<_>>()
        };
        tags.iter().flat_map(kind).collect()
    };
    let allowed = kinds(&known.tags);
    for hostile_text in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "]]>",
        "javascript:alert(1)",
        "'onfocus='alert(1)",
        "</style></title></textarea><svg onload=alert(1)>",
        "a\u{202e}gnp.exe\n\r\t\u{1b}[2J\u{2028}",
        "<!-- -- -->&lt;&#60;",
    ] {
        let report = markup::with_text(&hostile(), hostile_text);
        let page = html(&report);
        let parsed = parse(&page);
        let others: Vec<_> = kinds(&parsed.tags).difference(&allowed).cloned().collect();
        let only_here = ["p@class", "p", "br", "li@class"].map(str::to_owned);
        let others: Vec<_> = others.iter().filter(|kind| !only_here.contains(kind)).collect();
        assert!(others.is_empty(), "{hostile_text:?} makes {others:?}");
        let shown = words::plain(hostile_text);
        assert!(parsed.text.contains(&shown), "{shown:?} is told");
        let raw = page.chars().find(|c| is_unsafe_to_show(*c) && *c != '\n');
        assert_eq!(raw, None, "{hostile_text:?}");
    }
}

#[test]
fn far_too_many_rows_make_a_page_that_opens_and_says_what_it_leaves_out() {
    let mut report = huge();
    let row = finding(Code::NameUnsafe, &b"/home/coder/a\x01".repeat(20));
    report.findings.extend(std::iter::repeat_n(row, 200_000));
    let page = html(&report);
    assert!(page.len() < 16 << 20, "{} bytes", page.len());
    let text = visible(&page);
    assert!(text.contains(" more, for which this page has no room: the JSON report has them."));
    assert!(text.contains("210,000"), "the number of all is told");
}

#[test]
fn what_no_report_of_this_program_says_breaks_nothing() {
    let mut odd = everything();
    let rows = &mut odd.directories.as_mut().unwrap().rows;
    rows[0].within = Some(2);
    rows[1].within = Some(u64::MAX);
    rows[2].bytes_apparent = u64::MAX;
    rows[2].corrupt = u64::MAX;
    odd.blocks[0].blocks = 0;
    odd.blocks[0].damaged[0].blocks = u64::MAX;
    odd.duration_seconds = f64::NAN;
    odd.recommendations.clear();
    // In no order, so that each row is a group of its own.
    let two = [Code::DirentDangling, Code::NameUnsafe].map(|code| finding(code, b"/home/coder"));
    odd.findings = two.iter().cycle().take(20_000).cloned().collect();
    odd.roots.clear();
    let page = html(&odd);
    parse(&page);
    assert!(page.len() < 8 << 20, "{} bytes", page.len());
    let empty = crate::Directories::default();
    parse(&html(&Report { directories: Some(empty), ..healthy() }));
}
