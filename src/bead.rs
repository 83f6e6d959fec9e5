//! `fscan report --bead`, `--new-bead`: a report as a comment on a bead, or as a bead of its own,
//! by the tracker's own program. Its database is for that program alone.

mod answer;
mod body;
mod call;
mod client;
mod title;

use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, bail};
use reports::{Report, escape_prose, shell_word};

use crate::arguments::ReportArguments;
use crate::output;
use crate::signals;
use crate::status::Status;
use call::{Call, Ended};
use client::{Order, Program};

/// The longest text, in bytes: old databases of bd take 64 KB.
const LONGEST: usize = 60_000;

/// What a report is to become.
pub struct Post<'a> {
    arguments: &'a ReportArguments,
}

impl<'a> Post<'a> {
    /// None where nothing of it was asked for.
    pub fn of(arguments: &'a ReportArguments) -> Option<Self> {
        let bead = &arguments.bead;
        (bead.bead.is_some() || bead.new_bead).then_some(Post { arguments })
    }

    /// Posts it, and prints the command and the bead. `saved` is the file of the report.
    pub fn run(&self, report: &Report, saved: &[u8]) -> anyhow::Result<Status> {
        let text = body::of(report, &self.arguments.file, saved)?;
        if text.len() > LONGEST {
            bail!(
                "the text of the report has {} bytes, and {LONGEST} are the most that every \
                 database of beads takes; `fscan report FILE` prints it, and a report without \
                 --all-findings is shorter",
                text.len()
            );
        }
        let order = match &self.arguments.bead.bead {
            Some(id) => Order::comment(id),
            None => Order::open(report),
        };
        let program = Program::find(self.arguments.bead.bead_tool.as_deref())?;
        let arguments = program.client.arguments(&order);
        let command = self.by_hand(&program, &arguments);
        if self.arguments.bead.dry_run {
            let size = text.len();
            return print(&format!("{command}\n# {size} bytes of text; nothing was done"));
        }
        let call = Call { program: &program.path, arguments: &arguments, text: &text };
        post(&call, &order, &command)
    }

    /// A command line that does the same.
    fn by_hand(&self, program: &Program, arguments: &[String]) -> String {
        let mut words = vec!["fscan".to_owned(), "report".to_owned()];
        words.push(shell_word(self.arguments.file.as_os_str().as_bytes()));
        if self.arguments.copy_verified {
            words.push("--copy-verified".to_owned());
        }
        for file in &self.arguments.settings.suppress {
            words.extend(["--suppress".to_owned(), shell_word(file.as_os_str().as_bytes())]);
        }
        words.extend(["--format", body::FORMAT, "|"].map(str::to_owned));
        words.push(shell_word(program.called.as_os_str().as_bytes()));
        words.extend(arguments.iter().map(|word| shell_word(word.as_bytes())));
        words.join(" ")
    }
}

/// Has the client do it. Whatever becomes of it, the command is told.
fn post(call: &Call<'_>, order: &Order<'_>, command: &str) -> anyhow::Result<Status> {
    let caught = signals::on_stop(|| {})?;
    let said = call.run(&caught).inspect_err(|_| {
        output::say("nothing was posted, as far as is known; this does it by hand:");
        output::show_command(command);
    })?;
    let said = match said {
        Ended::Said(said) => said,
        Ended::Stopped(signal) => return Ok(Status::Stopped(signal)),
    };
    let bead = answer::bead(&said, order).with_context(|| {
        format!("it may have been posted, but the bead is not known; the command: {command}")
    })?;
    print(&format!("{command}\n{}: {}", escape_prose(&bead), order.done()))
}

fn print(text: &str) -> anyhow::Result<Status> {
    output::print(|out| writeln!(out, "{text}"))?;
    Ok(Status::Clean)
}

/// A program's words in a line of their own, as far as they are worth reading.
fn line(words: &[u8]) -> String {
    const SHOWN: usize = 600;
    let text = String::from_utf8_lossy(words);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.char_indices().nth(SHOWN).map_or(line.len(), |(end, _)| end);
    line.get(..end).unwrap_or_default().to_owned()
}
