//! The numbers that the service keeps, and what each means: what `/metrics` says of them, and
//! `docs/reference/metrics.md`.

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// A number that is kept.
pub(crate) struct Number {
    pub(crate) name: &'static str,
    kind: Kind,
    /// What it means, with its labels in backticks.
    means: &'static str,
}

enum Kind {
    Counter,
    /// It may also fall.
    Gauge,
    Histogram,
}

const fn counter(name: &'static str, means: &'static str) -> Number {
    Number {
        name,
        kind: Kind::Counter,
        means,
    }
}

const fn gauge(name: &'static str, means: &'static str) -> Number {
    Number {
        name,
        kind: Kind::Gauge,
        means,
    }
}

const fn histogram(name: &'static str, means: &'static str) -> Number {
    Number {
        name,
        kind: Kind::Histogram,
        means,
    }
}

pub(crate) const EVENTS: Number = counter(
    "postback_events_total",
    "Events that were taken in, by `source`, `interface`, `outcome` and `reason`.",
);
pub(crate) const REFUSALS: Number = counter(
    "postback_refusals_total",
    "Messages that were not accepted, by `source`, `interface` and `status`; 503 where they are durable nowhere.",
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
    "Postbacks that were journalled, by `source`; they are no refusals. Clicks are counted in `postback_clicks_total` \
     alone.",
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
    "Clicks, by `campaign` (empty for one that is not known) and `outcome`: `recorded`, `journalled`, \
     `unknown_campaign`, `not_routed` or `not_stored`.",
);
pub(crate) const DELIVERIES: Number = counter(
    "postback_deliveries_total",
    "Deliveries, by `outcome`: `delivered`, `accepted`, `retried`, `held`, `dead`, `lease_lost` or `unreadable`.",
);
pub(crate) const CLOCK_PUT_BACK: Number = counter(
    "postback_clock_put_back_total",
    "How often the clock was put back by a minute or more. What was decided while it was ahead is sent late: alert on \
     it.",
);
pub(crate) const DEAD_LETTERS: Number = gauge(
    "postback_dead_letters",
    "Deliveries that were given up and wait for a person.",
);
pub(crate) const DEAD_LETTERS_DELETED: Number = counter(
    "postback_dead_letters_deleted_total",
    "Deliveries that were given up and became too old before a person dealt with them, so that they were deleted. \
     Alert on it.",
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
pub(crate) const INGEST_SECONDS: Number = histogram(
    "postback_ingest_seconds",
    "How long it took to take in an event, in the store or in the journal, or to refuse it, in seconds, by `interface`.",
);
pub(crate) const REDIRECT_SECONDS: Number = histogram(
    "postback_redirect_seconds",
    "How long a click of a campaign took until it was durable and its visitor could be sent on, in seconds.",
);
pub(crate) const COMMIT_SECONDS: Number = histogram(
    "postback_commit_seconds",
    "How long a transaction of the store took to become durable, in seconds.",
);
pub(crate) const COMMIT_CALLS: Number = histogram(
    "postback_commit_calls",
    "How many calls shared a transaction of the store, and so its wait for the disk.",
);
pub(crate) const REQUEST_SECONDS: Number = histogram(
    "postback_delivery_request_seconds",
    "How long a request to a receiver took, in seconds, by `answer`: `answered`, `unanswered` (or an answer that the \
     receiver cannot do its work now) or `unsent`.",
);
pub(crate) const ATTEMPTS: Number = histogram(
    "postback_delivery_attempts",
    "How often a delivery was sent until it had its `outcome`: `delivered` or `dead`.",
);
pub(crate) const POSTBACKS: Number = counter(
    "postback_postbacks_total",
    "Attempts of postbacks, by `campaign`, `postback` and `outcome`: `delivered`, `accepted`, `retried`, `held`, `dead` \
     or `lease_lost`.",
);
pub(crate) const NOT_WRITTEN: Number = counter(
    "postback_not_written_total",
    "Postbacks and events of conversion APIs whose conditions held and which could not be written, by `campaign`, \
     `postback` and `reason` (`no_user_agent`, `too_little_user_data`, `no_amount`, `too_old` .. or `template`). Nothing is \
     queued of them.",
);
pub(crate) const LANE_QUEUED: Number = gauge(
    "postback_lane_queued",
    "Deliveries that wait to be sent or checked, or are being sent, by `lane`; measured each minute. From 10,000 on there \
     may be more: a store may stop counting there.",
);
pub(crate) const LANE_OLDEST_DUE: Number = gauge(
    "postback_lane_oldest_due_seconds",
    "For how long the first of them has been due, by `lane`; 0 while none is late. Measured each minute.",
);
pub(crate) const LANE_HELD: Number = gauge(
    "postback_lane_held",
    "Whether nothing is sent in a `lane`, because a secret is missing or its settings are wrong: 1, or 0 once it is not \
     held any more. Alert on it.",
);
pub(crate) const TOKEN_RENEWALS: Number = counter(
    "postback_token_renewals_total",
    "Renewals of OAuth access tokens, by `credential` and `outcome`: `renewed`, `failed` or `refused`.",
);
pub(crate) const TOKEN_REFUSED: Number = gauge(
    "postback_token_refused",
    "Whether the OAuth credential of a name (`credential`) is refused until a person authorises again: 1, or 0 once a \
     token came. Alert on it.",
);
pub(crate) const TOKEN_EXPIRES: Number = gauge(
    "postback_token_expires_seconds",
    "In how long the OAuth access token of a name (`credential`) expires; 0 without one. Measured each minute. A token \
     that nothing is sent with expires and is renewed when it is needed, so alert on `postback_token_refused`.",
);
pub(crate) const RESIDENT: Number = gauge(
    "postback_process_resident_bytes",
    "The memory that the process holds, where the system says so (Linux); measured each minute.",
);

const ALL: [Number; 39] = [
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
    CLOCK_PUT_BACK,
    DEAD_LETTERS_DELETED,
    DEAD_LETTER_OLDEST,
    LANES_AILING,
    ATTRIBUTED_LATE,
    INGEST_SECONDS,
    REDIRECT_SECONDS,
    COMMIT_SECONDS,
    COMMIT_CALLS,
    REQUEST_SECONDS,
    ATTEMPTS,
    POSTBACKS,
    NOT_WRITTEN,
    LANE_QUEUED,
    LANE_OLDEST_DUE,
    LANE_HELD,
    TOKEN_RENEWALS,
    TOKEN_REFUSED,
    TOKEN_EXPIRES,
    RESIDENT,
];

/// Tells whatever recorder the host has installed what the numbers mean.
pub(crate) fn describe() {
    for number in ALL {
        match number.kind {
            Kind::Counter => describe_counter!(number.name, number.means),
            Kind::Gauge => describe_gauge!(number.name, number.means),
            Kind::Histogram => describe_histogram!(number.name, number.means),
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
