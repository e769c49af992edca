//! The guide to `inspect` does what it says: each of its commands is run in the repository's folder
//! and prints what the page prints, stdout first. A line `..` stands for any lines.

use crate::support::{REPOSITORY, Ran, inspect_in};

const PAGE: &str = include_str!("../../../../docs/guides/inspect.md");

/// A command of the page with what it prints.
struct Command {
    line: String,
    prints: Vec<String>,
}

fn commands() -> Vec<Command> {
    let blocks = PAGE.split("```console\n").skip(1);
    let mut commands: Vec<Command> = Vec::new();
    for line in blocks.flat_map(|block| block.split("```").next().unwrap().lines()) {
        match line.strip_prefix("$ ") {
            Some(line) => commands.push(Command {
                line: line.to_owned(),
                prints: Vec::new(),
            }),
            None => commands.last_mut().unwrap().prints.push(line.to_owned()),
        }
    }
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

fn run(line: &str) -> Ran {
    let words = words(line);
    let program = words.iter().position(|word| word == "inspect").unwrap();
    let environment: Vec<(&str, &str)> = words[..program]
        .iter()
        .map(|word| word.split_once('=').unwrap())
        .collect();
    let rest = &words[program + 1..];
    let (arguments, input) = match rest.iter().position(|word| word == "<") {
        Some(at) => {
            let path = format!("{REPOSITORY}/{}", rest[at + 1]);
            (&rest[..at], std::fs::read(path).unwrap())
        }
        None => (rest, Vec::new()),
    };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    inspect_in(REPOSITORY, &environment, input, &arguments)
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

#[test]
fn every_command_of_the_page_prints_what_the_page_prints() {
    let commands = commands();
    assert_eq!(commands.len(), 20, "the page's commands are found");
    for command in commands {
        let ran = run(&command.line);
        let text = format!("{}{}", ran.out, ran.err);
        let (page, real): (Vec<&str>, Vec<&str>) = (
            command.prints.iter().map(String::as_str).collect(),
            text.lines().collect(),
        );
        assert!(matches(&page, &real), "$ {}\n{text}", command.line);
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
        "render",
        "destination",
        "hoplink",
    ] {
        assert!(
            PAGE.contains(&format!("`{verb}`")) || PAGE.contains(&format!("inspect {verb} ")),
            "{verb}"
        );
    }
}
