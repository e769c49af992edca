//! This module has a request as data, rendered but for its holes. Begin with [`Outbound`].
//! (Layer 1.)
//!
//! A postback is rendered when it is decided, so it can be audited and never changes between
//! retries. What must not lie in a row, or is only known when it is sent, is left open: a secret, a
//! personal value, the time of sending, a signature over them. An [`Outbound`] is either a whole
//! request or one item of a batch, which the conversion APIs of ad platforms take together in one
//! request.
//!
//! ```
//! use postback::model::Method;
//! use postback::outbound::{HoledText, Outbound};
//!
//! let url = HoledText::plain("https://push.example.com/log?key=RP1");
//! let request = Outbound::new(Method::Get, url);
//! assert_eq!(request.url.to_string(), "https://push.example.com/log?key=RP1");
//! assert!(request.body.is_none());
//! ```

mod signing;

pub(crate) use signing::{SIGNING_HEADERS, SigningKey, signed};

use crate::event::Event;
use crate::model::{Click, Method};
use crate::value::{Pii, SecretReference};
use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::{fmt, iter::once};
use serde::{Deserialize, Serialize};

/// How the value of a hole is written into the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// The value is written as it is. This is used in headers.
    Verbatim,
    /// The value stands in a URL's query: all but the unreserved characters are percent-encoded.
    Query,
    /// The value is a segment of a URL's path. It is encoded as in a query, and must not be empty,
    /// `.` or `..`.
    Path,
    /// The value stands inside a JSON string, and is escaped.
    Json,
}

/// A value that is filled in when the request is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "hole", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Hole {
    /// A secret, named by its reference, as in `env:META_TOKEN`.
    Secret {
        /// The reference.
        reference: SecretReference,
        /// How the secret is written.
        encoding: Encoding,
    },
    /// The lower-case hex HMAC-SHA256 of a message. The holes of the message are filled first.
    Hmac {
        /// The reference to the key.
        key: SecretReference,
        /// The message.
        message: HoledText,
    },
    /// The time of sending, in Unix seconds.
    UnixTime,
    /// A personal value, by its name (`ip`, `useragent`, or a parameter's name). It is empty once
    /// the value has expired.
    Private {
        /// The name.
        field: String,
        /// How the value is written.
        encoding: Encoding,
    },
    /// The items of a batch, joined by commas.
    Items,
    /// The receipt that a check asks about, in the check's request.
    Receipt {
        /// How the receipt is written.
        encoding: Encoding,
    },
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// Rendered text.
    Text(String),
    /// A hole.
    Hole(Hole),
    /// A member of a JSON object or array, without the commas around it. The whole member is left
    /// out when a personal value in it has expired. Optional members are not nested.
    Optional {
        /// The member.
        optional: HoledText,
    },
}

/// A text that may have holes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct HoledText(pub Vec<Part>);

/// A text as it is read: rows have one without holes as a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Plain(String),
    Parts(Vec<Part>),
}

impl From<Stored> for HoledText {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Plain(text) => Self::plain(text),
            Stored::Parts(parts) => Self(parts),
        }
    }
}

impl HoledText {
    /// A text without holes.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        let mut made = Self::default();
        made.push_str(&text.into());
        made
    }

    /// Adds text to the end.
    pub fn push_str(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.0.push(Part::Text(text.into())),
        }
    }

    /// Adds a hole to the end.
    pub fn push_hole(&mut self, hole: Hole) {
        self.0.push(Part::Hole(hole));
    }

    /// Adds a member of a JSON object or array that is left out when a personal value in it has
    /// expired, together with one of the commas around it.
    ///
    /// ```
    /// use postback::outbound::{Encoding, Hole, HoledText};
    /// let mut member = HoledText::plain(r#""client_ip_address":""#);
    /// member.push_hole(Hole::Private { field: "ip".into(), encoding: Encoding::Json });
    /// member.push_str("\"");
    /// let mut body = HoledText::plain(r#"{"event_name":"Purchase","#);
    /// body.push_optional(member);
    /// body.push_str("}");
    /// assert_eq!(body.to_string(), r#"{"event_name":"Purchase","client_ip_address":"{ip}"}"#);
    /// ```
    pub fn push_optional(&mut self, optional: Self) {
        self.0.push(Part::Optional { optional });
    }

    /// Whether the text has no hole and no optional member.
    fn is_plain(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// The holes in order, including those inside a signed message.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.own_holes().flat_map(|hole| {
            let signed = match hole {
                Hole::Hmac { message, .. } => Some(message),
                _ => None,
            };
            once(hole).chain(signed.into_iter().flat_map(HoledText::own_holes))
        })
    }

    /// The holes in order, without those inside a signed message.
    pub(crate) fn own_holes(&self) -> impl Iterator<Item = &Hole> {
        let parts = self.0.iter().flat_map(|part| match part {
            Part::Optional { optional } => optional.0.as_slice(),
            part => core::slice::from_ref(part),
        });
        parts.filter_map(|part| match part {
            Part::Hole(hole) => Some(hole),
            Part::Text(_) | Part::Optional { .. } => None,
        })
    }
}

