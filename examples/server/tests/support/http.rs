//! A client that asks once and reads the whole answer.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks for a path with its query and answers with the body.
pub(crate) fn get(server: SocketAddr, target: &str, headers: &[String]) -> String {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut request = format!("GET {target} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n");
    for header in headers {
        request.extend([header, "\r\n"]);
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{target}: {answer}");
    assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "{head}");
    body.to_owned()
}
