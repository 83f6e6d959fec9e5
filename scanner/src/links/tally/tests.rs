//! Names counted, by one walk and by several.

use std::fs::{File, hard_link, write};
use std::os::fd::AsFd;

use super::*;

/// Facts of a real file with another number and link count, changed long before the scan.
fn facts(ino: u64, nlink: u32) -> InodeFacts {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("file"), "").unwrap();
    hard_link(folder.path().join("file"), folder.path().join("other")).unwrap();
    let file = File::open(folder.path().join("file")).unwrap();
    InodeFacts::of_descriptor(file.as_fd()).unwrap().changed(|s| {
        s.ino = ino;
        s.nlink = nlink;
        s.changed_at.0 = 1000;
    })
}

/// Meets a file in several directories.
fn met(tally: &Tally, facts: &InodeFacts, times: usize) -> Vec<Sighting> {
    let mut singles = SingleLinks::default();
    let mut meet = |_| {
        let sighting = tally.meet_file(facts, &mut singles);
        tally.meet_singles(&mut singles);
        sighting
    };
    (0..times).map(&mut meet).collect()
}

#[test]
fn names_and_links_that_agree_are_forgotten() {
    let tally = Tally::new(Moment::at(2000));
    assert_eq!(met(&tally, &facts(12, 1), 1), [Sighting::First]);
    let thrice = [Sighting::First, Sighting::Again, Sighting::Again];
    assert_eq!(met(&tally, &facts(13, 3), 3), thrice);
    assert_eq!(tally.disagreements(true), []);
}

#[test]
fn too_many_names_are_wrong_at_once_and_too_few_in_a_whole_tree() {
    let tally = Tally::new(Moment::at(2000));
    met(&tally, &facts(12, 1), 2);
    met(&tally, &facts(13, 2), 3);
    met(&tally, &facts(14, 5), 4);
    let numbers = |whole| -> Vec<u64> {
        tally.disagreements(whole).iter().map(|disagreement| disagreement.ino).collect()
    };
    assert_eq!(numbers(false), [12, 13]);
    assert_eq!(numbers(true), [12, 13, 14]);
}

#[test]
fn files_of_one_link_and_several_names_are_told_whoever_met_the_names() {
    let [one, other] = [(); 2].map(|()| Tally::new(Moment::at(2000)));
    for (tally, times) in [(&one, 2), (&other, 1)] {
        met(tally, &facts(12, 1), times);
        met(tally, &facts(13, 1), usize::from(times == 2));
        met(tally, &facts(14, 2), 3);
    }
    assert_eq!(one.looked_into_again(), [(12, 2)].into());
    one.join(other.to_facts(None));
    assert_eq!(one.looked_into_again(), [(12, 3)].into());
}

#[test]
fn names_in_one_directory_are_counted_like_those_in_many() {
    let tally = Tally::new(Moment::at(2000));
    let mut singles = SingleLinks::default();
    for ino in [700, 12, 5, 12, 1 << 60, 513] {
        tally.meet_file(&facts(ino, 1), &mut singles);
    }
    tally.meet_singles(&mut singles);
    assert_eq!(tally.disagreements(false), [Disagreement { ino: 12, explained: false }]);
}

#[test]
fn a_change_during_the_scan_explains_a_disagreement() {
    let tally = Tally::new(Moment::at(1000));
    met(&tally, &facts(12, 1), 2);
    assert_eq!(tally.disagreements(false), [Disagreement { ino: 12, explained: true }]);
}

#[test]
fn a_change_that_another_thread_saw_explains_it_as_well() {
    let tally = Tally::new(Moment::at(2000));
    let mut threads = [SingleLinks::default(), SingleLinks::default()];
    let changed = facts(12, 1).changed(|s| s.changed_at.0 = 3000);
    tally.meet_file(&changed, &mut threads[0]);
    tally.meet_file(&facts(12, 1), &mut threads[1]);
    threads.iter_mut().for_each(|thread| tally.meet_singles(thread));
    assert_eq!(tally.disagreements(false), [Disagreement { ino: 12, explained: true }]);
}

