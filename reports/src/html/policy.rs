//! What a browser may do with the page: nothing but apply its own styles and run its own script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The styles.
pub(super) const STYLE: &str = include_str!("page.css");

/// The script.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// The policy in the words of Content-Security-Policy (CSP3): everything is forbidden, but the
/// styles and the script of these very bytes.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(STYLE),
        source(SCRIPT)
    )
}

fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
