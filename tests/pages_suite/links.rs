//! Every link of a page leads somewhere.

use crate::{
    markdown,
    page::{Page, root},
};

/// Where docs.rs shows the files of a published package.
const FILES: &str = "https://docs.rs/crate/postback/latest/source/";

/// The pages outside of `docs`: those of the root and of the crates.
fn others() -> Vec<String> {
    let roots = std::fs::read_dir(root()).unwrap();
    let roots = roots.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut pages: Vec<String> = roots.filter(|name| name.ends_with(".md")).collect();
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    let crates = crates.map(|entry| format!("crates/{}/README.md", entry.unwrap().file_name().to_str().unwrap()));
    pages.extend(crates.filter(|page| root().join(page).is_file()));
    pages
}

/// What is wrong with a link.
fn fault(page: &Page, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = match file {
        "" => page.path.clone(),
        file => page.resolve(file),
    };
    if !root().join(&path).exists() {
        return Some(format!("`{path}` does not exist"));
    }
    // The site holds `docs` alone.
    if page.path.starts_with("docs/") && !path.starts_with("docs/") {
        return Some(format!("`{path}` is no page of the site"));
    }
    let there = anchor.is_empty() || Page::read(&path).anchors().iter().any(|known| known == anchor);
    (!there).then(|| format!("`{path}` has no heading `{anchor}`"))
}

#[test]
fn every_link_leads_somewhere() {
    for path in markdown("docs").into_iter().chain(others()) {
        let page = Page::read(&path);
        for link in page.links() {
            let fault = fault(&page, &link);
            assert_eq!(fault, None, "{path}: ({link})");
        }
    }
}

#[test]
fn what_leads_nowhere_is_found() {
    let page = Page::read("docs/guides/start.md");
    for (link, expected) in [
        ("nowhere.md", Some("`docs/guides/nowhere.md` does not exist")),
        (
            "networks.md#nothing",
            Some("`docs/guides/networks.md` has no heading `nothing`"),
        ),
        ("../../README.md", Some("`README.md` is no page of the site")),
        ("networks.md#8-try-it", None),
        ("https://example.com/nowhere.md", None),
    ] {
        assert_eq!(fault(&page, link).as_deref(), expected, "{link}");
    }
}

/// The page of the crate is read on docs.rs, where the package's files are shown, and no other.
#[test]
fn the_files_that_the_crates_page_links_to_are_packed() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let include = manifest.lines().find(|line| line.starts_with("include = ")).unwrap();
    let page = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let files: Vec<&str> = page
        .split(FILES)
        .skip(1)
        .filter_map(|rest| rest.split([')', '\n', '>', ' ', '#']).next())
        .collect();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        assert!(root().join(file).is_file(), "`{file}` does not exist");
        assert!(is_packed(include, file), "`{file}` is not packed");
    }
}

/// Whether one of the patterns of the manifest's line takes the file.
fn is_packed(include: &str, file: &str) -> bool {
    let file = format!("/{file}");
    let mut patterns = include.split('"').skip(1).step_by(2);
    patterns.any(|pattern| match pattern.split_once('*') {
        Some((start, end)) => {
            let between = file.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
            between.is_some_and(|between| !between.contains('/'))
        }
        None => file == pattern || file.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('/')),
    })
}

#[test]
fn a_file_that_no_pattern_takes_is_not_packed() {
    let include = "include = [\"/src\", \"/examples/*.rs\", \"/LICENSE-*\"]";
    for (file, is) in [
        ("src/lib.rs", true),
        ("srcs/lib.rs", false),
        ("examples/render.rs", true),
        ("examples/minimal_server/src/main.rs", false),
        ("LICENSE-MIT", true),
        ("docs/SUMMARY.md", false),
    ] {
        assert_eq!(is_packed(include, file), is, "{file}");
    }
}
