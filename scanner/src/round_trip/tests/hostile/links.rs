//! Links that lead out, and names that become links.

use std::fs;
use std::path::Path;

use reports::TarPattern;

use super::{Case, case, judge_all, outside, up, with_outside};
use crate::archive::tests::build::{Raw, RawBlock};

#[test]
fn links_that_lead_out() {
    judge_all(|dir| {
        let folder = dir.join("outside").display().to_string();
        let up = up(dir, "");
        let good = || Raw::new().file("package/good", b"good");
        let through = "through a symbolic link or a file";
        vec![
            // The directories that npm makes for d/f are its own: links are none of its business.
            case(
                "4: link outside, then through it",
                good().symlink("package/d", up.as_bytes()).file("package/d/precious", b"evil"),
                "target may lead out",
                2,
                2,
            ),
            case(
                "4: link inside, then through it",
                good().symlink("package/d", b"good").file("package/d/precious", b"evil"),
                // npm takes no links, so that it has nothing to refuse.
                through,
                2,
                2,
            ),
            case(
                "8: absolute link target",
                good().symlink("package/l", folder.as_bytes()),
                "target is absolute",
                1,
                1,
            ),
            case(
                "9: hard link to ..",
                good().hard_link("package/l", format!("{up}precious").as_bytes()),
                "",
                1,
                1,
            ),
            case(
                "10: hard link through a chain of links",
                good()
                    .symlink("package/a", b".")
                    .symlink("package/b", b"a/..")
                    .hard_link("package/l", b"package/b/outside/precious"),
                "",
                1,
                2,
            ),
            case(
                "14: links that would make only directories outside",
                good()
                    .symlink("package/d", up.as_bytes())
                    .header(RawBlock::new(b'5', b"package/d/made/")),
                "target may lead out",
                2,
                2,
            ),
        ]
        .into_iter()
        .map(|case| match case.name {
            "9: hard link to .." | "10: hard link through a chain of links" => {
                Case { why: "may lead out", ..case }
            }
            "14: links that would make only directories outside" => Case { pnpm: 1, ..case },
            _ => case,
        })
        .collect()
    });
}

#[test]
fn directories_that_become_links() {
    judge_all(|_| {
        let through = "through a symbolic link or a file";
        vec![
            // The link takes the place of the empty directory; f then leads through it.
            case(
                "5: directory, link of its name, file below",
                Raw::new()
                    .header(RawBlock::new(b'5', b"package/e/"))
                    .header(RawBlock::new(b'5', b"package/d/"))
                    .symlink("package/d", b"e")
                    .file("package/d/f", b"evil"),
                through,
                3,
                3,
            ),
            case(
                "6: ß and ss are two",
                Raw::new()
                    .header(RawBlock::new(b'5', "package/ß/".as_bytes()))
                    .symlink("package/ss", b"good")
                    .file("package/ß/f", b"f")
                    .file("package/good", b"good"),
                "",
                3,
                4,
            ),
            case(
                "7: link, then the directory foo/.",
                Raw::new()
                    .symlink("package/foo", b"bar")
                    .header(RawBlock::new(b'5', b"package/foo/.").mode(0o777)),
                through,
                1,
                1,
            ),
            case(
                "13: link, then a file of its name",
                Raw::new()
                    .file("package/t", b"t")
                    .symlink("package/l", b"t")
                    .file("package/l", b"l"),
                "",
                2,
                3,
            ),
        ]
        .into_iter()
        .map(|case| match &case.name[..2] {
            "5:" => Case { pnpm: 1, ..case },
            "6:" => Case { pnpm: 2, ..case },
            "7:" => Case { pnpm: 0, ..case },
            _ => case,
        })
        .collect()
    });
}

#[test]
fn hard_links() {
    judge_all(|_| {
        vec![
            case(
                "11: hard link with data",
                Raw::new()
                    .file("package/a", b"aaaa")
                    .entry(RawBlock::new(b'1', b"package/b").link(b"package/a"), b"evil"),
                "",
                1,
                2,
            ),
            case(
                "12: hard link before its target",
                Raw::new().hard_link("package/b", b"package/a").file("package/a", b"a"),
                "has not brought",
                1,
                1,
            ),
        ]
        .into_iter()
        .collect()
    });
}

/// 15: the first archive plants a link, the second one writes through it, into one directory.
#[test]
fn case_15_two_archives() {
    with_outside(|dir| {
        use super::super::bench::{extract, package, recorder};
        let folder = dir.join("outside").display().to_string();
        let plant = Raw::new().symlink("package/d", folder.as_bytes()).end();
        let inside = Raw::new().symlink("package/d", b"e").end();
        let write = Raw::new().file("package/d/precious", b"evil").end();
        let before = outside(dir);
        for pattern in TarPattern::ALL {
            for (index, first) in [&plant, &inside].into_iter().enumerate() {
                let root = dir.join(format!("{}-{index}", pattern.as_str()));
                fs::create_dir_all(root.join("r")).unwrap();
                fs::write(root.join("1.tar"), first).unwrap();
                fs::write(root.join("2.tar"), &write).unwrap();
                let packages = ["1.tar", "2.tar"].map(|file| package("foo", &root.join(file)));
                extract(&recorder(&root), &root, pattern, &packages);
                let link = root.join("r/node_modules/foo/package/d");
                if pattern == TarPattern::Sequential && index == 1 {
                    assert_eq!(fs::read_link(link).unwrap(), Path::new("e"));
                }
                // Even a link that somebody else plants is not followed.
                let evil = root.join("r/node_modules/foo/d");
                let _ = fs::remove_dir_all(&evil);
                if std::os::unix::fs::symlink(&folder, &evil).is_ok() {
                    extract(&recorder(&root), &root, pattern, &packages[1..]);
                }
            }
        }
        assert_eq!(outside(dir), before);
    });
}

/// 17: names are judged once more by the kernel: nothing is decided by comparing paths.
#[test]
fn case_17_a_parent_that_is_swapped() {
    with_outside(|dir| {
        use crate::round_trip::beneath::{Beneath, open_directory};
        use crate::round_trip::file_system::{Creation, FileSystem};
        let root = dir.join("place");
        std::os::unix::fs::symlink(dir.join("outside"), root.join("link")).unwrap();
        let before = outside(dir);
        let beneath = Beneath::new(open_directory(&root).unwrap());
        let path = b"link/precious".as_slice();
        assert!(beneath.open(path, Creation::Truncate, 0o600).is_err());
        assert!(beneath.make_directory(b"link/made", 0o700).is_err());
        assert!(beneath.unlink(path).is_err());
        assert!(beneath.rename(path, b"stolen").is_err());
        assert!(beneath.link(path, b"stolen").is_err());
        assert!(beneath.look(path).is_err());
        assert!(beneath.list(b"link").is_err());
        assert!(beneath.set_directory_mode(b"link", 0o777).is_err());
        assert!(beneath.set_times_at(path, (1, 0)).is_err());
        assert!(beneath.open(b"../outside/precious", Creation::Truncate, 0o600).is_err());
        assert_eq!(outside(dir), before);
        fs::remove_file(root.join("link")).unwrap();
    });
}
