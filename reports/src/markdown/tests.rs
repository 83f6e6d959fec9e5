use super::*;
use crate::path_name::is_unsafe_to_show;
use crate::sample::{
    environment, finding, healthy, hostile, huge, stress, tar_trips, with_findings,
};
use crate::{Code, Finding, Step, from_json};

fn markdown(report: &Report, options: &MarkdownOptions) -> String {
    let mut out = Vec::new();
    write_markdown(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn usual(report: &Report) -> String {
    markdown(report, &MarkdownOptions::default())
}

fn within(report: &Report, limit: usize) -> String {
    markdown(report, &MarkdownOptions { limit, ..MarkdownOptions::default() })
}

#[test]
fn a_healthy_report_is_short() {
    let expected = "\
# fscan: HEALTHY

No damage was found.

## What was scanned

| Path | Filesystem | Device |
| --- | --- | --- |
| `/home/coder` | `ext4` | `/dev/longhorn/pvc-3f0c0a52-8d2f-4a64-b0b2-6f9f7a1c2d3e` |

190,312 entries in 1.25 s (152,250 entries/s): 20,111 directories, 165,001 files, 5,200 symbolic links.

Scanned by fscan 0.1.0 on the host `pod-0` (kernel `6.18.0`) as `uid=1000 gid=1000` without privileges, begun at 2023-11-14T22:13:20.000Z and done after 1.25 s, with `fscan /home/coder`.

## Not examined

Everything was examined.
";
    assert_eq!(usual(&healthy()), expected);
}

#[test]
fn findings_components_and_advice_are_told() {
    let mut report = with_findings(vec![
        Finding { occurrences: 177, ..finding(Code::DirentDangling, b"/home/coder/a|b`c") },
        finding(Code::DirentDangling, b"/home/coder/node_modules"),
        finding(Code::NameCollision, b"/home/coder/README"),
    ]);
    report.environment = Some(environment());
    report.recommendations[0].held_back = Some("No copy is verified.".into());
    report.recommendations[0].facts = vec![crate::FactName::Container];
    let text = usual(&report);
    for expected in [
        "# fscan: CORRUPT\n\nDamage is proven. 178 findings of one kind.\n",
        "| **corrupt** | `dirent-dangling` | A listed name that lookup says does not exist | 178 | \
         ``/home/coder/a\\|b`c``, `/home/coder/node_modules` |\n| info | `name-collision` |",
        "- `dirent-dangling` at ``/home/coder/a|b`c`` (inode 18446744073709551615): expected: statx \
         finds the name; found: ENOENT, 4 times in 0.7 s.\n",
        "## Components\n\n| Component | Status | Note |\n| --- | --- | --- |\n| Docker builds | **at \
         risk** | The data root lies on a damaged filesystem. |\n",
        "### 1. Stop writers and secure the data before anything else\n\nBecause of \
         `dirent-dangling`, `",
        "4. Copy what can still be read. Its errors and exit codes other than 0 name what is \
         lost.\n\n   ```sh\n   rsync -aHAXx --numeric-ids /home/coder/ DESTINATION/\n   ```\n",
        "**Held back:** commands that destroy something. No copy is verified.\n",
        "- **Caveat:** Snapshot and backup keep the damage too.",
        "- **Confidence:** high\n",
    ] {
        assert!(text.contains(expected), "{expected}\n\nis missing in\n\n{text}");
    }
    let only_info = text.split("The first of each kind of defect:").nth(1).unwrap();
    assert!(!only_info.contains("`name-collision` at"), "a note is no defect");
}

#[test]
fn the_end_says_where_the_report_is() {
    let file =
        ReportFile { path: PathName::new(b"/tmp/a b`.json".into()), blake3: "ab".repeat(32) };
    let options = MarkdownOptions { report_file: Some(file), ..MarkdownOptions::default() };
    let text = markdown(&healthy(), &options);
    let expected =
        format!("\n---\n\nThe whole report: ``/tmp/a b`.json``, BLAKE3 `{}`\n", "ab".repeat(32));
    assert!(text.ends_with(&expected), "{text}");
}

#[test]
fn what_was_done_beside_a_scan_is_told_in_sentences() {
    let mut report = healthy();
    (report.tar, report.stress) = (Some(tar_trips()), Some(stress()));
    let text = usual(&report);
    for expected in [
        "## Tar round trips\n\n**Passed:** Every entry was extracted and reads back as it was \
         written.\n\nExtracted: 711 generated packages, seed 42; in `/home/coder`; control in \
         `/dev/shm`.\n",
        "- npm on tmpfs (control): 38,112 entries of 711 packages: no errors.\n",
        "## Stress\n\nPassed: Every outcome was one that POSIX and the known differences allow.\n",
        "- `home` (ext4): 1,200,000 operations, 0 kinds of divergences; came to its end.\n",
    ] {
        assert!(text.contains(expected), "{expected}\n\nis missing in\n\n{text}");
    }
}

/// The headings that a report of everything has.
const HEADINGS: [&str; 8] = [
    "What was scanned",
    "Findings",
    "Compared with the manifest",
    "Tar round trips",
    "Stress",
    "Components",
    "Not examined",
    "What to do next",
];

#[test]
fn nothing_makes_it_too_large_and_what_is_left_out_is_said() {
    let report = huge();
    for limit in [MarkdownOptions::USUAL_LIMIT, 20_000, 5_000] {
        let text = within(&report, limit);
        assert!(text.len() < limit, "{} bytes of {limit}", text.len());
        assert!(text.starts_with("# fscan: CORRUPT\n\nDamage is proven. "), "{text}");
        let (page, left_out) =
            text.split_once("Left out here for want of room: ").unwrap_or((&text, ""));
        for heading in HEADINGS {
            let stands = page.contains(&format!("\n## {heading}\n"));
            assert!(stands != left_out.contains(heading), "{limit}: {heading}\n{text}");
        }
        assert!(limit < 20_000 || page.contains("## What to do next"), "{limit}: {text}");
        assert!(limit < 20_000 || page.contains("## Components"), "{limit}: {text}");
        assert!(limit < 20_000 || page.contains("... and "), "{limit}: {text}");
    }
}

#[test]
fn the_verdict_stays_longest() {
    let report = huge();
    for limit in [1, 17, 300] {
        let text = within(&report, limit);
        assert!(text.len() < limit, "{limit}: {text}");
        assert!("# fscan: CORRUPT".starts_with(text.get(..text.len().min(16)).unwrap()), "{text}");
    }
}

/// What Markdown, HTML, and those that read an issue could make something of.
const MARKUP: &str = "/x `</code>` ``` <img src=x onerror=y> @all #1 !2 [a](http://evil.example) \
                      ![p](q) **b** __c__ ~~d~~ $e$ | f |\n# h\n- i\n1. j\n/close\n    k\u{202e}";

/// [`hostile`] with [`MARKUP`] in place of each of its texts and names.
fn marked_up() -> Report {
    fn replace(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) if text.contains("/home/coder/a\n") => {
                MARKUP.clone_into(text);
            }
            serde_json::Value::String(text) if text.contains("[2J") => MARKUP.clone_into(text),
            serde_json::Value::Array(items) => items.iter_mut().for_each(replace),
            serde_json::Value::Object(fields) => {
                fields.remove("path_hex");
                fields.values_mut().for_each(replace);
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(hostile()).unwrap();
    replace(&mut value);
    from_json(value.to_string().as_bytes()).unwrap()
}

/// The text without code spans and fences, by the rules of CommonMark.
fn without_code(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let after = rest[start..].trim_start_matches('`');
        let run = rest.len() - start - after.len();
        out.push_str(&rest[..start]);
        let mut end = 0;
        let closed = loop {
            let Some(next) = after[end..].find('`') else { break None };
            let behind = after[end + next..].trim_start_matches('`');
            let length = after.len() - end - next - behind.len();
            if length == run {
                break Some(behind);
            }
            end = after.len() - behind.len();
        };
        rest = closed.unwrap_or_else(|| panic!("code without an end: {after}"));
    }
    out + rest
}

#[test]
fn nothing_of_others_becomes_markup() {
    let text = usual(&marked_up());
    assert!(text.contains("<img") && text.contains("@all"), "it is told: {text}");
    assert!(!text.contains(|c| c != '\n' && is_unsafe_to_show(c)), "{text}");
    let plain = without_code(&text);
    for markup in ["<", "@", "#1", "!2", "[", "](", "~", "$", "evil", "__", "\n/", "\n# h"] {
        assert!(!plain.contains(markup), "{markup}\n{plain}\n\n{text}");
    }
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let cells = line.replace("\\|", "").matches('|').count() - 1;
        assert!([3, 5, 6].contains(&cells), "{cells} cells: {line}");
    }
}

#[test]
fn nothing_of_a_tree_becomes_markup() {
    let text = usual(&hostile());
    assert!(!text.contains(|c| c != '\n' && is_unsafe_to_show(c)), "{text}");
    assert!(!without_code(&text).contains("$(id"), "{text}");
}

#[test]
fn a_command_stands_whole_or_not_at_all() {
    let mut report = with_findings(vec![finding(Code::DirentDangling, b"/home/coder/a")]);
    let long = format!("echo {}; rm -rf precious", "x".repeat(5_000));
    report.recommendations[0].steps =
        vec![Step { text: "Do it.".into(), command: Some(long.clone()) }];
    let text = usual(&report);
    let expected = "1. Do it. (Its command of 5,022 bytes stands in the report alone.)\n";
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("xxxxxxx"), "{text}");
}
