//! `fscan explain`: what a finding means.

use anyhow::Context;
use reports::{Code, write_explanation};

use crate::arguments::ExplainArguments;
use crate::output;
use crate::status::Status;

/// Explains one code, or lists all of them.
pub fn run(arguments: &ExplainArguments) -> anyhow::Result<Status> {
    let options = output::text_options(arguments.color, false);
    match &arguments.code {
        Some(word) => {
            let parsed = word.parse::<Code>().map_err(anyhow::Error::msg);
            let code = parsed.context("`fscan explain` without a code lists all of them")?;
            output::print(|mut out| write_explanation(code, options, &mut out))?;
        }
        None => output::print(|out| {
            Code::all().iter().try_for_each(|text| {
                let severity = text.severity.as_str();
                writeln!(out, "{:<28} {severity:<8} {}", text.word, text.title)
            })
        })?,
    }
    Ok(Status::Clean)
}
