//! A strict reader of the page: what is not exactly as the templates write it is refused.

use serde_json::Value;

use crate::Report;
use crate::sample::hostile_text;

/// A page in pieces.
#[derive(Default)]
pub(super) struct Parsed {
    /// Every opening tag.
    pub(super) tags: Vec<Tag>,
    /// All text but that of styles and the script.
    pub(super) text: String,
    /// What stands in blocks of code.
    pub(super) commands: Vec<String>,
}

/// An opening tag.
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

const VOID: [&str; 4] = ["meta", "input", "br", "!DOCTYPE"];

/// Reads a page; anything out of order is a panic.
pub(super) fn parse(page: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        push_text(&mut parsed, &open, text);
        let end = tag.find('>').expect("a tag ends");
        let (inside, behind) = (&tag[1..end], &tag[end + 1..]);
        rest = behind;
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "tags are closed in order");
            continue;
        }
        let tag = read_tag(inside);
        let name = tag.name.clone();
        if name == "pre" {
            parsed.commands.push(String::new());
        }
        parsed.tags.push(tag);
        if name == "style" || name == "script" {
            let end = rest.find("</").unwrap();
            assert!(rest[end..].starts_with(&format!("</{name}>")), "{name} ends where it must");
            rest = &rest[end + name.len() + 3..];
        } else if !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    parsed
}

fn push_text(parsed: &mut Parsed, open: &[String], text: &str) {
    assert!(!text.contains('>'), "{text}");
    let text = unescape(text);
    if open.iter().any(|name| name == "pre") {
        parsed.commands.last_mut().unwrap().push_str(&text);
    }
    if matches!(open.last().map(String::as_str), Some("dt" | "dd" | "li" | "p" | "td" | "th")) {
        parsed.text.push_str(if text.is_empty() { " " } else { "" });
    }
    parsed.text.push_str(&text);
    parsed.text.push_str(if open.last().is_some_and(|name| name == "dt") { " " } else { "" });
}

fn read_tag(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-!".contains(c));
    assert!(!name.is_empty() && word(name), "{inside}");
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        assert!(!key.is_empty() && word(key), "{inside}");
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').expect("a value ends"),
            None => ("", after),
        };
        attributes.push((key.to_owned(), unescape(value)));
        rest = after.trim_start();
    }
    Tag { name: name.to_owned(), attributes }
}

fn unescape(text: &str) -> String {
    for after in text.split('&').skip(1) {
        assert!(["lt;", "gt;", "quot;", "amp;"].iter().any(|known| after.starts_with(known)));
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

/// A report with another text in place of the hostile one, wherever that stands.
pub(super) fn with_text(report: &Report, text: &str) -> Report {
    let mut value = serde_json::to_value(report).unwrap();
    replace(&mut value, text);
    serde_json::from_value(value).unwrap()
}

fn replace(value: &mut Value, text: &str) {
    match value {
        Value::String(known) if *known == hostile_text() => text.clone_into(known),
        Value::Array(all) => all.iter_mut().for_each(|value| replace(value, text)),
        Value::Object(fields) => {
            // A path whose bytes stand in hexadecimal digits.
            if fields.remove("path_hex").is_some() {
                fields.insert("path".into(), Value::String(format!("/{text}")));
            }
            fields.values_mut().for_each(|value| replace(value, text));
        }
        _ => {}
    }
}
