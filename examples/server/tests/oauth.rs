//! A token that the server renews itself: the program, a token endpoint and a traffic channel.
#![cfg(test)]

mod support;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    fs,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};
use support::{
    client::Connection,
    program::{self, Program},
    receiver::Receiver,
    tracker::{API_TOKEN, SECRETS, configuration, message, postback},
};
use tokio::net::TcpListener;

/// A token endpoint that grants `CANARY-ACCESS` and exchanges the refresh token. Its URL, and the
/// forms that came.
async fn endpoint() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let forms = Arc::new(Mutex::new(Vec::new()));
    let all = forms.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let forms = all.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let forms = forms.clone();
                async move {
                    let form = request.into_body().collect().await.unwrap().to_bytes();
                    forms.lock().unwrap().push(String::from_utf8(form.to_vec()).unwrap());
                    let answer = r#"{"access_token": "CANARY-ACCESS", "expires_in": 3599, "token_type": "Bearer", "refresh_token": "CANARY-SECOND"}"#;
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(answer.as_bytes()))))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (url, forms)
}

fn credential(endpoint: &str) -> String {
    format!(
        r#"{{"type": "authorized_user", "client_id": "id", "client_secret": "CANARY-CLIENT", "refresh_token": "CANARY-FIRST", "token_uri": "{endpoint}"}}"#
    )
}

/// The program in a folder, with these flags. Its channel is told the token of `host:google`.
fn serving(folder: &Path, receiver: &Receiver, flags: &[&str]) -> Command {
    let url = format!("{}/log?key={{ref_id}}&pass={{secret:host:google}}", receiver.url());
    let text = configuration(&postback("sales", &url, ""), "");
    fs::write(folder.join("tracker.toml"), text).unwrap();
    let mut command = program::command();
    command.envs(SECRETS).env(postback_server::args::API_TOKEN, API_TOKEN);
    let config = ["--config", "tracker.toml", "--listen", "127.0.0.1:0"];
    let allowed = ["--allow-destination", "127.0.0.1/32"];
    command.current_dir(folder).args(config).args(allowed).args(flags);
    command
}

async fn buy(program: &Program) {
    let mut connection = Connection::open(program.address()).await.unwrap();
    let click = connection.click("summer").await.unwrap();
    let sale = message(&format!("clickid={click}&sum=8.50&eventid=E-1"));
    assert_eq!(connection.send(sale).await.unwrap().outcome(), "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_gets_the_access_token_and_a_rotated_refresh_token_is_kept() {
    let (folder, mut receiver) = (tempfile::tempdir().unwrap(), Receiver::start().await);
    let (url, forms) = endpoint().await;
    let file = folder.path().join("google.json");
    fs::write(&file, credential(&url)).unwrap();
    let flags = ["--database", "sqlite:a.db", "--oauth", "google=google.json"];
    let program = Program::start(&mut serving(folder.path(), &receiver, &flags));
    // It was asked for when the configuration was put to work.
    assert_eq!(forms.lock().unwrap().len(), 1);
    buy(&program).await;
    let sent = receiver.exactly(1).await;
    assert!(sent[0].ends_with("&pass=CANARY-ACCESS"), "{sent:?}");
    let (_, log) = program.stop();
    assert!(!log.contains("CANARY"), "{log}");
    assert!(!log.contains("outgoing requests that need it will fail"), "{log}");
    let kept = fs::read_to_string(&file).unwrap();
    assert!(kept.contains("CANARY-SECOND"), "{kept}");
    let program = Program::start(&mut serving(folder.path(), &receiver, &flags));
    program.stop();
    let forms = forms.lock().unwrap();
    assert_eq!(forms.len(), 2);
    assert!(forms[1].contains("refresh_token=CANARY-SECOND"), "{forms:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_without_a_credential_is_told_at_the_start_and_a_dry_run_asks_for_no_token() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start().await);
    let (url, forms) = endpoint().await;
    fs::write(folder.path().join("a.json"), credential(&url)).unwrap();
    for (flags, told) in [
        (
            &["--database", "sqlite:a.db"][..],
            "secret `host:google` is no OAuth credential of this server: name its file with `--oauth google=FILE`",
        ),
        (
            &["--database", "sqlite:a.db", "--oauth", "ads=a.json"],
            "secret `host:google` is none of the OAuth credentials, which are `ads`",
        ),
        (
            &["--dry-run", "--oauth", "google=a.json"],
            "secret `host:google` is an access token, and none is asked for in a dry run",
        ),
    ] {
        let (_, log) = Program::start(&mut serving(folder.path(), &receiver, flags)).stop();
        assert!(log.contains(told), "{log}");
        assert!(log.contains("outgoing requests that need it will fail"), "{log}");
    }
    assert!(forms.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_cannot_be_used_is_2() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start().await);
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    file(
        "service.json",
        r#"{"type": "service_account", "private_key": "CANARY"}"#,
    );
    file("half.json", r#"{"client_id": "id", "client_secret": "CANARY"}"#);
    file("whole.json", &credential("https://example.com/"));
    let refused = |flags: &[&str]| {
        let flags = [&["--dry-run"], flags].concat();
        let output = serving(folder.path(), &receiver, &flags).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let said = refused(&[
        "--oauth",
        "a=service.json",
        "--oauth",
        "b=half.json",
        "--oauth",
        "c=none.json",
    ]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert_eq!(lines[0], "OAuth credential `service.json`: has no `client_email`");
    assert_eq!(lines[1], "OAuth credential `half.json`: has no `refresh_token`");
    assert_eq!(
        lines[2],
        "OAuth credential `none.json`: cannot be read: there is no such file"
    );
    let twice = refused(&["--oauth", "a=whole.json", "--oauth", "a=whole.json"]);
    assert_eq!(twice, "--oauth names `a` twice\n");
    let unnamed = refused(&["--oauth", "whole.json"]);
    assert!(unnamed.contains("it is no name with a file"), "{unnamed}");
}
