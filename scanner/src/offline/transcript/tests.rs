//! The words of e2fsck 1.47 on damaged images, as it printed them.

use reports::{Finding, FindingCollector, PathName};

use super::*;
use crate::offline::problem::Certainty;

fn take(out: &str, err: &str) -> (Vec<Problem>, Facts) {
    let mut problems = Vec::new();
    let mut transcript = Transcript::new(|problem| problems.push(problem));
    for line in err.lines() {
        transcript.take(Said::Err(line.into()), |_| ());
    }
    for line in out.lines() {
        transcript.take(Said::Out(line.into()), |_| ());
    }
    let facts = transcript.finish();
    (problems, facts)
}

fn findings(out: &str) -> Vec<Finding> {
    take(out, "").0.into_iter().map(Problem::into_finding).collect()
}

/// Path, inode, what was found, evidence.
type Row<'a> = (Option<&'a str>, Option<u64>, &'a str, &'a [&'a str]);

#[track_caller]
fn expect(out: &str, rows: &[Row<'_>]) {
    let found = findings(out);
    let paths: Vec<_> =
        found.iter().map(|f| f.subject.path.as_ref().map(PathName::escaped)).collect();
    let seen = found.iter().zip(&paths).map(|(finding, path)| {
        let evidence: Vec<&str> = finding.evidence.iter().map(String::as_str).collect();
        (path.as_deref(), finding.subject.inode, finding.found.as_str(), evidence)
    });
    let due = rows
        .iter()
        .map(|(path, inode, found, evidence)| (*path, *inode, *found, evidence.to_vec()));
    assert_eq!(seen.collect::<Vec<_>>(), due.collect::<Vec<_>>(), "{out}");
}

#[test]
fn a_freed_inode_behind_a_name() {
    expect(
        "\
Pass 1: Checking inodes, blocks, and sizes
Pass 2: Checking directory structure
Entry 'victim' in / (2) has deleted/unused inode 532.  Clear? no

Entry 'victim' in / (2) has an incorrect filetype (was 1, should be 0).
Fix? no

Pass 3: Checking directory connectivity
Pass 4: Checking reference counts
Pass 5: Checking group summary information
Block bitmap differences:  -(1216--1220)
Fix? no

Inode bitmap differences:  -532
Fix? no


/proc/self/fd/0: ********** WARNING: Filesystem still has errors **********

",
        &[
            (
                Some("/victim"),
                Some(532),
                "Entry 'victim' in / (2) has deleted/unused inode 532",
                &["in directory inode 2"],
            ),
            (
                Some("/victim"),
                None,
                "Entry 'victim' in / (2) has an incorrect filetype (was 1, should be 0)",
                &["in directory inode 2"],
            ),
            (None, None, "Block bitmap differences: -(1216--1220)", &[]),
            (None, None, "Inode bitmap differences: -532", &[]),
        ],
    );
}

/// What e2fsck says, and what is read from it.
static ON_ONE_LINE: &[(&str, Row<'static>)] = &[
    (
        "Inode 524 ref count is 5, should be 2.  Fix? no",
        (None, Some(524), "Inode 524 ref count is 5, should be 2", &[]),
    ),
    (
        "Unattached inode 519\nConnect to /lost+found? no",
        (None, Some(519), "Unattached inode 519", &[]),
    ),
    (
        "Inode 532 (/victim) has invalid mode (00).\nClear? no",
        (Some("/victim"), Some(532), "Inode 532 (/victim) has invalid mode (00)", &[]),
    ),
    (
        "Extended attribute block for inode 532 (/a (1) b) is invalid (999999).\nClear? no",
        (
            Some("/a (1) b"),
            Some(532),
            "Extended attribute block for inode 532 (/a (1) b) is invalid (999999)",
            &[],
        ),
    ),
    (
        "Free blocks count wrong for group #0 (6972, counted=7193).\nFix? no",
        (None, None, "Free blocks count wrong for group #0 (6972, counted=7193)", &["group 0"]),
    ),
    (
        "Inode 532 has a bad extended attribute block 1221.  Clear? no",
        (None, Some(532), "Inode 532 has a bad extended attribute block 1221", &["block 1221"]),
    ),
    (
        "Illegal block #12 (999999) in inode 14.  IGNORED.",
        (
            None,
            Some(14),
            "Illegal block #12 (999999) in inode 14",
            &["block 999999", "block 12 of the file"],
        ),
    ),
    (
        "Directory inode 516, block #3, offset 36: directory corrupted\nSalvage? no",
        (
            None,
            Some(516),
            "Directory inode 516, block #3, offset 36: directory corrupted",
            &["block 3 of the file"],
        ),
    ),
    (
        "Symlink /slow (inode #531) is invalid.\nClear? no",
        (Some("/slow"), Some(531), "Symlink /slow (inode #531) is invalid", &[]),
    ),
    (
        "'..' in /d (516) is /big (15), should be / (2).\nFix? no",
        (Some("/d"), Some(516), "'..' in /d (516) is /big (15), should be / (2)", &[]),
    ),
    (
        "'..' in ... (516) is / (2), should be <The NULL inode> (0).\nFix? no",
        (None, Some(516), "'..' in ... (516) is / (2), should be <The NULL inode> (0)", &[]),
    ),
    (
        "First entry 'x' (inode=516) in directory inode 516 (/d) should be '.'\nFix? no",
        (
            Some("/d"),
            Some(516),
            "First entry 'x' (inode=516) in directory inode 516 (/d) should be '.'",
            &[],
        ),
    ),
    (
        "Entry 'e' in / (2) is a link to directory /d (516).\nClear? no",
        (
            Some("/e"),
            Some(516),
            "Entry 'e' in / (2) is a link to directory /d (516)",
            &["in directory inode 2"],
        ),
    ),
    (
        "Entry 'twin_b' in /d (516) has invalid inode #: 99999.\nClear? no",
        (
            Some("/d/twin_b"),
            Some(99999),
            "Entry 'twin_b' in /d (516) has invalid inode #: 99999",
            &["in directory inode 516"],
        ),
    ),
    (
        "Entry '..' in <516>/<517> (517) has deleted/unused inode 516.  Clear? no",
        (
            None,
            Some(516),
            "Entry '..' in <516>/<517> (517) has deleted/unused inode 516",
            &["in directory inode 517"],
        ),
    ),
    (
        "Root inode is not a directory.  Clear? no",
        (Some("/"), Some(2), "Root inode is not a directory", &[]),
    ),
    ("Resize inode not valid.  Recreate? no", (None, None, "Resize inode not valid", &[])),
    (
        "Update quota info for quota type 0? no",
        (None, None, "Update quota info for quota type 0", &[]),
    ),
    (
        "Error reading block 8322 (Attempt to read block from filesystem resulted in short \
             read).  Ignore error? no",
        (
            None,
            None,
            "Error reading block 8322 (Attempt to read block from filesystem resulted in \
                 short read)",
            &["block 8322"],
        ),
    ),
    (
        "Problem in HTREE directory inode 13 (/big): root node is invalid.\n\
             Clear HTree index? no",
        (
            Some("/big"),
            Some(13),
            "Problem in HTREE directory inode 13 (/big): root node is invalid",
            &[],
        ),
    ),
];

#[test]
fn problems_on_one_line() {
    for (out, row) in ON_ONE_LINE {
        expect(out, std::slice::from_ref(row));
        let problem = &take(out, "").0[0];
        assert_eq!(problem.certainty, Certainty::Problem, "{out}");
    }
}

#[test]
fn problems_on_several_lines() {
    for (out, row) in [
        (
            "Inode 532 has an invalid extent\n\t(logical block 0, invalid physical block 999999, \
             len 5)\nClear? no\n",
            (
                None,
                Some(532),
                "Inode 532 has an invalid extent (logical block 0, invalid physical block \
                 999999, len 5)",
                &["block 999999", "block 0 of the file"][..],
            ),
        ),
        (
            "Directory <532> has the casefold flag, but the\ncasefold feature is not enabled.  \
             Clear flag? no\n",
            (
                None,
                Some(532),
                "Directory <532> has the casefold flag, but the casefold feature is not enabled",
                &[],
            ),
        ),
        (
            "Superblock last mount time (Thu Jan  1 00:00:00 2099,\n\tnow = Tue Nov 24 21:52:12 \
             2026) is in the future.\nFix? no\n",
            (
                None,
                None,
                "Superblock last mount time (Thu Jan 1 00:00:00 2099, now = Tue Nov 24 21:52:12 \
                 2026) is in the future",
                &[],
            ),
        ),
        (
            "Duplicate entry 'twin_a' found.\n\tMarking /d (516) to be rebuilt.\n\n",
            (
                Some("/d/twin_a"),
                None,
                "Duplicate entry 'twin_a' found. Marking /d (516) to be rebuilt",
                &["in directory inode 516"],
            ),
        ),
        (
            "Entry 'twin_a' in /d (516) has a non-unique filename.\nRename to twin_a~0? no\n",
            (
                Some("/d/twin_a"),
                None,
                "Entry 'twin_a' in /d (516) has a non-unique filename. Rename to twin_a~0",
                &["in directory inode 516"],
            ),
        ),
        (
            "Inode bitmap differences: Group 1 inode bitmap does not match checksum.\nIGNORED.\n",
            (
                None,
                None,
                "Inode bitmap differences: Group 1 inode bitmap does not match checksum",
                &["group 1"],
            ),
        ),
        (
            "The filesystem size (according to the superblock) is 16384 blocks\nThe physical size \
             of the device is 8192 blocks\nEither the superblock or the partition table is likely \
             to be corrupt!\nAbort? no\n",
            (
                None,
                None,
                "The filesystem size (according to the superblock) is 16384 blocks The physical \
                 size of the device is 8192 blocks Either the superblock or the partition table \
                 is likely to be corrupt!",
                &[],
            ),
        ),
    ] {
        expect(out, &[row]);
    }
}

#[test]
fn blocks_that_two_files_claim() {
    let details = "shared with /victim (inode #532, mod time Tue Nov 24 21:48:22 2026)";
    expect(
        "\
Running additional passes to resolve blocks claimed by more than one inode...
Pass 1B: Rescanning for multiply-claimed blocks
Multiply-claimed block(s) in inode 530: 1205--1209
Multiply-claimed block(s) in inode 532: 1205--1209
Pass 1C: Scanning directories for inodes with multiply-claimed blocks
Pass 1D: Reconciling multiply-claimed blocks
(There are 2 inodes containing multiply-claimed blocks.)

File /plain (inode #530, mod time Tue Nov 24 21:48:22 2026)\x20
  has 5 multiply-claimed block(s), shared with 1 file(s):
\t/victim (inode #532, mod time Tue Nov 24 21:48:22 2026)
Clone multiply-claimed blocks? no

Delete file? no

File /victim (inode #532, mod time Tue Nov 24 21:48:22 2026)\x20
  has 5 multiply-claimed block(s), shared with 1 file(s):
\t<filesystem metadata>
Clone multiply-claimed blocks? no

Delete file? no

",
        &[
            (None, Some(530), "Multiply-claimed block(s) in inode 530: 1205--1209", &[]),
            (None, Some(532), "Multiply-claimed block(s) in inode 532: 1205--1209", &[]),
            (
                Some("/plain"),
                Some(530),
                "File /plain (inode #530, mod time Tue Nov 24 21:48:22 2026) has 5 \
                 multiply-claimed block(s), shared with 1 file(s)",
                &[details],
            ),
            (
                Some("/victim"),
                Some(532),
                "File /victim (inode #532, mod time Tue Nov 24 21:48:22 2026) has 5 \
                 multiply-claimed block(s), shared with 1 file(s)",
                &["shared with <filesystem metadata>"],
            ),
        ],
    );
}

/// No question stands between the first ones.
#[test]
fn a_broken_index_is_told_block_by_block() {
    expect(
        "\
Problem in HTREE directory inode 12: block #0 has invalid count (65535)
Clear HTree index? no

Problem in HTREE directory inode 12: block #0 referenced twice
Problem in HTREE directory inode 12: block #27 has bad max hash
Invalid HTREE directory inode 12 (/big).  Clear HTree index? no

",
        &[
            (
                None,
                Some(12),
                "Problem in HTREE directory inode 12: block #0 has invalid count (65535)",
                &["block 0 of the file"],
            ),
            (
                None,
                Some(12),
                "Problem in HTREE directory inode 12: block #0 referenced twice",
                &["block 0 of the file"],
            ),
            (
                None,
                Some(12),
                "Problem in HTREE directory inode 12: block #27 has bad max hash",
                &["block 27 of the file"],
            ),
            (Some("/big"), Some(12), "Invalid HTREE directory inode 12 (/big)", &[]),
        ],
    );
}

/// Whatever is unknown is told, and none of it is taken for a part of something else.
#[test]
fn an_unknown_line_is_a_problem_of_its_own() {
    let (problems, _) = take(
        "Something new about inode 7\nInode 524 ref count is 5, should be 2.  Fix? no\nAnd more\n",
        "a word on standard error\n",
    );
    let found: Vec<_> =
        problems.into_iter().map(|p| (p.certainty, p.into_finding().found)).collect();
    assert_eq!(
        found,
        [
            (Certainty::Unknown, "a word on standard error".to_owned()),
            (Certainty::Unknown, "Something new about inode 7".to_owned()),
            (Certainty::Problem, "Inode 524 ref count is 5, should be 2".to_owned()),
            (Certainty::Unknown, "And more".to_owned()),
        ]
    );
}

#[test]
fn what_a_backup_stood_in_for_is_damage() {
    let (problems, _) = take(
        "ext2fs_open2: Bad magic number in super-block\n\
         e2fsck: Superblock invalid, trying backup blocks...\n\
         Pass 1: Checking inodes, blocks, and sizes\n",
        "",
    );
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].certainty, Certainty::Damage);
    let finding = problems.into_iter().next().unwrap().into_finding();
    assert_eq!(finding.found, "Bad magic number in super-block");
    assert_eq!(finding.evidence, ["e2fsck went on: Superblock invalid, trying backup blocks"]);
}

/// The kernel leaves these to the unmount; a name cannot pass for them.
#[test]
fn stale_counts_are_told_from_damage() {
    for (out, certainty) in [
        ("Free blocks count wrong (3, counted=14010).\nFix? no", Certainty::Stale),
        (
            "Entry 'Free blocks count wrong (' in / (2) has deleted/unused inode 5.  Clear? no",
            Certainty::Problem,
        ),
        (
            "Entry 'Superblock last ' in / (2) has deleted/unused inode 5.  Clear? no",
            Certainty::Problem,
        ),
    ] {
        assert_eq!(take(out, "").0[0].certainty, certainty, "{out}");
    }
}

#[test]
fn a_sound_filesystem_has_no_problem_and_is_counted() {
    let (problems, facts) = take(
        "\
Warning: skipping journal recovery because doing a read-only filesystem check.
Pass 1: Checking inodes, blocks, and sizes
Pass 5: Checking group summary information

         532 inodes used (12.99%, out of 4096)
           0 non-contiguous files (0.0%)
           0 non-contiguous directories (0.0%)
             # of inodes with ind/dind/tind blocks: 0/0/0
             Extent depth histogram: 522
        2374 blocks used (14.49%, out of 16384)
           0 bad blocks
           0 large files

         512 regular files
           8 directories
           0 character device files
           0 block device files
           1 fifo
           1 link
           2 symbolic links (1 fast symbolic link)
           0 sockets
------------
         524 files
",
        "e2fsck 1.47.0 (5-Feb-2023)\n",
    );
    assert_eq!(problems, []);
    let totals = &facts.totals;
    let counted = (totals.entries, totals.directories, totals.files, totals.symlinks, totals.other);
    assert_eq!(counted, (524, 8, 513, 2, 1));
    assert!(facts.journal_skipped && !facts.in_use && !facts.no_superblock);
    assert_eq!((facts.version.as_str(), facts.passes), ("1.47.0 (5-Feb-2023)", 2));
}

#[test]
fn why_it_gave_up_is_no_problem() {
    let (problems, facts) = take(
        "\
Could this be a zero-length partition?

The superblock could not be read or does not describe a valid ext2/ext3/ext4
filesystem.  If the device is valid and it really contains an ext2/ext3/ext4
filesystem (and not swap or ufs or something else), then the superblock
is corrupt, and you might try running e2fsck with an alternate superblock:
    e2fsck -b 8193 <device>
 or
    e2fsck -b 32768 <device>

",
        "/proc/self/fd/0 has unsupported feature(s): FEATURE_I31\n\
         e2fsck: Get a newer version of e2fsck!\n",
    );
    assert_eq!(problems, []);
    assert!(facts.no_superblock);
    assert_eq!(facts.unknown_features.as_deref(), Some("FEATURE_I31"));
    assert_eq!(facts.last_words, ["Get a newer version of e2fsck!"]);
}

/// Names are anybody's; e2fsck escapes control characters and what is not ASCII.
#[test]
fn hostile_names_do_not_mislead() {
    expect(
        "\
Entry 'GrM-CM-<M-CM-^_e' in / (2) has deleted/unused inode 12.  Clear? no
Entry 'x' in /y (3) has z' in /d' in /e (7) has deleted/unused inode 9.  Clear? no
Entry 'block 5 group 7 inode 3' in / (2) has an incorrect filetype (was 1, should be 0).
Fix? no
Symlink /inode 5? no (inode #531) is invalid.
Clear? no
",
        &[
            (
                Some("/Grüße"),
                Some(12),
                "Entry 'GrM-CM-<M-CM-^_e' in / (2) has deleted/unused inode 12",
                &["in directory inode 2"],
            ),
            (
                Some("/y/x"),
                Some(9),
                "Entry 'x' in /y (3) has z' in /d' in /e (7) has deleted/unused inode 9",
                &["in directory inode 3"],
            ),
            (
                Some("/block 5 group 7 inode 3"),
                None,
                "Entry 'block 5 group 7 inode 3' in / (2) has an incorrect filetype (was 1, \
                 should be 0)",
                &["in directory inode 2"],
            ),
            (Some("/inode 5? no"), Some(531), "Symlink /inode 5? no (inode #531) is invalid", &[]),
        ],
    );
    let doubtful = findings("Symlink /a^[[2J (inode #531) is invalid.\nClear? no");
    assert_eq!(doubtful[0].subject.path.as_ref().unwrap().as_bytes(), b"/a^[[2J");
    assert!(doubtful[0].evidence[0].contains("as e2fsck prints it"));
}

/// Bytes of a label, or of a program that is no e2fsck.
#[test]
fn bytes_that_are_no_text_break_nothing() {
    let mut problems = Vec::new();
    let mut transcript = Transcript::new(|problem| problems.push(problem));
    for line in [
        &b"\xff\x1b[2J"[..],
        b"Entry 'A\x80' in / (2) has deleted/unused inode 9.  Clear? no",
        b"\0",
        b"? no",
        b"Fix? no",
        b"'..' in ",
        b"Entry '",
        b"File  (inode #",
    ] {
        transcript.take(Said::Out(line.to_vec()), |_| ());
        transcript.take(Said::Err(line.to_vec()), |_| ());
    }
    transcript.finish();
    assert!(problems.len() >= 5, "{problems:?}");
}

#[test]
fn a_file_shared_by_very_many_is_one_problem_of_bounded_size() {
    let mut out = "File /a (inode #12, mod time x)\n  has 1 multiply-claimed block(s), shared with 9999 file(s):\n".to_owned();
    let names = (0..9999).map(|number| format!("\t/b{number} (inode #{number}, mod time x)\n"));
    out.extend(names);
    out += "Clone multiply-claimed blocks? no\n\nDelete file? no\n\n";
    let found = findings(&out);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].evidence.len(), DETAILS + 1);
    assert_eq!(found[0].evidence[DETAILS], format!("and {} more", 9999 - DETAILS));
    let mut collector = FindingCollector::new(false);
    found.into_iter().for_each(|finding| collector.add(finding));
    assert_eq!(collector.count_defects(), 1);
}
