//! A directory that is read in steps, while what is in it changes.
//!
//! The rule is POSIX's of readdir(3): a name that was there when the directory was opened or
//! rewound and that nobody touched since comes exactly once. One that was removed or added since
//! may come or not; each time that it was touched it may come once more. No other name comes.

use std::collections::HashMap;
use std::mem::discriminant;

use foldhash::fast::FixedState;

use super::NodeId;
use crate::name::Name;
use crate::outcome::{Row, RowName, Rows};

/// How often a name came, and how often it may.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Whether it was there at the beginning.
    there: bool,
    /// How often it was touched since.
    touched: u32,
    /// How often it came.
    came: u32,
}

/// An open directory.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Which.
    pub node: NodeId,
    tallies: HashMap<Name, Tally, FixedState>,
    /// What came since it was opened or rewound: the names, in order.
    rows: Vec<RowName>,
    /// How often `.` and `..` came.
    dots: [u32; 2],
}

/// What is wrong with the rows of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misread {
    /// A name that was there and that nobody touched did not come.
    Missing(Name),
    /// A name came more often than it may.
    Twice(Name),
    /// A name came that was never there.
    Invented(RowName),
    /// `.` or `..` did not come.
    DotsMissing,
    /// `.` or `..` came more than once.
    DotsTwice,
}

impl Stream {
    /// Opened now.
    pub fn new(node: NodeId, entries: impl Iterator<Item = Name>) -> Self {
        let there = Tally { there: true, ..Tally::default() };
        let tallies = entries.map(|name| (name, there)).collect();
        Stream { node, tallies, rows: Vec::new(), dots: [0; 2] }
    }

    /// A name was added, removed or replaced.
    pub fn touch(&mut self, name: Name) {
        self.tallies.entry(name).or_default().touched += 1;
    }

    /// How many rows came.
    pub fn came(&self) -> usize {
        self.rows.len()
    }

    /// Every name that was in it since.
    pub fn names(&self) -> impl Iterator<Item = Name> {
        self.tallies.keys().copied()
    }

    /// Whether any name was touched since.
    pub fn has_changed(&self) -> bool {
        self.tallies.values().any(|tally| tally.touched > 0)
    }

    /// Whether nobody touched this name since.
    pub fn is_untouched(&self, name: Name) -> bool {
        self.tallies.get(&name).is_some_and(|tally| tally.touched == 0)
    }

    /// What is wrong with rows that come now: of each kind the first.
    pub fn judge(&self, rows: &Rows) -> Vec<Misread> {
        let mut after = self.clone_counts();
        let mut wrong: Vec<Misread> = Vec::new();
        for misread in rows.rows.iter().filter_map(|row| after.take(row)) {
            if wrong.iter().all(|other| discriminant(other) != discriminant(&misread)) {
                wrong.push(misread);
            }
        }
        if rows.end {
            wrong.extend(after.missing());
            wrong.extend(after.dots.contains(&0).then_some(Misread::DotsMissing));
        }
        wrong
    }

    /// Takes note of rows.
    pub fn take(&mut self, rows: &[Row]) {
        for row in rows {
            match row.name {
                RowName::Dot => self.dots[0] += 1,
                RowName::DotDot => self.dots[1] += 1,
                RowName::Known(name) => self.tallies.entry(name).or_default().came += 1,
                RowName::Foreign(_) => {}
            }
            self.rows.push(row.name.clone());
        }
    }

    /// Goes back to behind a row: what came after that may come again.
    pub fn seek_back(&mut self, row: usize) {
        for name in self.rows.split_off((row + 1).min(self.rows.len())) {
            match name {
                RowName::Dot => self.dots[0] -= 1,
                RowName::DotDot => self.dots[1] -= 1,
                RowName::Known(name) => {
                    if let Some(tally) = self.tallies.get_mut(&name) {
                        tally.came -= 1;
                    }
                }
                RowName::Foreign(_) => {}
            }
        }
    }

