//! The pages under `docs/reference` on what the programs say: exit codes and the log. With
//! `POSTBACK_WRITE_REFERENCE=1` the test of the log writes its page.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use postback_test::SMALL;
use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};
use support::program::{self, Program};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn page(name: &str) -> PathBuf {
    Path::new(REPOSITORY).join("docs/reference").join(name)
}

/// The codes that a part of the page lists.
fn listed(program: &str) -> BTreeSet<i32> {
    let text = fs::read_to_string(page("exit-codes.md")).unwrap();
    let part = text
        .split("\n## ")
        .find(|part| part.starts_with(&format!("`{program}`")))
        .unwrap();
    let codes = part
        .lines()
        .filter_map(|line| line.strip_prefix("- `")?.split('`').next());
    codes.map(|code| code.parse().unwrap()).collect()
}

#[cfg(unix)]
#[test]
fn every_exit_code_of_the_server_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("a.toml");
    fs::write(&config, SMALL).unwrap();
    let config = config.to_str().unwrap();
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let code = |arguments: &[&str]| {
        program::command()
            .args(arguments)
            .output()
            .unwrap()
            .status
            .code()
            .unwrap()
    };
    let serving = ["--config", config, "--database", &database, "--listen", "127.0.0.1:0"];
    let (stopped, _) = Program::start(program::command().args(serving)).stop();
    let codes = [
        stopped.code().unwrap(),
        code(&["check", "--config", config]),
        code(&["--config", config, "--database", "sqlite:/nowhere/at/all.db"]),
        code(&["--config", "/nowhere/a.toml", "--database", &database]),
        code(&["--bogus"]),
    ];
    assert_eq!(codes, [0, 0, 1, 2, 2]);
    assert_eq!(listed("postback-server"), codes.into());
}

#[test]
fn every_exit_code_of_the_tool_is_listed() {
    // Its own tests run it into each; no other stands in its source.
    let main = fs::read_to_string(Path::new(REPOSITORY).join("crates/postback-inspect/src/main.rs")).unwrap();
    let from = main.matches("ExitCode::from(").count();
    assert_eq!((from, main.matches("ExitCode::from(2)").count()), (1, 1));
    assert_eq!(listed("postback-inspect"), [0, 2].into());
}

/// A line of the log, as the code writes it.
struct Line {
    target: String,
    level: &'static str,
    text: String,
}

