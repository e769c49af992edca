//! What the examples print.
//!
//! `cargo test` builds the examples. Whoever runs this suite alone builds them first:
//! `cargo build --examples`.
#![cfg(test)]
#![cfg(feature = "toml")]
#![allow(clippy::disallowed_methods)]

use std::{env, path::PathBuf, process::Command};

fn printed(name: &str) -> String {
    let tests = env::current_exe().unwrap();
    let path: PathBuf = tests.parent().unwrap().parent().unwrap().join("examples").join(name);
    let path = path.with_extension(env::consts::EXE_EXTENSION);
    assert!(
        path.is_file(),
        "`{}` is not built: cargo build --examples",
        path.display()
    );
    let output = Command::new(path).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn decrypt_reads_a_notification_and_says_nothing_of_a_wrong_secret() {
    assert_eq!(
        printed("decrypt"),
        "INS 6.0, TEST_SALE\n\
         receipt LPJ9VE42\n\
         earned 8.25 USD\n\
         item IPN Test\n\
         with another secret: notification refused\n"
    );
}

#[test]
#[cfg(feature = "legacy-ins")]
fn verify_form_reads_a_form_whose_check_is_right() {
    assert_eq!(
        printed("verify_form"),
        "INS 4.0, TEST_SALE: verified (32 bits, legacy)\n\
         receipt J5ZD69EL\n\
         earned 33.22 USD\n\
         a test: true\n\
         with another secret: notification refused\n"
    );
}

#[test]
fn network_postback_reads_names_of_the_network_and_refuses_a_doubtful_amount() {
    assert_eq!(
        printed("network_postback"),
        "click p2345: 12.5 EUR\n\
         status word: confirmed\n\
         parameter product: Book\n\
         means nothing: page\n\
         unfilled: None\n\
         refused: parameter `payout` is not an amount: it holds ','; a mark between thousands is read with \
         `amounts = { decimal = \",\", thousands = \".\" }` in the source's row\n"
    );
}

#[test]
fn one_rule_says_why_it_does_not_fire() {
    assert_eq!(
        printed("one_rule"),
        "fires: false\n\
         \x20 payout is 40 USD, wanted at least 50 USD\n\
         \x20 `country` is `US`, wanted none of `US`, `CA`\n\
         fires: true\n"
    );
}

#[test]
fn render_encodes_values_and_names_what_is_misspelt() {
    assert_eq!(
        printed("render"),
        "https://push.example/log?key=RP%201%26x&price=8.5&goal=0\n\
         refused: unknown macro `{refid}` at byte 29, did you mean `{ref_id}`?\n\
         refused: unknown macro `{cnv_id}` at byte 29, known from Binom for the tracker's click id, here \
         `{clickid}`; a channel is told its own, did you mean `{ref_id}`?; parameter `goal` has no value: write \
         one, or give `goal` in `values`\n\
         refused: `&amp;` at byte 37: the URL is HTML-escaped, as the source of a page has it; write `&`\n"
    );
}

#[test]
fn explain_says_why_one_postback_fires_and_the_other_does_not() {
    assert_eq!(
        printed("explain"),
        "applied: it made or changed a conversion\n\
         Purchase, pending\n\
         every-sale: Fired\n\
         large-and-paid is silent, by statuses and min_payout:\n\
         \x20 status is `pending`, wanted one of `approved`\n\
         \x20 payout is 40 USD, wanted at least 50 USD\n\
         to be sent: GET https://push.example/log?key=RP1&price=40\n"
    );
}

#[test]
fn own_storage_refuses_a_duplicate_and_decides_again_after_a_conflict() {
    assert_eq!(
        printed("own_storage"),
        "the first sale: Applied\n\
         the same message again: Duplicate\n\
         another sale: Applied\n\
         a decision on old facts: Conflict\n\
         the same event, decided again: Applied\n\
         one conversion of 3 events: 60 USD\n\
         to be sent: https://push.example/log?key=RP1&price=15\n\
         to be sent: https://push.example/log?key=RP1&price=40\n\
         to be sent: https://push.example/log?key=RP1&price=5\n"
    );
}