#[test]
fn neighbours_in_one_word_are_told_apart() {
    let tally = Tally::new(Moment::at(2000));
    for ino in 0..10_000 {
        assert_eq!(tally.meet_directory(ino), Sighting::First, "{ino}");
    }
    assert_eq!(tally.meet_directory(63), Sighting::Again);
    assert_eq!(tally.meet_directory(10_000), Sighting::First);
}

#[test]
fn what_was_met_is_known_by_its_number() {
    let tally = Tally::new(Moment::at(2000));
    tally.meet_directory(2);
    met(&tally, &facts(511, 1), 1);
    met(&tally, &facts(1025, 3), 1);
    let seen = tally.seen();
    assert!([2, 511, 1025].iter().all(|ino| seen.contains(*ino)) && !seen.contains(512));
    assert_eq!(seen.highest(1, 1024), Some(511));
    assert_eq!(seen.highest(512, 1024), None);
    assert_eq!(seen.highest(512, 5000), Some(1025));
}

/// Joins what was met in the directories of two shards; `None` for nothing.
fn joined(one: &[(u64, u32)], other: &[(u64, u32)]) -> Vec<u64> {
    let shards = [one, other].map(|names| {
        let tally = Tally::new(Moment::at(2000));
        names.iter().for_each(|(ino, nlink)| {
            met(&tally, &facts(*ino, *nlink), 1);
        });
        tally
    });
    let whole = Tally::new(Moment::at(2000));
    for shard in shards {
        let text = serde_json::to_string(&shard.to_facts(None)).unwrap();
        whole.join(serde_json::from_str(&text).unwrap());
    }
    whole.disagreements(true).iter().map(|disagreement| disagreement.ino).collect()
}

#[test]
fn names_in_several_shards_are_counted_as_in_one() {
    assert_eq!(joined(&[(12, 1), (700, 1)], &[(13, 1), (1 << 60, 1)]), [0; 0]);
    assert_eq!(joined(&[(12, 3), (12, 3)], &[(12, 3)]), [0; 0], "three names of three");
    assert_eq!(joined(&[(12, 3)], &[(12, 3)]), [12], "two of three");
    assert_eq!(joined(&[(12, 2), (12, 2)], &[(12, 2)]), [12], "three of two");
    assert_eq!(joined(&[(12, 1)], &[(12, 1)]), [12], "two of one");
    assert_eq!(joined(&[(12, 1), (12, 1)], &[]), [12], "two of one in one shard");
    let found = |one: &[(u64, u32)], other: &[(u64, u32)]| {
        let whole = Tally::new(Moment::at(2000));
        for names in [one, other] {
            let shard = Tally::new(Moment::at(2000));
            names.iter().for_each(|(ino, nlink)| {
                met(&shard, &facts(*ino, *nlink), 1);
            });
            whole.join(shard.to_facts(None));
        }
        lock(&whole.files, 12).many.get(&12).map(|names| names.found)
    };
    assert_eq!(found(&[(12, 1); 2], &[(12, 1); 3]), Some(5));
    assert_eq!(found(&[(12, 1)], &[(12, 1); 2]), Some(3));
    assert_eq!(found(&[(12, 1); 2], &[(12, 1)]), Some(3));
}

#[test]
fn a_directory_of_two_shards_is_suspected_and_its_number_seen() {
    let whole = Tally::new(Moment::at(2000));
    for numbers in [[2, 511, 512], [3, 511, 9000]] {
        let shard = Tally::new(Moment::at(2000));
        numbers.iter().for_each(|ino| {
            shard.meet_directory(*ino);
        });
        whole.join(shard.to_facts(None));
    }
    assert_eq!(whole.suspected_directories(), BTreeSet::from([511]));
    assert!([2, 3, 511, 512, 9000].iter().all(|ino| whole.seen().contains(*ino)));
}

#[test]
fn devices_do_not_mix() {
    let tallies = Tallies::new((8, 1), Moment::at(0));
    assert_eq!(tallies.root().meet_directory(2), Sighting::First);
    let other = tallies.other((8, 2)).unwrap();
    assert_eq!(other.meet_directory(2), Sighting::First);
    assert_eq!(tallies.other((8, 2)).unwrap().meet_directory(2), Sighting::Again);
    assert!(tallies.other((8, 1)).is_none());
    assert_eq!(tallies.all().len(), 2);
}
