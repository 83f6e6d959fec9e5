//! The JSON Schema of a trend, generated from its types.

/// The schema as indented JSON; `trend.schema.json` beside this crate is its committed copy.
pub fn trend_schema() -> String {
    let schema = schemars::schema_for!(crate::Trend);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::expect_committed;

    #[test]
    fn the_committed_schema_is_that_of_the_types() {
        expect_committed("trend.schema.json", &trend_schema());
    }
}
