//! A page of text: indents, wraps and colours, and knows nothing of reports.

use std::io::{self, Write};

use super::TextOptions;

/// Columns that prose gets at least, however narrow the terminal or deep the indent.
const NARROWEST: usize = 24;

/// What a piece of text is, as its colour says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// As it comes.
    Plain,
    /// A heading.
    Strong,
    /// What can be skipped.
    Faint,
    /// All is well.
    Good,
    /// A doubt or a risk.
    Doubtful,
    /// Damage.
    Bad,
}

impl Style {
    /// The parameters of the terminal's SGR sequence.
    fn sgr(self) -> Option<&'static str> {
        match self {
            Style::Plain => None,
            Style::Strong => Some("1"),
            Style::Faint => Some("2"),
            Style::Good => Some("1;32"),
            Style::Doubtful => Some("1;33"),
            Style::Bad => Some("1;31"),
        }
    }
}

/// Where text is written, and how wide.
pub(crate) struct Page<'a, W> {
    out: &'a mut W,
    options: TextOptions,
}

impl<'a, W: Write> Page<'a, W> {
    /// A page on `out`.
    pub(crate) fn new(out: &'a mut W, options: TextOptions) -> Self {
        Page { out, options }
    }

    /// Whether everything is to be shown.
    pub(crate) fn verbose(&self) -> bool {
        self.options.verbose
    }

    /// An empty line.
    pub(crate) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A heading, apart from what stands above it.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        self.blank()?;
        self.verbatim(0, Style::Strong, text)
    }

    /// One line as it is, however long: a path or a command that people copy.
    pub(crate) fn verbatim(&mut self, indent: usize, style: Style, text: &str) -> io::Result<()> {
        write!(self.out, "{:indent$}", "")?;
        self.styled(style, text)?;
        self.blank()
    }

    /// Wrapped prose.
    pub(crate) fn paragraph(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for line in wrap(text, self.room(indent)) {
            self.verbatim(indent, Style::Plain, line)?;
        }
        Ok(())
    }

    /// A label, and prose that stays right of it. Below a label that takes half the line, the
    /// prose has lines of its own.
    pub(crate) fn labelled(
        &mut self,
        indent: usize,
        style: Style,
        label: &str,
        text: &str,
    ) -> io::Result<()> {
        let start = indent + label.chars().count() + 2;
        if start > self.options.width / 2 {
            self.verbatim(indent, style, label)?;
            return self.paragraph(indent + 2, text);
        }
        let mut lines = wrap(text, self.room(start)).into_iter();
        write!(self.out, "{:indent$}", "")?;
        self.styled(style, label)?;
        writeln!(self.out, "  {}", lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| self.verbatim(start, Style::Plain, line))
    }

    fn room(&self, indent: usize) -> usize {
        self.options.width.saturating_sub(indent).max(NARROWEST)
    }

    fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        match style.sgr() {
            Some(sgr) if self.options.color => write!(self.out, "\x1b[{sgr}m{text}\x1b[0m"),
            _ => write!(self.out, "{text}"),
        }
    }
}

/// `text` in lines of at most `width` characters, broken at spaces alone: a longer word keeps a
/// line to itself.
fn wrap(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = break_at(rest, width) {
        let (line, after) = rest.split_at(end);
        lines.push(line);
        rest = after.trim_start_matches(' ');
    }
    lines.push(rest);
    lines
}

/// Where a line of `text` ends, if it does not fit: at the last space within `width`, else at the
/// first beyond.
fn break_at(text: &str, width: usize) -> Option<usize> {
    let (beyond, next) = text.char_indices().nth(width)?;
    if next == ' ' {
        return Some(beyond);
    }
    let head = text.get(..beyond)?;
    head.rfind(' ').or_else(|| text.find(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_long_words_stay_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two", 7), ["one two"]);
        assert_eq!(wrap("/a/very/long/path is", 6), ["/a/very/long/path", "is"]);
        assert_eq!(wrap("in /a/very/long/path", 6), ["in", "/a/very/long/path"]);
        assert_eq!(wrap("zwölf Bögen", 5), ["zwölf", "Bögen"]);
        assert_eq!(wrap("ends with it ", 8), ["ends", "with it "]);
        assert_eq!(wrap("", 7), [""]);
    }
}
