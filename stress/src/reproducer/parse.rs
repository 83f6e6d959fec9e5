//! Reads the text of a reproducer.

use std::collections::BTreeMap;
use std::str::FromStr;

use reports::escape;

use super::{
    FIRST_LINE, Ground, MOST_BYTES, MOST_OPERATIONS, Problem, Reproducer, ReproducerError, escaped,
};
use crate::op::Op;
use crate::operand::{Mode, Operand};

/// Every key that a header may have.
const KEYS: [&str; 12] = [
    "target",
    "filesystem",
    "options",
    "kernel",
    "seed",
    "profile",
    "umask",
    "privileged",
    "ground",
    "class",
    "expected",
    "found",
];

/// How much of a wrong line is shown.
const SHOWN: usize = 80;

impl FromStr for Reproducer {
    type Err = ReproducerError;

    fn from_str(text: &str) -> Result<Self, ReproducerError> {
        if text.len() > MOST_BYTES {
            return Err(ReproducerError::TooLong);
        }
        let mut lines = (1..).zip(text.lines());
        let (_, first) = lines.next().unwrap_or((1, ""));
        first_line(first).map_err(|problem| ReproducerError::Line { line: 1, problem })?;
        let mut header = Header { last_line: 1, values: BTreeMap::new() };
        for (line, text) in lines.by_ref() {
            header.last_line = line;
            if text.is_empty() {
                break;
            }
            header.add(text).map_err(|problem| ReproducerError::Line { line, problem })?;
        }
        let ops = operations(lines, header.last_line)?;
        header.into_reproducer(ops)
    }
}

fn first_line(line: &str) -> Result<(), Problem> {
    if line == FIRST_LINE {
        return Ok(());
    }
    Err(match line.strip_prefix("fscan reproducer ") {
        Some(version) => Problem::Version(shown(version)),
        None => Problem::FirstLine(shown(line)),
    })
}

/// The values by their keys.
struct Header {
    last_line: usize,
    values: BTreeMap<&'static str, (usize, String)>,
}

impl Header {
    fn add(&mut self, text: &str) -> Result<(), Problem> {
        if text.starts_with('#') {
            return Ok(());
        }
        let (key, value) = text.split_once(':').ok_or_else(|| Problem::NotHeader(shown(text)))?;
        let known = KEYS.into_iter().find(|known| *known == key);
        let key = known.ok_or_else(|| Problem::UnknownKey(shown(key)))?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        let form = "a backslash twice, or as the beginning of \\n, \\r, \\t or \\u{...}";
        let plain = escaped::read(value).ok_or_else(|| wrong_value(key, value, form))?;
        match self.values.insert(key, (self.last_line, plain)) {
            None => Ok(()),
            Some(_) => Err(Problem::SecondKey(key)),
        }
    }

    fn into_reproducer(mut self, ops: Vec<Op>) -> Result<Reproducer, ReproducerError> {
        let seed = if self.values.contains_key("seed") {
            Some(self.take("seed", "a number of 64 bits", |text| text.parse().ok())?)
        } else {
            None
        };
        Ok(Reproducer {
            target: self.text("target")?,
            filesystem: self.text("filesystem")?,
            options: self.text("options")?,
            kernel: self.text("kernel")?,
            seed,
            profile: self.text("profile")?,
            umask: self.take("umask", "an octal number as 022", Mode::read)?,
            privileged: self.take("privileged", "`yes` or `no`", yes)?,
            ground: self.take("ground", "`empty` or `layers`", ground)?,
            class: self.text("class")?,
            expected: self.text("expected")?,
            found: self.text("found")?,
            ops,
        })
    }

    fn text(&mut self, key: &'static str) -> Result<String, ReproducerError> {
        self.take(key, "text", |text| Some(text.to_owned()))
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        form: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ReproducerError> {
        let Some((line, text)) = self.values.remove(key) else {
            let problem = Problem::MissingKey(key);
            return Err(ReproducerError::Line { line: self.last_line, problem });
        };
        let problem = || wrong_value(key, &text, form);
        read(&text).ok_or_else(|| ReproducerError::Line { line, problem: problem() })
    }
}

fn wrong_value(key: &'static str, value: &str, form: &'static str) -> Problem {
    Problem::Value { key, value: shown(value), form }
}

fn yes(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn ground(text: &str) -> Option<Ground> {
    [Ground::Empty, Ground::Layers].into_iter().find(|ground| ground.word() == text)
}

fn operations<'a>(
    lines: impl Iterator<Item = (usize, &'a str)>,
    mut last_line: usize,
) -> Result<Vec<Op>, ReproducerError> {
    let mut ops = Vec::new();
    for (line, text) in lines {
        last_line = line;
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let op = operation(text, ops.len());
        ops.push(op.map_err(|problem| ReproducerError::Line { line, problem })?);
    }
    if ops.is_empty() {
        return Err(ReproducerError::Line { line: last_line, problem: Problem::NoOperation });
    }
    Ok(ops)
}

fn operation(text: &str, before: usize) -> Result<Op, Problem> {
    if before >= MOST_OPERATIONS {
        return Err(Problem::TooManyOperations);
    }
    text.parse().map_err(|error: crate::OpError| Problem::Operation {
        line: shown(text),
        why: shown(&error.why),
    })
}

/// What of a hostile text can be shown.
fn shown(text: &str) -> String {
    let beginning: String = text.chars().take(SHOWN).collect();
    let more = if beginning.len() < text.len() { "..." } else { "" };
    escape(beginning.as_bytes()) + more
}
