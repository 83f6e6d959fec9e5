//! What a client answers: JSON that names the bead, perhaps behind other words.

use anyhow::{Context, bail};
use serde_json::{Deserializer, Value};

use super::client::Order;
use super::line;

/// The longest id that is believed, in bytes.
const LONGEST_ID: usize = 200;

/// The bead that was opened or commented.
pub fn bead(said: &[u8], order: &Order<'_>) -> anyhow::Result<String> {
    match order {
        // It ended well, and it was told which.
        Order::Comment { id } => {
            let full = object(said).and_then(|object| text(&object, "issue_id"));
            Ok(full.unwrap_or_else(|| (*id).to_owned()))
        }
        Order::Open { .. } => {
            let Some(object) = object(said) else { bail!("it answered: {}", line(said)) };
            text(&object, "id").with_context(|| format!("it answered: {}", line(said)))
        }
    }
}

/// The first object: some answer with a list of one.
fn object(said: &[u8]) -> Option<Value> {
    let begin = said.iter().position(|byte| *byte == b'{')?;
    let mut values = Deserializer::from_slice(said.get(begin..)?).into_iter::<Value>();
    values.next()?.ok()
}

fn text(object: &Value, field: &str) -> Option<String> {
    let text = object.get(field)?.as_str()?;
    (!text.is_empty() && text.len() <= LONGEST_ID).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_the_bead() {
        let open = Order::Open { title: "t".into(), kind: "bug", priority: 1 };
        for said in [
            r#"{"id": "app-1", "title": "t"}"#,
            r#"[{"id": "app-1"}]"#,
            "warning: old database\n{\"id\": \"app-1\"}\nbye",
        ] {
            assert_eq!(bead(said.as_bytes(), &open).unwrap(), "app-1", "{said}");
        }
        let long = format!(r#"{{"id": "{}"}}"#, "x".repeat(LONGEST_ID + 1));
        for said in ["", "Created app-1", "{}", "[]", "{\"id\": 7}", "{\"id\": \"\"}", &long] {
            assert!(bead(said.as_bytes(), &open).is_err(), "{said}");
        }
        let deep = "{\"id\":".repeat(200_000);
        assert!(bead(deep.as_bytes(), &open).is_err());
    }

    #[test]
    fn a_comment_is_on_the_bead_that_was_named_at_least() {
        let comment = Order::comment("1");
        let said = br#"{"id": 3, "issue_id": "app-1", "text": "..."}"#;
        assert_eq!(bead(said, &comment).unwrap(), "app-1");
        assert_eq!(bead(b"Comment added", &comment).unwrap(), "1");
    }
}
