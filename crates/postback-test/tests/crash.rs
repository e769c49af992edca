//! The short forms of what `crash` does for as long as it is asked to. Its page in the design says
//! how the long ones are run.

use std::process::Command;

/// Runs the program. What it says is shown where a test fails.
fn crash(flags: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_crash")).args(flags).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn servers_that_are_killed_lose_nothing_and_double_nothing() {
    // Each kind of trouble once.
    let said = crash(&["--cycles", "15", "--seed", "1"]);
    assert!(said.contains("15 cycles in 1 rounds from seed 1"), "{said}");
    assert!(said.contains("0 lost, 0 unsent, 0 doubled"), "{said}");
}

#[test]
fn of_one_receipt_that_threads_and_processes_race_for_there_is_one_conversion() {
    let said = crash(&["races", "--count", "300"]);
    assert_eq!(said.matches("300 receipts, 0 doubled, 0 lost").count(), 3, "{said}");
}

#[test]
fn an_fsync_precedes_each_acknowledgement() {
    let said = crash(&["strace"]);
    assert!(
        said.contains("each after an fsync of the journal") || said.contains("skipped"),
        "{said}"
    );
}
