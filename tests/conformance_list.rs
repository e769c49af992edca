//! Every case of the suite for stores is in its list, since a case that is not is run by nobody.

#![allow(clippy::disallowed_methods, reason = "a test that reads the source")]

use std::{fs, path::Path};

#[test]
fn every_case_of_the_suite_is_listed_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let list = fs::read_to_string(root.join("conformance/mod.rs")).unwrap();
    let mut seen = 0;
    for folder in ["conformance", "outbox_cases"] {
        for file in fs::read_dir(root.join(folder)).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let cases = text.lines().filter_map(|line| line.trim().strip_prefix("async fn "));
            for case in cases
                .filter_map(|rest| rest.split_once("(store)"))
                .map(|(name, _)| name)
            {
                let listed = list
                    .lines()
                    .filter(|line| line.trim().split_once(": ").is_some_and(|(_, name)| name == case));
                assert_eq!(
                    listed.count(),
                    1,
                    "`{case}` is not in the list of src/conformance/mod.rs, or twice"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 150, "{seen} cases");
}
