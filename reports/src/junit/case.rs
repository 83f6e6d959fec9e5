//! One test.

/// What a test is called, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// Its name (`entries: dirent-dangling`).
    pub(super) name: String,
    /// What came of it.
    pub(super) result: CaseResult,
    /// What else there is to say.
    pub(super) output: String,
}

/// What came of a test.
#[derive(Clone, Debug)]
pub(super) enum CaseResult {
    /// Nothing was found that is severe enough.
    Passed,
    /// Something was.
    Failed {
        /// The code.
        kind: String,
        /// A line.
        message: String,
        /// Examples.
        text: String,
    },
    /// It could not be done.
    Error {
        /// A word for it.
        kind: &'static str,
        /// A line.
        message: String,
    },
    /// It was left out.
    Skipped {
        /// Why.
        message: String,
    },
}

impl Case {
    /// A test that passed.
    pub(super) fn passed(name: impl Into<String>, output: impl Into<String>) -> Self {
        Case { name: name.into(), result: CaseResult::Passed, output: output.into() }
    }

    /// A test that was left out.
    pub(super) fn skipped(name: impl Into<String>, message: impl Into<String>) -> Self {
        let result = CaseResult::Skipped { message: message.into() };
        Case { name: name.into(), result, output: String::new() }
    }

    /// A test that could not be done.
    pub(super) fn error(name: &str, kind: &'static str, message: &str) -> Self {
        let result = CaseResult::Error { kind, message: message.to_owned() };
        Case { name: name.to_owned(), result, output: String::new() }
    }
}
