//! Fills the holes of a request: secrets, personal values, the time, signatures.

use crate::outbound::{Encoding, Hole, HoledText, Part, SIGNING_HEADERS, SigningKey, signed};
use crate::text::{ESCAPED, hex, push_json};
use crate::value::{Pii, Secret, SecretReference, Timestamp};
use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::utf8_percent_encode;
use sha2::Sha256;
use thiserror::Error;

/// The values with which holes are filled.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// Secrets by reference.
    pub secrets: &'a BTreeMap<SecretReference, Secret>,
    /// The time of sending.
    pub now: Timestamp,
}

/// Why a request cannot be completed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FillError {
    /// A secret is not set.
    #[error("secret `{0}` is not set")]
    MissingSecret(SecretReference),
    /// A secret is not text where text is needed, or cannot be the key of a signature.
    #[error("secret `{0}` cannot be used where the request needs it")]
    UnusableSecret(SecretReference),
    /// A personal value would make a path segment empty, `.` or `..`.
    #[error("a personal value leaves a path segment empty")]
    EmptySegment,
    /// The stored request is not one that this crate makes.
    #[error("the stored request is malformed")]
    Malformed,
}

impl FillError {
    /// Whether sending it later may go through: a secret may be set by then.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::MissingSecret(_) | Self::UnusableSecret(_))
    }
}

/// Fills the URL of a click's own offer. Its visitor sees it, so no secret can be in it.
pub(crate) fn fill_private(
    text: &HoledText,
    private: &BTreeMap<String, Pii>,
    now: Timestamp,
) -> Result<String, FillError> {
    let secrets = BTreeMap::new();
    let mut filler = Filler::new(Values { secrets: &secrets, now });
    filler.fill(text, private)
}

pub(super) struct Filler<'a> {
    values: Values<'a>,
    /// The items of the batch, once they are filled.
    pub(super) items: Option<String>,
    /// The receipt that is checked.
    pub(super) receipt: Option<&'a str>,
    /// What was filled in, so that it can be kept out of what is noted of the response.
    pub(super) used: Vec<Pii>,
}

impl<'a> Filler<'a> {
    pub(super) fn new(values: Values<'a>) -> Self {
        Self {
            values,
            items: None,
            receipt: None,
            used: Vec::new(),
        }
    }

    /// Fills a text with the personal values of its own delivery.
    pub(super) fn fill(&mut self, text: &HoledText, private: &BTreeMap<String, Pii>) -> Result<String, FillError> {
        let mut out = String::new();
        let mut segments = Vec::new();
        // Whether the first member has vanished, so that the comma behind it must go too.
        let mut first_is_gone = false;
        for part in &text.0 {
            match part {
                Part::Text(text) if first_is_gone => {
                    out.push_str(text.trim_start_matches(JSON_SPACE).strip_prefix(',').unwrap_or(text));
                    first_is_gone = false;
                }
                Part::Text(text) => out.push_str(text),
                Part::Optional { optional } if is_gone(optional, private) => {
                    first_is_gone = !take_comma(&mut out);
                }
                // An optional part holds no other one, so recursion ends.
                Part::Optional { optional } if optional.0.iter().any(|part| matches!(part, Part::Optional { .. })) => {
                    return Err(FillError::Malformed);
                }
                Part::Optional { optional } => out.push_str(&self.fill(optional, private)?),
                Part::Hole(hole) => {
                    if is_in_path(hole) {
                        segments.push(out.rfind('/').map_or(0, |slash| slash.saturating_add(1)));
                    }
                    out.push_str(&self.hole(hole, private)?);
                }
            }
        }
        let mut begun = segments.into_iter().filter_map(|start| out.get(start..));
        if begun.any(is_lost_segment) {
            return Err(FillError::EmptySegment);
        }
        Ok(out)
    }

