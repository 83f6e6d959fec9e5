//! A program in C: plain system calls, and no more help than it needs.

mod arguments;
mod calls;
mod literal;

use super::layers::Layers;
use super::{EmitError, Helper, description, needed, stands_alone};
use crate::name::Names;
use crate::reproducer::Reproducer;
use calls::Calls;
use literal::{commented, literal};

const PROLOGUE: &str = include_str!("c/prologue.c");

macro_rules! helpers {
    ($($used_as:literal in $file:literal,)*) => {
        &[$(Helper { used_as: $used_as, text: include_str!($file) },)*]
    };
}

const HELPERS: &[Helper] = helpers![
    "begin_lower(" in "c/overlay.c",
    "file[" in "c/handles.c",
    "&st)" in "c/status.c",
    "buffer(" in "c/buffer.c",
    "pattern(" in "c/pattern.c",
    "place_of_write(" in "c/place_of_write.c",
    "show_data(" in "c/data.c",
    "show_name(" in "c/text.c",
    "show_target(" in "c/target.c",
    "show_attributes(" in "c/attributes.c",
    "rows[" in "c/rows.c",
    "keep(" in "c/keep.c",
    "show_rows(" in "c/listing.c",
    "seek_behind(" in "c/seek_behind.c",
    "link_open_file(" in "c/link_open_file.c",
    "copy(" in "c/copy.c",
    "_NAMES" in "c/crowd.c",
    "fill(" in "c/fill.c",
    "purge(" in "c/purge.c",
];

/// The program as one file of C for Linux. It is run in an empty directory, refuses to run in
/// another, prints every call with its result or the name of its errno, and before the last
/// operation what was expected of it.
pub fn emit_c(reproducer: &Reproducer, names: &Names) -> Result<String, EmitError> {
    stands_alone(reproducer, names)?;
    let calls = Calls::new(names, &reproducer.ops);
    let body: Vec<String> = reproducer.ops.iter().map(|op| calls.of(op)).collect();
    let overlay = Layers::of(reproducer).map(|layers| overlay(&layers, &calls));
    let overlay = overlay.unwrap_or_default();
    let helpers = needed(HELPERS, &format!("{overlay}{}", body.concat()));
    let comment = comment(reproducer);
    let main = main_function(reproducer, &overlay, &body);
    Ok(format!("{comment}{PROLOGUE}{helpers}{main}"))
}

fn comment(reproducer: &Reproducer) -> String {
    let described = description(reproducer);
    let lines = described.iter().map(|line| format!(" * {}\n", commented(line)));
    format!(
        "/*\n{} *\n * cc -o reproducer reproducer.c && mkdir empty && cd empty && ../reproducer\n */\n",
        lines.collect::<String>()
    )
}

/// Statements that mount the overlay that operations are done in.
fn overlay(layers: &Layers, calls: &Calls<'_>) -> String {
    let filled: String = layers.filling.iter().map(|op| calls.of(op)).collect();
    let options = literal(layers.options.as_bytes());
    format!("\n\tbegin_lower();\n{filled}\tbegin_merged({options});\n")
}

fn main_function(reproducer: &Reproducer, overlay: &str, body: &[String]) -> String {
    let opens = overlay.contains("(fd = ") || body.iter().any(|calls| calls.contains("(fd = "));
    let mut main = vec![
        "\nint main(void)\n{\n".to_owned(),
        if opens { "\tint fd;\n\n" } else { "" }.to_owned(),
        "\tsetvbuf(stdout, NULL, _IOLBF, 0);\n\tneed_empty_directory();\n".to_owned(),
        format!("\tumask(0{:o});\n", reproducer.umask.bits()),
        privileges(reproducer.privileged).to_owned(),
        overlay.to_owned(),
    ];
    for (position, (op, calls)) in (1..).zip(reproducer.ops.iter().zip(body)) {
        if position == body.len() {
            main.push(divergence(reproducer));
        }
        main.push(format!("\n\tstep = {position}; /* {op} */\n{calls}"));
    }
    main.push("\treturn 0;\n}\n".to_owned());
    main.concat()
}

fn privileges(privileged: bool) -> &'static str {
    if privileged {
        "\tif (geteuid() != 0)\n\t\tputs(\"Note: this was found by a privileged process.\");\n"
    } else {
        "\tif (geteuid() == 0)\n\t\tputs(\"Note: this was found by an unprivileged process.\");\n"
    }
}

fn divergence(reproducer: &Reproducer) -> String {
    let line = |what: &str, value: &str| {
        let text = format!("{what} {}", reports::escape(value.as_bytes()));
        format!("\tputs({});\n", literal(text.as_bytes()))
    };
    "\n\tputs(\"The last operation is the one that diverged.\");\n".to_owned()
        + &line("   expected:", &reproducer.expected)
        + &line("   found:   ", &reproducer.found)
}
