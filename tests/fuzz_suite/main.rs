//! The bodies of the fuzz targets over their seeds and over generated inputs.
//! `POSTBACK_WRITE_SEEDS=1` writes the seeds anew, from the vectors.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice)]
#![allow(
    clippy::disallowed_methods,
    reason = "what to write is the caller's choice, and the seeds are files"
)]

mod vectors;

use postback_test::fuzz::{ALL, seeds};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What is worth writing into a text.
const PIECES: [&[u8]; 32] = [
    b"",
    b"\0",
    b"\xff",
    b"\n",
    b" ",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"%",
    b"%7B",
    b"%00",
    b"&",
    b"=",
    b"#",
    b"+",
    b"/",
    b"..",
    b"?",
    b":",
    b"@",
    b"-",
    b"0",
    b"9",
    b"{clickid}",
    b"{_sub1}",
    b"[CLICK_ID]",
    b"true",
    b"\xc3\xa9",
    b"|",
];

/// A change of a seed: where, how much of it goes, and what comes there.
#[derive(Debug, Clone)]
enum Change {
    Piece(Index, usize, Vec<u8>),
    Bit(Index, u8),
    Cut(Index),
    /// What stands there stands there twice.
    Twice(Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        3 => select(PIECES.to_vec()).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 1..8),
    ];
    prop_oneof![
        4 => (any::<Index>(), 0..4_usize, piece).prop_map(|(at, gone, new)| Change::Piece(at, gone, new)),
        3 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Change::Bit(at, bit)),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => (any::<Index>(), 1..24_usize).prop_map(|(at, length)| Change::Twice(at, length)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let length = bytes.len();
        match change {
            Change::Piece(at, gone, new) => {
                let at = at.index(length + 1);
                bytes.splice(at..(at + gone).min(length), new.iter().copied());
            }
            Change::Bit(at, bit) if length > 0 => bytes[at.index(length)] ^= 1 << bit,
            Change::Bit(..) => {}
            Change::Cut(at) => bytes.truncate(at.index(length + 1)),
            Change::Twice(at, count) => {
                let at = at.index(length + 1);
                let copy = bytes[at..(at + count).min(length)].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

/// Runs a target over its seeds, and over so many inputs that are made of them.
fn held(target: &str, cases: u32) {
    let body = ALL.iter().find(|(name, _)| *name == target).unwrap().1;
    let seeds = seeds::committed(target);
    body(b"");
    seeds.iter().for_each(|seed| body(seed));
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let seed = prop_oneof![
        5 => select(seeds),
        1 => proptest::collection::vec(any::<u8>(), 0..64),
    ];
    let changes = proptest::collection::vec(change(), 1..5);
    let input = (seed, changes).prop_map(|(seed, changes)| changed(seed, &changes));
    let checked = |bytes: Vec<u8>| {
        body(&bytes);
        Ok(())
    };
    TestRunner::new(config)
        .run(&input, checked)
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// A test for each target.
macro_rules! held {
    ($($test:ident: $target:literal, $cases:literal;)+) => {
        const HELD: &[&str] = &[$($target),+];
        $(
            #[test]
            fn $test() {
                held($target, $cases);
            }
        )+
    };
}

held! {
    no_spelling_of_a_local_address_is_permitted: "address", 2_000;
    a_rule_has_one_answer_and_a_condition_one_text: "condition", 500;
    a_document_compiles_or_every_problem_has_its_place: "config", 300;
    a_form_verifies_with_its_own_check_alone: "form", 1_000;
    every_order_of_a_history_ends_in_the_same_conversions: "history", 400;
    what_is_put_into_a_link_is_read_back: "hoplink", 1_000;
    notifications_are_read_as_serde_json_reads_them: "ins_json", 500;
    what_was_encrypted_opens_to_what_was_encrypted: "ins_open", 500;
    amounts_are_exact: "money", 2_000;
    what_is_read_of_a_query_is_in_it: "s2s_query", 2_000;
    a_value_never_changes_the_text_around_it: "template", 3_000;
    a_page_is_shown_while_it_is_young: "thank_you", 1_000;
    times_are_the_instants_of_the_time_crate: "timestamp", 3_000;
    a_person_is_sent_as_a_hash_and_hashed_once: "user_data", 3_000;
}

#[test]
fn every_target_has_a_body_and_every_body_a_test() {
    let bodies: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(bodies, HELD);
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    // The packed crate has no targets.
    if !fuzz.exists() {
        return;
    }
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let (_, bins) = manifest.split_once("[[bin]]").unwrap();
    let named = bins
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    assert_eq!(named.collect::<Vec<_>>(), bodies);
    let files = fs::read_dir(fuzz.join("fuzz_targets")).unwrap();
    let files: BTreeSet<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(files.into_iter().eq(bodies.iter().map(|name| format!("{name}.rs"))));
    for name in bodies {
        let target = fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("postback_test::fuzz::{name}(data)")), "{name}");
    }
}

#[test]
fn the_committed_seeds_are_those_of_the_vectors() {
    let write = std::env::var_os("POSTBACK_WRITE_SEEDS").is_some();
    for (target, _) in ALL {
        let text = vectors::escaped(&vectors::of(target));
        if write {
            fs::write(seeds::file(target), &text).unwrap();
        }
        assert_eq!(
            fs::read_to_string(seeds::file(target)).unwrap(),
            text,
            "POSTBACK_WRITE_SEEDS=1 writes {target} anew"
        );
        assert_eq!(seeds::committed(target), vectors::of(target));
    }
}
