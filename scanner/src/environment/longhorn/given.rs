//! Objects as JSON text: one, a list of them, or several one after the other, of any kinds.
//!
//! The text is anybody's. It is cut into objects without being taken in as a whole, each object is
//! taken in by itself up to a size that Kubernetes does not exceed, and what is of no use is counted.

use serde::Deserialize;
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::objects::LonghornObjects;

/// The longest text that [`read_longhorn`] takes, in bytes: thousands of volumes with their engines
/// and replicas.
pub const LONGEST_LONGHORN: usize = 64 << 20;

/// The largest object, in bytes; etcd keeps none of more than 1.5 MiB, and it is printed with
/// indentation.
const LARGEST: usize = 4 << 20;

/// How deep lists may stand in lists.
const DEPTH: usize = 4;

/// Why a text holds no objects. Each message is one line that says where and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    /// It is too long.
    #[error("it is longer than {} MiB; give the objects of one volume", LONGEST_LONGHORN >> 20)]
    TooLong,
    /// It is not UTF-8.
    #[error("line {line}, column {column}: it is not UTF-8; {ADVICE}")]
    NotUtf8 {
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
    },
    /// It is not JSON.
    #[error("line {line}, column {column}: it is not JSON: {message}; {ADVICE}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1, in bytes; 0 before the first byte of the line.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// There is nothing.
    #[error("it holds no object; {ADVICE}")]
    Empty,
}

/// What to do instead.
const ADVICE: &str = "give what kubectl -n longhorn-system get volumes.longhorn.io -o json prints";

/// Reads objects as `kubectl get ... -o json` prints them.
pub fn read_longhorn(text: &[u8]) -> Result<LonghornObjects, GivenError> {
    if text.len() > LONGEST_LONGHORN {
        return Err(GivenError::TooLong);
    }
    let text = str::from_utf8(text).map_err(|error| not_utf8(text, error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut objects = LonghornObjects::default();
    let mut is_empty = true;
    for document in Deserializer::from_str(text).into_iter::<&RawValue>() {
        take(&mut objects, document.map_err(|error| not_json(&error))?, Inherited::default(), 0);
        is_empty = false;
    }
    if is_empty { Err(GivenError::Empty) } else { Ok(objects) }
}

fn not_utf8(text: &[u8], position: usize) -> GivenError {
    let before = text.get(..position).unwrap_or(text);
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    GivenError::NotUtf8 { line, column: position - line_start + 1 }
}

fn not_json(error: &serde_json::Error) -> GivenError {
    let message = error.to_string();
    // Where it is stands in fields of its own.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    let (line, column) = (error.line(), error.column());
    GivenError::NotJson { line, column, message: message.to_owned() }
}

/// What the members of a list need not say of themselves.
#[derive(Clone, Copy, Default)]
struct Inherited<'a> {
    kind: Option<&'a str>,
    version: Option<&'a str>,
}

/// What is looked at in an object before it is taken in.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, default)]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "apiVersion")]
    version: Option<&'a RawValue>,
    #[serde(borrow, default)]
    items: Option<&'a RawValue>,
}

/// Takes an object, or each of a list.
fn take(objects: &mut LonghornObjects, raw: &RawValue, inherited: Inherited, depth: usize) {
    if raw.get().starts_with('[') {
        return take_all(objects, raw, inherited, depth);
    }
    let Ok(head) = serde_json::from_str::<Head>(raw.get()) else {
        objects.unread += 1;
        return;
    };
    let kind = word(head.kind).or(inherited.kind).unwrap_or("without a kind");
    let version = word(head.version).or(inherited.version);
    match (kind.strip_suffix("List"), head.items) {
        (Some(member), Some(items)) => {
            // The members of a plain List say what they are.
            let is_plain = member.is_empty();
            let kind = Some(member).filter(|_| !is_plain);
            let version = version.filter(|_| !is_plain);
            take_all(objects, items, Inherited { kind, version }, depth);
        }
        _ => take_one(objects, raw, kind, version),
    }
}

fn take_all(objects: &mut LonghornObjects, raw: &RawValue, inherited: Inherited, depth: usize) {
    match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
        Ok(items) if depth < DEPTH => {
            items.into_iter().for_each(|item| take(objects, item, inherited, depth + 1));
        }
        _ => objects.unread += 1,
    }
}

fn take_one(objects: &mut LonghornObjects, raw: &RawValue, kind: &str, version: Option<&str>) {
    let group = version.map(|version| version.rsplit_once('/').map_or("", |(group, _)| group));
    if raw.get().len() > LARGEST {
        objects.unread += 1;
        return;
    }
    match serde_json::from_str(raw.get()) {
        Ok(object) => objects.add(kind, group, &object),
        Err(_) => objects.unread += 1,
    }
}

/// A text without escapes; kinds and versions have none.
fn word(raw: Option<&RawValue>) -> Option<&str> {
    serde_json::from_str(raw?.get()).ok()
}
