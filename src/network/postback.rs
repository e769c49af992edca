//! Reads one postback.

use super::{Meaning, ParameterMap, RefusedAmount, RefusedTime, is_part_of};
use crate::scope::sub_name;
use crate::text::{Cut, QueryFault, is_no_amount, trimmed};
use crate::value::{
    Amount, ClickId, Currency, CurrencyError, MAX_FOREIGN_ID, MAX_TYPE_NAME, Query, QueryError, Receipt, Secret,
    Shared, Timestamp, TypeName, open_enum,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use thiserror::Error;

/// The longest status word, in bytes: the same as for the name of a type.
pub const MAX_STATUS_WORD: usize = MAX_TYPE_NAME;
/// The longest value of a slot or of a source's own parameter, in bytes. ClickBank's tracking
/// parameters have up to 256; product titles and user agents are longer.
pub const MAX_PARAMETER: usize = 1024;
/// The most characters of an ignored name that are kept for the log.
pub const MAX_IGNORED_SHOWN: usize = 64;

open_enum! {
    /// The format of the response that a postback asks for.
    pub enum Format {
        /// A one-pixel image, for a browser.
        Image = "img",
        /// JSON, which is the usual format.
        Json = "json",
    }
}

/// One postback, network-neutral. A value that is absent, empty or an unfilled macro is none. An
/// amount is zero only if the postback says zero.
///
/// `Debug` shows no parameter's value and no token, since parameters may be personal.
///
/// ```
/// use postback::network::{ParameterMap, InboundPostback};
/// use postback::Query;
/// let query = Query::parse(b"clickid=abc&sum=8.50&type=Purchase&product=Book&page=2&status={status}")?;
/// let read = InboundPostback::read(&query, &ParameterMap::generic(), &["product"])?;
/// assert_eq!(read.sum, Some("8.5".parse()?));
/// assert_eq!(read.status_word, None);
/// assert_eq!(read.parameters["product"], "Book");
/// assert_eq!(read.ignored, ["page"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct InboundPostback {
    /// The click id that the network gives back.
    pub click_id: Option<ClickId>,
    /// The amount of the conversion, in `currency`.
    pub sum: Option<Amount>,
    /// Whether a parameter of the amount came and says that there is no known amount: it is empty,
    /// `null`, `N/A` or a macro that was not filled, or it came as an object or a list.
    pub no_amount: bool,
    /// The currency of `sum`, where the postback or the network names it. Otherwise the source's
    /// default currency is meant.
    pub currency: Option<Currency>,
    /// The event's name, word for word.
    pub type_word: Option<TypeName>,
    /// The status in the network's own word, word for word.
    pub status_word: Option<Shared<str>>,
    /// The network's id of the event.
    pub event_id: Option<Shared<str>>,
    /// The network's order number.
    pub order_id: Option<Shared<str>>,
    /// The network's receipt of the sale. For a rebill it is the receipt of the first sale.
    pub receipt: Option<Receipt>,
    /// The receipt as the network wrote it. It has the `-Bnnn` of a rebill, which tells two
    /// payments of one sale apart.
    pub receipt_text: Option<Shared<str>>,
    /// The receipt of the sale to which this sale belongs.
    pub parent: Option<Receipt>,
    /// The time of the event, by the network's clock.
    pub time: Option<Timestamp>,
    /// The secret that proves who sent the postback.
    pub token: Option<Secret>,
    /// The format of the response that the postback asks for.
    pub format: Option<Format>,
    /// Whether the conversion is to be stored without sending postbacks for it.
    pub silent: bool,
    /// The slots under the names `sub1`..`sub20`, whatever the query calls them, and the source's
    /// own parameters under their own names. Some may be personal; the stage that knows their roles
    /// moves those away.
    pub parameters: Shared<BTreeMap<String, String>>,
    /// The names without a meaning here: each once, sorted, and cut at [`MAX_IGNORED_SHOWN`]
    /// characters. It also has slots and own parameters that cannot be read, an own parameter with
    /// the name of a slot to which the query gives another name, and an event id over which another
    /// one wins.
    pub ignored: Vec<String>,
}

