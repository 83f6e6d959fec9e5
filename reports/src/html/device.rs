//! Where along a device the damage is: a strip, and the same ranges as a table.

use maud::{Markup, html};

use super::bars::{FULL, axis, place};
use super::rows::{ROOM, beyond, rows};
use super::section::{Section, scrolled};
use super::words::word;
use crate::numbers::{bytes, counted, grouped};
use crate::{BlockRange, DeviceBlocks, Report};

/// Marks below a strip.
const MARKS: u64 = 4;

/// Ranges that are drawn of one kind.
const DRAWN: usize = 2000;

/// The check that e2fsck makes of an image.
const OF_IMAGE: &str = "image";

pub(super) fn section(report: &Report) -> Option<Section> {
    let devices = &report.blocks;
    let body = if devices.is_empty() {
        why_there_is_none(report)?
    } else {
        let shown = rows(devices, ROOM, one);
        html! { (shown.markup) (beyond(shown.left_out)) }
    };
    Some(Section::new("device", "Where on the device", body))
}

/// Of an image only e2fsck's sentences are known. A block in them counts now from the beginning of the
/// device and now from that of a file.
fn why_there_is_none(report: &Report) -> Option<Markup> {
    let mut checks = report.roots.iter().flat_map(|root| &root.checks);
    let is_of_image = checks.any(|check| check.name == OF_IMAGE);
    (is_of_image && !report.findings.is_empty()).then(|| {
        html! {
            p.muted {
                "There is no map of an image: e2fsck tells what is wrong, and of many problems not where "
                "on the device; the blocks that it does name stand in the findings."
            }
        }
    })
}

fn one(device: &DeviceBlocks) -> Markup {
    let size = device.blocks.saturating_mul(device.block_size);
    let marks: Vec<_> =
        (0..=MARKS).map(|mark| bytes(size / MARKS * mark + size % MARKS * mark / MARKS)).collect();
    html! {
        article.card {
            h3 { (word(&device.device)) " " span.muted { (bytes(size)) ", blocks of " (bytes(device.block_size)) } }
            figure.strip {
                (strip(device))
                (axis(&marks))
                figcaption {
                    span.key.corrupt { "Full height: damaged" } ", "
                    span.key.suspect { "lower half: blocks of damaged files" } ", "
                    span.key.info { "line at the foot: groups of blocks that damaged inodes belong to" } "."
                    (behind_the_end(device))
                }
            }
            details {
                summary {
                    "The ranges as a table (" (grouped(device.damaged.len() as u64)) " damaged, "
                    (grouped(device.affected.len() as u64)) " of damaged files, "
                    (grouped(device.groups.len() as u64)) " of groups)"
                }
                (table(device))
                @if device.grain > 1 {
                    p.muted {
                        "What was found within the same " (counted(device.grain, "block", "blocks"))
                        " is told as one range from the first to the last."
                    }
                }
            }
        }
    }
}

fn strip(device: &DeviceBlocks) -> Markup {
    let layers = [
        ("info", &device.groups, 35, 5),
        ("suspect", &device.affected, 20, 15),
        ("corrupt", &device.damaged, 0, 35),
    ];
    let label = format!(
        "Positions on the device: {} of damaged blocks, {} of damaged files",
        counted(device.damaged.len() as u64, "range", "ranges"),
        counted(device.affected.len() as u64, "range", "ranges"),
    );
    html! {
        svg viewBox="0 0 1000 40" preserveAspectRatio="none" role="img" aria-label=(label) {
            title { (label) }
            rect.ground x="0" y="0" width="1000" height="40" {}
            @for (class, ranges, top, height) in layers {
                @for (from, width) in drawn(ranges, device.blocks) {
                    rect.(class) x=(from) y=(top) width=(width) height=(height) {}
                }
            }
        }
    }
}

/// Where ranges begin in the drawing and how wide they are: a single block is seen, too.
fn drawn(ranges: &[BlockRange], blocks: u64) -> impl Iterator<Item = (u64, u64)> {
    let within = ranges.iter().filter(move |range| range.start < blocks).take(DRAWN);
    within.map(move |range| {
        let from = place(range.start, blocks).min(FULL - 2);
        (from, place(range.end(), blocks).saturating_sub(from).max(2))
    })
}

fn behind_the_end(device: &DeviceBlocks) -> Markup {
    let all = device.damaged.iter().chain(&device.affected);
    let behind = all.filter(|range| range.end() > device.blocks).count() as u64;
    html! {
        @if behind > 0 {
            " " strong { (counted(behind, "range lies", "ranges lie")) " behind the end of the device." }
        }
    }
}

fn table(device: &DeviceBlocks) -> Markup {
    let all = [
        ("damaged", &device.damaged),
        ("of a damaged file", &device.affected),
        ("group of a damaged inode", &device.groups),
    ];
    let all = all.iter().flat_map(|(kind, ranges)| ranges.iter().map(move |range| (*kind, range)));
    let shown = rows(all, ROOM, |(kind, range)| {
        html! {
            tr {
                th scope="row" { (kind) }
                td.number { (grouped(range.start)) }
                td.number { (grouped(range.end().saturating_sub(1))) }
                td.number { (grouped(range.blocks)) }
                td.number { (bytes(range.start.saturating_mul(device.block_size))) }
                td.number { (bytes(range.blocks.saturating_mul(device.block_size))) }
            }
        }
    });
    let head = ["First block", "Last block", "Blocks", "Begins at", "Length"];
    let table = html! {
        table {
            thead { tr { th scope="col" { "Kind" } @for word in head { th.number scope="col" { (word) } } } }
            tbody { (shown.markup) }
        }
    };
    html! { (scrolled("Block ranges", &table)) (beyond(shown.left_out)) }
}
