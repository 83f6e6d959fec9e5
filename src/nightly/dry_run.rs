//! What a night would do, as commands that can be pasted.

use std::io::Write;
use std::path::Path;

use reports::{Timestamp, escape_prose};

use super::config::Config;
use super::ground::{self, Damaged, Ground};
use super::places::Places;
use super::plan::Plan;
use super::step::Step;
use super::store::Store;
use super::{command_line, night_name};
use crate::output;
use crate::status::Status;

/// Prints what would be run, as commands that can be pasted; `reports` is the folder for reports.
/// Nothing is made; what is there says what would be compared with.
pub fn print(config: &Config, places: &Places, reports: &Path) -> anyhow::Result<Status> {
    let now = Timestamp::now();
    let folder = reports.join(night_name::of(now));
    let earlier = if reports.is_dir() {
        let store = Store::there(reports.to_owned())?;
        store.summaries(&store.nights_before(now)?)
    } else {
        Vec::new()
    };
    let plan = Plan::new(config, places, &folder, now, &earlier);
    output::print(|out| {
        for remark in plan.troubles.iter().chain(&plan.remarks) {
            writeln!(out, "# {}", escape_prose(remark))?;
        }
        writeln!(out, "mkdir -p {}", command_line::word(folder.as_os_str()))?;
        plan.steps.iter().try_for_each(|step| dry_step(step, out))
    })?;
    Ok(Status::Clean)
}

/// One that would not be run, or not as it is meant, says why.
fn dry_step(step: &Step, out: &mut dyn Write) -> std::io::Result<()> {
    match ground::of(step, &Damaged::default()) {
        Ground::Whole => writeln!(out, "{}", step.command_line()),
        Ground::Part(part) => {
            let why = part.left_out.reason.unwrap_or_default();
            writeln!(out, "# {} in part: {}", step.place(), escape_prose(&why))?;
            writeln!(out, "{}", part.step.command_line())
        }
        Ground::Nowhere(why) | Ground::Unusable(why) => {
            writeln!(out, "# {} would not be run: {}", step.place(), escape_prose(&why))?;
            writeln!(out, "# {}", step.command_line())
        }
    }
}
