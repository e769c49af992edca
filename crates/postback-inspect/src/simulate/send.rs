//! Sends what was made, as one request by HTTP/1.0 without TLS.

use super::Made;
use crate::page::Page;
use crate::{Done, Refused};
use serde::Serialize;
use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};
use url::Url;

/// The time for each step: connecting, writing, waiting for the next bytes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of a response is read, in bytes.
const MAX_ANSWER: u64 = 64 * 1024;

/// What the server answered.
#[derive(Serialize)]
struct Answered {
    status: u16,
    body: String,
}

/// Sends the request and prints the status and the body of the response. A status that is not 2xx
/// is a refusal.
pub(super) fn send(made: &Made, really: bool, out: &mut Page<impl Write>) -> Done {
    let address = address(&made.url, really)?;
    let host = made.url.host_str().unwrap_or_default();
    let failed = |error: io::Error| Refused(format!("`{host}` did not answer: {}", error.kind()));
    let answer = exchange(address, made).map_err(failed)?;
    let (status, body) = read(&answer).ok_or_else(|| Refused(format!("what `{host}` answered is not HTTP")))?;
    if !(200..300).contains(&status) {
        return Err(Refused(format!("answered with {status}: {body}")).into());
    }
    let answered = Answered { status, body };
    out.show(&answered, |out| writeln!(out, "{} {}", answered.status, answered.body))?;
    Ok(())
}

/// Returns the address to connect to. Without `really`, all addresses of the host must be on this
/// machine.
fn address(url: &Url, really: bool) -> Result<SocketAddr, Refused> {
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "http" {
        return Err(Refused(format!(
            "`{}` is not sent to: this tool speaks `http` alone; leave `--to` out and use the `curl` line that is printed",
            url.scheme()
        )));
    }
    let unresolved = |error: io::Error| Refused(format!("`{host}` was not resolved: {}", error.kind()));
    let addresses = url.socket_addrs(|| None).map_err(unresolved)?;
    let is_here = !addresses.is_empty() && addresses.iter().all(|address| address.ip().is_loopback());
    match addresses.first() {
        Some(first) if is_here || really => Ok(*first),
        _ => Err(Refused(format!(
            "`{host}` is not this machine, and what is simulated would count there as if it were real; `--really` sends it all the same"
        ))),
    }
}

/// The request is HTTP/1.0, so that the response ends with the connection and comes in one piece.
fn exchange(address: SocketAddr, made: &Made) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (url, body) = (&made.url, made.body.as_deref());
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let kind = match body.starts_with('{') {
        true => "application/json",
        false => "application/x-www-form-urlencoded",
    };
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.0\r\nhost: {host}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    Ok(answer)
}

fn read(answer: &[u8]) -> Option<(u16, String)> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    // Characters that a terminal would execute are left out.
    let body = body.chars().filter(|letter| !letter.is_control()).collect();
    Some((status.parse().ok()?, body))
}