impl fmt::Display for HoledText {
    /// Prints the text for a person, with each hole as a name in braces, as in
    /// `{secret:env:META_TOKEN}` or `{ip}`. It is not the text that is sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Hole(Hole::Secret { reference, .. }) => write!(f, "{{secret:{reference}}}")?,
                Part::Hole(Hole::Private { field, .. }) => write!(f, "{{{field}}}")?,
                Part::Hole(Hole::UnixTime) => f.write_str("{unix_time}")?,
                Part::Hole(Hole::Hmac { .. }) => f.write_str("{signature}")?,
                Part::Hole(Hole::Items) => f.write_str("{..}")?,
                Part::Hole(Hole::Receipt { .. }) => f.write_str("{receipt}")?,
                Part::Optional { optional } => optional.fmt(f)?,
            }
        }
        Ok(())
    }
}

/// One request, or one item of a batch together with the request that carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outbound {
    /// The method of the request; in a row `GET` is left out.
    #[serde(default = "get")]
    pub method: Method,
    /// The absolute URL.
    pub url: HoledText,
    /// The names (in lower case) and values of the headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, HoledText)>,
    /// The body. In a batch it has exactly one [`Hole::Items`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<HoledText>,
    /// The item of this delivery, where requests that are otherwise equal may be sent together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// The references to the keys that sign the request as Standard Webhooks does. Where there is
    /// one, the request has the headers `webhook-id` (the id of its delivery), `webhook-timestamp`
    /// and `webhook-signature`, which are made when it is sent, and it goes alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign: Vec<SecretReference>,
}

fn get() -> Method {
    Method::Get
}

/// One item of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Item {
    /// The most items that the receiver accepts in one request.
    pub limit: u32,
    /// The item.
    pub text: HoledText,
    /// What the receiver knows the item by: no request holds two items of one key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Item {
    /// An item without a key.
    #[must_use]
    pub fn new(limit: u32, text: HoledText) -> Self {
        Self { limit, text, key: None }
    }
}

