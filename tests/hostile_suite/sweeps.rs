//! Every prefix and every change of one bit of each seed, which holds the vectors, through the body
//! of its fuzz target: whatever comes of it, the target's properties hold. The strides are odd, so
//! that each of the eight bits is met.

use super::stride;
use postback_test::fuzz::{ALL, seeds};

/// Sweeps the prefixes with one stride and the bits with the other.
fn sweep(target: &str, bytes: usize, bits: usize) {
    let (bytes, bits) = (stride(bytes), stride(bits));
    let body = ALL.iter().find(|(name, _)| *name == target).unwrap().1;
    let seeds = seeds::committed(target);
    let mut count = 0;
    // The strides run on from one seed to the next, so that short seeds are met too.
    for seed in &seeds {
        for length in 0..=seed.len() {
            count += 1;
            if count % bytes == 0 {
                body(&seed[..length]);
            }
        }
    }
    for seed in &seeds {
        let mut changed = seed.clone();
        for bit in 0..seed.len() * 8 {
            count += 1;
            if count % bits == 0 {
                changed[bit / 8] ^= 1 << (bit % 8);
                body(&changed);
                changed[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
}

/// A test for each target.
macro_rules! swept {
    ($($test:ident: $target:literal, $bytes:literal, $bits:literal;)+) => {
        const SWEPT: &[&str] = &[$($target),+];
        $(
            #[test]
            fn $test() {
                sweep($target, $bytes, $bits);
            }
        )+
    };
}

swept! {
    addresses_cut_or_changed_are_judged_as_what_they_are: "address", 1, 1;
    rules_cut_or_changed_answer_the_same_every_way: "condition", 1, 1;
    documents_cut_or_changed_compile_or_name_their_problems: "config", 31, 301;
    forms_cut_or_changed_verify_with_their_own_check_alone: "form", 11, 101;
    histories_cut_or_changed_end_in_the_same_conversions: "history", 3, 31;
    links_cut_or_changed_keep_what_is_put_into_them: "hoplink", 3, 31;
    notifications_cut_or_changed_are_read_as_by_serde_json: "ins_json", 5, 101;
    bodies_cut_or_changed_open_to_what_was_encrypted_or_not_at_all: "ins_open", 15, 251;
    amounts_cut_or_changed_are_exact_or_refused: "money", 1, 1;
    queries_cut_or_changed_are_read_or_refused_whole: "s2s_query", 1, 7;
    templates_cut_or_changed_keep_their_structure: "template", 1, 9;
    pages_cut_or_changed_are_shown_while_they_are_young: "thank_you", 5, 51;
    times_cut_or_changed_are_instants_or_refused: "timestamp", 1, 1;
    data_of_persons_cut_or_changed_are_hashed_or_left_out: "user_data", 1, 1;
}

#[test]
fn every_target_is_swept() {
    assert!(ALL.iter().map(|(name, _)| name).eq(SWEPT));
}
