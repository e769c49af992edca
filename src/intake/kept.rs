//! What is kept of a postback that cannot be read.
//!
//! The caller is checked first: a token is found even if the rest of the message is broken. What is
//! kept is the message as it came, without tokens.

use super::caller::{Caller, Unauthorized};
use super::door::Intake;
use super::json;
use super::multipart;
use super::posted::PostedPostback;
use super::refusal::{Refusal, RefusalReason};
use crate::event::Interface;
use crate::network::Meaning;
use crate::plan::{RefusedBody, RefusedReason, RefusedRow, Ring};
use crate::text::{lossy, written};
use crate::value::{ClickId, is_unfilled_macro};
use alloc::{boxed::Box, string::String, string::ToString, vec::Vec};

/// The shortest token that is searched for inside other values. A shorter one may stand in a value
/// by chance, and a message from which such a text is cut could not be tried again.
const FINDABLE: usize = 8;

impl Intake<'_> {
    /// Returns the refusal of a postback that cannot be read as parameters. It has the message to
    /// keep if the caller is authorised: by the token of `caller`, or by a token that can be found
    /// in the URL or the body, even if the rest of them is broken.
    #[must_use]
    pub fn unread(&self, caller: &Caller<'_>, posted: &PostedPostback<'_>, reason: RefusedReason) -> Refusal {
        let parts = [posted.query, posted.body];
        let found = |meaning| parts.iter().find_map(|part| self.found(part, meaning));
        let kept = || joined(&self.without_tokens(posted.query), &self.without_tokens(posted.body));
        self.refused_as(caller, RefusalReason::Unread(reason), found, kept)
    }

    /// Returns the refusal of a postback for `reason`, or [`Unauthorized`] if the caller is not
    /// accepted.
    pub(super) fn refused(&self, caller: &Caller<'_>, query: &[u8], reason: RefusalReason) -> Refusal {
        let found = |meaning| self.found(query, meaning);
        self.refused_as(caller, reason, found, || self.without_tokens(query))
    }

    fn refused_as(
        &self,
        caller: &Caller<'_>,
        reason: RefusalReason,
        found: impl Fn(Meaning) -> Option<String>,
        kept: impl FnOnce() -> Vec<u8>,
    ) -> Refusal {
        let ring = match self.ring(caller, &found) {
            Ok(ring) => ring,
            Err(unauthorized) => return unauthorized.into(),
        };
        let Some(code) = reason.code() else {
            return reason.into();
        };
        let kept = RefusedBody::new(
            self.source.id.clone(),
            Interface::Postback,
            self.received.at,
            ring,
            code,
            kept(),
        );
        let click = found(Meaning::ClickId).and_then(|text| ClickId::new(text).ok());
        let parameter = reason.parameter().map(ToString::to_string);
        Refusal {
            reason,
            kept: Some(Box::new(kept.about(parameter, click))),
            alarm: None,
        }
    }

    /// Chooses the ring that keeps what this caller sent.
    fn ring(&self, caller: &Caller<'_>, found: &impl Fn(Meaning) -> Option<String>) -> Result<Ring, Unauthorized> {
        let own = found(Meaning::Token);
        let token = own.as_ref().map(String::as_bytes).or(caller.token);
        match self.authorize(&caller.with_token(token)) {
            Ok(()) if self.source.tokens.is_empty() && self.source.allow_ips.is_empty() => Ok(Ring::Doubtful),
            Ok(()) => Ok(Ring::Probable),
            Err(unauthorized) => {
                let open = found(Meaning::Type).is_some_and(|word| self.source.is_open(&word));
                open.then_some(Ring::Doubtful).ok_or(unauthorized)
            }
        }
    }

    /// Returns the first value with this meaning that is neither empty nor a placeholder, even if
    /// other parts of the query are broken.
    fn found(&self, query: &[u8], meaning: Meaning) -> Option<String> {
        let names = &self.source.names;
        names.names(meaning).find_map(|name| {
            if is_json(query) {
                let value = json::member(query, name)?.trim().to_string();
                return Some(value).filter(|value| !value.is_empty() && !is_unfilled_macro(value));
            }
            let own = written(query).filter(|(own, _)| lossy(own) == name);
            let mut values = own.map(|(_, value)| lossy(value.unwrap_or_default()).trim().to_string());
            values.find(|value| !value.is_empty() && !is_unfilled_macro(value))
        })
    }

    /// Returns a query or a body without the values of tokens, wherever they stand.
    fn without_tokens(&self, query: &[u8]) -> Vec<u8> {
        let tokens = self.credentials.tokens(&self.source.id);
        let long = tokens.iter().map(|token| token.expose());
        let long = long.filter(|token| token.len() >= FINDABLE);
        let kept = if is_json(query) {
            let names = self.source.names.names(Meaning::Token);
            names.fold(query.to_vec(), |kept, name| json::without_members(&kept, name))
        } else if multipart::has_parts(query) {
            self.without_token_parts(query)
        } else {
            self.without_token_values(query)
        };
        long.fold(kept, |kept, token| without(&kept, token))
    }

    /// Returns a body of parts without tokens. If it does not begin as such a body does, what
    /// stands before its parts may be parameters.
    fn without_token_parts(&self, body: &[u8]) -> Vec<u8> {
        let tokens = self.credentials.tokens(&self.source.id);
        let is_token = |name: &str| self.source.names.meaning(name) == Some(Meaning::Token);
        let shows = |line: &[u8]| tokens.iter().any(|token| token.matches(line));
        let kept = multipart::without(body, is_token, shows);
        match multipart::kind(body) {
            Some(_) => kept,
            None => self.without_token_values(&kept),
        }
    }

    fn without_token_values(&self, query: &[u8]) -> Vec<u8> {
        let tokens = self.credentials.tokens(&self.source.id);
        let mut kept = Vec::with_capacity(query.len());
        for (name, value) in written(query) {
            if !kept.is_empty() {
                kept.push(b'&');
            }
            kept.extend_from_slice(name);
            let Some(value) = value else { continue };
            kept.push(b'=');
            let is_token = self.source.names.meaning(&lossy(name)) == Some(Meaning::Token);
            let shows = |value: &String| tokens.iter().any(|token| token.matches(value.as_bytes()));
            if !is_token && !shows(&lossy(value)) {
                kept.extend_from_slice(value);
            }
        }
        kept
    }
}

fn is_json(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
}

/// Joins a URL's query and a body into the bytes that are kept.
fn joined(query: &[u8], body: &[u8]) -> Vec<u8> {
    [query, body].join(&b'\n')
}

/// Splits what [`joined`] has joined. A row that keeps a query alone has no body.
pub(super) fn parted(row: &RefusedRow, kept: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    use RefusedReason::{ContentType, MalformedBody, Misdirected, MisdirectedPostback, TooLong, TooManyParameters};
    let may_have_body = matches!(
        row.reason,
        ContentType | MalformedBody | Misdirected | MisdirectedPostback | TooLong | TooManyParameters
    );
    let mut parts = kept.splitn(2, |byte| *byte == b'\n').map(<[u8]>::to_vec);
    let (query, body) = (parts.next().unwrap_or_default(), parts.next());
    match body {
        Some(body) if may_have_body && row.interface == Interface::Postback => (query, Some(body)),
        _ => (kept.to_vec(), None),
    }
}

/// Returns the bytes without every occurrence of `secret`.
fn without(bytes: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        if let Some(after) = rest.strip_prefix(secret) {
            rest = after;
        } else {
            kept.push(*first);
            rest = after;
        }
    }
    kept
}
