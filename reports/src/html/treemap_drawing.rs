//! The drawing of a tree: rectangles in one another, as large as what is in them.

use maud::{Markup, PreEscaped, html};

use super::treemap::{Tree, damage_words};
use super::treemap_layout::{Area, squarified};
use crate::DirectoryRow;
use crate::numbers::{bytes, counted};

/// A drawing in its own units. There is a wide one and one for a narrow page, so that letters keep
/// their size.
#[derive(Clone, Copy)]
struct Drawing {
    class: &'static str,
    width: u16,
    height: u16,
}

const DRAWINGS: [Drawing; 2] = [
    Drawing { class: "for-wide", width: 1000, height: 460 },
    Drawing { class: "for-narrow", width: 360, height: 420 },
];

/// Levels that are drawn in one another.
const LEVELS: usize = 12;

/// The width of a letter, and the height of a line.
const LETTER: f64 = 7.0;
const LINE: f64 = 18.0;

pub(super) fn drawing(tree: &Tree<'_>) -> Markup {
    let size = |index: &usize| tree.rows.get(*index).map_or(0, |row| row.bytes_apparent);
    let sum = tree.roots.iter().map(size).fold(0, u64::saturating_add);
    if sum == 0 {
        return html! { p { "No file here has any bytes." } };
    }
    html! {
        figure.treemap {
            @for drawing in DRAWINGS { (one_drawing(tree, drawing)) }
            figcaption {
                "Area: bytes of the files in a directory and below it. "
                span.key.corrupt { "Hatched: damage is proven in it" } ", "
                span.key.suspect { "dotted outline: likely" } "."
            }
        }
    }
}

fn one_drawing(tree: &Tree<'_>, drawing: Drawing) -> Markup {
    let Drawing { class, width, height } = drawing;
    let whole = Area { x: 0.0, y: 0.0, width: width.into(), height: height.into() };
    let mut shapes = String::new();
    draw_all(tree, &tree.roots, Rest::default(), whole, 0, &mut shapes);
    html! {
        svg.(class) viewBox={ "0 0 " (width) " " (height) } role="img"
            aria-labelledby={ (class) "-title " (class) "-desc" } {
            title id={ (class) "-title" } { "The largest directories" }
            desc id={ (class) "-desc" } {
                "Each rectangle is a directory, as large as the bytes in it and below. "
                "Hatched ones hold damage. The table below has the same numbers."
            }
            defs {
                (hatch(class, "corrupt", "M-2 2l4-4M0 8l8-8M6 10l4-4"))
                (hatch(class, "suspect", "M-2 6l4 4M0 0l8 8M6-2l4 4"))
            }
            (PreEscaped(&shapes))
        }
    }
}

fn hatch(drawing: &str, class: &str, lines: &str) -> Markup {
    html! {
        pattern.(class) id={ (drawing) "-" (class) } width="8" height="8" patternUnits="userSpaceOnUse" {
            rect width="8" height="8" {}
            path d=(lines) {}
        }
    }
}

/// What a row holds besides the rows within it.
#[derive(Clone, Copy, Default)]
struct Rest {
    /// Bytes: those of files in the directory itself as well.
    bytes: u64,
    /// Directories without a row.
    directories: u64,
}

impl Rest {
    fn of(tree: &Tree<'_>, index: usize) -> Self {
        let row = |index: usize| tree.rows.get(index);
        let told = tree.below(index).iter().filter_map(|index| row(*index));
        let (mut bytes, mut directories) = (0_u64, 0_u64);
        for row in told {
            bytes = bytes.saturating_add(row.bytes_apparent);
            directories = directories.saturating_add(row.directories).saturating_add(1);
        }
        Rest {
            bytes: row(index).map_or(0, |row| row.bytes_apparent).saturating_sub(bytes),
            directories: row(index).map_or(0, |row| row.directories).saturating_sub(directories),
        }
    }
}

/// Draws rows within one that holds a rest besides.
fn draw_all(
    tree: &Tree<'_>,
    rows: &[usize],
    rest: Rest,
    area: Area,
    level: usize,
    shapes: &mut String,
) {
    let sizes = rows.iter().map(|index| tree.rows.get(*index).map_or(0, |row| row.bytes_apparent));
    let mut weights: Vec<u64> = sizes.collect();
    // Where files of the directory itself are more than what is below, they come first.
    let at = weights.partition_point(|weight| *weight >= rest.bytes);
    weights.insert(at, rest.bytes);
    let mut areas = squarified(&weights, area);
    let left = areas.remove(at);
    if rest.directories > 0 {
        draw_rest(rest, left, shapes);
    }
    for (index, area) in rows.iter().zip(areas) {
        draw(tree, *index, area, level, shapes);
    }
}