/// The error for a postback that is refused. It names the parameter and prints as the text of a
/// response with status 400.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct InboundPostbackError(#[from] Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error(transparent)]
    Repeated(#[from] QueryError),
    #[error("parameter `{name}` is {length} bytes long, at most {longest} are allowed")]
    TooLong {
        name: String,
        length: usize,
        longest: usize,
    },
    #[error("parameter `{0}` is not an amount: {1}")]
    Amount(String, RefusedAmount),
    #[error(
        "parameter `{0}` is not a currency code of three letters; a word for one is read with `currencies = {{ EURO = \"EUR\" }}` in the source's row"
    )]
    Currency(String, CurrencyError),
    #[error("parameter `{0}` is not a time: {1}")]
    Time(String, RefusedTime),
    #[error("parameter `{0}` holds a character that is not allowed there")]
    Character(String),
}

/// The kind of a postback's error, for callers that have error codes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PostbackFault {
    Query(QueryFault),
    TooLong,
    Amount,
    Currency,
    Time,
    Character,
}

impl InboundPostbackError {
    /// The name of the parameter with the error, cut to the length that errors show.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match &self.0 {
            Problem::Repeated(error) => error.parameter(),
            Problem::TooLong { name, .. }
            | Problem::Amount(name, _)
            | Problem::Currency(name, _)
            | Problem::Time(name, _)
            | Problem::Character(name) => Some(name),
        }
    }

    pub(crate) fn fault(&self) -> PostbackFault {
        match &self.0 {
            Problem::Repeated(error) => PostbackFault::Query(error.fault()),
            Problem::TooLong { .. } => PostbackFault::TooLong,
            Problem::Amount(..) => PostbackFault::Amount,
            Problem::Currency(..) => PostbackFault::Currency,
            Problem::Time(..) => PostbackFault::Time,
            Problem::Character(_) => PostbackFault::Character,
        }
    }
}

/// This is the error for a repeated name.
impl From<QueryError> for InboundPostbackError {
    fn from(error: QueryError) -> Self {
        Self(Problem::Repeated(error))
    }
}

impl InboundPostback {
    /// Reads a query by the names of `map`. `own` lists the source's own parameters. A name may be
    /// in `own` and also have a meaning; then it is read as both.
    ///
    /// White space around ids, words, amounts and times is removed. A slot or an own parameter that
    /// cannot be read or is over [`MAX_PARAMETER`] is left out and is listed in
    /// [`ignored`](Self::ignored).
    ///
    /// # Errors
    /// - a name that has a meaning or is in `own`, and that stands in the query more than once
    /// - a value that cannot be read ([`Query::parse_each`]), except of slots and own parameters
    /// - a value that is too long: over [`MAX_FOREIGN_ID`] for the ids and the token,
    ///   [`MAX_TYPE_NAME`] for the type, [`MAX_STATUS_WORD`] for the status
    /// - a sum that is not an [`Amount`], a currency that is not three letters, or a time that is
    ///   neither whole Unix seconds nor RFC 3339
    pub fn read(query: &Query<'_>, map: &ParameterMap, own: &[&str]) -> Result<Self, InboundPostbackError> {
        let mut reader = Reader {
            query,
            map,
            own,
            ignored: BTreeSet::new(),
        };
        let id = MAX_FOREIGN_ID;
        let click_id = reader.made(Meaning::ClickId, id, |text| ClickId::new(text))?;
        let currency = reader.currency();
        let sum = reader.sum(currency.as_ref().ok().copied().flatten())?;
        let mut read = Self {
            click_id,
            sum: sum.map(|(amount, _)| amount),
            no_amount: sum.is_none() && reader.names_no_amount(),
            currency: currency?.or(sum.and_then(|(_, named)| named)),
            type_word: reader.made(Meaning::Type, MAX_TYPE_NAME, |text| TypeName::new(text))?,
            status_word: reader.text(Meaning::Status, MAX_STATUS_WORD)?,
            event_id: reader.text(Meaning::EventId, id)?,
            order_id: reader.text(Meaning::OrderId, id)?,
            receipt: reader.receipt(Meaning::Receipt)?,
            receipt_text: reader.text(Meaning::Receipt, id)?,
            parent: reader.receipt(Meaning::Parent)?,
            time: reader.parsed(
                Meaning::Time,
                usize::MAX,
                |text| map.formats().time(text),
                Problem::Time,
            )?,
            token: reader.value(Meaning::Token, id)?.map(|(_, token)| Secret::from(token)),
            format: reader.value(Meaning::Format, id)?.map(|(_, word)| Format::from(word)),
            silent: reader.flag(Meaning::DisablePostback)?,
            parameters: Shared::default(),
            ignored: Vec::new(),
        };
        let mut parameters = BTreeMap::new();
        // A slot is read only if one of its names may have come; most slots have none.
        for number in map.asked_slots(query) {
            if let Some(value) = reader.slot(number)? {
                parameters.insert(sub_name(number).to_string(), value);
            }
        }
        for name in own {
            let Some(value) = reader.free(name)? else {
                continue;
            };
            if Meaning::from_word(name).is_some_and(|m| matches!(m, Meaning::Sub(_)) && map.meaning(name) != Some(m)) {
                // This is the name of a slot to which the network gives another name.
                reader.ignored.insert((*name).to_string());
                continue;
            }
            parameters.insert((*name).to_string(), value.to_string());
        }
        read.parameters = parameters.into();
        let unknown = query
            .pairs()
            .map(|(name, _)| name)
            .chain(query.faulty())
            .filter(|name| map.meaning(name).is_none() && !own.contains(name));
        reader
            .ignored
            .extend(unknown.map(|name| Cut::new(name, MAX_IGNORED_SHOWN).to_string()));
        read.ignored = reader.ignored.into_iter().collect();
        Ok(read)
    }
}

