//! `fscan explain`: what a finding means.

use std::io::{self, Write};

use anyhow::anyhow;
use reports::{Code, FactName, Severity, write_explanation};

use crate::arguments::ExplainArguments;
use crate::output;
use crate::status::Status;

/// Explains one code or fact, or lists all codes.
pub fn run(arguments: &ExplainArguments) -> anyhow::Result<Status> {
    let options = output::text_options(arguments.color, false);
    match &arguments.code {
        Some(word) => {
            if let Some(fact) = FactName::all().iter().find(|fact| fact.word == word) {
                output::print(|out| {
                    writeln!(out, "{}  {}", fact.word, fact.title)?;
                    writeln!(out, "A fact that `fscan env` tells. {}", fact.meaning)
                })?;
                return Ok(Status::Clean);
            }
            let code = word.parse::<Code>().map_err(|unknown| {
                anyhow!("{unknown}; `fscan explain` without a code lists all of them")
            })?;
            output::print(|mut out| write_explanation(code, options, &mut out))?;
        }
        None => output::print(|out| {
            [Severity::Corrupt, Severity::Suspect, Severity::Warning, Severity::Info]
                .iter()
                .try_for_each(|severity| list(*severity, out))
        })?,
    }
    Ok(Status::Clean)
}

/// The codes of a severity.
fn list(severity: Severity, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", severity.as_str())?;
    let rows = Code::all().iter().filter(|text| text.severity == severity);
    for text in rows {
        writeln!(out, "  {:<26} {}", text.word, text.title)?;
    }
    Ok(())
}
