//! The public modules of the core: each has a page with an example.

use crate::page::root;
use std::path::Path;

/// The public modules that a file declares and does not hide, by the files that they stand in, with
/// those below.
fn public(file: &Path, found: &mut Vec<String>) {
    let text = std::fs::read_to_string(file).unwrap();
    let folder = file.parent().unwrap();
    let mut hidden = false;
    for line in text.lines() {
        let before = std::mem::replace(&mut hidden, line == "#[doc(hidden)]");
        let Some(name) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) else {
            continue;
        };
        if before {
            continue;
        }
        let beside = match file.file_stem().and_then(|stem| stem.to_str()) {
            Some("lib" | "mod") => folder.to_owned(),
            stem => folder.join(stem.unwrap()),
        };
        let file = [beside.join(format!("{name}.rs")), beside.join(name).join("mod.rs")]
            .into_iter()
            .find(|path| path.is_file())
            .unwrap_or_else(|| panic!("`{name}` has no file"));
        found.push(file.to_str().unwrap().to_owned());
        public(&file, found);
    }
}

/// The page of a module: its inner doc comments.
fn page(file: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("//!"));
    lines
        .flat_map(|line| [line.strip_prefix(' ').unwrap_or(line), "\n"])
        .collect()
}

#[test]
fn every_public_module_has_an_example_that_compiles_as_printed() {
    let mut files = vec![root().join("src/lib.rs").to_str().unwrap().to_owned()];
    public(&root().join("src/lib.rs"), &mut files);
    assert!(files.len() > 30, "{files:?}");
    let mut faults = Vec::new();
    for file in files {
        let page = page(&file);
        let blocks: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
        let mut examples = blocks
            .iter()
            .filter(|block| matches!(block.lines().next(), Some("" | "no_run")));
        if examples.clone().count() == 0 {
            faults.push(format!("{file}: has no example"));
        }
        if examples.any(|block| block.lines().any(|line| line.starts_with("# "))) {
            faults.push(format!("{file}: its example hides a line"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
