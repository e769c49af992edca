//! The builder's options.

use crate::server::{Server, answer};
use crate::support::{ask, get, loopback, send};
use postback_http::{BuildError, Client};

#[tokio::test]
async fn the_user_agent_is_the_requests_else_the_builders_else_our_own() {
    let server = Server::answering(answer("200 OK", "", b"")).await;
    let named = || loopback().user_agent("tracker/7");
    let mut own = get(server.url("/"));
    own.headers_mut().insert("user-agent", "request/1".parse().unwrap());
    send(&named().build().unwrap(), own).await.unwrap();
    ask(named(), server.url("/")).await.unwrap();
    ask(loopback(), server.url("/")).await.unwrap();
    let seen: Vec<_> = server
        .requests()
        .iter()
        .map(|seen| seen.header("user-agent").unwrap().to_vec())
        .collect();
    assert_eq!(
        seen,
        [
            &b"request/1"[..],
            b"tracker/7",
            concat!("postback-http/", env!("CARGO_PKG_VERSION")).as_bytes()
        ]
    );
}

#[test]
fn an_option_that_cannot_work_is_refused_when_the_client_is_built() {
    assert_eq!(
        Client::builder().user_agent("a\nb").build().unwrap_err(),
        BuildError::UserAgent
    );
    assert_eq!(
        Client::builder().root_certificate(*b"no DER").build().unwrap_err(),
        BuildError::RootCertificate
    );
    assert_eq!(
        BuildError::UserAgent.to_string(),
        "the user agent cannot stand in a header"
    );
    assert_eq!(
        BuildError::RootCertificate.to_string(),
        "a root certificate is not a certificate in DER"
    );
}
