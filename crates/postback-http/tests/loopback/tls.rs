//! Certificates and handshakes.

use crate::server::{Server, answer};
use crate::support::{Script, ask, loopback};
use postback::port::http::HttpError;

#[tokio::test]
async fn a_certificate_counts_only_for_its_name_and_under_a_known_root() {
    let (server, root) = Server::secure("secure.example.com", answer("200 OK", "", b"secret")).await;
    let port = server.address().port();
    let builder = || loopback().resolver(Script::new([&["127.0.0.1"]]));
    let trusting = || builder().root_certificate(root.clone());
    let (its_url, other_url) = (
        format!("https://secure.example.com:{port}/"),
        format!("https://other.example.com:{port}/"),
    );
    assert_eq!(ask(trusting(), &its_url).await.unwrap().body(), "secret");

    let error = ask(trusting(), &other_url).await.unwrap_err();
    assert_eq!(error, HttpError::Tls("the certificate is for another name"));

    let error = ask(builder(), &its_url).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no TLS connection to the host: the certificate is from an unknown issuer: it is self-signed, or the host \
         sends no intermediate certificate"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_host_that_does_not_speak_tls_is_named_so() {
    let server = Server::answering(answer("400 Bad Request", "", b"")).await;
    let error = ask(loopback(), format!("https://{}/", server.address()))
        .await
        .unwrap_err();
    assert_eq!(error, HttpError::Tls("the host does not speak TLS"));
}

/// A server of TLS 1.1 answers the greeting with the alert `protocol_version` (RFC 5246, 7.2.2).
#[tokio::test]
async fn a_host_that_speaks_older_versions_alone_is_told_the_least() {
    let server = Server::answering(vec![0x15, 3, 2, 0, 2, 2, 70]).await;
    let error = ask(loopback(), format!("https://{}/", server.address()))
        .await
        .unwrap_err();
    assert_eq!(
        error,
        HttpError::Tls("the host speaks older versions alone; TLS 1.2 is the least")
    );
}
