//! Finds an event's conversion type, its status and its amount.

use super::decision::Decision;
use crate::event::{Event, Interface, Kind};
use crate::model::{Counts, Entry, Status};
use crate::plan::Reason;
use crate::protocol::Protocol;
use crate::tracker::{ConversionType, Offer, Source, listed, only, word_kind};
use crate::value::{Money, TypeName, is_unfilled_macro};

/// What the configuration says about an event's name.
pub(crate) enum Meaning<'a> {
    /// The event has this type.
    Type(&'a ConversionType),
    /// A postback named a type that is not configured. It is kept under its name.
    Unknown(TypeName),
    /// The configuration maps it to no type on purpose.
    Chosen,
    /// The configuration says nothing about it.
    Unmapped,
}

impl<'t> Decision<'t> {
    /// Finds the conversion type of an event.
    pub(crate) fn meaning(&self, source: &Source, event: &Event) -> Meaning<'t> {
        let Some(name) = event.name.as_deref() else {
            return self
                .types
                .get(self.default_type)
                .map_or(Meaning::Unmapped, Meaning::Type);
        };
        match listed(source, name, event.kind.as_ref()) {
            Some(Some(type_name)) => self.types.get(type_name).map_or(Meaning::Unmapped, Meaning::Type),
            Some(None) => Meaning::Chosen,
            None if event.interface == Interface::Ins => Meaning::Unmapped,
            None => match self.configured(source, name) {
                Some(known) => Meaning::Type(known),
                None => TypeName::new(name).map_or(Meaning::Unmapped, Meaning::Unknown),
            },
        }
    }

    /// Finds the type with this name: the one with exactly this name, otherwise the only one that
    /// differs from it in case alone.
    fn configured(&self, source: &Source, name: &str) -> Option<&'t ConversionType> {
        let alike = || {
            let is_alike = |known: &&ConversionType| known.name.as_str().eq_ignore_ascii_case(name);
            only(self.types.values().filter(is_alike))
        };
        let exact = self.types.get(name);
        exact.or_else(|| alike().filter(|_| !source.exact_types))
    }

    /// Returns the kind of an event: the network's word for it, otherwise what its conversion type
    /// counts as.
    pub(crate) fn kind(&self, source: &Source, event: &Event, meaning: &Meaning<'_>) -> Kind {
        if let Some(kind) = &event.kind {
            return kind.clone();
        }
        let word = event.name.as_deref().and_then(|name| word_kind(source, name));
        let word = word.or_else(|| taken_back_by_status(source, event));
        word.unwrap_or_else(|| match meaning {
            Meaning::Type(known) => match known.counts {
                Counts::Sale => Kind::Sale,
                Counts::Revenue => Kind::Upsell,
                Counts::Reversal => Kind::Refund,
                Counts::Step | Counts::Info => Kind::Other(known.counts.as_str().into()),
            },
            Meaning::Unknown(_) | Meaning::Chosen | Meaning::Unmapped => Kind::Other("unknown".into()),
        })
    }

    /// Returns what the event contributes to a conversion. It is a function of the event and the
    /// configuration alone.
    pub(crate) fn entry(
        &self,
        source: &Source,
        offer: Option<&Offer>,
        event: &Event,
        meaning: &Meaning<'_>,
        kind: &Kind,
    ) -> Option<Entry> {
        let (type_name, counts, known) = match meaning {
            Meaning::Type(known) => (known.name.clone(), known.counts, true),
            Meaning::Unknown(name) => (name.clone(), Counts::Info, false),
            Meaning::Chosen | Meaning::Unmapped => return None,
        };
        let open = source.open_types.contains(&type_name);
        let stand_in = || {
            offer
                .and_then(|offer| offer.payout)
                .filter(|_| counts == Counts::Sale && kind.adds())
        };
        let sum: Option<Money> = if open { None } else { event.sum.or_else(stand_in) };
        Some(Entry {
            event: event.id.clone(),
            at: event.at,
            timed: event.timed,
            received_at: event.timed.then_some(event.received_at),
            uploaded: event.uploaded,
            status: self.status(source, offer, event, counts, kind),
            kind: kind.clone(),
            type_name,
            known,
            status_word: event.status.clone(),
            sum,
            test: event.test,
            receipt: event.receipt.clone(),
            rebill: event.rebill,
            parent: event.parent.clone(),
            event_id: event.event_id.clone(),
            order_id: event.order_id.clone(),
            parameters: event.parameters.clone(),
        })
    }

    fn status(&self, source: &Source, offer: Option<&Offer>, event: &Event, counts: Counts, kind: &Kind) -> Status {
        if counts == Counts::Reversal || kind.subtracts() {
            return source.reversal_status;
        }
        let default = || {
            let own = offer.and_then(|offer| offer.default_status);
            own.unwrap_or(source.default_status)
        };
        let Some(word) = event.status.as_deref() else {
            return default();
        };
        match Said::of(source, word) {
            Said::Status(status) => status,
            Said::Event(kind) if kind.subtracts() => source.reversal_status,
            // The field of the status holds the name of an event, so that no status was given.
            Said::Event(kind) if kind.adds() => default(),
            Said::Event(_) | Said::Unknown => Status::Other,
        }
    }

    /// Returns the reason if an entry's status does not come from the network's word, since the
    /// word means no status.
    pub(crate) fn doubt(&self, source: &Source, entry: &Entry) -> Option<Reason> {
        let word = entry.status_word.as_deref()?;
        if self.counts(&entry.type_name) == Counts::Reversal {
            return None;
        }
        match Said::of(source, word) {
            Said::Event(kind) if !entry.kind.subtracts() || kind == entry.kind => Some(Reason::StatusIsEvent),
            Said::Status(_) => None,
            _ if entry.kind.subtracts() => None,
            Said::Event(_) => Some(Reason::StatusIsEvent),
            Said::Unknown => Some(Reason::UnknownStatus),
        }
    }
}

