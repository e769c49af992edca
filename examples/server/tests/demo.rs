//! The demo is run as the README says, and prints what the README prints.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use std::{fs, sync::OnceLock};
use support::{page, program};

/// The demo's command, as the README writes it.
const COMMAND: &str = "$ cargo run --release -p postback-server -- demo\n";

/// What one run prints. Running it takes a while and each test looks at the same run.
fn demo() -> &'static str {
    static OUTPUT: OnceLock<String> = OnceLock::new();
    OUTPUT.get_or_init(|| {
        let output = program::command().arg("demo").output().unwrap();
        let complaints = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), complaints.as_str()), (Some(0), ""));
        String::from_utf8(output.stdout).unwrap()
    })
}

#[test]
fn the_demo_tells_its_five_steps() {
    let steps: Vec<&str> = demo()
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    let beginnings: Vec<&str> = steps
        .iter()
        .map(|line| line.split_inclusive('.').next().unwrap())
        .collect();
    assert_eq!(beginnings, ["1.", "2.", "3.", "4.", "5."]);
}

#[test]
fn the_demo_prints_no_secret() {
    // Those that are drawn are sixteen upper-case hexadecimal digits each; of the real notification
    // it is known.
    let words = demo().split(|character: char| !character.is_ascii_alphanumeric());
    for word in words {
        let drawn = word.len() >= 16 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
        assert!(!drawn && !word.contains("SECRETSECRET"), "{word}");
    }
    assert!(!demo().contains("token="));
}

#[test]
fn the_readme_shows_what_the_demo_prints() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let blocks = page::blocks(&readme);
    let shown: Vec<&str> = blocks
        .iter()
        .filter_map(|block| block.text.strip_prefix(COMMAND))
        .collect();
    assert_eq!(shown.len(), 1, "the README shows one run of the demo");
    assert_eq!(normal(shown[0]), normal(demo()));
}

#[test]
fn what_differs_from_run_to_run_is_normalised_and_nothing_else() {
    let a = "http://127.0.0.1:1, p2akzk6ie2khprrihc5y2d3sfsgfhbpuu at 20261120T002755-0800 and 2014-12-20T14:03:10-08:00, 30";
    let b = "http://127.0.0.1:65535, p2akzk6i2bv5kwejdfmwbmd2gi6p5dh4i at 20270101T235959-0800 and 2014-12-20T14:03:10-08:00, 30";
    assert_eq!(normal(a), normal(b));
    assert_eq!(
        normal(a),
        "http://127.0.0.1:PORT, CLICK at TIME and 2014-12-20T14:03:10-08:00, 30"
    );
    assert_ne!(normal(a), normal(&a.replace("30", "31")));
    assert_ne!(normal(a), normal(&a.replace("2014", "2015")));
}

/// The output without the ports, the click id and the time of the sale.
fn normal(output: &str) -> String {
    let mut normal = String::new();
    // A click id, a port and a time are words of letters and digits; what stands between the words
    // stays.
    for piece in output.split_inclusive(|character: char| !character.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
        let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_click = word.len() == 33 && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        let is_time = word.len() == 15
            && word.char_indices().all(|(index, character)| {
                if index == 8 {
                    character == 'T'
                } else {
                    character.is_ascii_digit()
                }
            });
        if digits && normal.ends_with("http://127.0.0.1:") {
            normal.push_str("PORT");
        } else if is_click {
            normal.push_str("CLICK");
        } else if is_time {
            normal.push_str("TIME");
        } else {
            normal.push_str(word);
        }
        normal.push_str(piece.strip_prefix(word).unwrap());
    }
    normal.replace("TIME-0800", "TIME")
}
