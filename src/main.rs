//! fscan: judges a live, mounted filesystem.
//!
//! This binary is the only place that prints, exits and knows a command line. The libraries do
//! the work: `scanner` walks and judges, `reports` holds what was found and renders it.

mod arguments;
mod comparison;
mod descriptor_limit;
mod diff;
mod explain;
mod image;
mod manifest;
mod manual;
mod outcome;
mod output;
mod problem;
mod progress;
mod render;
mod replay;
mod resumption;
mod scan;
mod signals;
mod status;
mod stress;
mod tar;
mod time_limit;
mod tool;
mod watched;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use status::Status;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let chosen = arguments.chosen();
    let is_npd = chosen.as_ref().is_ok_and(Command::is_npd);
    let status = match chosen {
        Ok(Command::Scan(scan)) => scan::run(&scan),
        Ok(Command::Diff(diff)) => diff::run(&diff),
        Ok(Command::Tar(tar)) => tar::run(&tar),
        Ok(Command::Stress(stress)) => stress::run(&stress),
        Ok(Command::Replay(replay)) => replay::run(&replay),
        Ok(Command::Image(image)) => image::run(&image),
        Ok(Command::Report(report)) => render::run(&report),
        Ok(Command::Explain(explain)) => explain::run(&explain),
        Ok(Command::Completions { shell }) => manual::completions(shell),
        Ok(Command::Man) => manual::man_page(),
        Err(usage) => usage.exit(),
    };
    ExitCode::from(status.unwrap_or_else(|error| {
        output::complain(&error);
        if is_npd {
            problem::print_error(&error);
        }
        Status::CouldNotRun
    }))
}
