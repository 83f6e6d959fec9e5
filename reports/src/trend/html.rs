//! A trend as one page for a browser: what is worse, series by series, and lines over time with the
//! numbers beside them.
//!
//! The page stands alone and has no script: its styles are in it, and its policy forbids everything
//! else. What a report says is escaped by the templates, and what could deceive a reader is told
//! before.

mod chart;
mod findings;
mod series;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, html};

use crate::clip::{clip_end, clip_middle};
use crate::html::head;
use crate::path_name::escape_prose;
use crate::text::page::Style;
use crate::trend::text::{headline, sentences};
use crate::trend::{Trend, TrendSeries};
use crate::{PathName, Severity};

/// The styles.
const STYLE: &str = concat!(include_str!("../html/base.css"), include_str!("html/page.css"));

/// Bytes of one sentence or name.
const LONGEST: usize = 2000;

/// Series that are shown.
const SERIES: usize = 100;

/// Writes a trend; `fail_on` is the least severity that makes it a bad one.
pub fn write_trend_html(trend: &Trend, fail_on: Severity, out: &mut impl Write) -> io::Result<()> {
    out.write_all(page(trend, fail_on).into_string().as_bytes())
}

fn page(trend: &Trend, fail_on: Severity) -> Markup {
    let (label, style) = headline(trend, fail_on);
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("{label} – trend – fscan"), STYLE, None))
            body {
                a.skip href="#content" { "Skip to the content" }
                header class={ "verdict " (tone(style)) } {
                    div.wrap {
                        p.kicker { "fscan trend" }
                        h1 { (label) }
                        p.lead { (sentences(trend)) }
                        @for remark in trend.remarks.iter().take(SERIES) { p { (plain(remark)) } }
                    }
                }
                main id="content" tabindex="-1" { (body(trend)) }
            }
        }
    }
}

fn body(trend: &Trend) -> Markup {
    let compared: Vec<&TrendSeries> = trend.series.iter().filter(|it| it.compares()).collect();
    html! {
        @for (number, series) in compared.iter().take(SERIES).enumerate() {
            (series::section(series, trend, number))
        }
        @if let Some(more) = compared.len().checked_sub(SERIES).filter(|more| *more > 0) {
            p.beyond { "... and " (more) " more series; JSON has them all." }
        }
    }
}

fn tone(style: Style) -> &'static str {
    match style {
        Style::Good => "good",
        Style::Bad => "bad",
        _ => "doubtful",
    }
}

/// A text of others as it may be shown.
fn plain(text: &str) -> String {
    clip_end(&escape_prose(text), LONGEST)
}

/// A path.
fn path(name: &PathName) -> Markup {
    html! { code { (clip_middle(&name.escaped(), LONGEST)) } }
}
