//! `fscan replay`: a reproducer run again, or printed as a program.

use std::fs::File;

use anyhow::Context;
use reports::PathName;
use stress::emit;
use stress::name::Names;
use stress::reproducer::Reproducer;
use stress::run;
use stress::site::{self, Limits};

use crate::arguments::{Language, Place, ReplayArguments};
use crate::outcome::Outcome;
use crate::output;
use crate::status::Status;
use crate::stress as stressing;

/// Bytes that a reproducer may write.
const MOST_BYTES: u64 = 256 << 20;

/// Inodes that it may take.
const MOST_INODES: u64 = 12_000;

/// Memory for filesystems that are made.
const PROVISIONED_BYTES: u64 = 4 << 30;

/// Runs it, prints, saves, and decides the exit code.
pub fn run(arguments: &ReplayArguments) -> anyhow::Result<Status> {
    let shown = PathName::from(arguments.file.as_path()).escaped();
    let file = File::open(&arguments.file).with_context(|| format!("{shown}: open"))?;
    let reproducer = Reproducer::read(file).with_context(|| shown.clone())?;
    if let Some(language) = arguments.emit {
        return emit(&reproducer, language);
    }
    let namespace = stressing::namespace(arguments.provision)?;
    let (watch, caught) = stressing::begin()?;
    let outcome = Outcome::begin(&arguments.result);
    let limits = Limits { max_bytes: MOST_BYTES, max_inodes: MOST_INODES, force: arguments.force };
    let here = [Place { name: "here".to_owned(), directory: ".".into() }];
    let places = match arguments.on.as_slice() {
        [] if namespace.is_none() => &here[..],
        given => given,
    };
    let (mut sites, mut left_out) = (stressing::places(places, &limits)?, Vec::new());
    if let Some(namespace) = &namespace {
        let made = site::provision(namespace, PROVISIONED_BYTES)?;
        sites.extend(made.sites);
        left_out.extend(made.left_out);
    }
    stressing::can_work(sites.len(), 1)?;
    let done = run::replay(&reproducer, sites, left_out, MOST_BYTES, &watch);
    stressing::end(outcome, &arguments.result, done, &caught)
}

/// Prints it as a program.
fn emit(reproducer: &Reproducer, language: Language) -> anyhow::Result<Status> {
    let names = Names::default();
    let program = match language {
        Language::C => emit::emit_c(reproducer, &names)?,
        Language::Sh => emit::emit_sh(reproducer, &names)?,
    };
    output::print(|out| out.write_all(program.as_bytes()))?;
    Ok(Status::Clean)
}
