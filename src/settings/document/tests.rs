use std::time::Duration;

use reports::{Code, Day};

use super::*;
use crate::arguments::{FailOn, Format, When};

fn read(text: &str) -> anyhow::Result<Document> {
    Document::read(text, Path::new("/etc/fscan.toml"), None)
}

/// What is said of `text`, without the name of the file.
fn wrong(text: &str) -> String {
    let error = read(text).err().unwrap_or_else(|| panic!("{text}")).to_string();
    error.strip_prefix("/etc/fscan.toml, ").expect("the file is named").to_owned()
}

/// A suppression that is right but for what `more` says.
fn suppression(code: &str, more: &str) -> String {
    format!("[[suppress]]\ncode = \"{code}\"\nreason = \"known\"\n{more}\n")
}

#[test]
fn what_is_right_is_read() {
    let document = read(
        "[[suppress]]\ncode = \"name-collision\"\npath = \"app/vendor/**\"\nreason = \" known \"\n\
         [[suppress]]\ncode = \"dirent-dangling\"\nreason = 'x'\nexpires = 2027-01-31\n\
         [defaults]\nexclude = [\"*.iso\", '/a/b']\nskip = [\"tar\"]\ncheck = []\n\
         fail-on = \"corrupt\"\nthreads = 4\nmax-rate = \"50M\"\nprogress = \"never\"\n\
         color = \"always\"\nformat = \"json\"\nstrict = true\nall-findings = false\n\
         stat-timeout = 2.5\n",
    );
    let Document { suppressions, defaults, has_defaults } = document.unwrap();
    assert_eq!(suppressions.len(), 2);
    assert_eq!((suppressions[0].code, suppressions[0].expires), (Code::NameCollision, None));
    assert_eq!(suppressions[0].place.as_ref().unwrap().glob(), "app/vendor/**");
    assert_eq!(suppressions[0].reason, "known");
    assert_eq!(suppressions[1].expires, Day::new(2027, 1, 31));
    assert!(suppressions[1].place.is_none() && has_defaults);
    assert_eq!(suppressions[1].file.as_bytes(), b"/etc/fscan.toml");
    assert_eq!(defaults.exclude.unwrap(), ["*.iso", "/a/b"]);
    assert_eq!((defaults.skip.unwrap(), defaults.check.unwrap()), (vec!["tar".into()], vec![]));
    assert_eq!((defaults.fail_on, defaults.format), (Some(FailOn::Corrupt), Some(Format::Json)));
    assert_eq!((defaults.progress, defaults.color), (Some(When::Never), Some(When::Always)));
    assert_eq!((defaults.threads, defaults.max_rate.unwrap().get()), (Some(4), 50 << 20));
    assert_eq!((defaults.strict, defaults.all_findings), (Some(true), Some(false)));
    assert_eq!(defaults.stat_timeout, Some(Duration::from_millis(2500)));

    for empty in ["", "# nothing\n", "suppress = []\n"] {
        let document = read(empty).unwrap();
        assert!(document.suppressions.is_empty() && !document.has_defaults, "{empty}");
    }
}

#[test]
fn what_is_wrong_in_a_suppression_is_named_with_its_line() {
    let dangling = |more: &str| suppression("dirent-dangling", more);
    let collision = |more: &str| suppression("name-collision", more);
    for (text, told) in [
        (
            suppression("name-colision", ""),
            "line 2: `code`: no finding has the code `name-colision` (did you mean \
             `name-collision`?)",
        ),
        (
            suppression("zzz", ""),
            "line 2: `code`: no finding has the code `zzz`; `fscan explain` lists them all",
        ),
        (
            dangling(""),
            "line 1: `expires` is missing: dirent-dangling is corrupt, which is accepted until a \
             day (2027-01-31)",
        ),
        (
            suppression("content-zeroed", ""),
            "line 1: `expires` is missing: content-zeroed is suspect, which is accepted until a \
             day (2027-01-31)",
        ),
        (
            dangling("expires = \"2027-01-31\""),
            "line 4: `expires` has to be a date such as 2027-01-31, without quotes and without a \
             time, and is: string",
        ),
        (
            dangling("expires = 2027-01-31T00:00:00Z"),
            "line 4: `expires`: it has to be a date such as 2027-01-31, without quotes and without \
             a time",
        ),
        (
            collision("expires = 12:00:00"),
            "line 4: `expires`: it has to be a date such as 2027-01-31, without quotes and without \
             a time",
        ),
        (
            collision("exires = 2027-01-31"),
            "line 4: `exires` is not known here (did you mean `expires`?)",
        ),
        (collision("q = 1"), "line 4: `q` is not known here; known: code, path, reason, expires"),
        (collision("path = \"\""), "line 4: `path`: not a glob: it is empty"),
        (
            collision("path = \"a[\""),
            "line 4: `path`: not a glob: unclosed character class; missing ']'",
        ),
        (collision("path = 7"), "line 4: `path` has to be a string, and is: integer"),
        (
            "[[suppress]]\ncode = \"name-collision\"\n".to_owned(),
            "line 1: `reason` is missing: say why it is accepted",
        ),
        (
            "[[suppress]]\ncode = \"name-collision\"\nreason = \" \"\n".to_owned(),
            "line 3: `reason`: it is empty: say why it is accepted",
        ),
        (
            "\n\n[[suppress]]\nreason = \"x\"\n".to_owned(),
            "line 3: `code` is missing: which kind of finding is accepted",
        ),
        (
            "suppress = \"name-collision\"\n".to_owned(),
            "line 1: `suppress` has to be a list of tables, each under [[suppress]], and is: string",
        ),
        (
            "[suppress]\ncode = \"name-collision\"\n".to_owned(),
            "line 1: `suppress` has to be a list of tables, each under [[suppress]], and is: table",
        ),
        (
            "suppress = [1]\n".to_owned(),
            "line 1: `suppress` has to be a table ([suppress]), and is: integer",
        ),
    ] {
        assert_eq!(wrong(&text), told, "{text}");
    }
    let long = format!("[[suppress]]\ncode = \"name-collision\"\nreason = '{}'\n", "x".repeat(501));
    assert_eq!(wrong(&long), "line 3: `reason`: 501 bytes; 500 are the most");
    let long = collision(&format!("path = '{}'", "x".repeat(1001)));
    assert_eq!(wrong(&long), "line 4: `path`: 1001 bytes; 1000 are the most");
    let told = wrong(&collision("").repeat(201));
    assert!(told.ends_with("`suppress`: 201 of them; 200 are the most"), "{told}");
}

