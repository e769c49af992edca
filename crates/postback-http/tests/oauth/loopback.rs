//! The real client, and a token endpoint on the loopback interface.

use crate::endpoint::{CREDENTIAL, Others, ask};
use postback::delivery::address::AddressPolicy;
use postback_http::oauth::{Credential, Tokens};
use postback_http::{Builder, Client};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers with these bodies in turn, a connection each, and the requests.
async fn served(bodies: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    tokio::spawn(async move {
        for body in bodies {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"CANARY-REFRESH") {
                assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0);
            }
            seen.lock().unwrap().push(String::from_utf8(request).unwrap());
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n";
            let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
            socket.write_all(answer.as_bytes()).await.unwrap();
            socket.shutdown().await.unwrap();
        }
    });
    (url, requests)
}

fn tokens(url: &str, client: Builder) -> Tokens {
    let text = CREDENTIAL.replacen('{', &format!(r#"{{"token_uri": "{url}","#), 1);
    let client = Arc::new(client.build().unwrap());
    Tokens::new(Arc::new(Others), client).with("google", Credential::from_json(&text).unwrap())
}

#[tokio::test]
async fn a_token_that_lives_for_two_seconds_is_renewed_after_one() {
    let body = |token: &str| format!(r#"{{"access_token": "{token}", "expires_in": 2, "token_type": "Bearer"}}"#);
    let (url, requests) = served(vec![body("a"), body("b")]).await;
    let loopback = Client::builder().policy(AddressPolicy::default().allow("127.0.0.1".parse().unwrap()));
    let tokens = tokens(&url, loopback);
    assert_eq!(ask(&tokens).await, "a");
    assert_eq!(ask(&tokens).await, "a");
    // In its last half second a token is not served while it is renewed.
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    assert_eq!(ask(&tokens).await, "b");
    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 2);
    let request = requests[0].to_ascii_lowercase();
    assert!(request.starts_with("post /token http/1.1\r\n"), "{request}");
    assert!(
        request.contains("\r\ncontent-type: application/x-www-form-urlencoded\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn the_address_of_a_token_endpoint_is_vetted_like_any_other() {
    let (url, requests) = served(vec![String::new()]).await;
    let said = ask(&tokens(&url, Client::builder())).await;
    assert!(
        said.contains("destination refused: address 127.0.0.1 is loopback"),
        "{said}"
    );
    assert!(requests.lock().unwrap().is_empty());
}
