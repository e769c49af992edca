//! The guide's table of default names is the code's.

use postback::network::{Meaning, ParameterMap};

#[test]
fn the_guide_lists_the_name_that_each_meaning_has_by_default() {
    let page = include_str!("../../docs/guides/networks.md");
    let map = ParameterMap::generic();
    let names = |meaning: Meaning| -> Vec<String> { map.names(meaning).map(|name| format!("`{name}`")).collect() };
    let mut table = String::from("| meaning | its name by default |\n|---|---|\n");
    for word in Meaning::words() {
        let names = names(Meaning::from_word(word).unwrap());
        let names = if names.is_empty() {
            "none".into()
        } else {
            names.join(", ")
        };
        table.push_str(&format!("| `{word}` | {names} |\n"));
    }
    table.push_str("| `sub1` to `sub20` | `sub1` to `sub20` |\n\n");
    assert!(
        page.contains(&table),
        "docs/guides/networks.md lists other names than these:\n{table}"
    );
    for number in 1..=20 {
        assert_eq!(names(Meaning::Sub(number)), [format!("`sub{number}`")]);
    }
}