const CRATES: [(&str, &str); 5] = [
    ("postback_http", "crates/postback-http/src"),
    ("postback_service", "crates/postback-service/src"),
    ("postback_axum", "crates/postback-axum/src"),
    ("postback_sqlite", "crates/postback-sqlite/src"),
    ("postback_server", "examples/server/src"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// The lines that a file logs: the last text of a call is a line's message.
fn lines(text: &str, target: &str, into: &mut Vec<Line>) {
    for level in ["error", "warn", "info"] {
        for call in text.split(&format!("tracing::{level}!(")).skip(1) {
            let message = last_text(call).replace("\\\n", "");
            let text = message.split_whitespace().collect::<Vec<_>>().join(" ");
            into.push(Line {
                target: target.to_owned(),
                level,
                text,
            });
        }
    }
}

/// The last text before the bracket that closes a call.
fn last_text(call: &str) -> String {
    let (mut depth, mut in_text, mut escaped) = (1, false, false);
    let (mut text, mut last) = (String::new(), String::new());
    for c in call.chars() {
        match (in_text, c) {
            (true, '"') if !escaped => {
                in_text = false;
                last = std::mem::take(&mut text);
            }
            (true, c) => {
                escaped = c == '\\' && !escaped;
                text.push(c);
            }
            (false, '"') => in_text = true,
            (false, '(') => depth += 1,
            (false, ')') => depth -= 1,
            (false, _) => {}
        }
        if depth == 0 {
            break;
        }
    }
    last
}

fn all_lines() -> Vec<Line> {
    let mut found = Vec::new();
    for (name, folder) in CRATES {
        let folder = Path::new(REPOSITORY).join(folder);
        for path in sources(&folder) {
            let inside = path.strip_prefix(&folder).unwrap().with_extension("");
            let parts = inside.components().map(|part| part.as_os_str().to_str().unwrap());
            let parts = parts.filter(|part| !["lib", "mod"].contains(part));
            let target: Vec<&str> = std::iter::once(name).chain(parts).collect();
            let text = fs::read_to_string(&path).unwrap();
            // Tests log nothing.
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            lines(code, &target.join("::"), &mut found);
        }
    }
    found
}

const FIRST: &str = "# The log\n\n\
    <!-- `POSTBACK_WRITE_REFERENCE=1 cargo test -p postback-server --test reference` writes this. -->\n\n\
    The server writes a JSON object a line to stderr: `timestamp`, `level`, `target`, `fields` (with `message`), and in \
    `spans`\nwhat it was written for: `request` (`method`, `route`), `click` (`campaign`, `click`), `ingest` (`source`, \
    `event`),\n`deliver` (`delivery`, `lane`, `deliveries`). No token, no query, no body and no personal value is in it; with \
    `--dry-run`\nthe URLs and bodies are in it that would be sent. A host that links the crates sees the same through \
    `tracing`.\n\n\
    `RUST_LOG` chooses what is written; without it that is `info` and above. A target is the path of a module, and a \
    rule\nholds for all targets that begin with it:\n\n\
    - `RUST_LOG=warn`: what somebody should look at.\n\
    - `RUST_LOG=info,postback_service::meter=debug`: with a line for each event and each round of deliveries.\n\
    - `RUST_LOG=warn,postback_server=info`: that, and when it serves and stops.\n\
    - `RUST_LOG=info,hyper=debug,reqwest=debug`: with what the HTTP libraries say.\n\n\
    These are all lines.\n";

#[test]
fn the_page_of_the_log_has_every_line_that_is_logged() {
    let lines = all_lines();
    assert!(lines.len() > 50, "{}", lines.len());
    let targets: BTreeSet<&str> = lines.iter().map(|line| line.target.as_str()).collect();
    let mut text = FIRST.to_owned();
    for target in targets {
        text.push_str(&format!("\n## `{target}`\n\n"));
        let mut listed = BTreeSet::new();
        for Line { level, text: said, .. } in lines.iter().filter(|line| line.target == target) {
            // What a value says is no text of its own.
            let said = match said.starts_with('{') || said.is_empty() {
                true => "what failed, and why",
                false => said,
            };
            // Two places may log the same line.
            if listed.insert((level, said)) {
                text.push_str(&format!("- {level}: {}\n", wrapped(said, 7 + level.len())));
            }
        }
    }
    if env::var_os("POSTBACK_WRITE_REFERENCE").is_some() {
        fs::write(page("logging.md"), &text).unwrap();
    }
    assert!(
        fs::read_to_string(page("logging.md")).unwrap_or_default() == text,
        "docs/reference/logging.md is an old one; `POSTBACK_WRITE_REFERENCE=1` writes it"
    );
}

/// The text in lines of at most 116 columns, of which the first has begun.
fn wrapped(text: &str, begun: usize) -> String {
    let (mut out, mut column) = (String::new(), begun);
    for word in text.split(' ') {
        if column + 1 + word.len() > 116 {
            out.push_str("\n ");
            column = 1;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        column += 1 + word.len();
    }
    out
}

#[cfg(unix)]
#[test]
fn a_rule_of_the_page_chooses_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("a.toml");
    fs::write(&config, SMALL).unwrap();
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let config = config.to_str().unwrap();
    let serving = ["--config", config, "--database", &database, "--listen", "127.0.0.1:0"];
    let mut command = program::command();
    command.args(serving).env("RUST_LOG", "warn,postback_server=info");
    let (_, log) = Program::start(&mut command).stop();
    let targets: BTreeSet<String> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|entry| entry["level"] == "INFO")
        .map(|entry| entry["target"].as_str().unwrap().to_owned())
        .collect();
    assert!(targets.contains("postback_server::serve"), "{targets:?}");
    assert!(
        targets.iter().all(|target| target.starts_with("postback_server")),
        "{targets:?}"
    );
}
