use std::fs;
use std::path::Path;

use super::*;
use crate::nightly::MARKER;

/// Nights of a byte each.
fn nights(names: &[&str]) -> Vec<Lying> {
    let mut names = names.to_vec();
    names.sort_unstable_by(|a, b| b.cmp(a));
    let night = |name: &str| {
        let began = night_name::time(name).unwrap();
        Lying { name: name.to_owned(), began, bytes: 1 }
    };
    names.into_iter().map(night).collect()
}

fn going(judged: &Judged) -> Vec<&str> {
    judged.going().map(|(name, _)| name).collect()
}

/// The night of the 20th of January 2024 has come to its end: what goes, and what is remarked.
#[test]
fn a_clock_that_was_ahead_costs_no_night() {
    let now = night_name::time("2024-01-20T02-00-00Z").unwrap();
    let (old, last) = ("2024-01-01T02-00-00Z", "2024-01-19T02-00-00Z");
    let (before, future) = ("2024-01-18T02-00-00Z", "2099-01-01T02-00-00Z");
    let (tonight, most) = ("2024-01-20T01-00-00Z", 60);
    for (nights, most, expected, remark) in [
        (vec![tonight], most, vec![], ""),
        (vec![old, last, tonight], most, vec![], "jump of the clock"),
        // What is yet to come stays, and takes nobody's place.
        (vec![before, last, tonight, future], most, vec![], "2099-01-01T02-00-00Z is yet to come"),
        (vec![before, last, tonight, future], 2, vec![before], "yet to come"),
        (vec![last, tonight, future], 1, vec![last], "yet to come"),
        (vec![future, tonight], 1, vec![], "yet to come"),
        // All of them in all, tonight's among them.
        (vec![before, last, tonight], 1, vec![last, before], ""),
        (vec![before, last, tonight], 2, vec![before], ""),
        (vec![before, last, tonight], 3, vec![], ""),
    ] {
        let keep = Keep { days: 10, nights: most, bytes: u64::MAX };
        let judged = judge(&self::nights(&nights), keep, now, Some(tonight));
        assert_eq!(going(&judged), expected, "{nights:?}, {most}: {judged:?}");
        let remarks = judged.remarks.join("\n");
        assert_eq!(remarks.is_empty(), remark.is_empty(), "{nights:?}: {remarks}");
        assert!(remarks.contains(remark), "{nights:?}: {remarks}");
    }
}

/// The clock is ahead, night after night, and then it is put back: none goes before its time.
#[test]
fn no_night_after_a_jump_removes_one_by_its_age() {
    let keep = Keep { days: 10, nights: 60, bytes: u64::MAX };
    let name = |day: &str| format!("{day}T02-00-00Z");
    let sound = (1..=9).map(|day| name(&format!("2024-01-0{day}")));
    let ahead = (1..=4).map(|day| name(&format!("2099-05-0{day}")));
    let back = (14..=16).map(|day| name(&format!("2024-01-{day}")));
    // In the order in which they are, a day apart.
    let all: Vec<String> = sound.chain(ahead).chain(back).collect();
    for tonight in 9..all.len() {
        let now = night_name::time(&all[tonight]).unwrap();
        let names: Vec<_> = all[..=tonight].iter().map(String::as_str).collect();
        for (names, ended) in [(&names[..tonight], None), (&names[..], Some(names[tonight]))] {
            let judged = judge(&nights(names), keep, now, ended);
            let age = |name: &str| tonight - names.iter().position(|it| *it == name).unwrap();
            let gone = going(&judged);
            assert!(gone.iter().all(|name| age(name) >= 10), "{tonight}: {gone:?}");
            // Before the clock is put back those go whose time is over.
            let over = tonight.saturating_sub(9);
            assert!(tonight > 12 || gone.len() == over, "{tonight}: {gone:?}");
        }
    }
}

#[test]
fn nights_go_by_age_number_and_size() {
    let now = night_name::time("2024-01-09T03-00-00Z").unwrap();
    let names: Vec<_> = (1..=9).map(|day| format!("2024-01-0{day}T02-00-00Z")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let usual = Keep { days: 60, nights: 60, bytes: 60 };
    for (keep, left, why) in [
        (usual, 9, ""),
        (Keep { days: 3, ..usual }, 3, "3 days old (`keep.days`)"),
        (Keep { nights: 1, ..usual }, 1, "1 newer one is kept (`keep.nights`)"),
        (Keep { nights: 4, ..usual }, 4, "4 newer ones are kept (`keep.nights`)"),
        (Keep { bytes: 5, ..usual }, 5, "it and newer ones take 6 bytes (`keep.bytes`)"),
        (Keep { bytes: 0, ..usual }, 1, "it and newer ones take 2 bytes (`keep.bytes`)"),
    ] {
        let judged = judge(&nights(&names), keep, now, names.last().copied());
        assert_eq!(going(&judged).len(), 9 - left, "{keep:?}: {judged:?}");
        let first = judged.going().next().map(|(_, why)| why);
        assert_eq!(first.unwrap_or_default(), why, "{judged:?}");
    }
    // Before a night that is not there yet the newest that came to its end stays.
    let partial = "2024-01-09T02-30-00Z.partial";
    let names = [&names[..], &[partial]].concat();
    let judged = judge(&nights(&names), Keep { nights: 1, ..usual }, now, None);
    assert!(!going(&judged).contains(&partial) && going(&judged).len() == 8, "{judged:?}");
    assert!(!going(&judged).contains(&"2024-01-09T02-00-00Z"), "{judged:?}");
}

/// What is counted on is no more than what a removal would free.
#[test]
fn what_can_be_had_again_is_what_nights_wrote() {
    let top = tempfile::tempdir().unwrap();
    let store = Store::there(top.path().canonicalize().unwrap()).unwrap();
    let text = "roots = [\"/proc\"]\n[keep]\ndays = 100000\nnights = 1";
    let config = Config::read(text, Path::new("nightly.toml")).unwrap();
    let night = |day: u32| store.path.join(format!("2024-01-0{day}T02-00-00Z"));
    for day in 1..=3 {
        fs::create_dir_all(night(day).join("reproducers")).unwrap();
        fs::write(night(day).join(MARKER), "").unwrap();
        fs::write(night(day).join("reproducers/home-1.ops"), vec![b'x'; 64 << 10]).unwrap();
    }
    fs::write(night(1).join("notes.txt"), "mine").unwrap();
    let free = reclaimable(&store, &config, Timestamp::now()).unwrap();
    // Reproducers count; a night that stays for the sake of another's file does not.
    assert!((64 << 10..128 << 10).contains(&free), "{free}");
    let tidied = tidy(&store, &config, Timestamp::now(), None).unwrap();
    let [told] = &tidied.told[..] else { panic!("{tidied:?}") };
    assert!(told.starts_with("2024-01-02T02-00-00Z: "), "{told}");
    assert!(tidied.remarks[0].starts_with("2024-01-01T02-00-00Z stays: "), "{tidied:?}");
    assert!(night(1).join("notes.txt").exists() && !night(2).exists());
}
