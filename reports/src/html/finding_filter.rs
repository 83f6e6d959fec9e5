//! The filter of findings, which is there where the script runs.

use std::collections::BTreeSet;

use maud::{Markup, html};

use crate::{Code, Finding, Severity};

pub(super) fn form(groups: &[&[Finding]]) -> Markup {
    let firsts: Vec<_> = groups.iter().filter_map(|group| group.first()).collect();
    let codes: BTreeSet<Code> = firsts.iter().map(|row| row.code).collect();
    let severities: BTreeSet<Severity> = firsts.iter().map(|row| row.severity).collect();
    html! {
        form.filter id="filter" role="search" aria-label="Filter the findings" hidden {
            label {
                span { "Text" }
                input type="search" name="text" autocomplete="off" placeholder="Path, inode, words" spellcheck="false";
            }
            label {
                span { "Severity" }
                select name="severity" {
                    option value="" { "All" }
                    @for severity in severities.iter().rev() {
                        option value=(severity.as_str()) { (severity.as_str()) }
                    }
                }
            }
            label {
                span { "Code" }
                select name="code" {
                    option value="" { "All" }
                    @for code in &codes { option value=(code.as_str()) { (code.as_str()) } }
                }
            }
            button type="reset" { "Clear" }
            p.count id="shown" role="status" aria-live="polite" {}
        }
    }
}
