//! No float anywhere near money: the sources name no type of float and hold no literal of one,
//! inferred ones included.
#![allow(clippy::disallowed_methods, reason = "it reads the sources")]

use std::{fs, path::Path};

/// The code of a Rust file without its comments and texts.
fn code(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") || rest.starts_with("b'\"'") {
            rest.find("'\"'").unwrap() + 3
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else {
            code.push(first);
            first.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

/// Whether code names a type of float, or a function that ends in its name (`from_secs_f64`), or
/// has a literal of one.
fn has_float(code: &str) -> bool {
    let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    let named = words.any(|word| {
        let number = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
        number == "f32" || number == "f64" || word.ends_with("_f32") || word.ends_with("_f64")
    });
    named || has_float_literal(code)
}

/// Whether code has a number with a point or an exponent. A range (`0..5`), a field (`pair.0.1`)
/// and a call (`1.max(2)`) are none.
fn has_float_literal(code: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut rest, mut before) = (code, String::new());
    while let Some(first) = rest.chars().next() {
        let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        let after = &rest[word.len()..];
        let field = before.ends_with('.') && !before.ends_with("..");
        if first.is_ascii_digit() && !field {
            let radix = ["0x", "0b", "0o"].iter().any(|prefix| word.starts_with(prefix));
            let digits = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
            let exponent = digits.strip_prefix(['e', 'E']).is_some_and(|power| {
                power.starts_with(|c: char| c.is_ascii_digit()) || (power.is_empty() && after.starts_with(['+', '-']))
            });
            let point = digits.is_empty()
                && after
                    .strip_prefix('.')
                    .is_some_and(|tail| !tail.starts_with(|c: char| c == '.' || c == '_' || c.is_alphabetic()));
            if !radix && (exponent || point) {
                return true;
            }
        }
        let taken = if word.is_empty() { first.len_utf8() } else { word.len() };
        if !first.is_whitespace() {
            before = rest[..taken].chars().rev().take(1).collect::<String>();
            if first == '.' && code[..code.len() - rest.len()].ends_with('.') {
                before = "..".into();
            }
        }
        rest = &rest[taken..];
    }
    false
}

fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn a_float_is_seen_in_code_and_not_in_comments_and_texts() {
    assert!(has_float(&code("let x: f64 = 0.into(); // fine")));
    assert!(has_float(&code("let x = 1f32;")));
    assert!(has_float(&code(r#"let q = '"'; let x: f64;"#)));
    assert!(has_float(&code(r#"let url = "https://x"; let x: f64;"#)));
    assert!(!has_float(&code(
        "// no f64\nlet x = \"f64 \\\" f32\"; /* f32 */ let r = r#\"a \" f64\"#;"
    )));
    assert!(!has_float(&code("let f64_count = 0; let half64 = 1;")));
    for float in [
        "Duration::from_secs_f64(x)",
        "wait.as_secs_f32()",
        "let x = 0.5;",
        "let x = 1e3;",
        "let x = 1E-3;",
        "let x = 1_000.25;",
        "let x = 1.;",
        "f(2.)",
        "0..0.5",
        "let x = 2.5e+3;",
        "[1.0, 2.0]",
    ] {
        assert!(has_float(&code(float)), "{float}");
    }
    for none in [
        "for n in 0..5 {}",
        "for n in 0..=5 {}",
        "pair.0.1",
        "self.0 .1",
        "list[1].0",
        "1.max(2)",
        "0x1e3 + 0b11 + 1_000",
        "let e3 = v1e3;",
        "b'0'..=b'9'",
        "1u64 + 2_usize",
        "// 0.5\n",
        "\"0.5\"",
    ] {
        assert!(!has_float(&code(none)), "{none}");
    }
}

#[test]
fn there_is_no_float_in_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    // A published crate holds `src` alone.
    for folder in [
        "crates/postback-sqlite/src",
        "crates/postback-http/src",
        "crates/postback-axum/src",
        "crates/postback-inspect/src",
        "examples/server/src",
    ] {
        if root.join(folder).is_dir() {
            rust_files(&root.join(folder), &mut files);
        }
    }
    assert!(files.len() > 50, "{} files", files.len());
    // The numbers of `/metrics`, which the facade hands over as floats. No money is among them.
    let measured = ["prometheus.rs", "observe.rs"].map(|file| root.join("crates/postback-axum/src").join(file));
    // It names floats to refuse them.
    let refused = root.join("src/payload/json.rs");
    let floats: Vec<_> = files
        .iter()
        .filter(|file| !measured.contains(file) && **file != refused)
        .filter(|file| has_float(&code(&fs::read_to_string(file).unwrap())))
        .collect();
    assert!(floats.is_empty(), "{floats:?}");
}
