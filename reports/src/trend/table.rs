//! The numbers of a series as tables for a terminal: in the first look, in the one before the newest,
//! and in the newest, of those looks that looked for what is counted.

use std::cmp::Ordering;
use std::io::{self, Write};
use std::ops::Range;

use crate::numbers::{bytes, grouped};
use crate::text::page::Page;
use crate::text::table::{Side, write as write_table};
use crate::trend::by_look::{Columns, last, most};
use crate::trend::moment::Moments;
use crate::trend::text::UNKNOWN;
use crate::trend::{Trend, TrendCode, TrendMeasure, TrendSeries};

/// A row: what it is about, three numbers, and the change from the second to the third.
type Row = [String; 5];

/// Rows about the same looks.
type Table = (Columns, Vec<Row>);

/// Writes the tables, where there is anything to tell: one for all rows about the same looks.
pub(super) fn write<W: Write>(
    series: &TrendSeries,
    trend: &Trend,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let told = series.measures.iter().filter(|measure| !measure.is_nothing());
    let codes = series.codes.iter().filter_map(|row| of_code(row, series));
    let cells = codes.chain(told.filter_map(|row| of_measure(row, series)));
    let mut tables: Vec<Table> = Vec::new();
    for cells in cells.filter(Cells::tell) {
        let columns = cells.columns.clone();
        let row = cells.into_row(columns.is_replaced(series));
        match tables.iter_mut().find(|(others, _)| *others == columns) {
            Some((_, rows)) => rows.push(row),
            None => tables.push((columns, vec![row])),
        }
    }
    tables.into_iter().try_for_each(|table| write_one(table, series, trend, page))
}

fn write_one<W: Write>(
    (columns, rows): Table,
    series: &TrendSeries,
    trend: &Trend,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    page.blank()?;
    let [first, before, now] = headings(&columns, series, trend);
    let head = ["", first.as_str(), before.as_str(), now.as_str(), "change"];
    let sides = [Side::Left, Side::Right, Side::Right, Side::Right, Side::Right];
    if columns.first.is_some() {
        return write_table(2, head, rows.into_iter(), sides, page);
    }
    let narrow = |[name, _, before, now, change]: Row| [name, before, now, change];
    let [name, _, before, now, change] = head;
    let [left, right, ..] = sides;
    let rows = rows.into_iter().map(narrow);
    write_table(2, [name, before, now, change], rows, [left, right, right, right], page)
}

/// When the looks of the columns began; the year stands above, unless there are several.
fn headings(columns: &Columns, series: &TrendSeries, trend: &Trend) -> [String; 3] {
    let began = columns.all().map(|look| Some(trend.report(series, look?.start)?.started_at));
    let moments = Moments::of(began.into_iter().flatten());
    began.map(|time| time.map(|time| moments.short(time)).unwrap_or_default())
}

/// A number of a row.
#[derive(Clone, Copy)]
struct Number {
    value: Option<u64>,
    /// Whether it may be more.
    at_least: bool,
}

/// What stands in a row.
struct Cells<'a> {
    name: &'a str,
    /// The first, the one before the newest, the newest.
    numbers: [Number; 3],
    in_bytes: bool,
    columns: Columns,
}

fn of_code<'a>(row: &'a TrendCode, series: &TrendSeries) -> Option<Cells<'a>> {
    let columns = Columns::of(series, Some(series.kind.check_of(row.code)), &row.counts)?;
    let number = |look: Option<&Range<usize>>| Number {
        value: look.and_then(|look| most(&row.counts, look)),
        at_least: look.is_some_and(|look| row.is_in_part(look.clone())),
    };
    let numbers = columns.all().map(number);
    Some(Cells { name: row.code.as_str(), numbers, in_bytes: false, columns })
}

fn of_measure<'a>(row: &'a TrendMeasure, series: &TrendSeries) -> Option<Cells<'a>> {
    let columns = Columns::of(series, row.quantity.check(), &row.values)?;
    let number = |look: Option<&Range<usize>>| Number {
        value: look.and_then(|look| last(&row.values, look)),
        at_least: false,
    };
    let (name, in_bytes) = (row.quantity.text(), row.quantity.is_bytes());
    Some(Cells { name, numbers: columns.all().map(number), in_bytes, columns })
}

impl Cells<'_> {
    /// Whether any of the numbers is known.
    fn tell(&self) -> bool {
        self.numbers.iter().any(|number| number.value.is_some())
    }

    fn shown(&self, value: u64) -> String {
        if self.in_bytes { bytes(value) } else { grouped(value) }
    }

    fn cell(&self, number: Number) -> String {
        match number.value {
            None => UNKNOWN.to_owned(),
            Some(value) if number.at_least => format!("{}+", self.shown(value)),
            Some(value) => self.shown(value),
        }
    }

    /// The change to the newest look, where both numbers are whole.
    fn change(&self) -> Option<String> {
        let [_, before, now] = self.numbers.map(|it| it.value.filter(|_| !it.at_least));
        let (before, now) = before.zip(now)?;
        Some(match now.cmp(&before) {
            Ordering::Less => format!("-{}", self.shown(before - now)),
            Ordering::Equal => "0".to_owned(),
            Ordering::Greater => format!("+{}", self.shown(now - before)),
        })
    }

    /// The texts. Numbers of two filesystems are not held against one another.
    fn into_row(self, is_replaced: bool) -> Row {
        let change = self.change().filter(|_| !is_replaced).unwrap_or_default();
        let [first, before, now] = self.numbers.map(|number| self.cell(number));
        [self.name.to_owned(), first, before, now, change]
    }
}
