//! Bytes as a report: what can be read is shown without a control character, written, and reads
//! back.

#![no_main]

use fscan_fuzz::mutate_json;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use reports::{HtmlOptions, TextOptions, from_json, write_html, write_json, write_text};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(report) = from_json(bytes) else { return };
    for verbose in [false, true] {
        let mut text = Vec::new();
        write_text(&report, TextOptions { verbose, ..TextOptions::default() }, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
    let mut page = Vec::new();
    write_html(&report, &HtmlOptions::default(), &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains(|c: char| c.is_control() && c != '\n'), "{page:?}");
    let mut json = Vec::new();
    write_json(&report, &mut json).unwrap();
    assert_eq!(from_json(&json).unwrap(), report);
});
