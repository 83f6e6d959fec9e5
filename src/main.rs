//! fscan: judges a live, mounted filesystem.
//!
//! This binary is the only place that prints, exits and knows a command line. The libraries do
//! the work: `scanner` walks and judges, `reports` holds what was found and renders it.

mod arguments;
mod bead;
mod comparison;
mod descriptor_limit;
mod diff;
mod environment;
mod explain;
mod image;
mod leftovers;
mod longhorn;
mod manifest;
mod manual;
mod merge;
mod nightly;
mod outcome;
mod output;
mod problem;
mod progress;
mod render;
mod replay;
mod resumption;
mod saved;
mod scan;
mod settings;
mod shard;
mod signals;
mod status;
mod stress;
mod tar;
mod time_limit;
mod tool;
mod trend;
mod watched;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use status::Status;

fn main() -> ExitCode {
    descriptor_limit::raise();
    let (arguments, typed) = Arguments::typed();
    let mut command = arguments.chosen().unwrap_or_else(|usage| usage.exit());
    let is_npd = command.is_npd();
    let status = settings::take_in(&mut command, &typed).and_then(|()| run(command));
    ExitCode::from(status.unwrap_or_else(|error| {
        output::complain(&error);
        if is_npd {
            problem::print_error(&error);
        }
        Status::CouldNotRun
    }))
}

fn run(command: Command) -> anyhow::Result<Status> {
    match command {
        Command::Scan(scan) => scan::run(&scan),
        Command::Diff(diff) => diff::run(&diff),
        Command::Tar(tar) => tar::run(&tar),
        Command::Stress(stress) => stress::run(&stress),
        Command::Replay(replay) => replay::run(&replay),
        Command::Image(image) => image::run(&image),
        Command::Env(environment) => environment::run(&environment),
        Command::Merge(merge) => merge::run(&merge),
        Command::Report(report) => render::run(&report),
        Command::Trend(trend) => trend::run(&trend),
        Command::Nightly(nightly) => nightly::run(&nightly),
        Command::Explain(explain) => explain::run(&explain),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { install } => manual::man(install.as_deref()),
    }
}
