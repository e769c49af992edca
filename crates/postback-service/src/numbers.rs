//! The numbers that the service keeps, and what each means: what `/metrics` says of them, and
//! `docs/reference/metrics.md`.

use metrics::{describe_counter, describe_gauge};

/// A number that is kept.
pub(crate) struct Number {
    pub(crate) name: &'static str,
    /// Whether it may also fall.
    is_gauge: bool,
    /// What it means, with its labels in backticks.
    means: &'static str,
}

const fn counter(name: &'static str, means: &'static str) -> Number {
    Number {
        name,
        is_gauge: false,
        means,
    }
}

const fn gauge(name: &'static str, means: &'static str) -> Number {
    Number {
        name,
        is_gauge: true,
        means,
    }
}

pub(crate) const EVENTS: Number = counter(
    "postback_events_total",
    "Events that were taken in, by `source`, `interface`, `outcome` and `reason`.",
);
pub(crate) const REFUSALS: Number = counter(
    "postback_refusals_total",
    "Messages that were not accepted, by `source`, `interface` and `status`.",
);
pub(crate) const REFUSED_KEPT: Number = gauge(
    "postback_refused_kept",
    "Refused messages that are kept, by `source`, `interface` and `ring`.",
);
pub(crate) const REFUSED_FULL: Number = counter(
    "postback_refused_full_total",
    "How often a full ring of refused messages was reported, by `source`, `interface` and `ring`. Alert on it.",
);
pub(crate) const FORMS_STOPPED: Number = counter(
    "postback_form_callers_stopped_total",
    "Callers that are refused without a check for a while, because they failed the check of old notifications too often, \
     by `source`. Alert on it.",
);
pub(crate) const FORMS_GUESSED: Number = counter(
    "postback_form_guesses_alarms_total",
    "How often the check of a source's old notifications failed too often, from all callers together, by `source`. \
     Alert on it, since it stops nobody by itself.",
);
pub(crate) const JOURNALLED: Number = counter(
    "postback_journalled_total",
    "Postbacks that were journalled, by `source`.",
);
pub(crate) const SET_ASIDE: Number = gauge(
    "postback_journal_set_aside",
    "Acknowledged events that are set aside at present because their sources are not configured, by `source`.",
);
pub(crate) const JOURNAL_WAITING: Number = gauge(
    "postback_journal_waiting",
    "Events and clicks that wait in the journal. While it is taken in, this falls.",
);
pub(crate) const JOURNAL_BYTES: Number = gauge(
    "postback_journal_bytes",
    "Bytes of the journal that are in use. Beyond what its disk has for it, what the store does not take is refused.",
);
pub(crate) const JOURNAL_ROOM: Number = gauge(
    "postback_journal_room_bytes",
    "Bytes that the journal has on its disk, in use or not. It grows while the disk has room.",
);
pub(crate) const JOURNAL_UNREADABLE: Number = gauge(
    "postback_journal_unreadable",
    "Lines of the journal that cannot be read and wait for a person. Alert on it.",
);
pub(crate) const STORE_OPEN: Number = gauge(
    "postback_store_open",
    "1 while the store is open; 0 while it could not be opened yet and everything waits in the journal. Alert on 0.",
);
pub(crate) const STORE_WELL: Number = gauge(
    "postback_store_in_place",
    "1 while the store is open and the file under its path is the open one, else 0. Alert on 0.",
);
pub(crate) const STORE_WRITTEN: Number = gauge(
    "postback_store_last_write_seconds",
    "How long ago the store last took something; absent until it does. It grows while nothing comes in, too.",
);
pub(crate) const DISK_FREE: Number = gauge(
    "postback_disk_free_bytes",
    "Bytes that the disk of the store and that of the journal have left, by `file`: `store` or `journal`. Alert on it.",
);
pub(crate) const CLICKS: Number = counter(
    "postback_clicks_total",
    "Clicks, by `outcome`: `recorded`, `journalled`, `unknown_campaign`, `not_routed` or `not_stored`.",
);
pub(crate) const DELIVERIES: Number = counter(
    "postback_deliveries_total",
    "Deliveries, by `outcome`: `delivered`, `accepted`, `retried`, `held`, `dead`, `lease_lost` or `unreadable`.",
);
pub(crate) const DEAD_LETTERS: Number = gauge(
    "postback_dead_letters",
    "Deliveries that were given up and wait for a person.",
);
pub(crate) const DEAD_LETTER_OLDEST: Number = gauge(
    "postback_dead_letter_oldest_seconds",
    "How long ago the first delivery that was given up was decided; 0 while there are none.",
);
pub(crate) const LANES_AILING: Number = gauge(
    "postback_lanes_ailing",
    "Receivers that do not answer. They get one request at a time.",
);
pub(crate) const ATTRIBUTED_LATE: Number = counter(
    "postback_attributed_late_total",
    "Events that waited for their click and were attributed later.",
);
pub(crate) const INGEST_MICROSECONDS: Number = counter(
    "postback_ingest_microseconds_total",
    "The total time of taking in events, in microseconds, by `interface`. Divide it by `postback_ingests_total`.",
);
pub(crate) const INGESTS: Number = counter(
    "postback_ingests_total",
    "How many events were taken in, whatever the outcome, by `interface`.",
);

const ALL: [Number; 24] = [
    EVENTS,
    REFUSALS,
    REFUSED_KEPT,
    REFUSED_FULL,
    FORMS_STOPPED,
    FORMS_GUESSED,
    JOURNALLED,
    SET_ASIDE,
    JOURNAL_WAITING,
    JOURNAL_BYTES,
    JOURNAL_ROOM,
    JOURNAL_UNREADABLE,
    STORE_OPEN,
    STORE_WELL,
    STORE_WRITTEN,
    DISK_FREE,
    CLICKS,
    DELIVERIES,
    DEAD_LETTERS,
    DEAD_LETTER_OLDEST,
    LANES_AILING,
    ATTRIBUTED_LATE,
    INGEST_MICROSECONDS,
    INGESTS,
];

/// Tells whatever recorder the host has installed what the numbers mean.
pub(crate) fn describe() {
    for number in ALL {
        match number.is_gauge {
            true => describe_gauge!(number.name, number.means),
            false => describe_counter!(number.name, number.means),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_is_described_once() {
        let names: BTreeSet<&str> = ALL.iter().map(|number| number.name).collect();
        let written = include_str!("numbers.rs").matches(concat!(": Number", " = ")).count();
        assert_eq!((names.len(), ALL.len()), (ALL.len(), written));
    }
}
