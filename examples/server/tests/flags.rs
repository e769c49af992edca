//! The program's flags: exit codes and texts.
#![cfg(test)]

mod support;

use postback_test::SMALL;
use std::{fs, path::PathBuf, process::Output, time::Duration};
use support::{
    client::{Connection, get},
    program::{self, Program},
};
use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    program::command().args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn file(name: &str, text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    fs::write(&path, text).unwrap();
    (folder, path.display().to_string())
}

#[test]
fn a_missing_configuration_or_database_is_2() {
    let output = run(&[]);
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (
            Some(2),
            "`--config FILE` is missing; `postback-server demo` shows a tracker at work without one\n"
        )
    );
    let (_folder, path) = file("a.toml", SMALL);
    let output = run(&["--config", &path]);
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (
            Some(2),
            "`--database sqlite:PATH` is missing; `--dry-run` needs none, and sends nothing\n"
        )
    );
}

#[test]
fn a_journal_without_a_folder_is_refused() {
    let (_folder, path) = file("a.toml", SMALL);
    let output = run(&["--config", &path, "--dry-run", "--journal", "/nowhere/a.journal"]);
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (
            Some(1),
            "journal `/nowhere/a.journal`: its folder does not exist; make it, or name another file with --journal\n"
        )
    );
}

#[test]
fn a_postgres_url_is_refused_plainly() {
    let output = run(&["--config", "a.toml", "--database", "postgres://user:secret@host/db"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("postgres is not built yet; use `sqlite:PATH`"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn flags_that_are_malformed_are_2() {
    for (flag, value, text) in [
        (
            "--database",
            "mysql://x",
            "it is no database; write `sqlite:` and the path of a file, as in `sqlite:tracker.db`",
        ),
        (
            "--trusted-proxy",
            "10.0.0.1/8",
            "`10.0.0.1/8` has bits beyond its prefix",
        ),
        ("--allow-destination", "http://x", "destination"),
        (
            "--listen",
            "here",
            "it is no IP address with a port, as in `127.0.0.1:8080`",
        ),
        (
            "--namespace",
            "a b",
            "namespace holds ' ', which is not allowed there; letters, digits, `-`, `_` and `.` are",
        ),
        ("--private-days", "-1", "unexpected argument"),
        ("--nothing", "x", "unexpected argument"),
    ] {
        let output = run(&[flag, value]);
        assert_eq!(output.status.code(), Some(2), "{flag}");
        assert!(stderr(&output).contains(text), "{flag}: {}", stderr(&output));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_2() {
    let output = run(&["check", "--config", "/nowhere/a.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "`/nowhere/a.toml` cannot be read: there is no such file\n"
    );
    let output = run(&["check", "--config", "a.yaml"]);
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (Some(2), "`a.yaml` is neither `.toml` nor `.json`\n")
    );
}

#[test]
fn problems_are_printed_one_a_line() {
    let (_folder, path) = file(
        "a.toml",
        &format!("{SMALL}[[offer]]\nid = \"a\"\nsource = \"nte\"\nurl = \"https://x.example.com/\"\nfoo = 1\n"),
    );
    for arguments in [
        vec!["check", "--config", &path],
        vec!["--config", &path, "--database", "sqlite:/nowhere/at/all.db"],
    ] {
        let output = run(&arguments);
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.lines().any(|line| line.starts_with("offer[0].foo: ")), "{text}");
        assert!(text.lines().any(|line| line.starts_with("offer[0].source: ")), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}

#[test]
fn a_configuration_that_does_not_compile_starts_nothing() {
    let misspelt = SMALL.replacen(r#"counts = "sale""#, r#"counts = "sail""#, 1);
    let (folder, path) = file("a.toml", &misspelt);
    let database = folder.path().join("a.db");
    let output = run(&[
        "--config",
        &path,
        "--database",
        &format!("sqlite:{}", database.display()),
    ]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.starts_with("conversion_type[0].counts: "), "{text}");
    assert!(!database.exists());
}

#[test]
fn a_configuration_is_checked_and_its_warnings_are_printed() {
    let (_folder, path) = file("a.toml", SMALL);
    let output = run(&["check", "--config", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines().any(|line| line.starts_with("warning: offer_source[0]")),
        "{text}"
    );
    assert!(text.ends_with(&format!("`{path}` compiles\n")), "{text}");
    let (_folder, path) = file("a.json", r#"{"version": 2}"#);
    let output = run(&["check", "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("version: is not the number 1, the only version there is"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_destination_that_is_allowed_is_not_warned_of() {
    let channel =
        "[[traffic_channel]]\nid = \"push\"\npostback = { url = \"https://127.0.0.1:9100/c?key={ref_id}\" }\n";
    let (_folder, path) = file("a.toml", &format!("{SMALL}{channel}"));
    for (allowed, is_warned) in [("127.0.0.2", true), ("127.0.0.1", false)] {
        let output = run(&["check", "--config", &path, "--allow-destination", allowed]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.contains("is not called"), is_warned, "{text}");
    }
}

#[test]
fn missing_secrets_are_printed_one_a_line() {
    let (folder, path) = file(
        "a.toml",
        &format!("{SMALL}tokens = [\"env:POSTBACK_UNSET_A\", \"host:b\"]\n"),
    );
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let output = run(&["serve", "--config", &path, "--database", &database]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains("secret `env:POSTBACK_UNSET_A` is not set\n"), "{text}");
    assert!(
        text.contains("secret `host:b` is no OAuth credential of this server: name its file with `--oauth b=FILE`"),
        "{text}"
    );
}

/// The small configuration with a source for ClickBank's notifications.
fn with_notifications() -> String {
    format!(
        "{SMALL}\n[[offer_source]]\nid = \"cb\"\ndefault = true\ntemplate = \"clickbank-ins\"\nsecrets = [\"env:POSTBACK_TEST_SECRET\"]\n"
    )
}

#[test]
fn a_short_secret_is_named_by_check_and_at_the_start_with_what_allows_it() {
    let (folder, path) = file("a.toml", &with_notifications());
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    for arguments in [
        vec!["check", "--config", &path],
        vec!["--config", &path, "--database", &database, "--listen", "127.0.0.1:0"],
    ] {
        let mut command = program::command();
        let output = command
            .args(&arguments)
            .env("POSTBACK_TEST_SECRET", "1ABCD")
            .output()
            .unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("offer source `cb`"), "{text}");
        assert!(
            text.contains("take this one with `allow_short_secret = true`"),
            "{text}"
        );
        assert!(!text.contains("1ABCD"), "{text}");
    }
    // It is not the place where the server runs: what is not set is no problem.
    assert_eq!(run(&["check", "--config", &path]).status.code(), Some(0));
    let (_folder, path) = file("a.toml", &(with_notifications() + "allow_short_secret = true\n"));
    let mut command = program::command();
    command.env("POSTBACK_TEST_SECRET", "1ABCD");
    let output = command.args(["check", "--config", &path]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn a_secret_with_a_line_end_or_small_letters_is_warned_of_and_never_shown() {
    let (folder, path) = file("a.toml", &with_notifications());
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    for (secret, doubt) in [
        ("SECRETSECRET1234\n", "ends with a line break"),
        ("SECRETSECRETabcd", "holds lower-case letters"),
    ] {
        let mut checked = program::command();
        checked.args(["check", "--config", &path]);
        let output = checked.env("POSTBACK_TEST_SECRET", secret).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let said = format!("offer source `cb`: the secret `env:POSTBACK_TEST_SECRET` {doubt}");
        assert!(text.contains(&format!("warning: {said}")), "{text}");
        let mut command = program::command();
        command.args(["--config", &path, "--database", &database, "--listen", "127.0.0.1:0"]);
        let serving = Program::start(command.env("POSTBACK_TEST_SECRET", secret));
        let (_, log) = serving.stop();
        assert!(log.contains(&said), "{log}");
        assert!(!(text + &log).contains("SECRETSECRET"), "{log}");
    }
}

#[test]
fn too_few_private_days_are_warned_of_where_ad_platforms_are_told() {
    let telling = SMALL.to_owned()
        + "default_status = \"approved\"\n[[traffic_channel]]\nid = \"ads\"\ntemplate = \"facebook\"\n\
           [[conversion_api]]\nid = \"fb\"\nplatform = \"meta\"\npixel = \"1\"\ntoken = \"env:T\"\n\
           event_source_url = \"https://shop.example.com\"\n[[campaign]]\nid = \"a\"\nchannel = \"ads\"\n\
           [[campaign.conversion_api]]\nid = \"b\"\napi = \"fb\"\n";
    let warned = |text: &str, days: &str| {
        let (_folder, path) = file("a.toml", text);
        let mut command = program::command();
        let flags = ["--dry-run", "--listen", "127.0.0.1:0", "--private-days", days];
        let (_, log) = Program::start(command.args(["--config", &path]).args(flags)).stop();
        log.contains("--private-days: ad platforms are told of persons")
    };
    assert!(warned(&telling, "3"));
    assert!(!warned(&telling, "4"));
    assert!(!warned(SMALL, "3"));
    let better = telling.replace("version = 1\n", "version = 1\nretention = { private = \"30d\" }\n");
    assert!(!warned(&better, "3"), "the configuration decides");
}

#[test]
fn a_database_that_cannot_be_opened_is_1() {
    let (_folder, path) = file("a.toml", SMALL);
    let output = run(&["--config", &path, "--database", "sqlite:/nowhere/at/all.db"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "the store failed: the database `/nowhere/at/all.db` cannot be opened for writing: there is no folder \
         `/nowhere/at`\n"
    );
}

#[cfg(unix)]
#[test]
fn it_serves_logs_json_and_stops_at_sigterm() {
    let (folder, path) = file("a.toml", SMALL);
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let serving = Program::start(program::command().args([
        "--config",
        &path,
        "--database",
        &database,
        "--listen",
        "127.0.0.1:0",
    ]));
    assert!(serving.address().ip().is_loopback());
    let (status, log) = serving.stop();
    assert_eq!(status.code(), Some(0));
    let entries: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        entries.iter().any(|entry| entry["fields"]["message"] == "stopped"),
        "{log}"
    );
}

/// Longer than it may take, shorter than a person waits.
#[cfg(unix)]
const SOON: Duration = Duration::from_secs(60);

#[cfg(unix)]
#[tokio::test]
async fn at_sighup_it_reads_its_configuration_again_and_goes_on_with_the_old_one_when_that_is_broken() {
    let (folder, path) = file("a.toml", SMALL);
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let mut command = program::command();
    command.args(["--config", &path, "--database", &database, "--listen", "127.0.0.1:0"]);
    let mut serving = Program::start(&mut command);
    let mut connection = Connection::open(serving.address()).await.unwrap();
    let mut asked = async |source: &str| {
        let request = get(&format!("/postback/{source}?sum=1"));
        connection.send(request).await.unwrap().status
    };
    assert_eq!((asked("net").await, asked("other").await), (200, 404));

    let broken =
        format!("{SMALL}colour = 1\n[[offer]]\nid = \"a\"\nsource = \"nte\"\nurl = \"https://x.example.com/\"\n");
    fs::write(&path, broken).unwrap();
    serving.signal("HUP");
    serving.logged("the configuration was not reloaded", SOON).await;
    assert_eq!((asked("net").await, asked("other").await), (200, 404));

    fs::write(&path, SMALL.replace(r#"id = "net""#, r#"id = "other""#)).unwrap();
    serving.signal("HUP");
    serving.logged("the configuration was reloaded", SOON).await;
    assert_eq!((asked("net").await, asked("other").await), (404, 200));
    assert!(serving.runs());

    let (status, log) = serving.stop();
    assert_eq!(status.code(), Some(0));
    let refused = log.lines().find(|line| line.contains("was not reloaded")).unwrap();
    for problem in ["offer_source[0].colour: ", "offer[0].source: "] {
        assert!(refused.contains(problem), "{refused}");
    }
}

#[test]
fn the_help_says_what_becomes_of_a_dry_run() {
    let output = run(&["--help"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("--dry-run Sends nothing: each request that would be sent is a line of the log"),
        "{text}"
    );
    assert!(text.contains("a server without this flag sends them"), "{text}");
}