/// Returns the kind of an event whose status is a word for a reversal, such as ClickBank's `RFND`
/// behind `status={event_type}`. Where orders are followed, it declines its order. Elsewhere it
/// would count as one more sale, and the money that it takes back would stay.
fn taken_back_by_status(source: &Source, event: &Event) -> Option<Kind> {
    let word = event.status.as_deref().filter(|_| !source.follows_ids)?;
    if Status::ALL.iter().any(|own| own.as_str().eq_ignore_ascii_case(word)) {
        return None;
    }
    match Said::of(source, word) {
        Said::Event(kind) if kind.subtracts() => Some(kind),
        _ => None,
    }
}

/// What the network's word in the field of the status means.
enum Said {
    Status(Status),
    /// The word is the name of an event.
    Event(Kind),
    Unknown,
}

impl Said {
    /// Looks a word up: in the source's rows, exactly or in another case; then in its row `*` for
    /// all other words; without such a row among our own four words, in any case. A word for a
    /// reversal never takes the row `*`.
    fn of(source: &Source, word: &str) -> Self {
        let folded = || {
            let mut rows = source.statuses.iter();
            rows.find(|(known, _)| known.eq_ignore_ascii_case(word))
                .map(|(_, status)| status)
        };
        if let Some(status) = source.statuses.get(word).or_else(folded) {
            return Self::Status(*status);
        }
        let others = source.statuses.get("*");
        let own = || Status::ALL.iter().find(|own| own.as_str().eq_ignore_ascii_case(word));
        if others.is_none()
            && let Some(own) = own()
        {
            return Self::Status(*own);
        }
        match (Protocol::event_named(word), others) {
            (Some(kind), _) if kind.subtracts() => Self::Event(kind),
            // An unfilled macro is not a word for which the row `*` could be meant.
            (_, Some(status)) if !is_unfilled_macro(word) => Self::Status(*status),
            (Some(kind), _) => Self::Event(kind),
            (None, _) => Self::Unknown,
        }
    }
}
