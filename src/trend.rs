//! `fscan trend`: several saved reports over time.

mod gather;

use anyhow::bail;
use reports::{Trend, write_trend_html, write_trend_json, write_trend_text};

use crate::arguments::{TrendArguments, TrendFormat};
use crate::output;
use crate::status::Status;

pub use gather::{gather, gather_first};

/// Reads, compares, prints, and decides the exit code.
pub fn run(arguments: &TrendArguments) -> anyhow::Result<Status> {
    let gathered = gather(&arguments.reports)?;
    gathered.refused.iter().for_each(output::complain);
    let trend = Trend::of(&gathered.reports);
    if !trend.compares() {
        trend.remarks.iter().for_each(|remark| output::say(remark));
        bail!("nothing can be compared: give two reports or more of one path and one kind of run");
    }
    print(arguments, &trend)?;
    let fail_on = arguments.fail_on.into();
    let status = match trend.worst() {
        Some(worst) if worst >= fail_on => Status::Findings,
        _ => Status::Clean,
    };
    let all_read = gathered.refused.is_empty();
    Ok(if all_read { status } else { status.or_could_not_run() })
}

fn print(arguments: &TrendArguments, trend: &Trend) -> anyhow::Result<()> {
    let options = output::text_options(arguments.color, arguments.verbose);
    output::print(|mut out| match arguments.format {
        TrendFormat::Text => write_trend_text(trend, arguments.fail_on.into(), options, &mut out),
        TrendFormat::Html => write_trend_html(trend, arguments.fail_on.into(), &mut out),
        TrendFormat::Json => write_trend_json(trend, &mut out),
    })
}
