//! What the example prints.
//!
//! `cargo test` builds it. Whoever runs this suite alone builds it first:
//! `cargo build -p postback-service --examples`.
#![cfg(test)]

use std::{env, process::Command};

#[test]
fn a_campaign_is_added_at_run_time_and_a_wrong_one_changes_nothing() {
    let tests = env::current_exe().unwrap();
    let folder = tests.parent().unwrap().parent().unwrap().join("examples");
    let path = folder
        .join("campaigns_from_a_database")
        .with_extension(env::consts::EXE_EXTENSION);
    assert!(
        path.is_file(),
        "`{}` is not built: cargo build --examples",
        path.display()
    );
    let output = Command::new(path).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "autumn: false\n\
         autumn: true\n\
         campaign[2].path[0].offers[0].offer: there is no offer `coarse`; did you mean `course`?\n\
         autumn: true\n"
    );
}
