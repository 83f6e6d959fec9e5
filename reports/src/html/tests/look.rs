//! The styles and the script themselves: what the page's policy says of them, and whether their
//! colours can be read.

use std::collections::BTreeMap;

use super::super::policy::{SCRIPT, STYLE, policy};
use super::html;
use crate::sample::healthy;

#[test]
fn the_policy_allows_the_texts_on_the_page_and_nothing_else() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = html(&healthy());
    let between = |open: &str, close: &str| {
        let (_, rest) = page.split_once(open).unwrap();
        rest.split_once(close).unwrap().0.to_owned()
    };
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        let text = between(&format!("<{tag}>"), &format!("</{tag}>"));
        let hash = sha2::Sha256::digest(text.as_bytes());
        let hash = base64::engine::general_purpose::STANDARD.encode(hash);
        assert!(
            policy(STYLE, Some(SCRIPT)).contains(&format!("{directive} 'sha256-{hash}'")),
            "{tag}"
        );
    }
    assert!(
        policy(STYLE, Some(SCRIPT)).starts_with("default-src 'none';")
            && !policy(STYLE, Some(SCRIPT)).contains("unsafe")
    );
    assert!(page.contains("http-equiv=\"Content-Security-Policy\""));
    assert!(!STYLE.contains("</") && !SCRIPT.contains("</"));
    assert!(!STYLE.contains("http") && !STYLE.contains("@import") && !SCRIPT.contains("http"));
}

#[test]
fn the_script_makes_no_markup() {
    for word in ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function("]
    {
        assert!(!SCRIPT.contains(word), "{word}");
    }
}

type Colors = BTreeMap<String, [f64; 3]>;

/// The colours of a theme by their names.
fn colors(block: &str) -> Colors {
    let declared = block.split([';', '{', '}']).filter_map(|one| one.trim().split_once(": #"));
    let color = |digits: &str| {
        let channel = |at| u8::from_str_radix(&digits[at..at + 2], 16).map(f64::from).unwrap();
        [channel(0), channel(2), channel(4)]
    };
    declared
        .map(|(name, digits)| (name.trim_start_matches("--").to_owned(), color(digits)))
        .collect()
}

/// Contrast as WCAG 2 defines it.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |color: [f64; 3]| {
        let [r, g, b] = color.map(|channel| {
            let channel = channel / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_can_be_read_in_either_theme() {
    let mut blocks = STYLE.split(":root {").skip(1).map(|rest| rest.split('}').next().unwrap());
    let light = colors(blocks.next().unwrap());
    let dark = colors(blocks.next().unwrap());
    assert_eq!(light.keys().collect::<Vec<_>>(), dark.keys().collect::<Vec<_>>());
    let grounds = ["page", "panel", "sunken"];
    let tones = ["corrupt", "suspect", "warning", "info", "good"];
    for (theme, of) in [("light", light), ("dark", dark)] {
        let soft = |tone: &str| format!("{tone}-soft");
        let plain =
            ["text", "muted", "link"].iter().flat_map(|t| grounds.map(|g| (*t, g.to_owned())));
        let toned = tones.iter().flat_map(|t| [(*t, soft(t)), (*t, "panel".to_owned())]);
        let on_banner = tones.iter().flat_map(|t| ["text", "link"].map(|word| (word, soft(t))));
        let on_map = (0..5).map(|level| ("text", format!("map-{level}")));
        for (text, ground) in plain.chain(toned).chain(on_banner).chain(on_map) {
            let ratio = contrast(of[text], of[&ground]);
            assert!(ratio >= 4.5, "{theme}: {text} on {ground} has {ratio:.2}");
        }
    }
}
