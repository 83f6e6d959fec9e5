//! The XML itself.

use std::io::{self, Write};

use crate::Report;

use super::case::{Case, CaseResult};
use super::suite::{Counts, Suite};

/// Writes the document.
pub(super) fn write(report: &Report, suites: &[Suite], out: &mut impl Write) -> io::Result<()> {
    // The schema of Jenkins knows no count of skipped tests here.
    let Counts { tests, failures, errors, .. } = Counts::of_all(suites);
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="fscan" tests="{tests}" failures="{failures}" errors="{errors}" time="{:.3}">"#,
        report.duration_seconds.max(0.0)
    )?;
    for (id, suite) in suites.iter().enumerate() {
        write_suite(id, suite, report, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn write_suite(id: usize, suite: &Suite, report: &Report, out: &mut impl Write) -> io::Result<()> {
    let Counts { tests, failures, errors, skipped } = suite.counts();
    let (name, host) = (attribute(&suite.name), attribute(&report.tool.host));
    let time = suite.seconds.map_or_else(String::new, |s| format!(r#" time="{:.3}""#, s.max(0.0)));
    writeln!(
        out,
        r#"  <testsuite name="{name}" id="{id}" tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"{time} timestamp="{}" hostname="{host}">"#,
        report.started_at
    )?;
    write_properties(&suite.properties, out)?;
    suite.cases.iter().try_for_each(|case| write_case(suite, case, out))?;
    if !suite.output.is_empty() {
        writeln!(out, "    <system-out>{}</system-out>", text(&suite.output.join("\n")))?;
    }
    writeln!(out, "  </testsuite>")
}

fn write_properties(properties: &[(&'static str, String)], out: &mut impl Write) -> io::Result<()> {
    if properties.is_empty() {
        return Ok(());
    }
    writeln!(out, "    <properties>")?;
    for (name, value) in properties {
        writeln!(out, r#"      <property name="{name}" value="{}"/>"#, attribute(value))?;
    }
    writeln!(out, "    </properties>")
}

fn write_case(suite: &Suite, case: &Case, out: &mut impl Write) -> io::Result<()> {
    let (class, name) = (class_name(suite), attribute(&case.name));
    let open = format!(r#"    <testcase classname="{class}" name="{name}""#);
    let said = (!case.output.is_empty())
        .then(|| format!("      <system-out>{}</system-out>\n", text(&case.output)));
    let inside = format!("{}{}", result(&case.result), said.unwrap_or_default());
    if inside.is_empty() {
        return writeln!(out, "{open}/>");
    }
    writeln!(out, "{open}>\n{inside}    </testcase>")
}

/// Roots have checks of the same names: a test is told by its class and its name.
fn class_name(suite: &Suite) -> String {
    attribute(&format!("fscan {}", suite.name))
}

fn result(result: &CaseResult) -> String {
    match result {
        CaseResult::Passed => String::new(),
        CaseResult::Failed { kind, message, text: body } => format!(
            "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
            attribute(kind),
            attribute(message),
            text(body)
        ),
        CaseResult::Error { kind, message } => {
            format!("      <error type=\"{kind}\" message=\"{}\"/>\n", attribute(message))
        }
        CaseResult::Skipped { message } => {
            format!("      <skipped message=\"{}\"/>\n", attribute(message))
        }
    }
}

/// The value of an attribute, where blanks other than spaces would become spaces.
fn attribute(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c => push(&mut out, c),
        }
    }
    out
}

/// Text between elements.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    value.chars().for_each(|c| push(&mut out, c));
    out
}

fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c if is_allowed(c) => out.push(c),
        _ => out.push(char::REPLACEMENT_CHARACTER),
    }
}

/// The characters of XML 1.0 (production 2). All others are not allowed even as references.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_that_xml_does_not_allow_is_written() {
        let all: String = ('\0'..='\u{ffff}').collect();
        for written in [attribute(&all), text(&all)] {
            assert!(written.chars().all(is_allowed));
            assert!(!written.contains('<'), "no element");
        }
        assert_eq!(text("a\u{0}\u{1b}\u{ffff}]]>&"), "a\u{fffd}\u{fffd}\u{fffd}]]&gt;&amp;");
        assert_eq!(attribute("\"\n\t<"), "&quot;&#10;&#9;&lt;");
    }
}
