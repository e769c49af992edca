//! What a source is answered.

use crate::config::Table;
use crate::config::part::part;
use crate::config::setters::setters;
use crate::network::ReplyBody;
use alloc::string::String;

/// `reply` of an offer source: what it wants to be answered. Where nothing is said, our JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// To a postback that was taken in.
    pub applied: Option<ReplyBody>,
    /// To one that came before; as `applied` if nothing is said.
    pub duplicate: Option<ReplyBody>,
    /// To one that was refused and is kept.
    pub refused: Option<ReplyBody>,
    /// Of these bodies; `text/plain; charset=utf-8` if nothing is said.
    pub content_type: Option<String>,
    /// The HTTP status of a refusal that is kept; 400 if nothing is said. Some networks stop
    /// sending after a few answers that are not 200.
    pub refused_status: Option<u32>,
}
part!(Reply, 1, {
    applied,
    duplicate,
    refused,
    content_type,
    refused_status = refused_status,
});
setters!(Reply {
    option with_applied(applied: ReplyBody),
    option with_duplicate(duplicate: ReplyBody),
    option with_refused(refused: ReplyBody),
    option with_content_type(content_type: String),
    option with_refused_status(refused_status: u32),
});

fn refused_status(table: &Table<'_>, key: &str) -> Option<u32> {
    table.number(key, 200, 499).filter(|status| {
        let is_answer = !(300..400).contains(status);
        if !is_answer {
            table
                .at(key)
                .problem("is a redirect; a refusal is 200 to 299 or 400 to 499");
        }
        is_answer
    })
}
