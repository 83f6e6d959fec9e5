use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use super::super::given::GivenError;
use super::samples::*;
use super::*;

fn sample() -> String {
    documents(&[
        list(vec![
            volume(),
            engine(read_only("True")),
            backup("Completed", "2026-05-01T02:03:04Z"),
        ]),
        persistent_volume(),
        claim(),
        pod("/home/anna"),
        setting(r#"{"v1":"enabled"}"#),
        storage_class(),
    ])
}

/// Reads a text and asks it for all facts, twice: with and without a name.
fn exercise(text: &[u8]) -> Result<(), GivenError> {
    let objects = read_longhorn(text)?;
    let mut known = Gathered::new(Origin::File("f".to_owned()));
    known.objects = objects;
    for source in ["/dev/sdb", &format!("/dev/longhorn/{NAME}")] {
        let place = place("/home/anna", "ext4", source);
        let root = Root::of(&place, Path::new("/nowhere"));
        let facts = LonghornProbe::from_given(&[root], &known);
        assert_eq!(facts.len(), facts::NAMES.len());
    }
    Ok(())
}

#[test]
fn no_text_makes_it_panic() {
    let sample = sample().into_bytes();
    let mut compact: Vec<u8> = sample.clone();
    compact.retain(|byte| *byte != b'\n' && *byte != b' ');
    let mut tries: u32 = 0;
    let mut attempt = |text: &[u8]| {
        tries += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| exercise(text).is_ok()));
        assert!(outcome.is_ok(), "{}", String::from_utf8_lossy(text));
    };
    for end in 0..=compact.len() {
        attempt(&compact[..end]);
    }
    for position in 0..compact.len() {
        for flipped in [0x01, 0x80] {
            let mut text = compact.clone();
            text[position] ^= flipped;
            attempt(&text);
        }
        for put in [b'"', b'{'] {
            let mut text = compact.clone();
            text[position] = put;
            attempt(&text);
        }
    }
    assert!(tries > 10_000, "{tries}");
}

/// A value of another type in the place of each field, at every depth.
#[test]
fn no_type_makes_it_panic() {
    fn pointers(value: &Value, path: &str, all: &mut Vec<String>) {
        let members: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
            Value::Array(list) => {
                list.iter().enumerate().map(|(k, v)| (k.to_string(), v)).collect()
            }
            _ => Vec::new(),
        };
        for (key, member) in members {
            let path = format!("{path}/{}", key.replace('/', "~1"));
            pointers(member, &path, all);
            all.push(path);
        }
    }
    let all = json!([
        volume(),
        engine(read_only("True")),
        persistent_volume(),
        claim(),
        pod("/x"),
        setting("enabled"),
        backup("Completed", "x"),
        storage_class()
    ]);
    let mut paths = Vec::new();
    pointers(&all, "", &mut paths);
    assert!(paths.len() > 100);
    for path in paths {
        for put in [
            json!(null),
            json!(-1),
            json!(1e300),
            json!([]),
            json!({}),
            json!("x\u{0}\u{202e}"),
            json!([[{}]]),
            json!(true),
            json!("y".repeat(10_000)),
        ] {
            let mut text = all.clone();
            *text.pointer_mut(&path).unwrap() = put;
            exercise(text.to_string().as_bytes()).unwrap();
        }
    }
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    for (text, said) in [
        (&b""[..], "it holds no object"),
        (b" \n\t", "it holds no object"),
        (b"apiVersion: v1\nkind: List\n", "line 1, column 1: it is not JSON: expected value"),
        (
            b"{\n  \"kind\": \"Volume\",\n  oops }",
            "line 3, column 3: it is not JSON: key must be a string",
        ),
        (b"{}\n{\"kind\": ", "line 2, column 9: it is not JSON: EOF"),
        (b"{} x", "line 1, column 4: it is not JSON"),
        (b"{}\n\"\xff\"", "line 2, column 2: it is not UTF-8"),
        (b"NAME  STATE\n", "line 1, column 1: it is not JSON"),
    ] {
        let error = exercise(text).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
        assert!(error.ends_with("-o json prints"), "{error}");
    }
    let long = vec![b' '; (64 << 20) + 1];
    assert_eq!(exercise(&long), Err(GivenError::TooLong));
}

/// JSON that holds nothing of use, and what is said of it.
#[test]
fn what_is_of_no_use_is_counted_and_said() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_object = format!("{{\"kind\":\"Volume\",\"spec\":{deep}}}");
    let nested = (0..9).fold(volume().to_string(), |inner, _| {
        format!("{{\"kind\":\"List\",\"items\":[{inner}]}}")
    });
    let large = json!({"kind": "Volume", "metadata": {"name": "a", "x": "x".repeat(5 << 20)}});
    let kinds: Vec<String> = (0..30).map(|kind| format!("{{\"kind\":\"K{kind:02}\"}}")).collect();
    for (text, said) in [
        ("42", "1 that could not be read"),
        ("\"text\" null", "2 that could not be read"),
        ("[]", "nothing"),
        ("{}", "1 of no use here (without a kind)"),
        ("{\"kind\": 7}", "1 of no use here (without a kind)"),
        ("{\"kind\":\"Pod\",\"kind\":\"Node\"}", "1 that could not be read"),
        ("{\"kind\":\"List\",\"items\":[]}", "nothing"),
        ("{\"kind\":\"List\",\"items\":{}}", "1 that could not be read"),
        ("{\"kind\":\"List\"}", "1 of no use here (List)"),
        ("{\"kind\":\"Volume\"}", "1 that could not be read"),
        ("{\"kind\":\"Volume\",\"metadata\":{\"name\":\"-n\"}}", "1 that could not be read"),
        (
            "{\"kind\":\"Backup\",\"apiVersion\":\"velero.io/v1\",\"metadata\":{\"name\":\"a\"}}",
            "1 of no use here (Backup)",
        ),
        (
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\"}",
            "1 of no use here (Status)",
        ),
        (&deep, "1 that could not be read"),
        (&deep_object, "1 that could not be read"),
        (&nested, "1 that could not be read"),
        (&large.to_string(), "1 that could not be read"),
        (
            &kinds.join(" "),
            "30 of no use here (K00, K01, K02, K03, K04, K05, K06, K07, and others)",
        ),
    ] {
        let objects = read_longhorn(text.as_bytes()).unwrap();
        assert_eq!(objects.summary(), said, "{text:.100}");
    }
}