fn draw(tree: &Tree<'_>, index: usize, area: Area, level: usize, shapes: &mut String) {
    let Some(row) = tree.rows.get(index) else { return };
    if area.width < 2.0 || area.height < 2.0 {
        return;
    }
    let damage = match tree.own_damage(index) {
        (0, 0) => None,
        (0, _) => Some("suspect"),
        _ => Some("corrupt"),
    };
    let labelled = area.width >= 48.0 && area.height >= LINE;
    // Of a large directory the strip with its name is hatched, not all that is sound in it.
    let hatched = if labelled { Area { height: LINE, ..area } } else { area };
    let markup = html! {
        g.{ "level-" (level.min(4)) } {
            (rectangle(area, damage.unwrap_or("sound"), Some(row)))
            @if let Some(class) = damage { (rectangle(hatched, &format!("hatched {class}"), None)) }
            @if labelled { (label(row, area, level == 0)) }
        }
    };
    shapes.push_str(&markup.0);
    draw_below(tree, index, area.inset(2.0, if labelled { LINE } else { 2.0 }), level, shapes);
}

fn draw_below(tree: &Tree<'_>, index: usize, area: Area, level: usize, shapes: &mut String) {
    let below = tree.below(index);
    if level < LEVELS && area.width > 6.0 && area.height > 6.0 && !below.is_empty() {
        draw_all(tree, below, Rest::of(tree, index), area, level + 1, shapes);
    }
}

/// Draws the directories that have no row as one box.
fn draw_rest(rest: Rest, area: Area, shapes: &mut String) {
    let more = counted(rest.directories, "more directory", "more directories");
    let words = format!("and {more}");
    let choices = [words.as_str(), "and more"];
    let room = ((area.width - 10.0) / LETTER).max(0.0) as usize;
    let Some(label) = choices.into_iter().find(|label| label.len() <= room) else { return };
    let area = area.inset(1.0, 1.0);
    if area.height < LINE {
        return;
    }
    let markup = html! {
        g.rest {
            rect.rest x=(unit(area.x)) y=(unit(area.y)) width=(unit(area.width)) height=(unit(area.height)) {
                title { (words) ", and the files beside them: " (bytes(rest.bytes)) }
            }
            text x=(unit(area.x + 5.0)) y=(unit(area.y + 13.0)) aria-hidden="true" { (label) }
        }
    };
    shapes.push_str(&markup.0);
}

fn rectangle(area: Area, class: &str, told: Option<&DirectoryRow>) -> Markup {
    html! {
        rect.(class) x=(unit(area.x)) y=(unit(area.y)) width=(unit(area.width)) height=(unit(area.height)) {
            @if let Some(row) = told { title { (row.path.escaped()) ": " (tooltip(row)) } }
        }
    }
}

/// A number of the drawing with one digit behind the point.
fn unit(number: f64) -> String {
    format!("{number:.1}")
}

/// The name, and as much more as there is room for.
fn label(row: &DirectoryRow, area: Area, is_root: bool) -> Markup {
    let path = row.path.escaped();
    let last = path.rsplit('/').next().filter(|name| !name.is_empty() && !is_root);
    let name = last.unwrap_or(&path);
    let room = ((area.width - 10.0) / LETTER).max(0.0) as usize;
    html! {
        text x=(unit(area.x + 5.0)) y=(unit(area.y + 13.0)) aria-hidden="true" { (fitting(name, row, room)) }
    }
}

fn fitting(name: &str, row: &DirectoryRow, room: usize) -> String {
    let (size, damage) = (bytes(row.bytes_apparent), damage_words((row.corrupt, row.suspect)));
    let damage = if damage.is_empty() { damage } else { format!(" · {damage}") };
    let choices = [format!("{name}  {size}{damage}"), format!("{name}{damage}"), name.to_owned()];
    let fits = choices.into_iter().find(|text| text.chars().count() <= room);
    fits.unwrap_or_else(|| {
        let cut: String = name.chars().take(room.saturating_sub(1)).collect();
        format!("{cut}…")
    })
}

fn tooltip(row: &DirectoryRow) -> String {
    let size = bytes(row.bytes_apparent);
    let files = counted(row.files, "file", "files");
    match damage_words((row.corrupt, row.suspect)) {
        words if words.is_empty() => format!("{size} in {files}"),
        words => format!("{size} in {files}; {words}"),
    }
}
