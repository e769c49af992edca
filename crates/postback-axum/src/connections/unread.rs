//! Requests that were refused before anybody looked at them, since they are no HTTP.

use crate::observe;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How often it is said at most.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// The requests of one server that could not be read. Each is counted, and a flood of them is one
/// line of the log. Nothing of them is shown but the reason.
#[derive(Debug, Default)]
pub(crate) struct Unread(Mutex<Unsaid>);

#[derive(Debug, Default)]
struct Unsaid {
    requests: u64,
    said: Option<Instant>,
}

impl Unread {
    /// Looks at how a connection ended. One that its caller broke needs no report.
    pub(crate) fn ended(&self, ended: &Result<(), hyper::Error>) {
        if let Err(error) = ended
            && error.is_parse()
        {
            self.one(&error.to_string());
        }
    }

    /// One more, for a reason that holds nothing of the caller's.
    pub(crate) fn one(&self, reason: &str) {
        observe::unread(reason);
        if let Some(requests) = self.unsaid() {
            tracing::warn!(
                requests,
                reason,
                "a request is not HTTP as this server reads it, and was refused; a sale or a visit in it is lost"
            );
        }
    }

    /// How many there are to tell of, if it is time to tell.
    fn unsaid(&self) -> Option<u64> {
        let mut unsaid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        unsaid.requests = unsaid.requests.saturating_add(1);
        if unsaid.said.is_some_and(|said| said.elapsed() < SAID_EVERY) {
            return None;
        }
        unsaid.said = Some(Instant::now());
        Some(std::mem::take(&mut unsaid.requests))
    }
}
