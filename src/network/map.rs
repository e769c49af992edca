//! Which query parameter has which meaning.

use super::Meaning;
use super::dialect::Dialect;
use super::format::Formats;
use super::meaning::UnknownMeaning;
use crate::model::SLOTS;
use crate::text::Lookup;
use crate::value::{Currency, Query};
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::fmt;
use thiserror::Error;

/// The longest name of a query parameter, in bytes. Names in use have up to twenty.
pub const MAX_PARAMETER_NAME: usize = 64;

/// Which query parameter of a postback has which [`Meaning`]. Names are compared exactly.
///
/// Two names may share a meaning; when both are given, the one that is listed first wins. RedTrack
/// has such a pair: `rdtk_event_id`, its id for duplicates, and `eventid`, the additional parameter
/// of its ClickBank template with the role Event ID.
///
/// ```
/// use postback::network::ParameterMap;
/// let names = [("clickid", "subid"), ("sum", "payout"), ("event_id", "tid")];
/// let names = names.map(|(meaning, name)| (meaning.into(), name.into())).into();
/// let keitaro = ParameterMap::generic().with_names(&names).unwrap();
/// # let _ = keitaro;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterMap {
    names: Vec<(String, Meaning)>,
    places: Lookup<Meaning>,
    dialect: Option<Dialect>,
    formats: Arc<Formats>,
}

/// The error for a name that does not fit in a [`ParameterMap`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem}")]
pub struct NameError {
    word: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error(transparent)]
    Meaning(#[from] UnknownMeaning),
    #[error("the parameter name of `{0}` is empty")]
    Empty(Meaning),
    #[error("the parameter name of `{0}` is {1} bytes long, at most {MAX_PARAMETER_NAME} are allowed")]
    TooLong(Meaning, usize),
    #[error("the parameter name of `{0}` holds {1:?}, which is not allowed there")]
    Character(Meaning, char),
    #[error("parameter `{name}` cannot mean `{second}`: it means `{first}`")]
    Twice {
        name: String,
        first: Meaning,
        second: Meaning,
    },
    #[error("{0}'s earnings are always in {1}: `currency` has no parameter")]
    Currency(&'static str, Currency),
}

impl NameError {
    /// The word of the meaning in the table of names at which the problem is.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }
}

/// The error with every name that does not fit in a [`ParameterMap`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameErrors(Vec<NameError>);

impl NameErrors {
    /// Returns one error for each such name, in the order of the table.
    #[must_use]
    pub fn into_errors(self) -> Vec<NameError> {
        self.0
    }
}

impl fmt::Display for NameErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let semicolon = if index == 0 { "" } else { "; " };
            write!(f, "{semicolon}{error}")?;
        }
        Ok(())
    }
}

impl core::error::Error for NameErrors {}

impl ParameterMap {
    /// RedTrack's names:
    /// `clickid sum type status currency rdtk_event_id eventid order_id token format sub1`..`sub20`
    /// (help pages "Supported dynamic parameters", "Conversion tracking" and "Duplicate postback
    /// settings"). `token` is our own choice, since RedTrack's name for it is not published.
    #[must_use]
    pub fn redtrack() -> Self {
        let plain = [
            ("clickid", Meaning::ClickId),
            ("sum", Meaning::Sum),
            ("type", Meaning::Type),
            ("status", Meaning::Status),
            ("currency", Meaning::Currency),
            ("rdtk_event_id", Meaning::EventId),
            ("eventid", Meaning::EventId),
            ("order_id", Meaning::OrderId),
            ("token", Meaning::Token),
            ("format", Meaning::Format),
        ];
        let plain = plain.into_iter().map(|(name, meaning)| (name.to_string(), meaning));
        let slots = (1..=SLOTS).map(|number| (format!("sub{number}"), Meaning::Sub(number)));
        Self::of(plain.chain(slots).collect())
    }

    /// RedTrack's names with `receipt`, `parent` and `datetime`, for any network; rename them with
    /// [`ParameterMap::with_names`]. `time` is not among them, since other networks use that word
    /// for other things. Give it a name to have it read.
    #[must_use]
    pub fn generic() -> Self {
        let mut map = Self::redtrack();
        map.names.push(("receipt".into(), Meaning::Receipt));
        map.names.push(("parent".into(), Meaning::Parent));
        map.names.push(("datetime".into(), Meaning::Time));
        Self::of(map.names)
    }

    fn of(names: Vec<(String, Meaning)>) -> Self {
        Self {
            places: looked_up(&names),
            names,
            dialect: None,
            formats: Arc::default(),
        }
    }

    /// The generic names in a network's dialect. `currency` and `time` have no names there.
    pub(crate) fn spoken(dialect: Dialect) -> Self {
        let mut map = Self::generic().without(&[Meaning::Currency, Meaning::Time]);
        map.dialect = Some(dialect);
        map
    }

    /// Returns a map with the same formats and only these names.
    pub(crate) fn under(&self, names: &[(&str, Meaning)]) -> Self {
        let names = names.iter().map(|(name, meaning)| ((*name).to_string(), *meaning));
        Self {
            formats: self.formats.clone(),
            ..Self::of(names.collect())
        }
    }

