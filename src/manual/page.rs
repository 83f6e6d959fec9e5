//! A manual page for fscan and one for each of its commands.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

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

fn write(mut command: Command, mut out: &mut dyn Write) -> io::Result<()> {
    // No date: the page is of the version, whenever it was built.
    let (title, version) = (name(&command).to_uppercase(), env!("CARGO_PKG_VERSION"));
    writeln!(out, ".TH \"{title}\" \"1\" \"\" \"fscan {version}\" \"fscan\"")?;
    let synopsis = synopsis(&mut command);
    let end = end(&command);
    let has_commands = command.has_subcommands();
    let page = Man::new(command);
    page.render_name_section(&mut out)?;
    synopsis.to_writer(out)?;
    page.render_description_section(&mut out)?;
    page.render_options_section(&mut out)?;
    if has_commands {
        page.render_subcommands_section(&mut out)?;
    }
    end.to_writer(out)
}

/// The forms that `--help` shows, a line each.
fn synopsis(command: &mut Command) -> Roff {
    let usage = command.render_usage().to_string();
    let forms = usage.trim_start_matches("Usage:").lines().map(str::trim);
    let mut section = Roff::new();
    section.control("SH", ["SYNOPSIS"]);
    for (row, form) in forms.filter(|form| !form.is_empty()).enumerate() {
        if row > 0 {
            section.control("br", []);
        }
        section.text([bold(form)]);
    }
    section
}

/// The table that `--help` ends with, a code or several and the meaning a line; else where it is.
fn end(command: &Command) -> Roff {
    let mut section = Roff::new();
    let Some(table) = command.get_after_help() else {
        section.control("SH", ["SEE ALSO"]).text([bold("fscan"), roman("(1)")]);
        return section;
    };
    section.control("SH", ["EXIT STATUS"]);
    for (codes, meaning) in table.to_string().lines().filter_map(|row| row.trim().split_once("  "))
    {
        section.control("TP", []).text([bold(codes)]).text([roman(meaning)]);
    }
    section
}
