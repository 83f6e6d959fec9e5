//! The fields of an object that somebody else wrote.
//!
//! Whatever stands in them, an answer comes of it: a value where it is of the type that it ought
//! to be, else why there is none. A path is the names of the fields with dots between.

use reports::Answer;
use serde_json::Value;

use super::name;

/// The longest text that is taken, in bytes. Longer ones are none of Kubernetes' names and times.
const LONGEST: usize = 512;

/// An object's fields.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub &'a Value);

impl<'a> Fields<'a> {
    /// What stands there; none for `null` as well.
    pub(super) fn at(self, path: &str) -> Option<&'a Value> {
        let value = path.split('.').try_fold(self.0, |value, field| value.get(field));
        value.filter(|value| !value.is_null())
    }

    /// A text that is there and is not empty.
    pub(super) fn text(self, path: &str) -> Answer {
        match self.text_or_empty(path) {
            Answer::Value(value) if value.text() == Some("") => {
                Answer::unknown(format!("{path} is empty or absent"))
            }
            answer => answer,
        }
    }

    /// A text. One that is absent is empty.
    pub(super) fn text_or_empty(self, path: &str) -> Answer {
        match self.at(path) {
            None => Answer::is(""),
            Some(Value::String(text)) if text.len() <= LONGEST => Answer::is(text.as_str()),
            Some(Value::String(_)) => {
                Answer::unknown(format!("{path} is longer than {LONGEST} bytes"))
            }
            Some(_) => Answer::unknown(format!("{path} is not a text")),
        }
    }

    /// A number of 0 or more, also one that stands as text.
    pub(super) fn number(self, path: &str) -> Answer {
        let number = match self.at(path) {
            None => return Answer::unknown(format!("{path} is absent")),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_u64(),
        };
        let not_one = || Answer::unknown(format!("{path} is not a number of 0 or more"));
        number.map_or_else(not_one, |number: u64| Answer::is(number))
    }

    /// A text that is not empty, where there is one.
    pub(super) fn word(self, path: &str) -> Option<&'a str> {
        let text = self.at(path)?.as_str()?;
        (!text.is_empty() && text.len() <= LONGEST).then_some(text)
    }

    /// A name that Kubernetes takes, where there is one.
    pub(super) fn name(self, path: &str) -> Option<String> {
        self.word(path).filter(|word| name::is_valid(word)).map(str::to_owned)
    }

    /// The members of a list; none where it is something else.
    pub(super) fn list(self, path: &str) -> impl Iterator<Item = Fields<'a>> {
        self.at(path).and_then(Value::as_array).into_iter().flatten().map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_stands_there_an_answer_comes_of_it() {
        let object = json!({
            "a": {"text": "x", "empty": "", "null": null, "number": 3, "digits": "64424509440",
                  "minus": -1, "half": 1.5, "list": [1], "long": "x".repeat(513)}
        });
        let fields = Fields(&object);
        let unknown = |why: &str| Answer::unknown(why);
        for (path, text, number) in [
            ("a.text", Answer::is("x"), unknown("a.text is not a number of 0 or more")),
            (
                "a.empty",
                unknown("a.empty is empty or absent"),
                unknown("a.empty is not a number of 0 or more"),
            ),
            ("a.null", unknown("a.null is empty or absent"), unknown("a.null is absent")),
            ("a.none.b", unknown("a.none.b is empty or absent"), unknown("a.none.b is absent")),
            ("a.number", unknown("a.number is not a text"), Answer::is(3)),
            ("a.digits", Answer::is("64424509440"), Answer::is(64_424_509_440)),
            (
                "a.minus",
                unknown("a.minus is not a text"),
                unknown("a.minus is not a number of 0 or more"),
            ),
            (
                "a.half",
                unknown("a.half is not a text"),
                unknown("a.half is not a number of 0 or more"),
            ),
            (
                "a.list",
                unknown("a.list is not a text"),
                unknown("a.list is not a number of 0 or more"),
            ),
            (
                "a.long",
                unknown("a.long is longer than 512 bytes"),
                unknown("a.long is not a number of 0 or more"),
            ),
        ] {
            assert_eq!(fields.text(path), text);
            assert_eq!(fields.number(path), number);
        }
        assert_eq!(fields.text_or_empty("a.none"), Answer::is(""));
        assert_eq!((fields.word("a.text"), fields.word("a.long")), (Some("x"), None));
    }
}