#[test]
fn what_is_wrong_in_defaults_is_named_with_its_line() {
    for (text, told) in [
        ("fail_on = \"corrupt\"", "line 2: `fail_on` is not known here (did you mean `fail-on`?)"),
        (
            "quiet = true",
            "line 2: `quiet` is not known here; known: all-findings, check, color, exclude, \
             fail-on, format, max-rate, progress, skip, stat-timeout, strict, threads",
        ),
        (
            "fail-on = \"corupt\"",
            "line 2: `fail-on`: `corupt` is none of corrupt, suspect, warning (did you mean \
             `corrupt`?)",
        ),
        ("color = true", "line 2: `color` has to be a string, and is: boolean"),
        ("strict = \"yes\"", "line 2: `strict` has to be true or false, and is: string"),
        ("threads = 0", "line 2: `threads`: not a number from 1 to 512"),
        ("threads = 1.5", "line 2: `threads`: not a number from 1 to 512"),
        ("threads = \"4\"", "line 2: `threads` has to be a number, and is: string"),
        ("max-rate = 0", "line 2: `max-rate`: not from 1 byte to 16 EiB"),
        ("max-rate = \"fast\"", "line 2: `max-rate`: not a number of bytes, such as 20M"),
        ("max-rate = true", "line 2: `max-rate` has to be a number, and is: boolean"),
        ("stat-timeout = -1", "line 2: `stat-timeout`: not a number of seconds"),
        ("stat-timeout = nan", "line 2: `stat-timeout`: not a number of seconds"),
        ("exclude = \"*.iso\"", "line 2: `exclude` has to be a list of globs, and is: string"),
        ("exclude = [\n  \"a\",\n  7,\n]", "line 4: `exclude` has to be a string, and is: integer"),
        (
            "exclude = [\"a[\"]",
            "line 2: `exclude`: error parsing glob 'a[': unclosed character class; missing ']'",
        ),
    ] {
        assert_eq!(wrong(&format!("[defaults]\n{text}\n")), told, "{text}");
    }
    let told = wrong("[defaults]\nskip = [\"tars\"]\n");
    assert!(told.starts_with("line 2: `skip`: `tars` is none of entries, "), "{told}");
    assert!(told.ends_with(" (did you mean `tar`?)"), "{told}");
    assert_eq!(
        wrong("defaults = 1\n"),
        "line 1: `defaults` has to be a table ([defaults]), and is: integer"
    );
}

#[test]
fn what_is_no_toml_is_named_with_its_line() {
    for (text, line) in [
        ("[defaults]\nstrict = yes\n", "line 2: not TOML: "),
        ("[defaults\n", "line 1: not TOML: "),
        ("a = 1\na = 2\n", "line 2: not TOML: "),
        ("\n\u{0}", "line 2: not TOML: "),
        ("[[suppress]]\nexpires = 2027-02-30\n", "line 2: "),
    ] {
        let told = wrong(text);
        assert!(told.starts_with(line), "{text:?}: {told}");
    }
    assert_eq!(
        wrong("[default]\nstrict = true\n"),
        "line 1: `default` is not known here (did you mean `defaults`?)"
    );
    // Neither depth nor a long word takes the parser, or the search for what was meant, long.
    for text in [format!("a = {}", "[".repeat(200_000)), format!("{} = 1", "x".repeat(500_000))] {
        assert!(wrong(&text).chars().count() < 600);
    }
}

#[test]
fn relative_paths_count_from_the_folder_of_a_tree_alone() {
    let text = suppression("name-collision", "path = \"app/x\"");
    let covers = |folder: Folder<'_>, path: &str| {
        let document = Document::read(&text, Path::new("/t/.fscan.toml"), folder).unwrap();
        let path = Some(PathName::new(path.into()));
        let subject = reports::Subject { path, ..Default::default() };
        let finding = reports::Finding::new(Code::NameCollision, subject, "", "");
        let today = Day::today();
        reports::suppress(&document.suppressions, vec![finding], &[], today).0.is_empty()
    };
    assert!(covers(Some(Path::new("/t")), "/t/app/x/y"));
    assert!(!covers(Some(Path::new("/t")), "/u/app/x/y") && !covers(None, "/t/app/x/y"));
}