impl Outbound {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: HoledText) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: None,
            item: None,
            sign: Vec::new(),
        }
    }

    /// The body for a person, with each hole as a name in braces, and with the item of this
    /// delivery where a request holds the items. It is not the text that is sent.
    #[must_use]
    pub fn shown_body(&self) -> Option<String> {
        let body = self.body.as_ref()?;
        let Some(item) = &self.item else {
            return Some(body.to_string());
        };
        let parts = body.0.iter().map(|part| match part {
            Part::Hole(Hole::Items) => item.text.to_string(),
            part => HoledText(vec![part.clone()]).to_string(),
        });
        Some(parts.collect())
    }

    /// The personal values that the holes name. They are looked up in the click first, and then in
    /// the event.
    pub(crate) fn private_values(&self, click: &Click, event: &Event) -> BTreeMap<String, Pii> {
        // Most requests have no hole, and searching for holes takes 500 instructions.
        if self.is_plain() {
            return BTreeMap::new();
        }
        let names = self.holes().filter_map(|hole| match hole {
            Hole::Private { field, .. } => Some(field),
            _ => None,
        });
        let value = |name: &String| click.private.get(name).or_else(|| event.private.get(name)).cloned();
        names.filter_map(|name| Some((name.clone(), value(name)?))).collect()
    }

    /// Whether the request and its item have no hole.
    fn is_plain(&self) -> bool {
        let item = self.item.as_ref().map(|item| &item.text);
        let texts = [Some(&self.url), self.body.as_ref(), item];
        let headers = || self.headers.iter().all(|(_, value)| value.is_plain());
        texts.into_iter().flatten().all(HoledText::is_plain) && headers()
    }

    /// Every hole of the request and its item.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        let item = self.item.iter().flat_map(|item| item.text.holes());
        self.shared_holes().chain(item)
    }

    /// The holes of the request without its item. A batch shares these.
    pub(crate) fn shared_holes(&self) -> impl Iterator<Item = &Hole> {
        let headers = self.headers.iter().flat_map(|(_, value)| value.holes());
        let body = self.body.iter().flat_map(HoledText::holes);
        self.url.holes().chain(headers).chain(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_texts_become_one_part() {
        let mut text = HoledText::plain("a");
        text.push_str("b");
        text.push_hole(Hole::UnixTime);
        text.push_str("");
        assert_eq!(text.0, vec![Part::Text("ab".into()), Part::Hole(Hole::UnixTime)]);
    }

    #[test]
    fn a_text_is_shown_with_its_holes_by_name() {
        let mut text = HoledText::plain("a=");
        text.push_hole(Hole::Secret {
            reference: "env:T".parse().unwrap(),
            encoding: Encoding::Query,
        });
        text.push_str("&ip=");
        text.push_hole(Hole::Private {
            field: "ip".into(),
            encoding: Encoding::Query,
        });
        text.push_hole(Hole::UnixTime);
        text.push_hole(Hole::Hmac {
            key: "env:K".parse().unwrap(),
            message: HoledText::plain("m"),
        });
        text.push_hole(Hole::Items);
        text.push_hole(Hole::Receipt {
            encoding: Encoding::Query,
        });
        let mut member = HoledText::plain("\"b\":");
        member.push_hole(Hole::UnixTime);
        text.push_optional(member);
        assert_eq!(
            text.to_string(),
            "a={secret:env:T}&ip={ip}{unix_time}{signature}{..}{receipt}\"b\":{unix_time}"
        );
    }

    #[test]
    fn a_body_of_items_is_shown_with_its_own() {
        let mut request = Outbound::new(Method::Post, HoledText::plain("https://a.example/"));
        assert_eq!(request.shown_body(), None);
        let mut body = HoledText::plain("[");
        body.push_hole(Hole::Items);
        body.push_str("]");
        request.body = Some(body);
        assert_eq!(request.shown_body().unwrap(), "[{..}]");
        request.item = Some(Item::new(9, HoledText::plain("1")));
        assert_eq!(request.shown_body().unwrap(), "[1]");
    }

    #[test]
    fn a_request_is_plain_where_none_of_its_texts_has_a_hole() {
        let plain = || HoledText::plain("a");
        let mut holed = plain();
        holed.push_hole(Hole::UnixTime);
        let mut request = Outbound::new(Method::Post, plain());
        request.headers.push(("a".into(), plain()));
        request.body = Some(plain());
        let text = plain();
        request.item = Some(Item::new(1, text));
        assert!(request.is_plain());
        let changes: [fn(&mut Outbound, HoledText); 4] = [
            |request, text| request.url = text,
            |request, text| request.headers.push(("b".into(), text)),
            |request, text| request.body = Some(text),
            |request, text| request.item = Some(Item::new(1, text)),
        ];
        for change in changes {
            let mut request = request.clone();
            change(&mut request, holed.clone());
            assert!(!request.is_plain());
            assert_eq!(request.holes().count(), 1);
        }
    }

    #[test]
    fn every_hole_round_trips_as_json() {
        let mut text = HoledText::plain("unix_time");
        text.push_hole(Hole::Secret {
            reference: "env:T".parse().unwrap(),
            encoding: Encoding::Query,
        });
        text.push_hole(Hole::UnixTime);
        text.push_hole(Hole::Items);
        text.push_hole(Hole::Private {
            field: "ip".into(),
            encoding: Encoding::Json,
        });
        text.push_hole(Hole::Hmac {
            key: "env:K".parse().unwrap(),
            message: HoledText::plain("m"),
        });
        text.push_hole(Hole::Receipt {
            encoding: Encoding::Path,
        });
        text.push_optional(HoledText::plain("o"));
        let json = serde_json::to_string(&text).unwrap();
        let expected = concat!(
            r#"["unix_time",{"hole":"secret","reference":"env:T","encoding":"query"},{"hole":"unix_time"},{"hole":"items"},"#,
            r#"{"hole":"private","field":"ip","encoding":"json"},{"hole":"hmac","key":"env:K","message":["m"]},"#,
            r#"{"hole":"receipt","encoding":"path"},{"optional":["o"]}]"#
        );
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<HoledText>(&json).unwrap(), text);
    }
}
