//! Every link of a page leads somewhere.

use crate::{
    markdown,
    page::{Page, root},
};

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
