//! A script for a POSIX shell: the commands that people know, as far as they go.

mod commands;
mod word;

use super::layers::Layers;
use super::{EmitError, Helper, description, needed, stands_alone};
use crate::name::Names;
use crate::op::Op;
use crate::reproducer::Reproducer;
use commands::Commands;
use word::{quoted, variable};

const PROLOGUE: &str = include_str!("shell/prologue.sh");

/// What a script in a shell cannot show as exactly as the program in C.
const CAVEAT: &str = "\
# Commands do more than one system call. mv(1) looks before it renames, and copies where renaming
# is refused across devices; a file is filled with one letter. Where that matters, take the
# program in C.
";

macro_rules! helpers {
    ($($used_as:literal in $file:literal,)*) => {
        &[$(Helper { used_as: $used_as, text: include_str!($file) },)*]
    };
}

const HELPERS: &[Helper] = helpers![
    "begin_lower" in "shell/overlay.sh",
    "with_umask " in "shell/with_umask.sh",
    "create " in "shell/create.sh",
    "can_write " in "shell/can_write.sh",
    "write_letters " in "shell/write_letters.sh",
    "show_bytes " in "shell/show_bytes.sh",
    "cut_at " in "shell/cut.sh",
    "allocate " in "shell/allocate.sh",
    "rename_new " in "shell/rename_new.sh",
    "link_target " in "shell/link_target.sh",
    "change_time " in "shell/change_time.sh",
    "_attribute " in "shell/attributes.sh",
    "crowd " in "shell/crowd.sh",
    "fill " in "shell/fill.sh",
    "purge " in "shell/purge.sh",
];

/// A command that not every machine has: what in the script needs it, and how it is asked for.
const TOOLS: [(&str, &str); 4] = [
    ("fallocate ", "need fallocate util-linux"),
    ("setfattr ", "need setfattr attr"),
    ("getfattr ", "need getfattr attr"),
    (
        "mv -T --exchange ",
        "if ! mv --help | grep -q -e --exchange; then\n\techo 'mv of coreutils 9.5 or later is \
         needed.' >&2\n\texit 2\nfi",
    ),
];

/// The program as a script for sh with coreutils, util-linux and attr. It is run in an empty
/// directory, refuses to run in another, prints every operation with what its command says, and
/// before the last operation what was expected of it. What a shell cannot do is an error.
pub fn emit_sh(reproducer: &Reproducer, names: &Names) -> Result<String, EmitError> {
    stands_alone(reproducer, names)?;
    let mut commands = Commands::new(names, reproducer.umask);
    let not_in_shell = |position, op: &Op| {
        let op = Box::new(op.clone());
        move |why| EmitError::NotInShell { position, op, why }
    };
    let mut overlay = Vec::new();
    if let Some(layers) = Layers::of(reproducer) {
        overlay.push("begin_lower\n".to_owned());
        for op in &layers.filling {
            let command = commands.of(op).map_err(not_in_shell(0, op))?;
            overlay.push(format!("{command} || exit 2\n"));
        }
        overlay.push(format!("begin_merged {}\n\n", quoted(&layers.options)));
    }
    let overlay = overlay.concat();
    let mut runs = Vec::with_capacity(reproducer.ops.len());
    for (position, op) in (1..).zip(&reproducer.ops) {
        let command = commands.of(op);
        runs.push(format!(
            "run {} {}\n",
            quoted(&op.to_string()),
            command.map_err(not_in_shell(position, op))?
        ));
    }
    let text = format!("{overlay}{}", runs.concat());
    let helpers = needed(HELPERS, &text);
    let tools = tools(&format!("{text}{helpers}"));
    let variables: String =
        commands.variables().map(|name| variable(&name.to_string(), names.bytes(name))).collect();
    let beginning = [comment(reproducer), PROLOGUE.to_owned(), helpers, tools].concat();
    Ok(format!("{beginning}\n{variables}{}", operations(reproducer, &overlay, &runs)))
}

fn comment(reproducer: &Reproducer) -> String {
    let described = description(reproducer).join("\n# ");
    format!("#!/bin/sh\n# {described}\n#\n{CAVEAT}\n")
}

/// Asks for the commands that are needed.
fn tools(text: &str) -> String {
    let asked = TOOLS.iter().filter(|(used_as, _)| text.contains(used_as));
    asked.flat_map(|(_, asked_for)| ["\n", asked_for, "\n"]).collect()
}

fn operations(reproducer: &Reproducer, overlay: &str, runs: &[String]) -> String {
    let (last, before) = runs.split_last().map_or(("", runs), |(last, before)| (last, before));
    let umask = format!("umask 0{:o}\n", reproducer.umask.bits());
    let privileges = privileges(reproducer.privileged);
    [&umask, privileges, overlay, &before.concat(), &divergence(reproducer), last].concat()
}

fn privileges(privileged: bool) -> &'static str {
    if privileged {
        "[ \"$(id -u)\" -eq 0 ] || echo 'Note: this was found by a privileged process.'\n\n"
    } else {
        "[ \"$(id -u)\" -ne 0 ] || echo 'Note: this was found by an unprivileged process.'\n\n"
    }
}

fn divergence(reproducer: &Reproducer) -> String {
    let line = |what: &str, value: &str| {
        let text = format!("{what} {}", reports::escape(value.as_bytes()));
        format!("printf '%s\\n' {}\n", quoted(&text))
    };
    "\necho 'The last operation is the one that diverged.'\n".to_owned()
        + &line("   expected:", &reproducer.expected)
        + &line("   found:   ", &reproducer.found)
}
