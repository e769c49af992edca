//! The rows of a recipe, as the document has them.

use super::answers::Answers;
use super::word::{MemberSource, WrittenAs};
use crate::config::MAX_ENTRIES;
use crate::config::part::{Number, part};
use crate::config::setters::setters;
use crate::model::Platform;
use crate::value::PostbackId;
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// The most recipes of a document.
pub const MAX_RECIPES: usize = 64;

/// The most events that a request may hold.
const MAX_LIMIT: u32 = 2_000;

/// The oldest event that a recipe may allow, in days.
const MAX_DAYS: u32 = 400;

/// A conversion API, described as data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipe {
    /// The name by which accounts refer to it: `snapchat`.
    pub id: PostbackId,
    /// Where its facts come from, for people.
    pub sources: Vec<String>,
    /// The URL of the requests. `{pixel}`, `{account}` and `{token}` stand for what the account
    /// says.
    pub url: String,
    /// The URL that checks requests and counts nothing, for accounts with `validate_only`.
    pub validate_url: Option<String>,
    /// The headers beside `content-type`, which is JSON.
    pub headers: BTreeMap<String, String>,
    /// The most events in one request; 1 by default.
    pub limit: Option<u32>,
    /// How many days old an event may be when it arrives.
    pub oldest_days: Option<u32>,
    /// The member of the request that is the list of the events, as in `data` or `data.events`.
    /// Without it a request is one event.
    pub items: Option<String>,
    /// The other members of a request.
    pub body: Vec<Member>,
    /// The members of an event.
    pub event: Vec<Member>,
    /// An event is not told unless the members of one of these rows are there; ` + ` stands between
    /// the members of a row.
    pub one_of: Vec<String>,
    /// The platform's names of events.
    pub names: Vec<String>,
    /// The name for a sale whose type spells none of `names`.
    pub sale: Option<String>,
    /// The name under which the platform takes events with names of one's own.
    pub custom: Option<String>,
    /// The platform's words for where a conversion happened, the usual one first.
    pub action_sources: Vec<String>,
    /// What its answers mean.
    pub answers: Option<Answers>,
}
part!(Recipe, MAX_RECIPES, {
    id,
    sources,
    url,
    validate_url,
    headers,
    limit = Number<1, MAX_LIMIT>,
    oldest_days = Number<1, MAX_DAYS>,
    items,
    body,
    event,
    one_of,
    names,
    sale,
    custom,
    action_sources,
    answers,
});
part!(@serde Recipe);
setters!(Recipe {
    more with_sources(sources: String),
    option with_validate_url(validate_url: String),
    more with_headers(headers: (String, String)),
    option with_limit(limit: u32),
    option with_oldest_days(oldest_days: u32),
    option with_items(items: String),
    more with_body(body: Member),
    more with_event(event: Member),
    more with_one_of(one_of: String),
    more with_names(names: String),
    option with_sale(sale: String),
    option with_custom(custom: String),
    more with_action_sources(action_sources: String),
    option with_answers(answers: Answers),
});

impl Recipe {
    /// A recipe whose requests go to this URL.
    #[must_use]
    pub fn new(id: PostbackId, url: impl Into<String>) -> Self {
        Self {
            id,
            url: url.into(),
            ..crate::config::part::unread()
        }
    }
}

/// A member of an event or of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// Where it stands: names with points between them, as in `user_data.em`. `[]` behind a name
    /// makes a list of one: `user_data.em[]`.
    pub at: String,
    /// What it is filled with. Either this or `text` is there.
    pub from: Option<MemberSource>,
    /// A fixed text. `{pixel}` and `{account}` stand for what the account says, and in a request
    /// `{token}`.
    pub text: Option<String>,
    /// In which form it is written.
    pub written: Option<WrittenAs>,
    /// The platform whose normalisation a person's value has; Meta by default.
    pub like: Option<Platform>,
    /// Whether an event without it is not told.
    pub needed: bool,
}
part!(Member, MAX_ENTRIES, {
    at,
    from,
    text,
    written: "as",
    like,
    needed,
});
setters!(Member {
    option with_written(written: WrittenAs),
    option with_like(like: Platform),
    value with_needed(needed: bool),
});

impl Member {
    /// A member that is filled.
    #[must_use]
    pub fn new(at: impl Into<String>, from: MemberSource) -> Self {
        Self {
            at: at.into(),
            from: Some(from),
            ..crate::config::part::unread()
        }
    }

    /// A member that is always this text.
    #[must_use]
    pub fn fixed(at: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            text: Some(text.into()),
            ..crate::config::part::unread()
        }
    }
}
