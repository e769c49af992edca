//! `--batch`: what every verb's lines have in common.

use crate::support::{answers, inspect_with, program};
use serde_json::json;
use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

/// The longest line that is read.
const MAX_LINE: usize = 1024 * 1024;

fn line_of(length: usize) -> String {
    let (before, after) = (r#"{"id":1,"url":"https://a.example/"#, r#""}"#);
    let filling = "x".repeat(length - before.len() - after.len());
    format!("{before}{filling}{after}")
}

#[test]
fn an_id_of_any_kind_is_repeated_as_it_is_written() {
    for id in [
        "1",
        "1.50",
        "\"a\\u0041\"",
        "[1, 2]",
        "{\"x\": 1}",
        "null",
        "12345678901234567890123",
    ] {
        let line = format!("{{\"id\":{id},\"url\":\"ftp://a.example/\"}}");
        let printed = inspect_with(&[], line, &["destination", "--batch"]).printed();
        assert_eq!(
            printed,
            format!("{{\"id\":{id},\"refused\":\"scheme `ftp` is neither http nor https\"}}\n")
        );
    }
}

#[test]
fn a_bad_line_is_refused_by_its_number_and_the_next_one_is_answered() {
    let input =
        "{\"id\":1,\"url\":\"https://a.example/\"}\nno json\n\n[1]\n{\"url\":5}\n{\"url\":\"https://b.example/\"}\n";
    let printed = inspect_with(&[], input, &["destination", "--batch"]).printed();
    let answers = answers(&printed);
    assert_eq!(answers.len(), 6, "{printed}");
    assert_eq!(answers[0]["ok"]["host"], "a.example");
    for (index, begins) in [
        (1, "line 2 is no JSON object: "),
        (2, "line 3 is no JSON object: "),
        (4, "line 5: invalid type"),
    ] {
        assert_eq!(answers[index]["id"], json!(null));
        let refused = answers[index]["refused"].as_str().unwrap();
        assert!(refused.starts_with(begins), "{refused}");
    }
    assert!(
        answers[3]["refused"].as_str().unwrap().starts_with("line 4"),
        "{printed}"
    );
    assert_eq!(answers[5]["ok"]["host"], "b.example");
}

#[test]
fn bytes_that_are_no_text_are_a_bad_line() {
    let printed = inspect_with(&[], b"{\"id\":\"\xff\"}\n", &["destination", "--batch"]).printed();
    assert!(
        answers(&printed)[0]["refused"].as_str().unwrap().starts_with("line 1"),
        "{printed}"
    );
}

#[test]
fn a_line_may_be_one_mebibyte_long_and_no_longer() {
    for (length, fits) in [
        (MAX_LINE - 1, true),
        (MAX_LINE, true),
        (MAX_LINE + 1, false),
        (5 * MAX_LINE, false),
    ] {
        let input = format!("{}\n{{\"id\":2,\"url\":\"https://b.example/\"}}", line_of(length));
        let printed = inspect_with(&[], input, &["destination", "--batch"]).printed();
        let answers = answers(&printed);
        match fits {
            true => assert_eq!(answers[0]["ok"]["host"], "a.example"),
            false => assert_eq!(
                answers[0],
                json!({"id": null, "refused": format!("line 1 is over {MAX_LINE} bytes long")})
            ),
        }
        assert_eq!(answers[1]["ok"]["host"], "b.example");
    }
}

#[test]
fn nothing_in_is_nothing_out() {
    assert_eq!(inspect_with(&[], "", &["destination", "--batch"]).printed(), "");
    assert_eq!(
        inspect_with(&[], "\n", &["destination", "--batch"])
            .printed()
            .lines()
            .count(),
        1
    );
}

#[test]
fn an_answer_comes_before_the_next_line_is_asked() {
    let mut command = program();
    command
        .args(["destination", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut asking = child.stdin.take().unwrap();
    let mut listening = BufReader::new(child.stdout.take().unwrap());
    for host in ["a.example", "b.example"] {
        writeln!(asking, "{{\"id\":1,\"url\":\"https://{host}/\"}}").unwrap();
        let mut line = String::new();
        listening.read_line(&mut line).unwrap();
        assert!(line.contains(host), "{line}");
    }
    drop(asking);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_log_of_many_lines_is_answered_line_by_line() {
    let lines: Vec<String> = (0..20_000)
        .map(|number| json!({"id": number, "url": format!("https://h{number}.example/")}).to_string())
        .collect();
    let printed = inspect_with(&[], lines.join("\n"), &["destination", "--batch"]).printed();
    let ids: Vec<u64> = answers(&printed)
        .iter()
        .map(|answer| answer["id"].as_u64().unwrap())
        .collect();
    assert!(ids.iter().copied().eq(0..20_000));
}
