//! Each row explains its own difference, and not the one beside it.

mod cases;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::model::{Caller, Expected};
use crate::name::{Family, Name};
use crate::operand::Mode;
use crate::outcome::Seen;
use crate::path::Path;
use crate::population;
use crate::reproducer::{Ground, Reproducer};
use crate::target::{InMemory, Target};
use cases::{CASES, LONG};

const CALLER: Caller = Caller { overrides: true, umask: 0o022 };

/// A target in words: its filesystem, behind a slash its upper layer's, options, and `foreign` where
/// its layers are on several filesystems.
fn nature(words: &str) -> Nature {
    let mut words = words.split(' ');
    let kind = words.next().unwrap();
    let (filesystem, upper) = kind.split_once('/').map_or((kind, None), |(f, u)| (f, Some(u)));
    let options: Vec<String> = words.map(ToOwned::to_owned).collect();
    Nature {
        filesystem: filesystem.to_owned(),
        upper: upper.map(ToOwned::to_owned),
        foreign_layers: options.iter().any(|option| option == "foreign"),
        layered: filesystem == "overlay",
        options,
    }
}

fn empty_model() -> Model {
    Model::new(Arc::default(), CALLER, (0, 0))
}

/// An overlay's tree begins with what the lower layer holds.
fn model(nature: &Nature) -> Model {
    if nature.layered {
        population::model(&Arc::default(), CALLER, nature.links())
    } else {
        empty_model()
    }
}

fn carry_out(model: &mut Model, op: &Op) {
    let plan = model.plan(op);
    assert!(!matches!(plan.expected, Expected::Fails(_)), "{op}: {:?}", plan.expected);
    model.carry_out(plan, &Ok(Seen::Done), (0, 0));
}

/// The rows that explain a difference.
fn explaining(
    nature: &Nature,
    model: &Model,
    op: &Op,
    difference: &Difference,
) -> Vec<&'static str> {
    let rows = QUIRKS.iter().filter(|row| row.concerns(nature));
    rows.filter(|row| row.explains(model, op, difference)).map(|row| row.id).collect()
}

#[test]
fn a_row_explains_its_own_difference_and_no_other() {
    for (target, lines, aspect, found, expected) in CASES {
        let nature = nature(target);
        let mut model = model(&nature);
        let lines = lines.replace("LONG", LONG);
        let ops: Vec<Op> = lines.split("; ").map(|line| line.parse().unwrap()).collect();
        let (op, before) = ops.split_last().unwrap();
        before.iter().for_each(|op| carry_out(&mut model, op));
        let mut difference = Difference::new(*aspect, "", found);
        if let Some((row, _)) = found.split_once(": inode ") {
            difference = difference.of_row(row.parse::<Path>().unwrap().names()[0]);
        }
        let rows = explaining(&nature, &model, op, &difference);
        assert_eq!(rows, *expected, "{target}: {lines}: {aspect:?}: {found}");
    }
}

/// A small ext4 has blocks of 1 KiB, and less room in them.
#[test]
fn what_fits_into_a_block_depends_on_its_size() {
    let ext4 = nature("ext4");
    let mut small = empty_model();
    small.set_block(1024);
    let explains = |model: &Model, line: &str, found| {
        let op: Op = line.parse().unwrap();
        explaining(&ext4, model, &op, &Difference::error(None, Some(found)))
    };
    // 1,023 bytes, and a NUL.
    let (long, short) = (format!("symlink {LONG}/f0 f0"), format!("symlink {LONG} f0"));
    assert_eq!(explains(&small, &long, Errno::NAMETOOLONG), ["ext4-link-target"]);
    assert_eq!(explains(&small, &short, Errno::NAMETOOLONG), [""; 0]);
    assert_eq!(explains(&empty_model(), &long, Errno::NAMETOOLONG), [""; 0]);
    carry_out(&mut small, &"create f0 mode=0644".parse().unwrap());
    let set = |length| format!("setxattr f0 attribute=1 length={length} fill=1 how=any");
    assert_eq!(explains(&small, &set(728), Errno::NOSPC), ["ext4-attribute-space"]);
    assert_eq!(explains(&small, &set(727), Errno::NOSPC), [""; 0]);
    assert!(small.cannot_follow(&"fallocate f0 how=insert at=0 length=4096".parse().unwrap()));
    assert!(!small.cannot_follow(&"fallocate f0 how=punch at=0 length=4096".parse().unwrap()));
}

/// A target; operations, the last of which is not done for this row, or done where none is named.
const AVOIDED: &[(&str, &str, Option<&str>)] = &[
    (
        "overlay/tmpfs userxattr",
        "link f0 f5; truncate f5 size=5001; copy f0 f0 at=5000 to_at=0 length=1",
        Some("overlay-linked-copies"),
    ),
    (
        "overlay/tmpfs userxattr",
        "create f5 mode=0644; link f0 f6; unlink f6; copy f0 f5 at=50 to_at=0 length=1",
        Some("overlay-linked-copies"),
    ),
    ("overlay/tmpfs userxattr", "create f5 mode=0644; copy f0 f5 at=50 to_at=0 length=1", None),
    (
        "overlay/tmpfs userxattr",
        "create f5 mode=0644; link f5 f6; copy f5 f6 at=0 to_at=0 length=1",
        None,
    ),
    ("overlay/tmpfs userxattr", "link f0 f5; read f0 at=0 length=1", None),
    ("overlay/tmpfs", "link f0 f5; copy f0 f0 at=5000 to_at=0 length=1", None),
];

