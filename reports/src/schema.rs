//! The JSON Schema of a report, generated from its types.

/// The schema as indented JSON; `report.schema.json` beside this crate is its committed copy.
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(crate::Report);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text + "\n"
}
