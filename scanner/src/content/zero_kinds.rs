//! Which files may hold zero bytes alone, by their names.

use crate::self_check::is_signed;

/// Endings of source code, markup and settings. Nobody makes such a file by giving it a size alone.
#[rustfmt::skip]
const WRITTEN: &[&str] = &[
    "adoc", "bash", "bat", "bzl", "c", "cc", "cjs", "clj", "cljs", "cmake", "cpp", "cs",
    "csproj", "css", "cts", "cxx", "dart", "desktop", "diff", "elm", "erl", "ex", "exs",
    "fish", "go", "gradle", "graphql", "groovy", "h", "hcl", "hh", "hpp", "hrl", "hs",
    "htm", "html", "hxx", "ini", "ipynb", "java", "jl", "js", "json", "json5", "jsonc",
    "jsx", "ksh", "kt", "kts", "less", "lua", "markdown", "md", "mdx", "mjs", "mk", "ml",
    "mli", "mts", "nix", "patch", "php", "pl", "po", "pot", "properties", "proto", "ps1",
    "psm1", "py", "pyi", "pyx", "rb", "rs", "rst", "sass", "scala", "scss", "service", "sh",
    "sol", "sql", "styl", "svelte", "svg", "swift", "tcl", "tex", "tf", "tfvars", "toml",
    "tsx", "vb", "vim", "vue", "xhtml", "xml", "xsd", "xsl", "xslt", "yaml", "yml",
    "zig", "zsh",
];

/// Endings of formats that begin with a signature and are written in one go, and of text that
/// people make as large as they like for a trial. A file of such a kind that is a hole from end to
/// end is one that something is yet to be written to: a download (of films, too, which share an
/// ending with TypeScript). Those of formats that are checked by their first bytes stand with these
/// (`is_signed`).
#[rustfmt::skip]
const NEVER: &[&str] = &[
    "7z", "asc", "avif", "bmp", "bz2", "class", "conf", "crt", "csv", "deb", "dll", "env",
    "eot", "exe", "gif", "ico", "jpeg", "jpg", "jsonl", "ko", "node", "otf", "pdf", "pem",
    "psd", "pub", "pyc", "rlib", "rmeta", "rpm", "so", "tif", "tiff", "ts", "tsv", "ttf", "txt",
    "wasm", "webp", "woff", "woff2", "xz", "zst",
];

/// Endings behind the last but one dot: a map of sources is text, other maps are memory.
const NEVER_BEFORE_MAP: &[&str] = &["cjs", "css", "js", "mjs", "ts"];

/// Names of text: no ending, or one that others use otherwise. A file that ends in `.lock` may be
/// memory that programs share, so those of package managers are named one by one.
#[rustfmt::skip]
const NEVER_NAMED: &[&str] = &[
    ".bash_history", ".bash_profile", ".bashrc", ".dockerignore", ".editorconfig", ".env",
    ".gitattributes", ".gitconfig", ".gitignore", ".gitmodules", ".inputrc", ".netrc",
    ".npmignore", ".npmrc", ".profile", ".vimrc", ".yarnrc", ".zprofile", ".zsh_history",
    ".zshenv", ".zshrc", "AUTHORS", "CHANGELOG", "COPYING", "Cargo.lock", "Containerfile",
    "Dockerfile", "GNUmakefile", "Gemfile", "Gemfile.lock", "Jenkinsfile", "LICENCE", "LICENSE",
    "Makefile", "NOTICE", "Pipfile", "Pipfile.lock", "Podfile", "Podfile.lock", "Procfile",
    "README", "Rakefile", "Vagrantfile", "authorized_keys", "composer.lock", "flake.lock",
    "fstab", "id_ecdsa", "id_ed25519", "id_rsa", "known_hosts", "mix.lock", "packed-refs",
    "pdm.lock", "poetry.lock", "pubspec.lock", "uv.lock", "yarn.lock",
];

/// Endings of what programs preallocate or fill with zeros on purpose: downloads of films, disk
/// images, memory, and an empty tar, which is zeros alone; and of plain numbers: heights of the
/// sea, silence, black pictures, weights.
#[rustfmt::skip]
const OFTEN: &[&str] = &[
    "arr", "avi", "bf16", "bil", "bin", "blk", "blob", "cache", "chunk", "dat", "data",
    "db", "dd", "eep", "f32", "flt", "fp16", "fs", "gray", "hgt", "ibd", "idx", "img",
    "iso", "journal", "lbl", "ldb", "lock", "log", "m4v", "map", "mask", "mdb", "mkv",
    "mmap", "mov", "mp4", "mpeg", "mpg", "ns", "nvram", "out", "pack", "page", "part",
    "pcm", "pma", "qcow2", "raw", "rgb", "ring", "rom", "s16", "sav", "seg", "shm", "slot",
    "srm", "sst", "state", "swap", "swp", "tar", "tensor", "tile", "tmp", "u8", "vdi",
    "vhd", "vhdx", "vmdk", "vmem", "vol", "wal", "webm", "weights", "yuv", "zero",
];

