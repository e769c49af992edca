//! Offer sources.

use super::filled::{FilledIn, template};
use super::format::{Amounts, Times};
use super::limits::MAX_ROWS;
use super::refused::Refused;
use super::reply::Reply;
use crate::config::part::{Field, Reader, Value, part};
use crate::config::setters::setters;
use crate::config::{Node, Problems, Shape, Table};
use crate::event::Interface;
use crate::model::{Duplicates, ParameterRole, SLOTS, Status, TypeCase};
use crate::protocol::Protocol;
use crate::value::{Currency, DomainId, FieldPath, IpNet, OfferSourceId, SecretReference, TypeName};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::time::Duration;

/// An offer source: it reports conversions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OfferSource {
    /// The id by which offers and URLs refer to it.
    pub id: OfferSourceId,
    template: FilledIn,
    /// Its title, for people; the id by default.
    pub title: Option<String>,
    /// Whether a bare `/postback` belongs to it. Of several sources exactly one must be the
    /// default.
    pub default: bool,
    /// The protocol that it speaks, with the settings that only this protocol has.
    pub protocol: Protocol,
    /// The domain of the URLs that are printed for it.
    pub domain: Option<DomainId>,
    /// The currency of amounts that come without one; the account's by default.
    pub currency: Option<Currency>,
    /// References to the tokens of its callers, newest first.
    pub tokens: Vec<SecretReference>,
    /// The addresses from which it may call; any if the list is empty.
    pub allow_ips: Vec<IpNet>,
    /// The status of conversions that come without one; `approved` by default.
    pub default_status: Option<Status>,
    /// The status of money that is taken back; `declined` by default.
    pub reversal_status: Option<Status>,
    /// What another event of the same click and type does. The default is `update` where the
    /// protocol is generic, else `create`.
    pub duplicates: Option<Duplicates>,
    /// How the types of its postbacks are compared with those of the account; `any` by default.
    pub type_case: Option<TypeCase>,
    /// How long after a click a first conversion may come.
    pub click_expiration: Option<Duration>,
    /// The types that anyone may send, without a token.
    pub open_types: Vec<TypeName>,
    /// Its words or kinds of events, each with the conversion type that it becomes. One without a
    /// type is stored and fires nothing, on purpose.
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
    /// The names that this network gives to parameters, by the word for what a parameter means.
    pub names: BTreeMap<String, String>,
    /// The macros that are pasted for parameters, by the word for what a parameter means.
    pub postback: BTreeMap<String, String>,
    /// The interface that counts when both report the same sale.
    pub truth: Option<Interface>,
    /// The responses that it wants.
    pub reply: Option<Reply>,
    /// How many refused messages are kept, and for how long.
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
    /// A source with the defaults: it takes postbacks in generic words, from anyone.
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
    /// Rejects a name that no shipped template has.
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
    /// The network's macro, which is pasted as the value. `{r}` says that the value is read from
    /// the notification.
    pub macro_text: Option<String>,
    /// The role: what the value stands for.
    pub role: Option<ParameterRole>,
    /// The places of a notification where the value stands, best first.
    pub from: Vec<FieldPath>,
}
part!(SourceParameter, SLOTS as usize, {
    name,
    macro_text: "macro",
    role,
    from = OneOrMore,
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

/// Reads one path, or a list of them.
struct OneOrMore;

impl Reader for OneOrMore {
    type Field = Vec<FieldPath>;

    fn read_at(table: &Table<'_>, key: &str) -> Vec<FieldPath> {
        match table.node(key) {
            Some(Node::Text(_)) => Option::read_at(table, key).into_iter().collect(),
            _ => Field::read_at(table, key),
        }
    }

    fn shape() -> Shape {
        Shape::OneOrMore(<FieldPath as Value>::shape().into(), <FieldPath as Value>::MOST)
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

    fn shape() -> Shape {
        Shape::map(<TypeName as Value>::shape())
    }
}
