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
