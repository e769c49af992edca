//! A Markdown page: its links and what they may lead to.

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A page and where it stands, from the repository's root.
#[derive(Debug)]
pub struct Page {
    pub path: String,
    pub text: String,
}

impl Page {
    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self {
            path: path.to_owned(),
            text,
        }
    }

    /// The lines outside of fenced blocks.
    fn prose(&self) -> impl Iterator<Item = &str> {
        let mut fenced = false;
        self.text.lines().filter(move |line| {
            let fence = line.starts_with("```");
            fenced ^= fence;
            !fence && !fenced
        })
    }

    /// The targets of its links, `[text](target)` and `[name]: target`, in order. What stands in
    /// code spans is no link.
    pub fn links(&self) -> Vec<String> {
        let prose: Vec<&str> = self.prose().collect();
        let mut found: Vec<String> = without_code(&prose.join("\n"))
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target.to_owned())
            .collect();
        let definitions = prose
            .iter()
            .filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
        found.extend(definitions.map(|(_, target)| target.trim().to_owned()));
        found
    }

    /// The anchors of its headings, as GitHub, rustdoc and mdBook make them of plain headings.
    pub fn anchors(&self) -> Vec<String> {
        let headings = self.prose().filter(|line| line.starts_with('#'));
        headings
            .map(|line| anchor(line.trim_start_matches('#').trim()))
            .collect()
    }

    /// The path, from the repository's root, of a file that the page names.
    pub fn resolve(&self, target: &str) -> String {
        let folder = Path::new(&self.path).parent().unwrap();
        let mut parts: Vec<&str> = folder.iter().map(|part| part.to_str().unwrap()).collect();
        for part in target.split('/') {
            match part {
                "." | "" => {}
                ".." => assert!(parts.pop().is_some(), "{}: `{target}` leaves the repository", self.path),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }
}

/// The text with every code span emptied, which may hold brackets of its own.
fn without_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .filter(|(index, _)| index % 2 == 0)
        .map(|(_, part)| part)
        .collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|character| character.is_alphanumeric() || " -_".contains(*character));
    kept.map(|character| {
        if character == ' ' {
            '-'
        } else {
            character.to_ascii_lowercase()
        }
    })
    .collect()
}

#[test]
fn links_and_anchors_are_found() {
    let text = "# A page's `name`, 2\n[a](b.md#c), `[x](y)`\n```text\n[no](link)\n```\n[`a b`](../d)\n\n[e]: f\n";
    let page = Page {
        path: "docs/guides/p.md".into(),
        text: text.into(),
    };
    assert_eq!(page.links(), ["b.md#c", "../d", "f"]);
    assert_eq!(page.anchors(), ["a-pages-name-2"]);
    assert_eq!(page.resolve("../d"), "docs/d");
}
