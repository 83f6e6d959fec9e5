//! `fscan completions` and `fscan man`: made from the command line's own definition.

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::arguments::Arguments;
use crate::output;
use crate::status::Status;

/// Prints completions for a shell.
pub fn completions(shell: Shell) -> anyhow::Result<Status> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "fscan", &mut script);
    output::print(|out| out.write_all(&script))?;
    Ok(Status::Clean)
}

/// Prints the manual page, with a section for each command.
pub fn man_page() -> anyhow::Result<Status> {
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
