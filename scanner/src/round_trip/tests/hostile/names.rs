//! Names that lead out, or cannot be.

use super::{case, judge_all, up};
use crate::archive::tests::build::Raw;

#[test]
fn names_that_lead_out() {
    judge_all(|dir| {
        let there = dir.join("outside/precious").display().to_string();
        let up = up(dir, "precious");
        let good = || Raw::new().file("package/good", b"good");
        vec![
            case("1: ..", good().file(&up, b"evil"), "contains \"..\"", 1, 1),
            case(
                "1: .. within",
                good().pax(&[("path", format!("package/a/{up}").as_bytes())]).file("x", b"evil"),
                "contains \"..\"",
                1,
                1,
            ),
            case("2: /x", good().file(&there, b"evil"), "absolute", 1, 1),
            case("2: ////x", good().file(&format!("///{there}"), b"evil"), "absolute", 1, 1),
            // Once `package` is stripped nothing but `..` is left.
            case("3: .. once stripped", good().file("package/../x", b"evil"), "..", 1, 1),
            case(
                "16: longer than PATH_MAX",
                {
                    let long = format!("package/{}x", "a/".repeat(3000));
                    good().pax(&[("path", long.as_bytes())]).file("x", b"evil")
                },
                "too",
                1,
                1,
            ),
            case(
                "31: 100,000 components",
                {
                    let deep = format!("package/{}x", "a/".repeat(100_000));
                    good().pax(&[("path", deep.as_bytes())]).file("x", b"evil")
                },
                "too",
                1,
                1,
            ),
        ]
    });
}
