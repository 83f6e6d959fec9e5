//! Headers and records that lie, and kinds that are not extracted.

use super::{case, judge_all};
use crate::archive::tests::build::{Raw, RawBlock, record};

#[test]
fn records_that_lie() {
    let paxed = |records: &[(&str, &[u8])]| Raw::new().pax(records);
    judge_all(|_| {
        vec![
            case(
                "21: ustar size 0, PAX size 3",
                paxed(&[("size", b"3")]).header(RawBlock::new(b'0', b"package/a")).data(b"abc"),
                "",
                1,
                1,
            ),
            case(
                "22: sizes that differ",
                paxed(&[("size", b"3")])
                    .header(RawBlock::new(b'0', b"package/a").size(512))
                    .data(b"abc"),
                "",
                1,
                1,
            ),
            case(
                "23: PAX before a GNU long name",
                Raw::new()
                    .pax(&[("size", b"3")])
                    .long(b'L', b"package/long")
                    .header(RawBlock::gnu(b'0', b"package/short"))
                    .data(b"abc"),
                "",
                1,
                1,
            ),
            case(
                "24: malformed PAX",
                Raw::new()
                    .file("package/good", b"good")
                    .entry(RawBlock::new(b'x', b"x"), b"99 path=package/evil\n")
                    .file("package/a", b"a"),
                "PAX",
                1,
                1,
            ),
            case(
                "25: NUL in a PAX value",
                paxed(&[("path", b"package/a\0b")]).file("package/x", b"x"),
                "NUL",
                0,
                0,
            ),
            case(
                "26: a name that looks like a number",
                paxed(&[("path", b"package/1e5")]).file("x", b"x"),
                "",
                1,
                1,
            ),
            case(
                "27: negative size",
                Raw::new().header(RawBlock::new(b'0', b"package/a").put(124, &[0xff; 12])),
                "negative",
                0,
                0,
            ),
            case(
                "28: huge sparse map",
                paxed(&[
                    ("GNU.sparse.major", b"1"),
                    ("GNU.sparse.minor", b"0"),
                    ("GNU.sparse.name", b"package/s"),
                    ("GNU.sparse.realsize", b"1048576"),
                ])
                .entry(RawBlock::new(b'0', b"x"), b"99999999999\n"),
                "sparse",
                0,
                0,
            ),
            case(
                "29: giant PAX record",
                Raw::new()
                    .entry(RawBlock::new(b'x', b"x"), &record("comment", &vec![b'a'; 2 << 20])),
                "names and attributes",
                0,
                0,
            ),
            case(
                "29: giant long name",
                Raw::new().long(b'L', &vec![b'a'; 2 << 20]).file("x", b"x"),
                "names and attributes",
                0,
                0,
            ),
        ]
    });
}

#[test]
fn kinds_that_are_not_extracted() {
    let node = |flag, name: &str| RawBlock::new(flag, name.as_bytes()).mode(0o666);
    judge_all(|_| {
        vec![
            case("32: device", Raw::new().header(node(b'3', "package/d")), "a device", 0, 0),
            case("32: FIFO", Raw::new().header(node(b'6', "package/f")), "a FIFO", 0, 0),
            case(
                "20: a refused entry stays refused",
                Raw::new().header(node(b'6', "package/f")).file("package/g", b"g"),
                "a FIFO",
                1,
                1,
            ),
            // Set-user-id is masked, and the verification would tell.
            case(
                "32: set-user-id",
                Raw::new().entry(RawBlock::new(b'0', b"package/s").mode(0o6755), b"s"),
                "",
                1,
                1,
            ),
            case(
                "18, 19: metadata through a name",
                {
                    Raw::new()
                        .pax(&[
                            ("SCHILY.acl.access", b"user::rwx"),
                            ("LIBARCHIVE.xattr.user.x", b"eA=="),
                        ])
                        .symlink("package/l", b"good")
                        .file("package/good", b"good")
                },
                "",
                1,
                2,
            ),
        ]
    });
}
