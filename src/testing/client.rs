//! The outgoing side: what was sent, and what is answered.

use crate::port::{BoxFuture, HttpClient, HttpError};
use alloc::{
    boxed::Box,
    collections::VecDeque,
    format,
    string::{String, ToString},
    vec::Vec,
};
use bytes::Bytes;
use core::{fmt, future::ready, mem};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A client that sends nothing: it records each request and answers from a script, at once.
///
/// Answers are given in the order in which they were put down, and the last one goes on. Without
/// any, each request is answered with an empty 200.
///
/// ```
/// use postback::port::HttpError;
/// use postback::testing::{RecordingClient, World};
///
/// let mut world = World::new();
/// world.client = RecordingClient::new().fails(HttpError::Timeout).answers(200, "OK");
/// world.postback("clickid=c1&sum=8.50&eventid=e1");
/// assert_eq!(world.send().len(), 1);
/// // The request timed out, so it is sent again once it is due.
/// world.clock.advance(core::time::Duration::from_secs(3600));
/// assert_eq!(world.send().len(), 1);
/// assert_eq!(world.deliveries()[0].state.as_str(), "delivered");
/// ```
#[derive(Default)]
pub struct RecordingClient(Mutex<State>);

#[derive(Default)]
struct State {
    requests: Vec<http::Request<Bytes>>,
    script: VecDeque<Scripted>,
}

type Scripted = Result<http::Response<Bytes>, HttpError>;

impl RecordingClient {
    /// A client that was asked nothing yet and answers with an empty 200.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers the next request with this status and body. A number that is no status (under 100
    /// or over 999) is 500.
    #[must_use]
    pub fn answers(self, status: u16, body: &str) -> Self {
        let mut response = http::Response::new(Bytes::copy_from_slice(body.as_bytes()));
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        self.then(Ok(response))
    }

    /// Fails at the next request.
    #[must_use]
    pub fn fails(self, error: HttpError) -> Self {
        self.then(Err(error))
    }

    /// Gives this to the next request, as a response with headers.
    #[must_use]
    pub fn then(self, answer: Result<http::Response<Bytes>, HttpError>) -> Self {
        self.state().script.push_back(answer);
        self
    }

    /// The requests since they were taken last.
    #[must_use]
    pub fn take(&self) -> Vec<http::Request<Bytes>> {
        mem::take(&mut self.state().requests)
    }

    /// As [`RecordingClient::take`], each as a line: method, URL and, if there is one, the body.
    #[must_use]
    pub fn take_lines(&self) -> Vec<String> {
        self.take().iter().map(line).collect()
    }

    /// Nothing in here panics while it is locked.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line(request: &http::Request<Bytes>) -> String {
    let body = String::from_utf8_lossy(request.body());
    let line = format!("{} {} {body}", request.method(), request.uri());
    line.trim_end().to_string()
}

impl HttpClient for RecordingClient {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Scripted> {
        let mut state = self.state();
        state.requests.push(request);
        let answer = match state.script.len() {
            0 => Ok(http::Response::new(Bytes::new())),
            1 => state.script.front().cloned().unwrap_or(Err(HttpError::Request)),
            _ => state.script.pop_front().unwrap_or(Err(HttpError::Request)),
        };
        Box::pin(ready(answer))
    }
}

/// As the port promises, no URL is shown.
impl fmt::Debug for RecordingClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordingClient({} requests)", self.state().requests.len())
    }
}
