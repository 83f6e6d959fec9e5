//! The numbers of a series as tables for a terminal: in the first look, in the one before the newest,
//! and in the newest, of those looks that looked for what is counted.

use std::cmp::Ordering;
use std::io::{self, Write};

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

/// What stands in a row.
struct Cells<'a> {
    name: &'a str,
    /// The first, the one before the newest, the newest.
    values: [Option<u64>; 3],
    /// Which of them may be more.
    at_least: [bool; 3],
    in_bytes: bool,
    columns: Columns,
}

fn of_code<'a>(row: &'a TrendCode, series: &TrendSeries) -> Option<Cells<'a>> {
    let columns = Columns::of(series, Some(series.kind.check_of(row.code)), &row.counts)?;
    let knows = |run: &usize| row.counts.get(*run).copied().flatten().is_some();
    let in_part = |run: usize| row.at_least.iter().any(|it| *it as usize == run);
    Some(Cells {
        name: row.code.as_str(),
        values: columns.all().map(|look| most(&row.counts, look?)),
        // What one run of a look counted whole is not more for what another did not look at.
        at_least: columns
            .all()
            .map(|look| look.is_some_and(|look| look.clone().filter(knows).all(in_part))),
        in_bytes: false,
        columns,
    })
}

fn of_measure<'a>(row: &'a TrendMeasure, series: &TrendSeries) -> Option<Cells<'a>> {
    let columns = Columns::of(series, row.quantity.check(), &row.values)?;
    Some(Cells {
        name: row.quantity.text(),
        values: columns.all().map(|look| last(&row.values, look?)),
        at_least: [false; 3],
        in_bytes: row.quantity.is_bytes(),
        columns,
    })
}

impl Cells<'_> {
    /// Whether any of the numbers is known.
    fn tell(&self) -> bool {
        self.values.iter().any(Option::is_some)
    }

    fn shown(&self, value: u64) -> String {
        if self.in_bytes { bytes(value) } else { grouped(value) }
    }

    /// The texts. Numbers of two filesystems are not held against one another.
    fn into_row(self, is_replaced: bool) -> Row {
        let [_, before, now] = self.values;
        let [_, before_in_part, now_in_part] = self.at_least;
        let is_told = !is_replaced && !before_in_part && !now_in_part;
        let change = before.zip(now).filter(|_| is_told);
        let change = change.map(|(before, now)| match now.cmp(&before) {
            Ordering::Less => format!("-{}", self.shown(before - now)),
            Ordering::Equal => "0".to_owned(),
            Ordering::Greater => format!("+{}", self.shown(now - before)),
        });
        let cell = |(value, at_least): (Option<u64>, bool)| match value {
            None => UNKNOWN.to_owned(),
            Some(value) if at_least => format!("{}+", self.shown(value)),
            Some(value) => self.shown(value),
        };
        let [a, b, c] = self.values;
        let [x, y, z] = self.at_least;
        let [first, before, now] = [(a, x), (b, y), (c, z)].map(cell);
        [self.name.to_owned(), first, before, now, change.unwrap_or_default()]
    }
}
