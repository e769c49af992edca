//! The guides do what they say: each of their `inspect` commands is run and prints what the page
//! prints, stdout first. A line `..` stands for any lines.
//!
//! The commands of the guide to `inspect` are run in the repository's folder. Of a guide that
//! builds a `tracker.toml`, block by block, they are run beside that file, as far as the page has
//! come; its other commands are run by the tests of `postback-server`.

use crate::served::Served;
use crate::support::{REPOSITORY, Ran, folder, inspect_in};

/// What the guides that simulate put into the server's environment.
const GUIDE: &[(&str, &str)] = &[
    ("env:CLICKBANK_SECRET", "SECRETSECRET1234"),
    ("env:CLICKBANK_TOKEN", "a-token-of-your-own"),
    ("env:NETWORK_TOKEN", "a-token-of-your-own"),
];

const PAGE: &str = include_str!("../../../../docs/guides/inspect.md");
const START: &str = include_str!("../../../../docs/guides/start.md");
const NOTIFICATIONS: &str = include_str!("../../../../docs/guides/clickbank-ins-affiliate.md");
const NETWORKS: &str = include_str!("../../../../docs/guides/networks.md");
const RICHPUSH: &str = include_str!("../../../../docs/guides/richpush.md");
const AD_PLATFORMS: &str = include_str!("../../../../docs/guides/ad-platforms.md");
const META: &str = include_str!("../../../../docs/guides/meta.md");
const GOOGLE_ADS: &str = include_str!("../../../../docs/guides/google-ads.md");
const TIKTOK: &str = include_str!("../../../../docs/guides/tiktok.md");
const MICROSOFT: &str = include_str!("../../../../docs/guides/microsoft.md");
const RECIPES: &str = include_str!("../../../../docs/guides/recipes.md");
const MOVING: &str = include_str!("../../../../docs/guides/moving.md");

/// A command of the page with what it prints.
struct Command {
    line: String,
    prints: Vec<String>,
    /// The blocks of `tracker.toml` before it.
    configuration: String,
    /// The files that the page shows before it: blocks of JSON that have a name.
    files: Vec<(String, String)>,
}

fn commands(page: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut configuration = String::new();
    let mut files: Vec<(String, String)> = Vec::new();
    for block in page.split("\n```").skip(1).step_by(2) {
        let (language, text) = block.split_once('\n').unwrap();
        match language {
            "toml" => configuration.extend([text, "\n"]),
            "console" => commands.extend(commands_of(text, &configuration, &files)),
            _ => files.extend(language.strip_prefix("json ").map(|name| (name.into(), text.into()))),
        }
    }
    commands
}

fn commands_of(block: &str, configuration: &str, files: &[(String, String)]) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for line in block.replace("\\\n", "").lines() {
        match line.strip_prefix("$ ") {
            Some(line) => commands.push(Command {
                line: line.to_owned(),
                prints: Vec::new(),
                configuration: configuration.to_owned(),
                files: files.to_vec(),
            }),
            None => commands.last_mut().unwrap().prints.push(line.to_owned()),
        }
    }
    commands.retain(|command| words(&command.line).iter().any(|word| word == "inspect"));
    commands
}

/// The words of a command: single quotes hold spaces together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.last_mut().unwrap().push_str(part);
            continue;
        }
        for (index, word) in part.split(' ').enumerate() {
            if index > 0 {
                words.push(String::new());
            }
            words.last_mut().unwrap().push_str(word);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn run(folder: &str, line: &str) -> Ran {
    let words = words(line);
    let program = words.iter().position(|word| word == "inspect").unwrap();
    let environment: Vec<(&str, &str)> = words[..program]
        .iter()
        .map(|word| word.split_once('=').unwrap())
        .collect();
    let rest = &words[program + 1..];
    let (arguments, input) = match rest.iter().position(|word| word == "<") {
        Some(at) => {
            let path = format!("{folder}/{}", rest[at + 1]);
            (&rest[..at], std::fs::read(path).unwrap())
        }
        None => (rest, Vec::new()),
    };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    inspect_in(folder, &environment, input, &arguments)
}

/// Whether the lines are these, `..` standing for any.
fn matches(page: &[&str], real: &[&str]) -> bool {
    match page.split_first() {
        None => real.is_empty(),
        Some((&"..", rest)) => (0..=real.len()).any(|skipped| matches(rest, &real[skipped..])),
        Some((line, rest)) => real
            .split_first()
            .is_some_and(|(first, real)| first == line && matches(rest, real)),
    }
}

fn prints_what_the_page_prints(folder: &str, command: &Command) {
    let ran = run(folder, &command.line);
    let text = format!("{}{}", ran.out, ran.err);
    let (page, real): (Vec<&str>, Vec<&str>) = (
        command.prints.iter().map(String::as_str).collect(),
        text.lines().collect(),
    );
    assert!(matches(&page, &real), "$ {}\n{text}", command.line);
}

#[test]
fn every_command_of_the_page_prints_what_the_page_prints() {
    let commands = commands(PAGE);
    assert_eq!(commands.len(), 24, "the page's commands are found");
    for command in commands {
        prints_what_the_page_prints(REPOSITORY, &command);
    }
}

#[test]
fn every_command_of_the_guides_that_build_a_file_prints_what_they_print() {
    for (name, page, count) in [
        ("networks", NETWORKS, 3),
        ("moving", MOVING, 2),
        ("richpush", RICHPUSH, 1),
        ("ad-platforms", AD_PLATFORMS, 1),
        ("meta", META, 2),
        ("google-ads", GOOGLE_ADS, 2),
        ("tiktok", TIKTOK, 2),
        ("microsoft", MICROSOFT, 2),
        ("recipes", RECIPES, 5),
    ] {
        let commands = commands(page);
        assert_eq!(commands.len(), count, "the commands of `{name}` are found");
        for command in commands {
            let folder = folder(name);
            std::fs::write(folder.join("tracker.toml"), &command.configuration).unwrap();
            for (name, text) in &command.files {
                std::fs::write(folder.join(name), text).unwrap();
            }
            prints_what_the_page_prints(folder.to_str().unwrap(), &command);
        }
    }
}

#[test]
fn what_the_guides_simulate_is_taken_by_their_servers() {
    for (name, page, count, campaign) in [
        ("start", START, 1, "summer"),
        ("clickbank-ins-affiliate", NOTIFICATIONS, 2, "promoted"),
    ] {
        let commands = commands(page);
        assert_eq!(commands.len(), count, "the commands of `{name}` are found");
        let folder = folder(name);
        std::fs::write(folder.join("tracker.toml"), &commands[0].configuration).unwrap();
        let served = Served::dry(&commands[0].configuration, GUIDE);
        let click = served.click(campaign);
        for command in commands {
            let line = command.line.replace("CLICK ", &format!("{click} "));
            let line = line.replace("http://127.0.0.1:8080", &served.url());
            prints_what_the_page_prints(folder.to_str().unwrap(), &Command { line, ..command });
        }
    }
}

#[test]
fn every_verb_is_on_the_page() {
    for verb in [
        "ins",
        "form",
        "thankyou",
        "postback",
        "lint",
        "setup",
        "explain",
        "conversion-api",
        "render",
        "destination",
        "hoplink",
        "simulate",
    ] {
        assert!(
            PAGE.contains(&format!("`{verb}`")) || PAGE.contains(&format!("inspect {verb} ")),
            "{verb}"
        );
    }
}
