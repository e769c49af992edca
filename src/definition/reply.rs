//! The responses that a source wants.

use crate::config::part::{Number, Reader, part};
use crate::config::setters::setters;
use crate::config::{Shape, Table};
use crate::network::ReplyBody;
use alloc::string::String;

/// `reply` of an offer source: the responses that it wants; by default our JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The body for a postback that was taken in.
    pub applied: Option<ReplyBody>,
    /// The body for a postback that came before; as `applied` by default.
    pub duplicate: Option<ReplyBody>,
    /// The body for a postback that was refused and is kept.
    pub refused: Option<ReplyBody>,
    /// The content type of these bodies; `text/plain; charset=utf-8` by default.
    pub content_type: Option<String>,
    /// The HTTP status of a refusal that is kept; 400 by default. Some networks stop sending after
    /// a few responses whose status is not 200.
    pub refused_status: Option<u32>,
}
part!(Reply, 1, {
    applied,
    duplicate,
    refused,
    content_type,
    refused_status = RefusedStatus,
});
setters!(Reply {
    option with_applied(applied: ReplyBody),
    option with_duplicate(duplicate: ReplyBody),
    option with_refused(refused: ReplyBody),
    option with_content_type(content_type: String),
    option with_refused_status(refused_status: u32),
});

/// Reads a status that is no redirect.
struct RefusedStatus;

impl Reader for RefusedStatus {
    type Field = Option<u32>;

    fn read_at(table: &Table<'_>, key: &str) -> Option<u32> {
        Number::<200, 499>::read_at(table, key).filter(|status| {
            let is_answer = !(300..400).contains(status);
            if !is_answer {
                table
                    .at(key)
                    .problem("is a redirect; a refusal is 200 to 299 or 400 to 499");
            }
            is_answer
        })
    }

    fn shape() -> Shape {
        Number::<200, 499>::shape()
    }
}
