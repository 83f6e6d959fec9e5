//! What a browser may do with a page: nothing but apply its own styles and run its own script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// The styles.
pub(super) const STYLE: &str = concat!(include_str!("base.css"), include_str!("page.css"));

/// The script.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// The policy in the words of Content-Security-Policy (CSP3): everything is forbidden, but the
/// styles and, where there is one, the script of these very bytes.
pub(super) fn policy(style: &str, script: Option<&str>) -> String {
    let script = script.map(|script| format!(" script-src {};", source(script)));
    let script = script.unwrap_or_default();
    let style = source(style);
    format!("default-src 'none'; style-src {style};{script} base-uri 'none'; form-action 'none'")
}

/// What stands in front of a page's body.
pub(crate) fn head(title: &str, style: &str, script: Option<&str>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy(style, script));
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { (title) }
            // The text is the project's own and holds no "</".
            style { (PreEscaped(style)) }
        }
    }
}

fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