    fn clone_counts(&self) -> Counts<'_> {
        Counts { stream: self, more: HashMap::default(), dots: self.dots }
    }
}

/// Counts as they are with the rows that are being judged.
struct Counts<'a> {
    stream: &'a Stream,
    more: HashMap<Name, u32, FixedState>,
    dots: [u32; 2],
}

impl Counts<'_> {
    fn take(&mut self, row: &Row) -> Option<Misread> {
        match &row.name {
            RowName::Dot => self.dots[0] += 1,
            RowName::DotDot => self.dots[1] += 1,
            RowName::Known(name) => return self.take_name(*name),
            RowName::Foreign(_) => return Some(Misread::Invented(row.name.clone())),
        }
        self.dots.iter().any(|count| *count > 1).then_some(Misread::DotsTwice)
    }

    fn take_name(&mut self, name: Name) -> Option<Misread> {
        let Some(tally) = self.stream.tallies.get(&name) else {
            return Some(Misread::Invented(RowName::Known(name)));
        };
        let more = self.more.entry(name).or_default();
        *more += 1;
        let most = u32::from(tally.there) + tally.touched;
        (tally.came + *more > most).then_some(Misread::Twice(name))
    }

    /// At the end: the first name that should have come.
    fn missing(&self) -> Option<Misread> {
        let came = |name: &Name, tally: &Tally| {
            tally.came + self.more.get(name).copied().unwrap_or_default()
        };
        let mut tallies = self.stream.tallies.iter();
        let missing = tallies
            .find(|(name, tally)| tally.there && tally.touched == 0 && came(name, tally) == 0);
        missing.map(|(name, _)| Misread::Missing(*name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Family;

    fn name(number: u16) -> Name {
        Family::File.name(number)
    }

    fn row(name: RowName) -> Row {
        Row { name, kind: None, ino: 1, next: 1 }
    }

    fn rows(numbers: &[u16], end: bool) -> Rows {
        let dots = [RowName::Dot, RowName::DotDot].map(row);
        let known = numbers.iter().map(|number| row(RowName::Known(name(*number))));
        Rows { rows: dots.into_iter().chain(known).collect(), end }
    }

    fn stream() -> Stream {
        Stream::new(NodeId(0), (0..3).map(name))
    }

    #[test]
    fn untouched_names_come_exactly_once() {
        assert_eq!(stream().judge(&rows(&[2, 0, 1], true)), []);
        assert_eq!(stream().judge(&rows(&[2, 0], true)), [Misread::Missing(name(1))]);
        assert_eq!(stream().judge(&rows(&[2, 0], false)), [], "more may come");
        assert_eq!(stream().judge(&rows(&[2, 0, 0], false)), [Misread::Twice(name(0))]);
        let invented = Misread::Invented(RowName::Known(name(7)));
        assert_eq!(stream().judge(&rows(&[7], false)), [invented]);
        let foreign = Rows { rows: vec![row(RowName::Foreign(b"x".to_vec()))], end: false };
        assert!(matches!(stream().judge(&foreign)[..], [Misread::Invented(_)]));
        let no_dots = Rows { rows: rows(&[0, 1, 2], true).rows.split_off(1), end: true };
        assert_eq!(stream().judge(&no_dots), [Misread::DotsMissing]);
    }

    #[test]
    fn a_touched_name_may_come_once_more_for_each_time() {
        let mut stream = stream();
        stream.touch(name(1));
        stream.touch(name(9));
        assert_eq!(stream.judge(&rows(&[0, 2], true)), []);
        assert_eq!(stream.judge(&rows(&[0, 1, 2, 1, 9], true)), []);
        assert_eq!(stream.judge(&rows(&[0, 1, 1, 1, 2], true)), [Misread::Twice(name(1))]);
        assert_eq!(stream.judge(&rows(&[0, 9, 9, 2], true)), [Misread::Twice(name(9))]);
    }

    #[test]
    fn what_came_is_remembered_from_step_to_step_and_forgotten_by_going_back() {
        let mut stream = stream();
        stream.take(&rows(&[0, 1], false).rows);
        let next =
            |numbers: &[u16]| Rows { rows: rows(numbers, true).rows.split_off(2), end: true };
        assert_eq!(stream.judge(&next(&[2])), []);
        assert_eq!(stream.judge(&next(&[0, 2])), [Misread::Twice(name(0))]);
        stream.seek_back(2);
        assert_eq!(stream.judge(&next(&[1, 2])), []);
        assert_eq!(stream.judge(&next(&[2])), [Misread::Missing(name(1))]);
    }

    #[test]
    fn what_was_removed_may_come_or_not_and_what_came_back_once_more() {
        let mut stream = stream();
        stream.touch(name(0));
        assert_eq!(stream.judge(&rows(&[1, 2], true)), [], "it was removed before it came");
        assert_eq!(stream.judge(&rows(&[0, 1, 2], true)), [], "or after");
        stream.touch(name(0));
        assert_eq!(stream.judge(&rows(&[0, 1, 0, 2, 0], true)), [], "it was there, and added");
        let often = rows(&[0, 0, 0, 0, 1, 2], true);
        assert_eq!(stream.judge(&often), [Misread::Twice(name(0))]);
        assert!(stream.has_changed());
        assert!(stream.is_untouched(name(1)) && !stream.is_untouched(name(0)));
        assert!(!stream.is_untouched(name(9)), "what was never there");
    }

    #[test]
    fn dots_come_once_whatever_happens() {
        let only = |names: &[RowName], end| {
            let rows = names.iter().cloned().map(row).collect();
            Stream::new(NodeId(0), std::iter::empty()).judge(&Rows { rows, end })
        };
        let (dot, above) = (RowName::Dot, RowName::DotDot);
        assert_eq!(only(&[above.clone(), dot.clone()], true), []);
        assert_eq!(only(std::slice::from_ref(&dot), false), [], "the other may come");
        assert_eq!(only(std::slice::from_ref(&dot), true), [Misread::DotsMissing]);
        assert_eq!(only(&[], true), [Misread::DotsMissing]);
        assert_eq!(only(&[dot.clone(), dot, above.clone()], false), [Misread::DotsTwice]);
        assert_eq!(only(&[above.clone(), above], false), [Misread::DotsTwice]);
    }

    #[test]
    fn going_back_keeps_the_row_itself() {
        let mut stream = stream();
        stream.take(&rows(&[0, 1, 2], true).rows);
        let ended = Rows { rows: Vec::new(), end: true };
        stream.seek_back(4);
        assert_eq!(stream.judge(&ended), [], "the last row: nothing is left");
        stream.seek_back(100);
        assert_eq!((stream.judge(&ended), stream.came()), (vec![], 5), "no row that came");
        stream.seek_back(0);
        let [Misread::Missing(_), Misread::DotsMissing] = stream.judge(&ended)[..] else {
            panic!("{:?}", stream.judge(&ended));
        };
        assert_eq!(stream.came(), 1);
        let mut again = rows(&[0, 1, 2], true);
        assert_eq!(stream.judge(&again), [Misread::DotsTwice], "`.` came before");
        again.rows.remove(0);
        assert_eq!(stream.judge(&again), []);
    }

    #[test]
    fn one_kind_of_mistake_hides_no_other() {
        let mut rows = rows(&[0, 0, 7, 0, 8, 1], true);
        rows.rows.remove(1);
        let invented = Misread::Invented(RowName::Known(name(7)));
        let all = [Misread::Twice(name(0)), invented, Misread::Missing(name(2))];
        assert_eq!(stream().judge(&rows), [&all[..], &[Misread::DotsMissing]].concat());
    }
}