/// Returns the currency that a word means in the parameter `name`.
pub(crate) fn currency_of(map: &ParameterMap, name: &str, word: &str) -> Result<Currency, InboundPostbackError> {
    let found = map.formats().currency(word);
    found.map_err(|error| Problem::Currency(name.into(), error).into())
}

struct Reader<'q, 'a> {
    query: &'q Query<'a>,
    map: &'q ParameterMap,
    own: &'q [&'q str],
    ignored: BTreeSet<String>,
}

impl<'q> Reader<'q, '_> {
    /// Returns the value of a meaning and the name under which it came. Every name is checked,
    /// since each may be repeated or too long.
    fn value(&mut self, meaning: Meaning, longest: usize) -> Result<Option<(&'q str, &'q str)>, InboundPostbackError> {
        let mut found: Option<(&'q str, &'q str)> = None;
        for name in self.map.asked(meaning, self.query) {
            let value = self.query.value(name).map_err(Problem::from)?;
            let Some(value) = value.and_then(trimmed) else {
                continue;
            };
            bounded(name, value, longest)?;
            match found {
                None => found = Some((name, value)),
                Some((_, first)) if first == value || self.own.contains(&name) => {}
                Some(_) => {
                    self.ignored.insert(name.to_string());
                }
            }
        }
        Ok(found)
    }

    /// Returns the first readable value of a slot's names.
    fn slot(&mut self, number: u8) -> Result<Option<String>, InboundPostbackError> {
        let mut first = None;
        for name in self.map.asked(Meaning::Sub(number), self.query) {
            let Some(value) = self.free(name)? else {
                continue;
            };
            let first = first.get_or_insert(value);
            if *first != value && !self.own.contains(&name) {
                self.ignored.insert(name.to_string());
            }
        }
        Ok(first.map(ToString::to_string))
    }

    /// Returns a value that is only kept as text. It is not an id and not an amount, so when it
    /// cannot be read or is too long, the sale is not refused: the value is left out and its name
    /// is listed. Two values for one name are an error, and neither is used.
    fn free(&mut self, name: &str) -> Result<Option<&'q str>, InboundPostbackError> {
        match self.query.value(name) {
            Ok(value) if value.is_none_or(|value| value.len() <= MAX_PARAMETER) => Ok(value),
            Err(error) if error.fault() == QueryFault::Repeated => Err(error.into()),
            Ok(_) | Err(_) => {
                self.ignored.insert(name.to_string());
                Ok(None)
            }
        }
    }

    fn text(&mut self, meaning: Meaning, longest: usize) -> Result<Option<Shared<str>>, InboundPostbackError> {
        Ok(self.value(meaning, longest)?.map(|(_, value)| value.into()))
    }

    /// Returns a value that `parse` accepts. `problem` makes the error for a value that it refuses,
    /// with the name of the parameter.
    fn parsed<T, E>(
        &mut self,
        meaning: Meaning,
        longest: usize,
        parse: impl FnOnce(&str) -> Result<T, E>,
        problem: impl FnOnce(String, E) -> Problem,
    ) -> Result<Option<T>, InboundPostbackError> {
        let Some((name, value)) = self.value(meaning, longest)? else {
            return Ok(None);
        };
        let parsed = parse(value).map_err(|error| problem(name.to_string(), error))?;
        Ok(Some(parsed))
    }

    /// Returns a text of a checked type. A `Query` holds no control characters and the length is
    /// checked before, so `make` has nothing left to refuse.
    fn made<T, E>(
        &mut self,
        meaning: Meaning,
        longest: usize,
        make: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, InboundPostbackError> {
        self.parsed(meaning, longest, make, |name, _| Problem::Character(name))
    }

    /// Whether a flag is set: it has any value but `0` and `false`. A postback that is held back by
    /// mistake can be sent later, but one that was sent cannot be taken back.
    fn flag(&mut self, meaning: Meaning) -> Result<bool, InboundPostbackError> {
        let value = self.value(meaning, MAX_FOREIGN_ID)?;
        Ok(value.is_some_and(|(_, value)| value != "0" && !value.eq_ignore_ascii_case("false")))
    }

    /// Returns the amount, and its currency where only the symbol beside the amount tells it.
    fn sum(&mut self, told: Option<Currency>) -> Result<Option<(Amount, Option<Currency>)>, InboundPostbackError> {
        let formats = self.map.formats();
        self.parsed(
            Meaning::Sum,
            usize::MAX,
            |text| match is_no_amount(text) {
                true => Ok(None),
                false => formats.amount(text, told).map(Some),
            },
            Problem::Amount,
        )
        .map(Option::flatten)
    }

    /// Whether the amount has a parameter; called when no amount was read, so the parameter says
    /// that none is known.
    fn names_no_amount(&self) -> bool {
        let mut names = self.map.names(Meaning::Sum);
        let came = |name| self.query.pairs().any(|(it, _)| it == name || is_part_of(it, name));
        names.any(came)
    }

    fn currency(&mut self) -> Result<Option<Currency>, InboundPostbackError> {
        match self.map.forced_currency() {
            Some(forced) => Ok(Some(forced)),
            None => {
                let formats = self.map.formats();
                let read = |text: &str| formats.currency(text);
                self.parsed(Meaning::Currency, usize::MAX, read, Problem::Currency)
            }
        }
    }

    fn receipt(&mut self, meaning: Meaning) -> Result<Option<Receipt>, InboundPostbackError> {
        let numbers = self.map.numbers_rebills();
        self.made(meaning, MAX_FOREIGN_ID, |text| {
            Receipt::new(if numbers { Receipt::split_rebill(text).0 } else { text })
        })
    }
}

fn bounded(name: &str, value: &str, longest: usize) -> Result<(), Problem> {
    if value.len() <= longest {
        return Ok(());
    }
    Err(Problem::TooLong {
        name: name.to_string(),
        length: value.len(),
        longest,
    })
}

impl fmt::Debug for InboundPostback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundPostback")
            .field("click_id", &self.click_id)
            .field("sum", &self.sum)
            .field("no_amount", &self.no_amount)
            .field("currency", &self.currency)
            .field("type_word", &self.type_word)
            .field("status_word", &self.status_word)
            .field("event_id", &self.event_id)
            .field("order_id", &self.order_id)
            .field("receipt", &self.receipt)
            .field("receipt_text", &self.receipt_text)
            .field("parent", &self.parent)
            .field("time", &self.time)
            .field("token", &self.token)
            .field("format", &self.format)
            .field("silent", &self.silent)
            .field("parameters", &self.parameters.keys())
            .field("ignored", &self.ignored)
            .finish()
    }
}
