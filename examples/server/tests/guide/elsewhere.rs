//! What of a guide would call another machine.

use crate::support::page;
use std::fs;

/// Whether every postback of the file goes to this machine.
pub(crate) fn tells_this_machine_alone(configuration: &str) -> bool {
    let mut table = "";
    let mut urls = Vec::new();
    for line in configuration.lines() {
        if line.starts_with('[') {
            table = line;
        }
        let is_postback = ["[traffic_channel.postback]", "[[campaign.postback]]"].contains(&table);
        urls.extend(line.strip_prefix("url = \"").filter(|_| is_postback));
    }
    !urls.is_empty() && urls.iter().all(|url| url.starts_with("http://127.0.0.1:"))
}

/// The commands of all guides, of blocks in whatever language: those that a `$` stands before, and
/// whole blocks for a shell.
pub(crate) fn commands_of_all_guides() -> Vec<(String, String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides");
    let mut commands = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut configuration = String::new();
        for block in page::blocks(&fs::read_to_string(&path).unwrap()) {
            if block.language == "toml" {
                configuration.push_str(&block.text);
            }
            let is_shell = ["sh", "bash", "shell"].contains(&block.language.as_str());
            let text = block.text.replace("\\\n", "");
            let lines = text.lines().filter_map(|line| match line.strip_prefix("$ ") {
                Some(command) => Some(command),
                None => is_shell.then_some(line),
            });
            commands.extend(lines.map(|line| (name.clone(), configuration.clone(), line.to_owned())));
        }
    }
    commands
}

/// Whether a command calls a host that is not this machine.
pub(crate) fn calls_elsewhere(configuration: &str, command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    let Some(program) = words.iter().position(|word| !word.contains('=')) else {
        return false;
    };
    let is_local = |word: &str| {
        let url = word.trim_matches('\'');
        let rest = url.strip_prefix("http://").unwrap_or_default();
        ["127.0.0.1", "localhost"].iter().any(|host| {
            let behind = rest.strip_prefix(host);
            behind.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
        })
    };
    let is_url = |word: &str| word.trim_matches('\'').starts_with("http");
    match words[program] {
        "curl" | "wget" => words.iter().any(|word| is_url(word) && !is_local(word)),
        // Without that word it calls this machine alone.
        "inspect" | "postback-inspect" => words.contains(&"--really"),
        "postback-server" if words.contains(&"check") || words.contains(&"--dry-run") => false,
        "postback-server" => !tells_this_machine_alone(configuration),
        _ => false,
    }
}
