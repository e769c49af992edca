//! What is kept of a postback that cannot be read.
//!
//! Its caller is asked for first: the token is found whatever is wrong beside it. What rests is
//! what came, without tokens.

use super::caller::{Caller, Unauthorized};
use super::door::Intake;
use super::lenient::{pairs, text};
use super::refusal::{Refusal, RefusalReason};
use crate::event::Interface;
use crate::network::Meaning;
use crate::plan::{RefusedBody, RefusedReason, Ring};
use crate::value::{ClickId, is_unfilled_macro};
use alloc::{boxed::Box, string::String, string::ToString, vec::Vec};

/// The shortest token that is looked for inside of values: a shorter one may stand there by chance,
/// and what it is taken out of could not be tried again.
const FINDABLE: usize = 8;

impl Intake<'_> {
    /// The refusal of a postback that its host could not read as parameters, with the bytes to keep
    /// where its caller is authorised: by the token of `caller`, or by one that can be found in the
    /// bytes as in a form.
    #[must_use]
    pub fn unread(&self, caller: &Caller<'_>, body: &[u8], reason: RefusedReason) -> Refusal {
        self.refused(caller, body, RefusalReason::Unread(reason))
    }

    /// The refusal of a postback for `reason`, unless its caller is not taken anyway.
    pub(super) fn refused(&self, caller: &Caller<'_>, query: &[u8], reason: RefusalReason) -> Refusal {
        let ring = match self.ring(caller, query) {
            Ok(ring) => ring,
            Err(unauthorized) => return unauthorized.into(),
        };
        let Some(code) = reason.code() else {
            return reason.into();
        };
        let body = self.without_tokens(query);
        let kept = RefusedBody::new(
            self.source.id.clone(),
            Interface::Postback,
            self.received.at,
            ring,
            code,
            body,
        );
        let click = self.found(query, Meaning::ClickId);
        let click = click.and_then(|text| ClickId::new(text).ok());
        let parameter = reason.parameter().map(ToString::to_string);
        Refusal {
            reason,
            kept: Some(Box::new(kept.about(parameter, click))),
            alarm: None,
        }
    }

    /// Which ring keeps what this caller sent.
    fn ring(&self, caller: &Caller<'_>, query: &[u8]) -> Result<Ring, Unauthorized> {
        let own = self.found(query, Meaning::Token);
        let token = own.as_ref().map(String::as_bytes).or(caller.token);
        match self.authorize(&caller.with_token(token)) {
            Ok(()) if self.source.tokens.is_empty() && self.source.allow_ips.is_empty() => Ok(Ring::Doubtful),
            Ok(()) => Ok(Ring::Probable),
            Err(unauthorized) => {
                let word = self.found(query, Meaning::Type);
                let open = word.is_some_and(|word| self.source.is_open(&word));
                open.then_some(Ring::Doubtful).ok_or(unauthorized)
            }
        }
    }

    /// The first value of a meaning that says something, whatever stands beside it.
    pub(super) fn found(&self, query: &[u8], meaning: Meaning) -> Option<String> {
        let names = &self.source.names;
        names.names(meaning).find_map(|name| {
            let own = pairs(query).filter(|(own, _)| text(own) == name);
            let mut values = own.map(|(_, value)| text(value.unwrap_or_default()).trim().to_string());
            values.find(|value| !value.is_empty() && !is_unfilled_macro(value))
        })
    }

    /// The query without the values of tokens, wherever they stand.
    fn without_tokens(&self, query: &[u8]) -> Vec<u8> {
        let tokens = self.credentials.tokens(&self.source.id);
        let mut kept = Vec::with_capacity(query.len());
        for (name, value) in pairs(query) {
            if !kept.is_empty() {
                kept.push(b'&');
            }
            kept.extend_from_slice(name);
            let Some(value) = value else { continue };
            kept.push(b'=');
            let is_token = self.source.names.meaning(&text(name)) == Some(Meaning::Token);
            let shows = |value: &String| tokens.iter().any(|token| token.matches(value.as_bytes()));
            if !is_token && !shows(&text(value)) {
                kept.extend_from_slice(value);
            }
        }
        let long = tokens.iter().map(|token| token.expose());
        let long = long.filter(|token| token.len() >= FINDABLE);
        long.fold(kept, |kept, token| without(&kept, token))
    }
}

/// The bytes without those of `secret`.
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
