//! A manual page for fscan and one for each of its commands.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::arguments::Arguments;

/// The pages, each with the name of its file: `fscan.1`, `fscan-scan.1` and so on.
pub fn all() -> Vec<(String, Vec<u8>)> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let pages: Vec<_> = command.get_subcommands().cloned().collect();
    let pages = [command].into_iter().chain(pages);
    pages.map(|command| (format!("{}.1", name(&command)), of(command))).collect()
}

/// What a command's page is called.
fn name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

/// The page of one command.
fn of(command: Command) -> Vec<u8> {
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = write(command, &mut page);
    page
}

fn write(command: Command, mut out: &mut dyn Write) -> io::Result<()> {
    let (title, is_whole) = (name(&command).to_uppercase(), command.has_subcommands());
    let exit_codes = command.get_after_help().map(ToString::to_string);
    let page = Man::new(command)
        .title(title)
        .manual("fscan")
        .source(concat!("fscan ", env!("CARGO_PKG_VERSION")));
    page.render_title(&mut out)?;
    page.render_name_section(&mut out)?;
    page.render_synopsis_section(&mut out)?;
    page.render_description_section(&mut out)?;
    page.render_options_section(&mut out)?;
    if is_whole {
        page.render_subcommands_section(&mut out)?;
    }
    write_exit_codes(exit_codes.as_deref().unwrap_or_default(), out)
}

/// The table that `--help` ends with: a code and its meaning a line.
fn write_exit_codes(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = text.lines().filter_map(|line| line.trim().split_once("  ")).peekable();
    if lines.peek().is_none() {
        return writeln!(out, ".SH SEE ALSO\n\\fBfscan\\fR(1)");
    }
    writeln!(out, ".SH EXIT STATUS")?;
    lines.try_for_each(|(codes, meaning)| {
        writeln!(out, ".TP\n\\fB{codes}\\fR\n{}", meaning.replace('-', "\\-"))
    })
}
