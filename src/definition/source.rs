//! Offer sources.

use super::filled::{FilledIn, template};
use super::format::{Amounts, Times};
use super::limits::MAX_ROWS;
use super::refused::Refused;
use super::reply::Reply;
use crate::config::part::{Field, Value, part};
use crate::config::setters::setters;
use crate::config::{Node, Problems, Table};
use crate::event::Interface;
use crate::model::{Duplicates, ParameterRole, SLOTS, Status, TypeCase};
use crate::protocol::Protocol;
use crate::value::{Currency, DomainId, FieldPath, IpNet, OfferSourceId, SecretReference, TypeName};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::time::Duration;

/// An offer source: who reports conversions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OfferSource {
    /// By what offers and URLs refer to it.
    pub id: OfferSourceId,
    template: FilledIn,
    /// For people; the id if nothing is said.
    pub title: Option<String>,
    /// Whether a bare `/postback` is its own; exactly one of several is.
    pub default: bool,
    /// What it speaks, with what only that protocol has.
    pub protocol: Protocol,
    /// The domain of its printed URLs.
    pub domain: Option<DomainId>,
    /// Of amounts that come without one; the account's if nothing is said.
    pub currency: Option<Currency>,
    /// References to the tokens of its callers, newest first.
    pub tokens: Vec<SecretReference>,
    /// From where it may call; anywhere if none is named.
    pub allow_ips: Vec<IpNet>,
    /// The status of conversions that come without one; `approved` if nothing is said.
    pub default_status: Option<Status>,
    /// The status of money that is taken back; `declined` if nothing is said.
    pub reversal_status: Option<Status>,
    /// What another event of the same click and type does. If nothing is said: `update` where the
    /// protocol is generic, else `create`.
    pub duplicates: Option<Duplicates>,
    /// How the types of its postbacks are compared with those of the account; `any` if nothing is
    /// said.
    pub type_case: Option<TypeCase>,
    /// How long after a click a first conversion may come.
    pub click_expiration: Option<Duration>,
    /// The types that anyone may send, without a token.
    pub open_types: Vec<TypeName>,
    /// Its words or kinds, each with the type that it becomes; none is chosen: stored, fires
    /// nothing.
    pub events: BTreeMap<String, Option<TypeName>>,
    /// Its words for statuses.
    pub statuses: BTreeMap<String, Status>,
    /// How it writes amounts.
    pub amounts: Option<Amounts>,
    /// How it writes times.
    pub times: Option<Times>,
    /// Its words for currencies.
    pub currencies: BTreeMap<String, Currency>,
    /// Its own parameters.
    pub parameters: Vec<SourceParameter>,
    /// By the word of a parameter's meaning, the name that this network gives it.
    pub names: BTreeMap<String, String>,
    /// By the word of a parameter's meaning, the macro that is pasted for it.
    pub postback: BTreeMap<String, String>,
    /// Which interface counts when both bring the same sale.
    pub truth: Option<Interface>,
    /// What it wants to be answered.
    pub reply: Option<Reply>,
    /// How much of what it refused is kept.
    pub refused: Option<Refused>,
}
part!(OfferSource, MAX_ROWS, {
    id,
    template,
    title,
    default,
    domain,
    currency,
    tokens,
    allow_ips,
    default_status,
    reversal_status,
    duplicates,
    type_case,
    click_expiration,
    open_types,
    events,
    statuses,
    amounts,
    times,
    currencies,
    parameters: "parameter",
    names,
    postback,
    truth,
    reply,
    refused,
    ..protocol: Protocol
});
part!(@serde OfferSource);
setters!(OfferSource {
    option with_title(title: String),
    value with_default(default: bool),
    value with_protocol(protocol: Protocol),
    option with_domain(domain: DomainId),
    option with_currency(currency: Currency),
    more with_tokens(tokens: SecretReference),
    more with_allow_ips(allow_ips: IpNet),
    option with_default_status(default_status: Status),
    option with_reversal_status(reversal_status: Status),
    option with_duplicates(duplicates: Duplicates),
    option with_click_expiration(click_expiration: Duration),
    more with_open_types(open_types: TypeName),
    more with_events(events: (String, Option<TypeName>)),
    more with_statuses(statuses: (String, Status)),
    option with_amounts(amounts: Amounts),
    option with_times(times: Times),
    option with_reply(reply: Reply),
    more with_currencies(currencies: (String, Currency)),
    more with_parameters(parameters: SourceParameter),
    more with_names(names: (String, String)),
    more with_postback(postback: (String, String)),
    option with_truth(truth: Interface),
});

impl OfferSource {
    /// A source of which nothing is said: postbacks in generic words, from anyone.
    #[must_use]
    pub fn new(id: OfferSourceId) -> Self {
        Self {
            id,
            ..crate::config::part::unread()
        }
    }

    /// A source from a shipped template: `clickbank-ins`, `clickbank-s2s`, `generic`,
    /// `terraleads`.
    ///
    /// # Errors
    /// Rejects the name of no template.
    pub fn from_template(name: &str, id: OfferSourceId) -> Result<Self, Problems> {
        template("offer_source", name, id.as_str())
    }
}

/// A row of an offer source's parameter table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceParameter {
    /// Its name in the postback's URL.
    pub name: String,
    /// The network's macro, pasted there; `{r}` is read from the notification.
    pub macro_text: Option<String>,
    /// What it stands for.
    pub role: Option<ParameterRole>,
    /// Where a notification has it, best first.
    pub from: Vec<FieldPath>,
}
part!(SourceParameter, SLOTS as usize, {
    name,
    macro_text: "macro",
    role,
    from = one_or_more,
});
setters!(SourceParameter {
    option with_macro(macro_text: String),
    option with_role(role: ParameterRole),
    more with_paths(from: FieldPath),
});

impl SourceParameter {
    /// A parameter without macro, role and path.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            macro_text: None,
            role: None,
            from: Vec::new(),
        }
    }
}

/// One path, or a list of them.
fn one_or_more(table: &Table<'_>, key: &str) -> Vec<FieldPath> {
    match table.node(key) {
        Some(Node::Text(_)) => Option::read_at(table, key).into_iter().collect(),
        _ => Field::read_at(table, key),
    }
}

impl Field for BTreeMap<String, Option<TypeName>> {
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        let entries = table.entries(key).into_iter();
        let types = entries.filter_map(|(place, word, node)| match node {
            Node::Text(none) if none.is_empty() => Some((word.into(), None)),
            node => Some((word.into(), Some(TypeName::read(node, &place)?))),
        });
        types.collect()
    }

    fn written(&self) -> Option<Node> {
        let types = self.iter().map(|(word, name)| {
            let none = || Node::Text(String::new());
            (word.clone(), name.as_ref().map_or_else(none, Value::node))
        });
        (!self.is_empty()).then(|| Node::Table(types.collect()))
    }
}