    /// Returns the map with a network's own names, by the word of the meaning: `{"clickid":
    /// "subid"}`. A name replaces all names that its meaning had; the other meanings keep theirs.
    ///
    /// # Errors
    /// The error has all of these, not only the first:
    /// - a word that is not a meaning
    /// - an empty name, one over [`MAX_PARAMETER_NAME`] bytes, or one with a character other than
    ///   ASCII letters, digits and `-_.~[]`
    /// - a name that another meaning has, either given here or from the start: rename that one too
    /// - a name for the currency of a network whose amounts are always in one currency
    pub fn with_names(mut self, names: &BTreeMap<String, String>) -> Result<Self, NameErrors> {
        let mut errors = Vec::new();
        let mut given = Vec::new();
        for (word, name) in names {
            match self.checked(word, name) {
                Ok(meaning) => given.push((word, name, meaning)),
                Err(problem) => errors.push(NameError {
                    word: word.clone(),
                    problem,
                }),
            }
        }
        self.names
            .retain(|(_, meaning)| given.iter().all(|(_, _, renamed)| renamed != meaning));
        for (word, name, meaning) in given {
            match self.meaning(name) {
                Some(first) => {
                    let problem = Problem::Twice {
                        name: name.clone(),
                        first,
                        second: meaning,
                    };
                    errors.push(NameError {
                        word: word.clone(),
                        problem,
                    });
                }
                None => self.names.push((name.clone(), meaning)),
            }
        }
        if errors.is_empty() {
            self.places = looked_up(&self.names);
            Ok(self)
        } else {
            Err(NameErrors(errors))
        }
    }

    fn checked(&self, word: &str, name: &str) -> Result<Meaning, Problem> {
        let meaning = Meaning::parse(word)?;
        if meaning == Meaning::Currency
            && let Some(dialect) = &self.dialect
        {
            Err(Problem::Currency(dialect.network, dialect.currency))
        } else if name.is_empty() {
            Err(Problem::Empty(meaning))
        } else if name.len() > MAX_PARAMETER_NAME {
            Err(Problem::TooLong(meaning, name.len()))
        } else if let Some(character) = name.chars().find(|c| !is_name_character(*c)) {
            Err(Problem::Character(meaning, character))
        } else {
            Ok(meaning)
        }
    }

    /// The meaning of a parameter, if it has one.
    #[must_use]
    pub fn meaning(&self, name: &str) -> Option<Meaning> {
        self.names
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, meaning)| *meaning)
    }

    /// The names of a meaning; the one that wins comes first.
    pub fn names(&self, meaning: Meaning) -> impl Iterator<Item = &str> {
        self.places.of(meaning).filter_map(|at| self.name(at))
    }

    /// Returns those names of a meaning that may have come in a query.
    pub(super) fn asked<'m>(&'m self, meaning: Meaning, query: &Query<'_>) -> impl Iterator<Item = &'m str> {
        self.places.asked(meaning, query).filter_map(|at| self.name(at))
    }

    fn name(&self, at: usize) -> Option<&str> {
        self.names.get(at).map(|(name, _)| name.as_str())
    }

    /// The query to paste into the network, with its macros unfilled, in the order of the network's
    /// guide. None where the network's macros are not known here. Append the event's `&type=NAME`
    /// and the token to it.
    #[must_use]
    pub fn pasted_query(&self) -> Option<String> {
        self.dialect?;
        let pairs: Vec<String> = self.pasted().map(|(name, filled)| format!("{name}={filled}")).collect();
        Some(pairs.join("&"))
    }

    /// Returns the map for a source that writes amounts, currencies and times in these formats.
    pub(crate) fn with_formats(mut self, formats: Formats) -> Self {
        self.formats = Arc::new(formats);
        self
    }

    pub(super) fn formats(&self) -> &Formats {
        &self.formats
    }

    /// Returns the map without the names of some meanings. Parameters with these names are then
    /// ignored.
    pub(crate) fn without(&self, meanings: &[Meaning]) -> Self {
        let mut map = self.clone();
        map.names.retain(|(_, meaning)| !meanings.contains(meaning));
        map.places = looked_up(&map.names);
        map
    }

    /// The names and macros of [`ParameterMap::pasted_query`]; empty where the network's macros are
    /// not known here.
    pub(crate) fn pasted(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let rows = self.dialect.iter().flat_map(|dialect| dialect.pasted);
        rows.map(|&(usual, meaning, filled)| {
            // Where a meaning has two names, the guide's name is pasted.
            let kept = meaning.is_none_or(|meaning| self.meaning(usual) == Some(meaning));
            let renamed = meaning.filter(|_| !kept).and_then(|meaning| self.names(meaning).next());
            (renamed.unwrap_or(usual), filled)
        })
    }

    /// Every name except those of the slots.
    pub(super) fn known(&self) -> impl Iterator<Item = &str> {
        let named = self
            .names
            .iter()
            .filter(|(_, meaning)| !matches!(meaning, Meaning::Sub(_)));
        named.map(|(name, _)| name.as_str())
    }

    /// Returns the number of each slot of which a name may have come in a query, once for each
    /// name.
    pub(super) fn asked_slots(&self, query: &Query<'_>) -> impl Iterator<Item = u8> {
        // The slots are the last meanings.
        let asked = self.places.meanings_asked(Meaning::Sub(0), query);
        asked.filter_map(|meaning| match meaning {
            Meaning::Sub(number) => Some(number),
            _ => None,
        })
    }

    pub(super) fn numbers_rebills(&self) -> bool {
        self.dialect.is_some_and(|dialect| dialect.numbers_rebills)
    }

    /// The currency of every amount, whatever currency the postback names.
    pub(super) fn forced_currency(&self) -> Option<Currency> {
        self.dialect.map(|dialect| dialect.currency)
    }
}

fn looked_up(names: &[(String, Meaning)]) -> Lookup<Meaning> {
    Lookup::new(names.iter().map(|(name, meaning)| (name.as_str(), *meaning)))
}

/// Whether the character may stand in a name: it needs no escape in a query, or it is a bracket,
/// which some systems use in names.
pub(super) fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '[' | ']')
}
