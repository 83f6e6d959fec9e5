//! Maps of sparse files in all four forms. Each rejection changes one thing of a good one.

use super::build::{Raw, RawBlock};
use super::read_all::{read_all, read_within};
use crate::archive::{ArchiveError, Limit, Limits};

const HOLE_END: u64 = 1 << 20;

/// One file of form `S`, with pieces of 512 bytes at such places.
fn old(places: &[u64], real: u64) -> Raw {
    let entry = |at: &u64| format!("{at:011o}\0{:011o}\0", 512).into_bytes();
    let mut header = RawBlock::gnu(b'S', b"s").size(512 * places.len() as u64);
    header = header.put(483, format!("{real:011o}\0").as_bytes());
    let (first, rest) = places.split_at(places.len().min(4));
    header = header.put(386, &first.iter().flat_map(entry).collect::<Vec<u8>>());
    header = header.put(482, &[u8::from(!rest.is_empty())]);
    let mut raw = Raw::new().header(header);
    let blocks: Vec<&[u64]> = rest.chunks(21).collect();
    for (at, places) in blocks.iter().enumerate() {
        let mut block = places.iter().flat_map(entry).collect::<Vec<u8>>();
        block.resize(512, 0);
        block[504] = u8::from(at + 1 < blocks.len());
        raw = raw.data(&block);
    }
    raw.data(&vec![b'd'; 512 * places.len()])
}

/// A file with PAX records and so much data.
fn pax(records: &[(&str, &[u8])], data: &[u8]) -> Raw {
    Raw::new().pax(records).file("GNUSparseFile.1/s", data)
}

/// A map before the data.
fn map_1_0(map: &str, data: usize) -> Raw {
    let mut stored = Raw::new().data(map.as_bytes()).0;
    stored.extend(vec![b'd'; data]);
    let records: [(&str, &[u8]); 4] = [
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"s"),
        ("GNU.sparse.realsize", b"1048576"),
    ];
    pax(&records, &stored)
}

fn records_0_1<'a>(map: &'a [u8], count: &'a [u8]) -> [(&'a str, &'a [u8]); 4] {
    [
        ("GNU.sparse.size", b"1048576"),
        ("GNU.sparse.numblocks", count),
        ("GNU.sparse.map", map),
        ("GNU.sparse.name", b"s"),
    ]
}

#[test]
fn all_forms_are_read() {
    let records_0_0: [(&str, &[u8]); 7] = [
        ("GNU.sparse.size", b"1048576"),
        ("GNU.sparse.numblocks", b"2"),
        ("GNU.sparse.offset", b"512"),
        ("GNU.sparse.numbytes", b"512"),
        ("GNU.sparse.offset", b"1048576"),
        ("GNU.sparse.numbytes", b"0"),
        ("path", b"s"),
    ];
    let data = [b'd'; 512];
    for raw in [
        old(&[512], HOLE_END),
        pax(&records_0_0, &data),
        pax(&records_0_1(b"512,512,1048576,0", b"2"), &data),
        map_1_0("2\n512\n512\n1048576\n0\n", 512),
    ] {
        let read = read_all(&raw.file("behind", b"1").end()).unwrap();
        assert_eq!(read.contents(), [("s", &data[..]), ("behind", b"1")]);
        let (member, _) = &read.members[0];
        assert_eq!(member.size, HOLE_END);
        let ranges = member.sparse.as_ref().unwrap().iter();
        let ranges: Vec<(u64, u64)> = ranges.map(|range| (range.start, range.end)).collect();
        assert_eq!(ranges, [(512, 1024)]);
    }
}

#[test]
fn maps_go_on_in_further_blocks() {
    let places: Vec<u64> = (0..100).map(|place| place * 4096).collect();
    let read = read_all(&old(&places, HOLE_END).file("b", b"").end()).unwrap();
    assert_eq!(read.members[0].0.sparse.as_ref().unwrap().len(), 100);
    assert_eq!(read.members.len(), 2);
    let lines: Vec<String> = (0..100).map(|place| format!("{}\n1\n", place * 4096)).collect();
    let read =
        read_all(&map_1_0(&format!("100\n{}", lines.concat()), 100).file("b", b"").end()).unwrap();
    assert_eq!(read.members[0].0.sparse.as_ref().unwrap().len(), 100);
    assert_eq!(read.members.len(), 2);
}

