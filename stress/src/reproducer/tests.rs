use super::*;

fn sample() -> Reproducer {
    let ops = include_str!("../every_operation.ops").lines();
    Reproducer {
        target: "home".to_owned(),
        filesystem: "overlay".to_owned(),
        options: "rw,lowerdir=/a\\:b,upperdir=/u".to_owned(),
        kernel: "6.18.0".to_owned(),
        seed: Some(u64::MAX),
        profile: "mixed".to_owned(),
        umask: Mode::new(0o27),
        privileged: true,
        ground: Ground::Layers,
        class: "rename".to_owned(),
        expected: "ENOTEMPTY\n# \u{1b}[31mred".to_owned(),
        found: String::new(),
        ops: ops.map(|line| line.parse().unwrap()).collect(),
    }
}

fn changed(from: &str, to: &str) -> String {
    let text = sample().to_string();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[track_caller]
fn refused(text: &str, message: &str) {
    assert_eq!(text.parse::<Reproducer>().unwrap_err().to_string(), message);
}

#[test]
fn what_is_written_reads_back() {
    let other = Reproducer {
        seed: None,
        umask: Mode::new(0),
        privileged: false,
        ground: Ground::Empty,
        target: " a: \u{202e}\\n ".to_owned(),
        ..sample()
    };
    for reproducer in [sample(), other] {
        let text = reproducer.to_string();
        assert_eq!(text.parse::<Reproducer>().unwrap(), reproducer);
        assert_eq!(Reproducer::read(text.as_bytes()).unwrap(), reproducer);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    }
}

#[test]
fn the_form_is_what_the_documentation_says() {
    let text = sample().to_string();
    let beginning = "fscan reproducer 1\ntarget: home\nfilesystem: overlay\n\
                     options: rw,lowerdir=/a\\\\:b,upperdir=/u\nkernel: 6.18.0\n\
                     seed: 18446744073709551615\nprofile: mixed\numask: 027\nprivileged: yes\n\
                     ground: layers\nclass: rename\nexpected: ENOTEMPTY\\n# \\u{1b}[31mred\n\
                     found:\n# `fscan replay FILE` runs it again.\n\nmkdir d0 mode=0755\n";
    assert!(text.starts_with(beginning), "{text}");
}

#[test]
fn comments_empty_lines_and_foreign_line_ends_are_no_matter() {
    let text = changed("mkdir d0 mode=0755\n", "# first\n\nmkdir d0 mode=0755\n\n#last\n");
    assert_eq!(text.parse::<Reproducer>().unwrap(), sample());
    let text = sample().to_string().replace('\n', "\r\n");
    assert_eq!(text.parse::<Reproducer>().unwrap(), sample());
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    refused("", "line 1: `fscan reproducer 1` is expected, not ``: this is no reproducer");
    refused(
        &changed("fscan reproducer 1", "{\u{1b}"),
        "line 1: `fscan reproducer 1` is expected, not `{\\u{1b}`: this is no reproducer",
    );
    refused(
        &changed("reproducer 1", "reproducer 2"),
        "line 1: version 2 is not known, only 1: use the fscan that wrote it",
    );
    refused(
        &changed("kernel: 6.18.0", "color: red"),
        "line 5: `color` is no key of a header: correct or remove the line",
    );
    refused(
        &changed("kernel: 6.18.0", "6.18.0"),
        "line 5: `6.18.0` is no `key: value`: an empty line ends the header",
    );
    refused(
        &changed("kernel: 6.18.0", "target: home"),
        "line 5: `target` is there twice: remove one of the lines",
    );
    refused(
        &changed("kernel: 6.18.0\n", ""),
        "line 14: the header ends without `kernel`: add a line `kernel: ...`",
    );
    refused(
        &changed("umask: 027", "umask: 999"),
        "line 8: `999` is no value of `umask`: write an octal number as 022",
    );
    refused(
        &changed("seed: 1", "seed: -1"),
        "line 6: `-18446744073709551615` is no value of `seed`: write a number of 64 bits",
    );
    refused(
        &changed("privileged: yes", "privileged: maybe"),
        "line 9: `maybe` is no value of `privileged`: write `yes` or `no`",
    );
    refused(
        &changed("ground: layers", "ground: full"),
        "line 10: `full` is no value of `ground`: write `empty` or `layers`",
    );
    refused(
        &changed("class: rename", "class: \\q"),
        "line 11: `\\\\q` is no value of `class`: write a backslash twice, or as the beginning \
         of \\n, \\r, \\t or \\u{...}",
    );
    refused(
        &changed("mkdir d0 mode=0755", "mkdir d0 \u{7}"),
        "line 16: `mkdir d0 \\u{7}` is no operation: `\\u{7}` is no mode; correct or remove it",
    );
    let text = sample().to_string();
    let (header, _) = text.split_once("mkdir").unwrap();
    refused(header, "line 15: there is no operation: the file was cut off");
}

#[test]
fn a_wrong_line_is_not_shown_at_full_length() {
    let text = changed("mkdir d0 mode=0755", &"x".repeat(1 << 20));
    let message = text.parse::<Reproducer>().unwrap_err().to_string();
    assert!(message.len() < 400 && message.contains("xxx..."), "{message}");
}

#[test]
fn sizes_are_bounded() {
    let long = changed("found:", &format!("found: {}", "x".repeat(MOST_BYTES)));
    assert!(matches!(long.parse::<Reproducer>(), Err(ReproducerError::TooLong)));
    let endless = std::io::repeat(b'x');
    assert!(matches!(Reproducer::read(endless), Err(ReproducerError::TooLong)));
    let mut many = sample().to_string();
    many.push_str(&"unlink f0\n".repeat(MOST_OPERATIONS + 1 - sample().ops.len()));
    let message = many.parse::<Reproducer>().unwrap_err().to_string();
    assert_eq!(message, "line 1000016: there are more than 1000000 operations: make it shorter");
    let fewer = many.strip_suffix("unlink f0\n").unwrap();
    assert_eq!(fewer.parse::<Reproducer>().unwrap().ops.len(), MOST_OPERATIONS);
    let not_text = Reproducer::read(&b"fscan \xff"[..]).unwrap_err().to_string();
    assert_eq!(not_text, "byte 6 is not UTF-8: give the file that `fscan stress` wrote");
}
