//! Which files are zip archives, by their names and first bytes.

use super::Place;

/// Packages, office documents, and what programs keep as zip files.
const EXTENSIONS: [&[u8]; 57] = [
    b"zip", b"zipx", b"jar", b"war", b"ear", b"aar", b"hpi", b"jpi", b"whl", b"egg", b"conda",
    b"pyz", b"pyzw", b"pex", b"nupkg", b"snupkg", b"vsix", b"xpi", b"apk", b"apks", b"aab", b"ipa",
    b"docx", b"docm", b"dotx", b"dotm", b"xlsx", b"xlsm", b"xlsb", b"xltx", b"xltm", b"pptx",
    b"pptm", b"potx", b"ppsx", b"vsdx", b"odt", b"ods", b"odp", b"odg", b"odf", b"ott", b"ots",
    b"otp", b"oxt", b"epub", b"cbz", b"kmz", b"3mf", b"usdz", b"mxl", b"kra", b"ora", b"npz",
    b"pt", b"pth", b"keras",
];

/// Archives that lines for an interpreter may stand before.
const SCRIPTS: [&[u8]; 4] = [b"pyz", b"pyzw", b"pex", b"jar"];

/// What a local header begins with.
pub const LOCAL: &[u8] = b"PK\x03\x04";

/// Whether a file is named as a zip archive and begins like one.
pub fn begins_as_named(place: &Place<'_>, head: &[u8]) -> bool {
    head.starts_with(LOCAL) && place.extension().is_some_and(|found| is_in(&EXTENSIONS, found))
}

/// Whether its name and its first line may be those of a script with an archive behind it.
pub fn is_script(place: &Place<'_>, head: &[u8]) -> bool {
    head.starts_with(b"#!") && place.extension().is_some_and(|found| is_in(&SCRIPTS, found))
}

fn is_in(list: &[&[u8]], extension: &[u8]) -> bool {
    list.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::super::zip_testing::{Archive, archive};

    #[test]
    fn what_is_no_zip_is_let_be() {
        let lab = Lab::new();
        lab.not_ours("a.bin", &archive().finish(b""));
        lab.not_ours("a.zip", &Archive::default().finish(b""));
        lab.not_ours("a.docx", b"\xd0\xcf\x11\xe0 an older document");
    }
}
