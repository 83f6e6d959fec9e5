//! Reproducers as programs that stand alone, for those who do not have fscan: the authors of a
//! filesystem.

mod c;
mod layers;
mod shell;

use crate::minimise::operands::paths;
use crate::name::Names;
use crate::op::Op;
use crate::path::length;
use crate::reproducer::Reproducer;

pub use c::emit_c;
pub use shell::emit_sh;

/// Why there is no such program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// A path that one call does not take: fscan itself opens the directory first.
    #[error(
        "operation {position}, `{op}`, has a path of which only the directory is short enough for \
         one call: run it with `fscan replay`"
    )]
    LongPath {
        /// Which operation, from one on.
        position: usize,
        /// The operation.
        op: Box<Op>,
    },
    /// No command does it.
    #[error("operation {position}, `{op}`, cannot be done by a shell ({why}): use `--emit c`")]
    NotInShell {
        /// Which operation, from one on.
        position: usize,
        /// The operation.
        op: Box<Op>,
        /// Why not.
        why: &'static str,
    },
}

/// PATH_MAX, in which a NUL is counted.
const PATH_MAX: usize = 4096;

/// Whether a program can begin as the sequence did, and call things as they were called.
fn stands_alone(reproducer: &Reproducer, names: &Names) -> Result<(), EmitError> {
    let long = |op: &&Op| {
        let mut op = (*op).clone();
        paths(&mut op).iter().any(|path| {
            let above = length(names, path.split().0);
            (above..length(names, path.names())).contains(&(PATH_MAX - 1))
        })
    };
    match (1..).zip(&reproducer.ops).find(|(_, op)| long(op)) {
        None => Ok(()),
        Some((position, op)) => Err(EmitError::LongPath { position, op: Box::new(op.clone()) }),
    }
}

/// A piece of a program that is there only if something needs it.
struct Helper {
    /// What stands where it is used, and nowhere else.
    used_as: &'static str,
    text: &'static str,
}

/// Those of the helpers that a text needs, and that those need. A helper uses only what stands
/// before it.
fn needed(helpers: &[Helper], text: &str) -> String {
    helpers.iter().rev().fold(String::new(), |below, helper| {
        if text.contains(helper.used_as) || below.contains(helper.used_as) {
            format!("\n{}{below}", helper.text)
        } else {
            below
        }
    })
}

/// What is known of the reproducer, a line each, safe to show.
fn description(reproducer: &Reproducer) -> Vec<String> {
    let Reproducer { target, filesystem, options, kernel, profile, .. } = reproducer;
    let seed = reproducer.seed.map_or_else(|| "none".to_owned(), |seed| seed.to_string());
    let lines = [
        ("target", target),
        ("filesystem", filesystem),
        ("options", options),
        ("kernel", kernel),
        ("seed", &seed),
        ("profile", profile),
        ("class", &reproducer.class),
        ("expected", &reproducer.expected),
        ("found", &reproducer.found),
    ];
    let shown =
        lines.iter().map(|(key, value)| format!("{key}: {}", reports::escape(value.as_bytes())));
    shown.collect()
}
