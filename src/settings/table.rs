//! A table of a settings file, all of whose keys are known.

use reports::Day;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::wrong::{Wrong, meant};

/// A table.
#[derive(Clone, Copy)]
pub struct Table<'a, 'i> {
    fields: &'a DeTable<'i>,
    at: usize,
}

/// A value, and what it is called.
#[derive(Clone, Copy)]
pub struct Field<'a, 'i> {
    name: &'a str,
    value: &'a Spanned<DeValue<'i>>,
}

impl<'a, 'i> Table<'a, 'i> {
    /// The table of a field; `known` are the keys that it may have.
    pub fn new(field: Field<'a, 'i>, known: &[&'static str]) -> Result<Self, Wrong> {
        let DeValue::Table(fields) = field.value.get_ref() else {
            return Err(field.is_not(&format!("a table ([{}])", field.name)));
        };
        Table { fields, at: field.at() }.with(known)
    }

    /// The whole file.
    pub fn whole(fields: &'a DeTable<'i>, known: &[&'static str]) -> Result<Self, Wrong> {
        Table { fields, at: 0 }.with(known)
    }

    fn with(self, known: &[&'static str]) -> Result<Self, Wrong> {
        let unknown = self.fields.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
        // The first in the file: a table is kept in the order of its keys.
        let Some(key) = unknown.min_by_key(|key| key.span().start) else { return Ok(self) };
        let name = key.get_ref();
        let meant = match meant(name, known.iter().copied()) {
            meant if meant.is_empty() => format!("; known: {}", known.join(", ")),
            meant => meant,
        };
        Err(Wrong::new(key.span().start, format!("`{name}` is not known here{meant}")))
    }

    /// A field, where it is there.
    pub fn get(&self, name: &str) -> Option<Field<'a, 'i>> {
        let mut fields = self.fields.iter();
        let (key, value) = fields.find(|(key, _)| key.get_ref() == name)?;
        Some(Field { name: key.get_ref(), value })
    }

    /// A field that has to be there.
    pub fn need(&self, name: &str, why: &str) -> Result<Field<'a, 'i>, Wrong> {
        self.get(name).ok_or_else(|| Wrong::new(self.at, format!("`{name}` is missing: {why}")))
    }
}

impl<'a, 'i> Field<'a, 'i> {
    /// The byte at which the value stands.
    pub fn at(&self) -> usize {
        self.value.span().start
    }

    /// Something is wrong with the value.
    pub fn wrong(&self, what: &str) -> Wrong {
        Wrong::new(self.at(), format!("`{}`: {what}", self.name))
    }

    fn is_not(&self, expected: &str) -> Wrong {
        let found = self.value.get_ref().type_str();
        Wrong::new(self.at(), format!("`{}` has to be {expected}, and is: {found}", self.name))
    }

    /// A string.
    pub fn text(&self) -> Result<&'a str, Wrong> {
        self.value.get_ref().as_str().ok_or_else(|| self.is_not("a string"))
    }

    /// True or false.
    pub fn flag(&self) -> Result<bool, Wrong> {
        self.value.get_ref().as_bool().ok_or_else(|| self.is_not("true or false"))
    }

    /// A number as it is written.
    pub fn number(&self) -> Result<&'a str, Wrong> {
        match self.value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str()),
            DeValue::Float(number) => Ok(number.as_str()),
            _ => Err(self.is_not("a number")),
        }
    }

    /// A list, an item a field.
    pub fn items(&self, of: &str) -> Result<Vec<Field<'a, 'i>>, Wrong> {
        let list = self.value.get_ref().as_array();
        let list = list.ok_or_else(|| self.is_not(&format!("a list of {of}")))?;
        Ok(list.iter().map(|value| Field { name: self.name, value }).collect())
    }

    /// A day.
    pub fn day(&self) -> Result<Day, Wrong> {
        let form = "a date such as 2027-01-31, without quotes and without a time";
        let DeValue::Datetime(moment) = self.value.get_ref() else { return Err(self.is_not(form)) };
        match (moment.date, moment.time, moment.offset) {
            (Some(date), None, None) => Day::new(date.year, date.month, date.day)
                .ok_or_else(|| self.wrong("the calendar has no such day")),
            _ => Err(self.wrong(&format!("it has to be {form}"))),
        }
    }
}
