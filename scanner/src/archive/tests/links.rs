//! Links that lead elsewhere.

use super::build::{Raw, RawBlock};
use super::read_all::read_all;
use crate::archive::{ArchiveError, MemberKind, Refusal};

#[test]
fn symbolic_links_that_lead_outside_are_refused() {
    for (case, name, target, why) in [
        ("4: CVE-2015-8860", "d", "..", Refusal::TargetOutside),
        ("8: CVE-2026-23745", "d", "/etc", Refusal::AbsoluteTarget),
        ("8", "d", "////etc", Refusal::AbsoluteTarget),
        ("14: RUSTSEC-2021-0080", "a/d", "../../x", Refusal::TargetOutside),
        ("14", "a/d", "b/../../../x", Refusal::TargetOutside),
        ("14", "a/d", "b/../c", Refusal::TargetOutside),
        ("14", "./d", ".././x", Refusal::TargetOutside),
        ("to nothing", "d", "", Refusal::EmptyTarget),
        ("too long", "d", &"x".repeat(5000), Refusal::LongName),
    ] {
        let short = &target.as_bytes()[..target.len().min(100)];
        let long = Raw::new().long(b'K', target.as_bytes()).symlink(name, short);
        let plain = Raw::new().symlink(name, short);
        let forms = [(true, long), (target.len() <= 100, plain)];
        for (_, archive) in forms.into_iter().filter(|(applies, _)| *applies) {
            let read = read_all(&archive.end()).unwrap();
            assert_eq!(read.reasons(), [why], "{case}");
        }
    }
}

#[test]
fn links_that_stay_inside_are_handed_on_as_they_are_written() {
    let archive = Raw::new().symlink("a/b/l", b"../.././c//d/").hard_link("h", b"./a//f").end();
    let read = read_all(&archive).unwrap();
    let kind = |at: usize| read.members[at].0.kind.clone();
    assert_eq!(kind(0), MemberKind::Symlink { target: b"../.././c//d/".to_vec() });
    let MemberKind::HardLink { target } = kind(1) else { panic!("{:?}", kind(1)) };
    assert_eq!(target.as_bytes(), b"a/f");
}

/// 9, CVE-2026-24842: the target of a hard link is a name in the archive like any other.
#[test]
fn hard_links_that_lead_outside_are_refused() {
    for (target, why) in [
        (&b".."[..], Refusal::TargetOutside),
        (b"../x", Refusal::TargetOutside),
        (b"a/../../x", Refusal::TargetOutside),
        (b"a/../b", Refusal::TargetOutside),
        (b"/etc/shadow", Refusal::AbsoluteTarget),
        (b"", Refusal::EmptyTarget),
        (b"./", Refusal::EmptyTarget),
    ] {
        let read = read_all(&Raw::new().hard_link("h", target).end()).unwrap();
        assert_eq!(read.reasons(), [why], "{target:?}");
    }
}

/// 11, CVE-2016-5418: the data is none of the link's, and is skipped.
#[test]
fn data_of_a_hard_link_is_never_content() {
    let data = [b'x'; 700];
    for archive in [
        Raw::new().entry(RawBlock::new(b'1', b"h").link(b"a"), &data),
        Raw::new().pax(&[("size", b"700")]).hard_link("h", b"a").data(&data),
    ] {
        let read = read_all(&archive.file("b", b"1").end()).unwrap();
        assert_eq!(read.contents(), [("h", &b""[..]), ("b", b"1")]);
        assert_eq!(read.members[0].0.size, 0);
    }
}

/// GNU tar reads a header right behind a hard link whatever its size, others skip the size.
#[test]
fn a_size_that_tools_read_differently_is_an_error() {
    for flag in *b"123456V" {
        let hidden = Raw::new().file("hidden", b"").0;
        let header = RawBlock::gnu(flag, b"h").link(b"a");
        let archive = Raw::new().entry(header.clone(), &hidden).end();
        assert!(matches!(read_all(&archive), Err(ArchiveError::Ambiguous { offset: 0, .. })));
        let archive = Raw::new().header(header.size(512)).end();
        assert!(matches!(read_all(&archive), Err(ArchiveError::Ambiguous { offset: 0, .. })));
    }
}
