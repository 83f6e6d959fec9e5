//! The page around its sections.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::policy::{SCRIPT, STYLE, head};
use super::section::Section;
use super::verdict;
use super::words::plain;
use crate::text::summary;
use crate::{PathName, Report};

/// Roots that the title names.
const TITLED: usize = 2;

pub(super) fn page(report: &Report, sections: &[Section]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&title(report), STYLE, Some(SCRIPT)))
            body {
                a.skip href="#content" { "Skip to the content" }
                (verdict::banner(report))
                nav aria-label="Sections" { (contents(sections)) }
                main id="content" tabindex="-1" {
                    @for section in sections { (section.markup()) }
                }
                p.sr-only id="said" role="status" aria-live="polite" {}
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        ul {
            @for section in sections {
                li {
                    a href={ "#" (section.id) } {
                        (section.heading)
                        @if let Some(note) = &section.note { " " span.note { (note) } }
                    }
                }
            }
        }
    }
}

/// The verdict and where, for a browser's tab.
fn title(report: &Report) -> String {
    let (label, _) = summary::verdict_label(report);
    let roots = report.roots.iter().take(TITLED).map(|root| PathName::escaped(&root.path));
    let roots: Vec<_> = roots.map(|root| plain(&root)).collect();
    let host = plain(&report.tool.host);
    let place = if roots.is_empty() { host } else { format!("{} on {host}", roots.join(", ")) };
    format!("{label}: {place} – fscan")
}
