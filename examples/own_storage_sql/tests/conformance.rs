//! The suite that every store must pass.
#![cfg(test)]

use own_storage_sql::SqlStore;
use postback::conformance::Case;
use postback::port::{Inspect, Store};
use postback_test::block_on;

fn check(case: Case) {
    let store = SqlStore::open(":memory:", "test".parse().unwrap()).unwrap();
    block_on(case(&store));
}

postback::conformance_tests!(check);

#[test]
fn a_file_is_opened_again_with_what_it_holds() {
    let path = std::env::temp_dir().join(format!("own-storage-sql-test-{}.db", std::process::id()));
    let click = postback::Click::new(
        "c7d1f0a2".parse().unwrap(),
        "2026-04-23T15:00:00Z".parse().unwrap(),
        "summer".parse().unwrap(),
        "course".parse().unwrap(),
        "network".parse().unwrap(),
        "push".parse().unwrap(),
    );
    let open = || SqlStore::open(&path, "test".parse().unwrap()).unwrap();
    block_on(open().record(std::slice::from_ref(&click))).unwrap();
    let found = block_on(open().click(&click.id)).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(found, Some(click));
}

#[test]
fn the_program_writes_one_sale_and_knows_it_again() {
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_postback-own-storage-sql"))
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["the sale: Applied", "the same again: Duplicate"], "{text}");
    assert!(lines[5].contains("https://push.example/log?key=RP1"), "{text}");
    assert_eq!((ran.status.success(), lines.len()), (true, 6), "{text}");
}