#[test]
fn what_nobody_can_follow_is_not_done() {
    for (target, lines, row) in AVOIDED {
        let nature = nature(target);
        let mut model = model(&nature);
        let ops: Vec<Op> = lines.split("; ").map(|line| line.parse().unwrap()).collect();
        let (op, before) = ops.split_last().unwrap();
        before.iter().for_each(|op| carry_out(&mut model, op));
        let rows = QUIRKS.iter().filter(|row| row.concerns(&nature) && row.avoids(&model, op));
        let rows: Vec<&str> = rows.map(|row| row.id).collect();
        assert_eq!(rows, row.iter().copied().collect::<Vec<_>>(), "{target}: {lines}");
    }
}

#[test]
fn every_row_explains_something() {
    let avoided = AVOIDED.iter().filter_map(|(.., row)| *row);
    let explained = CASES.iter().flat_map(|(.., rows)| *rows).copied().chain(avoided);
    let explained: BTreeSet<&str> = explained.chain([LINK_LIMIT, "ext4-link-target"]).collect();
    let unexplained: Vec<&str> =
        QUIRKS.iter().map(|row| row.id).filter(|id| !explained.contains(id)).collect();
    assert_eq!(unexplained, [""; 0]);
}

const LINK_LIMIT: &str = "ext4-link-limit";

#[test]
fn a_file_on_ext4_may_have_as_many_names_as_its_limit() {
    let mut model = empty_model();
    let file = Path::of(Family::File.name(0));
    carry_out(&mut model, &Op::Create { path: file.clone(), mode: Mode::new(0o644) });
    let mut links = (0..13).flat_map(|directory: u16| {
        let directory = Path::of(Family::Package.name(directory));
        let make = Op::MakeDirectory { path: directory.clone(), mode: Mode::new(0o755) };
        let file = file.clone();
        let names = (0..5000).map(|number| Family::Many.name(number));
        let link = move |name: Name| Op::Link { from: file.clone(), to: directory.join(name) };
        [make].into_iter().chain(names.map(link))
    });
    let ext4 = nature("ext4");
    let link: Op = "link f0 f1".parse().unwrap();
    let refused = Difference::error(None, Some(Errno::MLINK));
    // The file itself has a name as well.
    links.by_ref().take(13 + 64_998).for_each(|op| carry_out(&mut model, &op));
    assert_eq!(explaining(&ext4, &model, &link, &refused), [""; 0], "there are 64,999");
    links.next().into_iter().for_each(|op| carry_out(&mut model, &op));
    assert_eq!(explaining(&ext4, &model, &link, &refused), [LINK_LIMIT]);
    assert_eq!(explaining(&nature("xfs"), &model, &link, &refused), [""; 0]);
    let other = Difference::error(None, Some(Errno::NOSPC));
    assert_eq!(explaining(&ext4, &model, &link, &other), [""; 0]);
}

#[test]
fn rows_are_told_apart_and_known_from_somewhere() {
    let mut ids = BTreeSet::new();
    for row in QUIRKS {
        assert!(ids.insert(row.id), "{} stands twice", row.id);
        let kebab = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        assert!(row.id.split('-').all(kebab), "{}", row.id);
        assert!(row.source.len() > 10, "{}", row.id);
        assert!(row.text.len() > 20 && !row.text.ends_with('.'), "{}", row.id);
        let kinds: BTreeSet<OpKind> = row.ops.iter().copied().collect();
        assert_eq!(kinds.len(), row.ops.len(), "{}: an operation stands twice", row.id);
    }
}

/// A defect is told with operations that show it: up to the last one all goes well, and that is one
/// that the row is about.
#[test]
fn what_shows_a_defect_can_be_replayed() {
    for row in QUIRKS {
        let Standing::Defect(lines) = row.standing else { continue };
        let layered = !matches!(row.on, On::Filesystem(_));
        let ops: Vec<Op> = lines.iter().map(|line| line.parse().unwrap()).collect();
        let mut lower = population::model(&Arc::default(), CALLER, Nature::default().links());
        let mut empty = InMemory::new(Arc::default(), CALLER, (0, 0));
        for op in &ops {
            if layered {
                carry_out(&mut lower, op);
            } else {
                assert!(empty.apply(op).is_ok(), "{}: {op}", row.id);
            }
        }
        let last = ops.last().unwrap().kind();
        assert!(row.ops.contains(&last), "{}: {}", row.id, last.verb());
        let reproducer = Reproducer {
            target: "here".to_owned(),
            filesystem: "tmpfs".to_owned(),
            options: String::new(),
            kernel: "6.18".to_owned(),
            seed: None,
            profile: "mixed".to_owned(),
            umask: Mode::new(0o022),
            privileged: false,
            ground: if layered { Ground::Layers } else { Ground::Empty },
            class: row.id.to_owned(),
            expected: String::new(),
            found: row.text.to_owned(),
            ops,
        };
        assert_eq!(reproducer.to_string().parse::<Reproducer>().unwrap(), reproducer);
    }
}
