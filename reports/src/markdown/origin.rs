//! The end of the page: what was left out, and where the whole report is.

use super::ReportFile;
use super::markup::{name, quoted};
use super::section::Section;

/// Bytes of a path: whoever wants the report must find it.
const PATH: usize = 1000;

/// The blocks at the end.
pub(super) fn end(file: Option<&ReportFile>, left_out: &[Section]) -> Vec<String> {
    let headings: Vec<_> = left_out.iter().map(|section| section.heading).collect();
    let left_out = (!headings.is_empty()).then(|| {
        let headings = headings.join(", ");
        format!("Left out here for want of room: {headings}. The report itself has them.")
    });
    let file = file.map(|file| {
        let path = name(&file.path.escaped(), PATH);
        format!("The whole report: {path}, BLAKE3 {}", quoted(&file.blake3, 64))
    });
    let blocks: Vec<_> = left_out.into_iter().chain(file).collect();
    if blocks.is_empty() { blocks } else { [vec!["---".to_owned()], blocks].concat() }
}