    fn hole(&mut self, hole: &Hole, private: &BTreeMap<String, Pii>) -> Result<String, FillError> {
        match hole {
            Hole::Secret { reference, encoding } => {
                let secret = self.secret(reference)?.expose_str();
                // No header can hold a control character; waiting may mend the secret.
                let fits = |text: &&str| *encoding != Encoding::Verbatim || !text.chars().any(char::is_control);
                let text = secret.filter(fits);
                let text = text.ok_or_else(|| FillError::UnusableSecret(reference.clone()))?;
                Ok(self.written(text.to_string(), *encoding))
            }
            Hole::Private { field, encoding } => {
                let value = private.get(field).map_or("", Pii::expose);
                Ok(self.written(value.to_string(), *encoding))
            }
            Hole::Receipt { encoding } => {
                let receipt = self.receipt.ok_or(FillError::Malformed)?;
                Ok(encoded(receipt, *encoding))
            }
            Hole::UnixTime => Ok(self.values.now.unix_seconds().to_string()),
            Hole::Items => self.items.clone().ok_or(FillError::Malformed),
            Hole::Hmac { key, message } => self.signature(key, message, private),
        }
    }

    fn signature(
        &mut self,
        key: &SecretReference,
        message: &HoledText,
        private: &BTreeMap<String, Pii>,
    ) -> Result<String, FillError> {
        // A signed message holds no other signature: `HoledText::holes` looks no deeper, and
        // recursion ends.
        if message.own_holes().any(|hole| matches!(hole, Hole::Hmac { .. })) {
            return Err(FillError::Malformed);
        }
        let message = self.fill(message, private)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret(key)?.expose())
            .map_err(|_| FillError::UnusableSecret(key.clone()))?;
        mac.update(message.as_bytes());
        let digest = mac.finalize().into_bytes();
        let hex = hex(&digest);
        self.used.push(Pii::new(hex.clone()));
        Ok(hex)
    }

    /// The headers that sign a request with each of these keys.
    pub(super) fn signed(
        &mut self,
        keys: &[SecretReference],
        id: &str,
        body: Option<&str>,
    ) -> Result<impl Iterator<Item = (String, String)> + use<>, FillError> {
        let keys = keys.iter().map(|key| {
            let read = SigningKey::new(self.secret(key)?);
            read.map_err(|_| FillError::UnusableSecret(key.clone()))
        });
        let keys = keys.collect::<Result<Vec<_>, FillError>>()?;
        let values = signed(id, self.values.now, body.unwrap_or_default(), &keys);
        let [_, _, signatures] = &values;
        self.used.extend(signatures.split(' ').map(Pii::new));
        Ok(SIGNING_HEADERS.map(String::from).into_iter().zip(values))
    }

    fn secret(&self, reference: &SecretReference) -> Result<&'a Secret, FillError> {
        let secret = self.values.secrets.get(reference);
        secret
            .filter(|secret| !secret.expose().is_empty())
            .ok_or_else(|| FillError::MissingSecret(reference.clone()))
    }

    fn written(&mut self, value: String, encoding: Encoding) -> String {
        let text = encoded(&value, encoding);
        for used in [value, text.clone()] {
            if !used.is_empty() {
                self.used.push(Pii::new(used));
            }
        }
        text
    }
}

/// The characters that may stand between the tokens of JSON.
const JSON_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Whether a personal value that a member needs is no longer there.
fn is_gone(member: &HoledText, private: &BTreeMap<String, Pii>) -> bool {
    member.holes().any(|hole| match hole {
        Hole::Private { field, .. } => private.get(field).is_none_or(|value| value.expose().is_empty()),
        _ => false,
    })
}

/// Removes the comma before a member from the end; false if there is none, because the member is
/// the first one.
fn take_comma(out: &mut String) -> bool {
    let Some(before) = out.trim_end_matches(JSON_SPACE).strip_suffix(',') else {
        return false;
    };
    out.truncate(before.len());
    true
}

fn encoded(value: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::Verbatim => value.to_string(),
        Encoding::Query | Encoding::Path => utf8_percent_encode(value, ESCAPED).to_string(),
        Encoding::Json => {
            let mut text = String::with_capacity(value.len());
            push_json(value, &mut text);
            text
        }
    }
}

fn is_in_path(hole: &Hole) -> bool {
    let (Hole::Secret { encoding, .. } | Hole::Private { encoding, .. } | Hole::Receipt { encoding }) = hole else {
        return false;
    };
    *encoding == Encoding::Path
}

/// Whether a client would not send the first segment of this path as it is: an empty one, `.` and
/// `..`, also with encoded dots (WHATWG URL, section 4.1).
fn is_lost_segment(path: &str) -> bool {
    let segment = path.split(['/', '?']).next().unwrap_or_default();
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(plain.as_str(), "" | "." | "..")
}
