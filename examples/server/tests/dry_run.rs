//! A dry run decides and shows every request, and sends none.
#![cfg(test)]

mod support;

use http::Request;
use std::{process::Command, time::Duration};
use support::{
    client::Connection,
    notification,
    program::{self, Program},
    receiver::Receiver,
    tracker::{API_TOKEN, SECRETS, TOKEN, configuration, message, postback},
};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// Longer than a decision takes to be shown, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A configuration whose channel is this receiver, and the program that serves it.
fn serving(folder: &TempDir, receiver: &Receiver, flags: &[&str]) -> Command {
    let url = format!(
        "{}/log?key={{ref_id}}&price={{payout}}&pass={{secret:ADS}}&ip={{ip}}",
        receiver.url()
    );
    let (summer, autumn) = (
        postback("sales", &url, ""),
        postback(
            "posts",
            &url,
            "method = \"POST\"\nbody = '{\"v\":\"{payout}\",\"s\":\"{secret:ADS}\"}'\ncontent_type = \"application/json\"",
        ),
    );
    let path = folder.path().join("tracker.toml");
    std::fs::write(&path, configuration(&summer, &autumn)).unwrap();
    let mut command = program::command();
    command
        .envs(SECRETS)
        .env(program_token(), API_TOKEN)
        .env("ADS", "CANARY-of-the-channel")
        .current_dir(folder.path())
        .args([
            "--config",
            "tracker.toml",
            "--listen",
            "127.0.0.1:0",
            "--allow-destination",
            "127.0.0.1/32",
        ])
        .args(flags);
    command
}

fn program_token() -> &'static str {
    postback_server::args::API_TOKEN
}

/// A click of `summer` and a sale of it.
async fn buy(connection: &mut Connection, event_id: &str) {
    let click = connection.click("summer").await.unwrap();
    let sale = message(&format!("clickid={click}&sum=8.50&eventid={event_id}"));
    assert_eq!(connection.send(sale).await.unwrap().outcome(), "applied");
}

async fn shown(program: &Program, count: usize) -> Vec<String> {
    let all = async {
        while program.dry_requests().len() < count {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, all).await.expect("it is shown");
    program.dry_requests()
}

#[tokio::test]
async fn each_request_is_shown_with_the_names_of_secrets_and_none_is_sent() {
    let (folder, mut receiver) = (tempfile::tempdir().unwrap(), Receiver::start().await);
    let program = Program::start(&mut serving(&folder, &receiver, &["--dry-run"]));
    let mut connection = Connection::open(program.address()).await.unwrap();
    buy(&mut connection, "E-1").await;
    let click = connection.click("autumn").await.unwrap();
    let sale =
        Request::post(format!("/ins/clickbank?token={TOKEN}")).body(notification::sale(&click, "R0000001", "37.50"));
    assert_eq!(connection.send(sale.unwrap()).await.unwrap().outcome(), "applied");

    let url = format!("{}/log?key=R-1&price", receiver.url());
    let tail = "pass={secret:env:ADS}&ip={ip}";
    let expected = [
        format!("GET {url}=8.5&{tail}"),
        format!(r#"POST {url}=37.5&{tail} {{"v":"37.5","s":"{{secret:env:ADS}}"}}"#),
    ];
    assert_eq!(shown(&program, 2).await, expected);
    for row in connection.rows("deliveries").await {
        assert_eq!(
            (row["state"].as_str(), row["attempts"].as_u64()),
            (Some("queued"), Some(0))
        );
    }
    receiver.exactly(0).await;
    let (_, log) = program.stop();
    assert!(log.contains("dry run: nothing is sent"), "{log}");
    assert!(!log.contains("CANARY"), "{log}");
}

#[tokio::test]
async fn what_a_dry_run_decided_stays_queued_in_the_database_and_is_shown_again_and_sent_later() {
    let (folder, mut receiver) = (tempfile::tempdir().unwrap(), Receiver::start().await);
    let database = ["--database", "sqlite:a.db"];
    let dry = [&database[..], &["--dry-run"]].concat();
    for round in 0..2 {
        let program = Program::start(&mut serving(&folder, &receiver, &dry));
        if round == 0 {
            buy(&mut Connection::open(program.address()).await.unwrap(), "E-1").await;
        }
        assert_eq!(shown(&program, 1).await.len(), 1);
        // Once alone, however often it looks.
        sleep(Duration::from_millis(2_500)).await;
        assert_eq!(program.dry_requests().len(), 1);
        program.stop();
    }
    receiver.exactly(0).await;
    let program = Program::start(&mut serving(&folder, &receiver, &database));
    assert!(receiver.exactly(1).await[0].starts_with("GET /log?key=R-1&price=8.5&pass=CANARY"));
    assert!(program.dry_requests().is_empty());
}

#[tokio::test]
async fn more_than_a_page_of_queued_deliveries_is_shown_the_oldest_first() {
    const SALES: usize = 230;
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start().await);
    let flags = ["--dry-run", "--database", "sqlite:a.db"];
    let program = Program::start(&mut serving(&folder, &receiver, &flags));
    let mut connection = Connection::open(program.address()).await.unwrap();
    for number in 0..SALES {
        buy(&mut connection, &format!("E-{number}")).await;
    }
    assert_eq!(shown(&program, SALES).await.len(), SALES);
    program.stop();
    let program = Program::start(&mut serving(&folder, &receiver, &flags));
    assert_eq!(shown(&program, SALES).await.len(), SALES);
}