#[test]
fn maps_that_do_not_fit_are_errors() {
    let data = [b'd'; 512];
    let map = |map, count| pax(&records_0_1(map, count), &data);
    let mut two_kinds = records_0_1(b"0,512", b"1").to_vec();
    two_kinds.extend([("GNU.sparse.major", &b"1"[..]), ("GNU.sparse.minor", b"0")]);
    let mut unknown = records_0_1(b"0,512", b"1").to_vec();
    unknown.push(("GNU.sparse.major", b"2"));
    let with_old = Raw(Raw::new().pax(&records_0_1(b"0,512", b"1")).0)
        .header(RawBlock::gnu(b'S', b"s").size(512))
        .data(&data);
    for (case, raw) in [
        ("out of order", old(&[4096, 0], HOLE_END)),
        ("overlapping", old(&[0, 100], HOLE_END)),
        ("beyond the end", old(&[HOLE_END], HOLE_END)),
        ("fewer bytes than stored", map(b"0,511", b"1")),
        ("more bytes than stored", map(b"0,513", b"1")),
        ("beyond 64 bits", map(b"512,9223372036854775807,9223372036854775807,9", b"2")),
        ("another count", map(b"0,512", b"2")),
        ("two kinds", pax(&two_kinds, &data)),
        ("an unknown version", pax(&unknown, &data)),
        ("records and S", with_old),
        ("no map but a name", pax(&[("GNU.sparse.name", b"s")], &data)),
        ("no size", pax(&[("GNU.sparse.map", b"0,512"), ("GNU.sparse.numblocks", b"1")], &data)),
        ("no number", map_1_0("1\n0\nx\n", 512)),
        ("a sign", map_1_0("1\n0\n+512\n", 512)),
        ("an endless number", map_1_0(&"1".repeat(600), 512)),
        ("longer than the member", map_1_0("40\n0\n512\n", 0)),
        ("not a ustar header", Raw::new().header(RawBlock::new(b'S', b"s"))),
        ("not a file", Raw::new().pax(&records_0_1(b"0,0", b"1")).symlink("s", b"a")),
    ] {
        let read = read_all(&raw.end());
        assert!(matches!(read, Err(ArchiveError::Sparse { .. })), "{case}: {read:?}");
    }
    for bad in [&b"0"[..], b"0,512,", b"0,-512", b"a,b", b"0;512", b""] {
        assert!(matches!(read_all(&map(bad, b"1").end()), Err(ArchiveError::Pax { .. })));
    }
}

/// GNU tar ends a map at an unused place, others read on.
#[test]
fn gaps_in_a_map_are_errors() {
    let change = |at: usize, byte: u8| {
        let mut raw = old(&[0, 4096], HOLE_END).0;
        raw[at] = byte;
        let header = RawBlock::gnu(0, b"").put(0, &raw[..512]);
        raw.splice(..512, header.done());
        read_all(&Raw(raw).end())
    };
    // The first place of two, half of the fourth; the mark that a block follows, as a letter and as a number.
    for (at, byte) in [(386 + 12, 0), (386 + 60, b'0'), (386 + 72, b'0'), (482, b'1'), (482, 1)] {
        let read = change(at, byte);
        assert!(matches!(read, Err(ArchiveError::Sparse { .. })), "{at}: {read:?}");
    }
}

/// 28, CVE-2025-58183.
#[test]
fn huge_maps_are_not_read_into_memory() {
    let limits = Limits { sparse: 50, ..Limits::default() };
    let places: Vec<u64> = (0..51).map(|place| place * 4096).collect();
    let map = vec![b"0,0".to_vec(); 51].join(&b","[..]);
    for raw in [
        old(&places, HOLE_END),
        map_1_0("9223372036854775807\n0\n0\n", 0),
        map_1_0("51\n0\n0\n", 0),
        pax(&records_0_1(&map, b"51"), b""),
    ] {
        let error = read_within(&raw.end()[..], limits).unwrap_err();
        assert!(matches!(error, ArchiveError::TooMuch { limit: Limit::Sparse(50), .. }), "{error}");
    }
    assert!(read_within(&old(&places[..50], HOLE_END).end()[..], limits).is_ok());
}
