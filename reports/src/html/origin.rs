//! Who looked, when and how, and where the whole report is.

use maud::html;

use super::section::Section;
use super::words::{path, plain, word};
use crate::numbers::{bytes, counted, duration};
use crate::remediation::shell_word;
use crate::{Report, ReportFile};

pub(super) fn section(report: &Report, file: Option<&ReportFile>) -> Section {
    let tool = &report.tool;
    let words: Vec<_> = tool.command.iter().map(|word| shell_word(word.as_bytes())).collect();
    let body = html! {
        dl.facts {
            dt { "Tool" } dd { (plain(&tool.name)) " " (plain(&tool.version)) ", report schema " (report.schema_version) }
            dt { "Command" } dd { (word(&words.join(" "))) }
            dt { "Host" } dd { (word(&tool.host)) ", kernel " (word(&tool.kernel)) }
            dt { "User" }
            dd {
                (word(&tool.user))
                @if tool.privileges.is_empty() { ", without privileges" }
                @else { " with " (word(&tool.privileges.join(", "))) }
            }
            @if let Some(settings) = &tool.settings { dt { "Settings" } dd { (word(settings)) } }
            dt { "Begun" } dd { time { (report.started_at) } }
            dt { "Ended" }
            dd {
                time { (report.finished_at) } ", after " (duration(report.duration_seconds))
                @if !report.complete { ", before its end" }
            }
            @if let Some(file) = file {
                dt { "Whole report" } dd { (path(&file.path)) }
                dt { "BLAKE3" } dd { (word(&file.blake3)) }
            }
        }
        @if let Some(resumed) = &report.resumed {
            h3 { "Taken over from earlier runs" }
            ul {
                @for run in &resumed.runs {
                    li { "run of " time { (run.started_at) } ": " (counted(run.files, "file", "files")) ", " (bytes(run.bytes)) }
                }
            }
        }
    };
    Section::new("origin", "This report", body)
}
