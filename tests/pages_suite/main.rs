//! The pages: every link leads somewhere, the site lists every page, and each fits its length.
#![cfg(test)]
#![allow(clippy::disallowed_methods, clippy::arithmetic_side_effects, unreachable_pub)]

mod links;
mod modules;
mod page;

use page::{Page, root};

/// The longest page of `docs`, in lines.
const MAX_LINES: usize = 400;

/// The Markdown files of a folder and below, as paths from the repository's root.
fn markdown(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(markdown(&path));
        } else if path.ends_with(".md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_site_lists_every_page_once() {
    let summary = Page::read("docs/SUMMARY.md");
    let mut listed: Vec<String> = summary.links().iter().map(|link| format!("docs/{link}")).collect();
    listed.sort();
    let mut pages = markdown("docs");
    pages.retain(|path| path != "docs/SUMMARY.md");
    assert_eq!(
        listed, pages,
        "left, docs/SUMMARY.md lists these; right, these are in docs"
    );
}

#[test]
fn no_page_is_too_long() {
    for path in markdown("docs") {
        let lines = Page::read(&path).text.lines().count();
        assert!(
            lines <= MAX_LINES,
            "{path} has {lines} lines, over {MAX_LINES}: split it"
        );
    }
}
