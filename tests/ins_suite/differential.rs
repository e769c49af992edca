//! The JSON reader beside `serde_json`, over texts that are nearly right; the bodies are those of
//! the fuzz targets.

use crate::support::{SAMPLES, sample};
use postback_test::fuzz::{ins_json, ins_open};
use proptest::{prelude::*, sample::select};

/// What is worth writing into a text: every mark of the grammar, and what resembles one.
const PIECES: [&str; 48] = [
    "\"",
    "\\",
    "\\\\",
    "\\\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\t",
    "\r",
    "\u{b}",
    "\0",
    "\u{1f}",
    "\u{7f}",
    "\u{80}",
    "\u{2028}",
    "\u{feff}",
    "\u{1f600}",
    "\\u",
    "\\u0061",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00",
    "\\ud83d\\u0041",
    "\\u00e",
    "\\n",
    "\\a",
    "\\u+061",
    "0",
    "-",
    "-0",
    "01",
    "1.",
    ".5",
    "1e5",
    "1E+",
    "1e-07",
    "null",
    "true",
    "nul",
    "{}",
    "[]",
    "\"a\":1",
    "\"\":\"\"",
];

fn blank() -> impl Strategy<Value = String> {
    prop_oneof![5 => Just(String::new()), 1 => "[ \\t\\r\\n]{0,3}", 1 => " {1,20}"]
}

fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-zA-Z0-9 ]{0,20}",
        1 => any::<char>().prop_map(|c| serde_json::to_string(&c).unwrap().trim_matches('"').to_owned()),
        1 => any::<u16>().prop_map(|unit| format!("\\u{unit:04x}")),
        1 => any::<char>().prop_map(|c| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect()),
        1 => select(vec!["\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\\\", "\\\"", "/"]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn key() -> impl Strategy<Value = String> {
    // Few enough that some stand twice.
    prop_oneof![
        select(vec![
            "\"a\"",
            "\"\\u0061\"",
            "\"\"",
            "\"b\"",
            "\"aaaaaaaaaaaaaaaaa\"",
            "\"a\\u0061aaaaaaaaaaaaaaa\"",
            "\"\u{e9}\"",
            "\"\\u00e9\""
        ])
        .prop_map(str::to_owned),
        string(),
        "\"[a-e]{1,3}\"",
    ]
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => string(),
        2 => "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        1 => select(vec!["null", "true", "false"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        let item = (blank(), inner, blank())
            .prop_map(|(before, value, after)| format!("{before}{value}{after}"))
            .boxed();
        let member = (blank(), key(), blank(), item.clone())
            .prop_map(|(before, key, after, item)| format!("{before}{key}{after}:{item}"));
        prop_oneof![
            (blank(), proptest::collection::vec(item, 0..6))
                .prop_map(|(blank, items)| format!("[{blank}{}]", items.join(","))),
            (blank(), proptest::collection::vec(member, 0..8))
                .prop_map(|(blank, members)| format!("{{{blank}{}}}", members.join(","))),
        ]
    })
}

/// A change to a text: where (modulo its length), how much of it goes, and what comes there.
fn change() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let new = prop_oneof![
        4 => select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..3),
        1 => Just(Vec::new()),
    ];
    (any::<usize>(), prop_oneof![0..3_usize, 0..40_usize], new)
}

fn changed(mut text: Vec<u8>, changes: Vec<(usize, usize, Vec<u8>)>) -> Vec<u8> {
    for (at, gone, new) in changes {
        let at = at % (text.len() + 1);
        let end = (at + gone).min(text.len());
        text.splice(at..end, new);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_json_is_read_as_serde_json_reads_it(text in value()) {
        ins_json(text.as_bytes());
    }

    #[test]
    fn generated_json_with_changes_is_read_or_refused_as_by_serde_json(
        text in value(), changes in proptest::collection::vec(change(), 1..4)
    ) {
        ins_json(&changed(text.into_bytes(), changes));
    }

    #[test]
    fn samples_with_changes_are_read_or_refused_as_by_serde_json(
        sample in select(SAMPLES.to_vec()), changes in proptest::collection::vec(change(), 1..4)
    ) {
        ins_json(&changed(sample.1.as_bytes().to_vec(), changes));
    }

    #[test]
    fn what_was_encrypted_opens_to_what_was_encrypted(
        sample in select(SAMPLES.to_vec()), changes in proptest::collection::vec(change(), 0..2)
    ) {
        ins_open(&changed(sample.1.as_bytes().to_vec(), changes));
    }
}

#[test]
fn each_piece_at_each_place_of_a_string_of_each_length_is_read_or_refused_as_by_serde_json() {
    for length in 0..20 {
        for place in 0..=length {
            for piece in [
                "\"",
                "\\",
                "\\n",
                "\\\"",
                "\n",
                "\u{1f}",
                "\u{7f}",
                "\u{e9}",
                "\\u00e9",
                "\\ud83d\\ude00",
                "\\ud83d",
            ] {
                let text = format!("\"{}{piece}{}\"", "x".repeat(place), "x".repeat(length - place));
                ins_json(text.as_bytes());
                ins_json(format!("{text}:1").as_bytes());
                ins_json(format!("{{\"x\":{text}}}").as_bytes());
            }
        }
    }
}

#[test]
fn each_byte_between_two_tokens_is_read_or_refused_as_by_serde_json() {
    for byte in 0..=255_u8 {
        for place in 0..=10 {
            let mut text = b"{\"a\":[1,2]}".to_vec();
            text.insert(place, byte);
            ins_json(&text);
            text[place + 1..].rotate_left(1);
            ins_json(&text);
        }
    }
}

#[test]
fn every_beginning_of_a_sample_is_refused_as_by_serde_json() {
    let sample = sample("v7_0_TEST").as_bytes();
    for end in 0..sample.len() {
        ins_json(&sample[..end]);
    }
}

#[test]
fn numbers_are_read_or_refused_as_by_serde_json() {
    let parts = ["", "-", "+", "0", "00", "1", "12", ".", "e", "E", "e+", "E-"];
    for a in parts {
        for b in parts {
            for c in parts {
                for d in parts {
                    ins_json([a, b, c, d].concat().as_bytes());
                }
            }
        }
    }
}
