//! `fscan completions` and `fscan man`: made from the command line's own definition.
//!
//! Nothing of the machine, the terminal or the day goes into them, so that a release can be made
//! again to the same bytes.

mod installed;
mod page;

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::arguments::Arguments;
use crate::output;
use crate::status::Status;

/// Prints completions for a shell.
pub fn completions(shell: Shell) -> anyhow::Result<Status> {
    let script = completions_of(shell);
    output::print(|out| out.write_all(&script))?;
    Ok(Status::Clean)
}

fn completions_of(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "fscan", &mut script);
    script
}

/// Prints the manual page, or writes all files below a prefix.
pub fn man(prefix: Option<&Path>) -> anyhow::Result<Status> {
    match prefix {
        Some(prefix) => installed::write(prefix),
        None => whole_page(),
    }
}

/// Prints one page, with a section for each command.
fn whole_page() -> anyhow::Result<Status> {
    let command = Arguments::command();
    let subcommands: Vec<_> = command.get_subcommands().cloned().collect();
    output::print(|mut out| {
        Man::new(command).render(&mut out)?;
        for subcommand in subcommands {
            let name = subcommand.get_name().to_owned();
            writeln!(out, ".SH \"FSCAN {}\"", name.to_uppercase())?;
            let page = Man::new(subcommand.display_name(format!("fscan {name}")));
            page.render_description_section(&mut out)?;
            page.render_options_section(&mut out)?;
        }
        Ok(())
    })?;
    Ok(Status::Clean)
}
