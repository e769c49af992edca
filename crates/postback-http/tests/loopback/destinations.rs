//! Who is dialled and who is not.

use crate::server::{Server, answer};
use crate::support::{Script, ask, get, loopback};
use postback::delivery::address::AddressPolicy;
use postback::port::http::{HttpClient, HttpError};
use postback_http::Client;
use std::net::SocketAddr;

#[tokio::test]
async fn an_address_in_the_url_is_refused_before_anything_is_dialled() {
    let server = Server::answering(answer("200 OK", "", b"")).await;
    let client = Client::new().unwrap();
    for host in ["127.0.0.1", "0x7f.1", "2130706433", "0177.0.0.1"] {
        let url = format!("http://{host}:{}/pb?x=1", server.address().port());
        let error = client.send(get(url)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "destination refused: address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant"
        );
        assert!(!error.is_retryable());
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn localhost_is_refused_by_name_without_a_look_up() {
    let resolver = Script::new([&["127.0.0.1"]]);
    let client = loopback().resolver(resolver.clone());
    let error = ask(client, "http://localhost:1/").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "destination refused: host `localhost` is a local name (`localhost`); allow it explicitly if it is meant"
    );
    assert!(resolver.asked().is_empty());
}

#[tokio::test]
async fn localhost_can_be_allowed_by_name() {
    let server = Server::answering(answer("200 OK", "", b"hello")).await;
    let client = Client::builder().policy(AddressPolicy::default().allow("localhost".parse().unwrap()));
    let url = format!("http://localhost:{}/", server.address().port());
    assert_eq!(ask(client, url).await.unwrap().body(), "hello");
}

#[tokio::test]
async fn a_public_name_that_resolves_to_loopback_is_refused_before_it_is_dialled() {
    let server = Server::answering(answer("200 OK", "", b"")).await;
    let resolver = Script::new([&["127.0.0.1", "::1"]]);
    let client = Client::builder().resolver(resolver.clone());
    let url = format!("http://rebind.example.com:{}/", server.address().port());
    let error = ask(client, url).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the host resolves to a refused address: address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant"
    );
    assert_eq!(resolver.asked(), ["rebind.example.com"]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn of_a_mixed_list_only_the_permitted_address_is_dialled() {
    let permitted = Server::answering(answer("200 OK", "", b"permitted")).await;
    let denied = Server::at(
        SocketAddr::from(([127, 0, 0, 2], permitted.address().port())),
        answer("200 OK", "", b""),
    )
    .await;
    let client = loopback().resolver(Script::new([&["127.0.0.2", "::1", "127.0.0.1"]]));
    let url = format!("http://mixed.example.com:{}/", permitted.address().port());
    assert_eq!(ask(client, url).await.unwrap().body(), "permitted");
    assert_eq!(denied.connections(), 0);
}

#[tokio::test]
async fn a_name_is_judged_again_for_every_connection() {
    let server = Server::answering(answer("200 OK", "", b"first")).await;
    let client = loopback()
        .resolver(Script::new([&["127.0.0.1"], &["127.0.0.2"]]))
        .build()
        .unwrap();
    let url = format!("http://rebind.example.com:{}/", server.address().port());
    assert_eq!(client.send(get(&url)).await.unwrap().body(), "first");
    let error = client.send(get(&url)).await.unwrap_err();
    assert!(
        matches!(error, HttpError::ResolvedRefused(_)) && error.is_retryable(),
        "{error}"
    );
}

#[tokio::test]
async fn a_name_without_an_address_may_have_one_later() {
    for resolver in [Script::new([&[]]), Script::new([])] {
        let client = loopback().resolver(resolver);
        let error = ask(client, "http://gone.example.com/?CANARY").await.unwrap_err();
        assert_eq!(error, HttpError::Resolve);
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn a_relative_url_and_one_with_a_password_are_refused() {
    let client = loopback().build().unwrap();
    let error = client.send(get("/postback?x=1")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "destination refused: not an absolute URL, as in `https://example.com/path`: relative URL without a base"
    );
    let error = client.send(get("http://user:CANARY@example.com/")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "destination refused: the URL holds a user name or a password"
    );
}

/// The target's address, for the process that this test starts of itself.
const CHILD: &str = "POSTBACK_HTTP_TEST_TARGET";

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the environment is what is tested")]
async fn a_proxy_of_the_environment_is_not_used() {
    if let Ok(target) = std::env::var(CHILD) {
        let response = ask(loopback(), format!("http://{target}/")).await.unwrap();
        assert_eq!(response.body(), "target");
        return;
    }
    let target = Server::answering(answer("200 OK", "", b"target")).await;
    let proxy = Server::answering(answer("200 OK", "", b"proxy")).await;
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "destinations::a_proxy_of_the_environment_is_not_used"])
        .env(CHILD, target.address().to_string());
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        child.env(name, proxy.url("/"));
    }
    child
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("REQUEST_METHOD");
    let output = child.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((target.connections(), proxy.connections()), (1, 0));
}
