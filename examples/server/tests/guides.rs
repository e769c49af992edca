//! The guides do what they say: each command of a page is run against the real program, in order,
//! and must print what the page prints.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod guide;
mod support;

use guide::{Guide, elsewhere};
use std::{collections::BTreeSet, fs};
use support::page;

/// Plays a page and says which languages its blocks have.
async fn play(name: &str) -> Vec<String> {
    let path = format!("{}/../../docs/guides/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(path).unwrap();
    let mut guide = Guide::new().await;
    let mut languages = BTreeSet::new();
    for block in page::blocks(&page) {
        guide
            .play(&block)
            .await
            .unwrap_or_else(|problem| panic!("{name}, line {}: {problem}", block.line));
        languages.extend(block.language.split(' ').next().map(str::to_owned));
    }
    guide.end().await;
    languages.into_iter().collect()
}

#[tokio::test]
async fn the_first_guide_does_what_it_says() {
    assert_eq!(play("start").await, ["console", "dry-run", "json", "toml"]);
}

#[tokio::test]
async fn the_guide_to_richpush_does_what_it_says() {
    assert_eq!(play("richpush").await, ["console", "dry-run", "json", "toml"]);
}

#[tokio::test]
async fn the_guide_to_conditional_postbacks_does_what_it_says() {
    assert_eq!(
        play("conditional-postback").await,
        ["console", "dry-run", "json", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_any_network_does_what_it_says() {
    assert_eq!(
        play("networks").await,
        ["console", "dry-run", "fired", "json", "pasted", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_moving_does_what_it_says() {
    assert_eq!(play("moving").await, ["console", "csv", "dry-run", "json", "toml"]);
}

#[tokio::test]
async fn the_guide_to_clickbanks_postbacks_does_what_it_says() {
    assert_eq!(
        play("clickbank-s2s").await,
        ["console", "dry-run", "fired", "json", "pasted", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_clickbanks_notifications_does_what_it_says() {
    assert_eq!(
        play("clickbank-ins").await,
        ["console", "dry-run", "fired", "json", "notification", "pasted", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_an_affiliates_notifications_does_what_it_says() {
    assert_eq!(
        play("clickbank-ins-affiliate").await,
        ["console", "dry-run", "fired", "json", "notification", "pasted", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_troubleshooting_does_what_it_says() {
    assert_eq!(
        play("troubleshooting").await,
        ["console", "fired", "json", "pasted", "received", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_operation_does_what_it_says() {
    assert_eq!(play("operations").await, ["console", "dry-run", "toml"]);
}

async fn refused(language: &str, text: &str) -> String {
    let (language, text) = (language.to_owned(), text.to_owned());
    let line = 1;
    let block = page::Block { language, text, line };
    Guide::new().await.play(&block).await.unwrap_err()
}

#[tokio::test]
async fn a_block_that_is_not_understood_is_refused() {
    assert_eq!(refused("sh", "").await, "`sh` is no language of a guide's blocks");
    assert_eq!(refused("", "").await, "`` is no language of a guide's blocks");
    assert_eq!(refused("json", "{}").await, "the page shows a part of no answer");
}

#[tokio::test]
async fn a_command_that_is_not_understood_is_refused() {
    for (text, problem) in [
        ("$ rm x\n", "`rm` is no program of a guide"),
        ("applied\n", "`applied` is printed by no command"),
        ("$ curl -s \\\n", "`curl -s \\` does not end"),
        ("$ A=1\n", "`A=1` names no program"),
        ("$ curl 'x\n", "`curl 'x` leaves a quote open"),
        (
            "$ curl http://x?a=1&b=2\n",
            "`curl http://x?a=1&b=2` holds an unquoted `?`",
        ),
        ("$ curl -d x\n", "`-d` is no flag of curl that is known here"),
        ("$ curl -X PUT x\n", "`-X` is followed by POST"),
        ("$ curl -s -H\n", "`-H` has no header"),
        ("$ curl --data-binary\n", "`--data-binary` has no data"),
        ("$ curl -s\n", "curl has no URL"),
        ("$ curl x y\n", "`y` is a second URL"),
        ("$ curl x\nOK\n", "no server was started"),
        (
            "$ postback-server --config tracker.toml --database sqlite:a.db\n",
            "a guide's server sends nothing: start it with `--dry-run`",
        ),
    ] {
        assert_eq!(refused("console", text).await, problem, "{text}");
    }
}

#[test]
fn no_command_of_a_guide_calls_another_host() {
    let commands = elsewhere::commands_of_all_guides();
    assert!(commands.len() > 60, "the commands are found: {}", commands.len());
    for (page, configuration, command) in commands {
        assert!(
            !elsewhere::calls_elsewhere(&configuration, &command),
            "{page}: {command}"
        );
    }
    for command in [
        "curl -s https://us.ahows.co/log?key=1",
        "curl -s 'http://127.0.0.1.example.com/'",
        "A=1 postback-server --config tracker.toml --database sqlite:a.db",
        "A=1 inspect simulate ins --secret env:A --really --to 'http://trk.example.com/ins/clickbank'",
    ] {
        let live = "[traffic_channel.postback]\nurl = \"https://us.ahows.co/log\"\n";
        assert!(elsewhere::calls_elsewhere(live, command), "{command}");
    }
}
