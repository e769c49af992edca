//! The responses that a source wants.

use crate::config::Place;
use crate::definition::Reply;
use crate::tracker::Replies;
use alloc::format;

/// The responses that a source wants, with their defaults.
pub(super) fn resolve(row: &Reply, place: &Place<'_>) -> Replies {
    let content_type = row.content_type.as_deref();
    if let Some(text) = content_type.filter(|text| !is_type(text)) {
        let said = format!("`{}` is not a content type, as in `text/plain`", text.escape_debug());
        place.at("content_type").problem(said);
    }
    let bodies = [&row.applied, &row.duplicate, &row.refused];
    if content_type.is_some() && bodies.iter().all(|body| body.is_none()) {
        place
            .at("content_type")
            .problem("changes nothing without `applied`, `duplicate` or `refused`");
    }
    Replies {
        applied: row.applied.clone(),
        duplicate: row.duplicate.clone().or_else(|| row.applied.clone()),
        refused: row.refused.clone(),
        content_type: content_type.unwrap_or("text/plain; charset=utf-8").into(),
        refused_status: row.refused_status.and_then(|status| u16::try_from(status).ok()),
    }
}

/// Whether a text can stand in a `Content-Type` header.
fn is_type(text: &str) -> bool {
    let kind = text.split(';').next().unwrap_or_default().trim_end();
    let is_part = |part: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
        !part.is_empty() && part.bytes().all(is_plain)
    };
    let parts = kind.split_once('/');
    parts.is_some_and(|(left, right)| is_part(left) && is_part(right))
        && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
}
