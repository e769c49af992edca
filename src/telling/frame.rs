//! The request to which items are added.

use crate::model::Method;
use crate::outbound::{Encoding, Hole, HoledText, Outbound};
use crate::value::SecretReference;
use alloc::string::String;

/// A POST of JSON.
pub(crate) fn frame(
    url: String,
    headers: impl IntoIterator<Item = (&'static str, HoledText)>,
    body: HoledText,
) -> Outbound {
    let mut frame = Outbound::new(Method::Post, HoledText::plain(url));
    let json = ("content-type", HoledText::plain("application/json"));
    let headers = core::iter::once(json).chain(headers);
    frame.headers = headers.map(|(name, value)| (name.into(), value)).collect();
    frame.body = Some(body);
    frame
}

/// The hole of a token.
pub(crate) fn token(reference: &SecretReference, encoding: Encoding) -> Hole {
    Hole::Secret {
        reference: reference.clone(),
        encoding,
    }
}

/// The value of a header that is a token with a word before it.
pub(crate) fn header(before: &str, reference: &SecretReference) -> HoledText {
    let mut text = HoledText::plain(before);
    text.push_hole(token(reference, Encoding::Verbatim));
    text
}