/// Words in the name of a file that is meant to hold zero bytes, as it is made to try something
/// out. In source code they are its subject.
const MEANT: &[&[u8]] = &[b"zero", b"zeros", b"zeroes", b"testzero", b"testzeros"];

/// What a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It never holds zero bytes alone.
    Never {
        /// The kind in words.
        kind: String,
        /// Whether it may be a hole all the same.
        may_be_a_hole: bool,
    },
    /// It may hold anything.
    Often,
    /// Nothing; its neighbours have the same ending.
    Unknown(String),
}

/// What a file's name says.
pub fn of(name: &[u8]) -> Kind {
    if let Some(known) = NEVER_NAMED.iter().find(|known| known.as_bytes() == name) {
        return Kind::Never { kind: (*known).to_owned(), may_be_a_hole: false };
    }
    let Some(ending) = ending(name) else { return Kind::Often };
    let before = || self::ending(name.get(..name.len() - ending.len() - 1)?);
    let is_source_map =
        ending == "map" && before().is_some_and(|it| NEVER_BEFORE_MAP.contains(&it.as_str()));
    let is_written = is_source_map || WRITTEN.contains(&ending.as_str());
    if is_meant(name) && !is_written {
        return Kind::Often;
    }
    if is_written || NEVER.contains(&ending.as_str()) || is_signed(&ending) {
        return Kind::Never { kind: format!(".{ending}"), may_be_a_hole: !is_written };
    }
    // A number is a piece of something larger, as in arrays that are stored in chunks.
    let is_number = ending.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || OFTEN.contains(&ending.as_str()) { Kind::Often } else { Kind::Unknown(ending) }
}

fn is_meant(name: &[u8]) -> bool {
    let mut words = name.split(|byte| !byte.is_ascii_alphabetic());
    words.any(|word| MEANT.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// What stands behind the last dot, in lower case; none for a hidden file without another dot.
pub fn ending(name: &[u8]) -> Option<String> {
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0)?;
    let ending = std::str::from_utf8(name.get(dot + 1..)?).ok()?;
    (!ending.is_empty()).then(|| ending.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_endings_say_what_a_file_is() {
        for never in ["a.d.ts", "b.PPTX", "app.js.map", "Cargo.lock", "Makefile", ".env", "x.tiff"]
        {
            assert!(matches!(of(never.as_bytes()), Kind::Never { .. }), "{never}");
        }
        for often in ["a.tar", "b.lock", "heap.map", "0.0.17", "film.mkv", "noending", ".hidden"] {
            assert_eq!(of(often.as_bytes()), Kind::Often, "{often}");
        }
        assert_eq!(of(b"a.Record"), Kind::Unknown("record".to_owned()));
    }

    #[test]
    fn who_says_zero_means_it() {
        for meant in ["zero.txt", "testzero.bin", "10mb-zeros.txt", "Zeroes.zip", "all_zero.record"]
        {
            assert_eq!(of(meant.as_bytes()), Kind::Often, "{meant}");
        }
        for other in ["zero_copy.rs", "zero.go", "zeroconf.py", "nonzero.js", "subzero.txt"] {
            assert!(matches!(of(other.as_bytes()), Kind::Never { .. }), "{other}");
        }
    }

    #[test]
    fn what_is_checked_by_its_first_bytes_is_never_all_zeros() {
        for name in [
            "a.zip", "a.apk", "a.war", "a.aar", "a.ear", "a.egg", "a.npz", "a.nupkg", "a.pyz",
            "a.vsix", "a.xpi", "a.XLSM", "a.docm", "a.msix", "a.gz", "a.bgz", "a.svgz", "a.taz",
            "a.tpz", "a.apng", "a.sqlite", "a.gpkg",
        ] {
            let said = of(name.as_bytes());
            assert!(matches!(said, Kind::Never { may_be_a_hole: true, .. }), "{name}: {said:?}");
        }
        assert_eq!(of(b"a.db"), Kind::Often);
    }

    #[test]
    fn no_kind_is_both() {
        let both = |ending: &&&str| OFTEN.contains(ending) || NEVER.contains(ending);
        assert_eq!(WRITTEN.iter().find(both), None);
        assert_eq!(NEVER.iter().find(|ending| OFTEN.contains(ending)), None);
        let signed = |ending: &&&str| is_signed(ending);
        assert_eq!(OFTEN.iter().chain(NEVER).chain(WRITTEN).find(signed), None);
    }
}
