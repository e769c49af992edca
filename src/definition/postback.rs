//! A campaign's postbacks: conditions, payout, updates.

use super::limits::MAX_ROWS;
use super::request::PostbackRequest;
use crate::condition::Clause;
use crate::config::part::{Value, part};
use crate::config::setters::setters;
use crate::config::shape::Key;
use crate::config::{Entries, Node, Place, Shape, Table};
use crate::model::{Status, Updates};
use crate::rule::Negative;
use crate::value::{Amount, Percent, PostbackId, TypeName};
use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};
use core::time::Duration;

/// A postback of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Postback {
    /// Its id within the campaign; part of the ids of its deliveries.
    pub id: PostbackId,
    /// The values that fill the blanks of the template.
    pub values: BTreeMap<String, String>,
    /// The conversion types for which it fires; all if the list is empty.
    pub types: Vec<TypeName>,
    /// The statuses for which it fires; all if the list is empty.
    pub statuses: Vec<Status>,
    /// When it fires again after a change; by default it fires at the first match alone.
    pub updates: Option<Updates>,
    /// What it does with money that is taken back; by default it skips it.
    pub negative: Option<Negative>,
    /// What the channel is told of the money; all of it by default.
    pub payout: Option<Payout>,
    /// The least payout that is sent, in the channel's currency.
    pub min_payout: Option<Amount>,
    /// The share of the clicks whose conversions are sent; all by default.
    pub share: Option<Percent>,
    /// The longest time from click to conversion.
    pub within: Option<Duration>,
    /// `where`: parameters, each with the text that it must have.
    pub matches: BTreeMap<String, String>,
    /// The parameters that must be there.
    pub require: Vec<String>,
    /// Other conditions, all of which must hold.
    pub when: Vec<Clause>,
    /// Whether conversions that the network marked as tests are sent too.
    pub test: bool,
    /// The request. What it leaves out comes from the channel's template, unless it has a URL of
    /// its own.
    pub request: PostbackRequest,
}
part!(Postback, MAX_ROWS, {
    id,
    values,
    types,
    statuses,
    updates,
    negative,
    payout,
    min_payout,
    share,
    within,
    matches: "where",
    require,
    when,
    test,
    ..request: PostbackRequest
});
part!(@serde Postback);
setters!(Postback {
    more with_values(values: (String, String)),
    more with_types(types: TypeName),
    more with_statuses(statuses: Status),
    option with_updates(updates: Updates),
    option with_negative(negative: Negative),
    option with_payout(payout: Payout),
    option with_min_payout(min_payout: Amount),
    option with_share(share: Percent),
    option with_within(within: Duration),
    more with_matches(matches: (String, String)),
    more with_require(require: String),
    more with_when(when: Clause),
    value with_test(test: bool),
    value with_request(request: PostbackRequest),
});

impl Postback {
    /// The channel's own postback, for every conversion.
    #[must_use]
    pub fn new(id: PostbackId) -> Self {
        Self {
            id,
            ..crate::config::part::unread()
        }
    }
}

/// What a channel is told of a conversion's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payout {
    /// A share of it.
    Percent(Percent),
    /// Always this much, in the channel's currency.
    Fixed(Amount),
}

impl Value for Payout {
    fn read(node: &Node, place: &Place<'_>) -> Option<Self> {
        let Some(entries) = node.table() else {
            let kind = node.what();
            place.problem(format!(
                "is {kind}, not a table; write `{{ fixed = \"5\" }}` for an amount, or `{{ percent = \"50\" }}` for a share"
            ));
            return None;
        };
        let table = Table::new(entries, place.clone());
        table.only(&["percent", "fixed"]);
        let percent = table
            .node("percent")
            .map(|node| Percent::read(node, &table.at("percent")));
        let fixed = table.node("fixed").map(|node| Amount::read(node, &table.at("fixed")));
        match (percent, fixed) {
            (Some(percent), None) => percent.map(Self::Percent),
            (None, Some(fixed)) => fixed.map(Self::Fixed),
            _ => {
                place.problem("needs either `percent` or `fixed`");
                None
            }
        }
    }

    fn unread() -> Self {
        Self::Percent(Percent::whole())
    }

    fn node(&self) -> Node {
        let (key, node) = match self {
            Self::Percent(percent) => ("percent", percent.node()),
            Self::Fixed(fixed) => ("fixed", fixed.node()),
        };
        Node::Table(Entries::from([(key.into(), node)]))
    }

    fn shape() -> Shape {
        let key = |name, shape| Key {
            name,
            needed: false,
            shape,
        };
        Shape::Table(vec![key("percent", Percent::shape()), key("fixed", Amount::shape())])
    }
}
