//! The JSON Schema of a report, generated from its types.

/// The schema as indented JSON; `report.schema.json` beside this crate is its committed copy.
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(crate::Report);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text + "\n"
}

/// Holds a committed schema to its types. `FSCAN_BLESS=1 cargo test -p fscan-reports` writes it anew.
#[cfg(test)]
pub(crate) fn expect_committed(file: &str, generated: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("FSCAN_BLESS").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "the types no longer have the schema in reports/{file}. If the change is meant, run \
         `FSCAN_BLESS=1 cargo test -p fscan-reports` and commit the file; if an older reader would \
         misread what is written, raise the schema's version as well."
    );
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_committed_schema_is_that_of_the_types() {
        expect_committed("report.schema.json", &json_schema());
    }

    fn required(object: &Value) -> Vec<&str> {
        let names = object["required"].as_array().unwrap().iter();
        names.filter_map(Value::as_str).collect()
    }

    #[test]
    fn a_name_stands_in_the_object_it_names() {
        let schema: Value = serde_json::from_str(&json_schema()).unwrap();
        let defined = &schema["$defs"];
        for object in ["Root", "Subject", "TarRun", "TarError", "StressTarget", "PathName"] {
            for (field, kind) in [
                ("path", Value::from("string")),
                ("path_hex", Value::from(vec!["string", "null"])),
                ("path_elided", Value::from("integer")),
            ] {
                let found = &defined[object]["properties"][field]["type"];
                assert_eq!(*found, kind, "{object}.{field}");
            }
        }
        assert!(required(&defined["Root"]).contains(&"path"));
        assert!(!required(&defined["Root"]).contains(&"path_hex"));
        assert_eq!(defined["Subject"].get("required"), None);
        assert_eq!(required(&defined["PathName"]), ["path"]);
    }

    #[test]
    fn times_are_dates_and_what_may_be_absent_is_not_required() {
        let schema: Value = serde_json::from_str(&json_schema()).unwrap();
        let time = &schema["$defs"]["Timestamp"];
        assert_eq!(time["type"], "string");
        assert_eq!(time["format"], "date-time");
        assert_eq!(schema["$defs"]["Day"]["format"], "date");
        let defined = &schema["$defs"];
        assert!(!required(&defined["CheckRun"]).contains(&"reason"));
        assert!(!required(&defined["Step"]).contains(&"command"));
        assert!(required(&schema).contains(&"unchecked"));
    }
}
