//! Counts and logs. Labels and fields are names and ids of the configuration, outcomes and
//! statuses. They are never a query, a token, a body or a value that a caller chose.

use crate::journal::JournalState;
use crate::numbers::{
    ATTEMPTS, ATTRIBUTED_LATE, CLICKS, CLOCK_PUT_BACK, COMMIT_CALLS, COMMIT_SECONDS, DEAD_LETTER_OLDEST, DEAD_LETTERS,
    DEAD_LETTERS_DELETED, DELIVERIES, DISK_FREE, EVENTS, FORMS_GUESSED, FORMS_STOPPED, INGEST_SECONDS, JOURNAL_BYTES,
    JOURNAL_ROOM, JOURNAL_UNREADABLE, JOURNAL_WAITING, JOURNALLED, LANE_HELD, LANE_OLDEST_DUE, LANE_QUEUED,
    LANES_AILING, POSTBACKS, REDIRECT_SECONDS, REFUSALS, REFUSED_FULL, REFUSED_KEPT, REQUEST_SECONDS, RESIDENT,
    SET_ASIDE, STORE_OPEN, STORE_WELL, STORE_WRITTEN,
};
use crate::seldom::Seldom;
use crate::spell::News;
use metrics::{counter, gauge, histogram};
use postback::decide::Reply;
use postback::delivery::Lane;
use postback::drive::{Attributed, GivenUp, Round, Turn};
use postback::event::Interface;
use postback::plan::{RefusedCount, Ring};
use postback::port::{DeadLetters, LaneQueue, StoreError};
use postback::value::{CampaignId, OfferSourceId, PostbackId};
use postback::{Event, Timestamp};
use std::{collections::BTreeMap, time::Duration};

/// Records how long taking in an event took.
pub(crate) fn ingested(interface: Interface, took: Duration) {
    histogram!(INGEST_SECONDS.name, "interface" => interface.as_str()).record(took);
}

/// Counts an event by its outcome.
pub(crate) fn decided(event: &Event, reply: &Reply) {
    let source = event.source.as_str();
    let interface = event.interface.as_str();
    let reason = reply.reason.map_or("", |reason| reason.as_str());
    let labels = [
        ("source", source.to_owned()),
        ("interface", interface.to_owned()),
        ("outcome", reply.outcome.as_str().to_owned()),
        ("reason", reason.to_owned()),
    ];
    counter!(EVENTS.name, &labels).increment(1);
    tracing::debug!(source, interface, event = %event.id, outcome = reply.outcome.as_str(), reason, "event");
}

/// Counts an event that is durable nowhere, so that its sender has to send it again. While the
/// store is away it is logged seldom; an event whose own rows are in trouble is always named.
pub(crate) fn not_stored(event: &Event, why: &str, passes: bool) {
    let (source, interface) = (event.source.as_str(), event.interface.as_str());
    refused(source, event.interface, 503);
    static TOLD: Seldom = Seldom::new();
    let count = if passes { TOLD.happened() } else { Some(1) };
    if let Some(count) = count {
        tracing::error!(source, interface, event = %event.id, error = why, count, "event was not stored");
    }
}

/// Says that the store takes nothing or takes what comes again, and what became of clicks and
/// postbacks meanwhile.
pub(crate) fn storing(news: News, why: Option<&str>, journalled: u64, refused: u64) {
    match news {
        News::Began => tracing::warn!(
            why,
            "the store takes nothing: postbacks and clicks go to the journal where there is one, notifications are \
             refused and come again"
        ),
        News::Lasts(since) => {
            tracing::warn!(
                why,
                seconds = since.as_secs(),
                journalled,
                refused,
                "the store still takes nothing"
            );
        }
        News::Over(took) => tracing::warn!(
            seconds = took.as_secs(),
            journalled,
            refused,
            "the store takes what comes again"
        ),
    }
}

/// Says that due deliveries cannot be leased, or can again.
pub(crate) fn leasing(news: News, error: Option<&StoreError>) {
    let why = error.map(ToString::to_string);
    match news {
        News::Began => tracing::warn!(
            why,
            "deliveries cannot be leased, so nothing is sent; it is tried again each second"
        ),
        News::Lasts(since) => tracing::warn!(why, seconds = since.as_secs(), "deliveries still cannot be leased"),
        News::Over(took) => tracing::warn!(seconds = took.as_secs(), "deliveries are leased again"),
    }
}

/// Counts a message that was not accepted.
pub(crate) fn refused(source: &str, interface: Interface, status: u16) {
    let labels = [
        ("source", source.to_owned()),
        ("interface", interface.as_str().to_owned()),
        ("status", status.to_string()),
    ];
    counter!(REFUSALS.name, &labels).increment(1);
}

/// Records how many messages the rings of a source keep.
pub(crate) fn refused_kept(source: &str, counts: &[RefusedCount]) {
    for interface in Interface::ALL {
        for ring in Ring::ALL {
            let is_this = |count: &&RefusedCount| count.last.interface == *interface && count.last.ring == *ring;
            let kept = counts.iter().find(is_this).map_or(0, |count| count.kept);
            let labels = [
                ("source", source.to_owned()),
                ("interface", interface.as_str().to_owned()),
                ("ring", ring.as_str().to_owned()),
            ];
            gauge!(REFUSED_KEPT.name, &labels).set(kept as f64);
        }
    }
}

/// Counts and logs full rings, in which each new message replaces the oldest.
pub(crate) fn refused_full(source: &str, full: &[&RefusedCount]) {
    for RefusedCount { kept, last, .. } in full {
        let (interface, ring) = (last.interface.as_str(), last.ring.as_str());
        counter!(REFUSED_FULL.name, "source" => source.to_owned(), "interface" => interface, "ring" => ring)
            .increment(1);
        tracing::error!(
            source,
            interface,
            ring,
            kept,
            "a ring of refused messages is full, and each new one replaces the oldest: mend what is wrong, \
             then POST /api/refused/retry, or dismiss them"
        );
    }
}

/// Counts a caller that failed the check of old notifications too often. The log tells the operator
/// to find out whether somebody guesses or the secret is wrong.
pub(crate) fn forms_stopped(source: &str) {
    counter!(FORMS_STOPPED.name, "source" => source.to_owned()).increment(1);
    tracing::error!(
        source,
        "a caller failed the check of old notifications too often and is refused for a while"
    );
}

/// Counts that a source's old notifications failed the check too often, from all callers together.
pub(crate) fn forms_guessed(source: &str) {
    counter!(FORMS_GUESSED.name, "source" => source.to_owned()).increment(1);
    tracing::error!(
        source,
        "the check of old notifications fails very often: somebody guesses from many addresses, or the secret is wrong"
    );
}

/// Counts and logs a postback that was written to the journal, and why.
pub(crate) fn journalled(source: &str, why: &str) {
    counter!(JOURNALLED.name, "source" => source.to_owned()).increment(1);
    static TOLD: Seldom = Seldom::new();
    if let Some(count) = TOLD.happened() {
        tracing::warn!(source, count, why, "postback was journalled");
    }
}

/// What is measured of the store and of the journal.
pub(crate) struct Measured {
    pub(crate) is_open: bool,
    /// Whether it is open, and in the file that is under its path.
    pub(crate) is_well: bool,
    pub(crate) since_written: Option<Duration>,
    pub(crate) store_free: Option<u64>,
    pub(crate) journal: Option<JournalState>,
    pub(crate) journal_free: Option<u64>,
}

/// Records how the store and the journal are.
pub(crate) fn looked(measured: &Measured) {
    gauge!(STORE_OPEN.name).set(f64::from(u8::from(measured.is_open)));
    gauge!(STORE_WELL.name).set(f64::from(u8::from(measured.is_well)));
    if let Some(since) = measured.since_written {
        gauge!(STORE_WRITTEN.name).set(since.as_secs_f64());
    }
    for (file, free) in [("store", measured.store_free), ("journal", measured.journal_free)] {
        if let Some(free) = free {
            gauge!(DISK_FREE.name, "file" => file).set(free as f64);
        }
    }
    if let Some(journal) = measured.journal {
        gauge!(JOURNAL_WAITING.name).set(journal.waiting as f64);
        gauge!(JOURNAL_BYTES.name).set(journal.bytes as f64);
        gauge!(JOURNAL_ROOM.name).set(journal.room as f64);
        gauge!(JOURNAL_UNREADABLE.name).set(journal.unreadable as f64);
    }
}

/// Says that the store is not open, and what that means.
pub(crate) fn not_open(why: &str, since: Duration, waiting: u64) {
    tracing::warn!(
        why,
        seconds = since.as_secs(),
        waiting,
        "the store is not open: postbacks and clicks are kept in the journal, notifications are refused; it is tried \
         again every few seconds"
    );
}

/// Says that the store was opened after all.
pub(crate) fn open(since: Duration, waiting: u64) {
    tracing::info!(
        seconds = since.as_secs(),
        waiting,
        "the store is open; what waits in the journal is taken in"
    );
}

/// Says how far the journal is taken in.
pub(crate) fn replaying(taken: u64, left: u64) {
    gauge!(JOURNAL_WAITING.name).set(left as f64);
    tracing::info!(taken, left, "the journal is being taken in");
}

/// Says that the disk of the store has too little room for what waits in the journal.
pub(crate) fn no_room(free: u64, needed: u64, waiting: u64) {
    static TOLD: Seldom = Seldom::every(Duration::from_secs(60));
    if TOLD.happened().is_some() {
        tracing::warn!(
            free,
            needed,
            waiting,
            "the disk of the store has too little room, so what waits in the journal is not taken in: make room"
        );
    }
}

/// Says how far the work on a selection of deliveries is. Each call does a part of it.
pub(crate) fn bulk(work: &'static str, done: u64, remaining: u64) {
    tracing::info!(
        work,
        done,
        remaining,
        "a part of a selection of deliveries was worked on"
    );
}

/// Records how many events are set aside, by source.
pub(crate) fn set_aside(held: &BTreeMap<OfferSourceId, u64>) {
    for (source, count) in held {
        gauge!(SET_ASIDE.name, "source" => source.as_str().to_owned()).set(*count as f64);
    }
}

/// Names a click that waits in the journal, and why.
pub(crate) fn click_journalled(campaign: &str, why: &str) {
    static TOLD: Seldom = Seldom::new();
    if let Some(count) = TOLD.happened() {
        tracing::warn!(campaign, count, why, "click was journalled");
    }
}

/// Counts a click by its outcome: `recorded`, `journalled`, `unknown_campaign`, `not_routed`,
/// `not_stored`. The campaign is absent where it is not a known one, since any other is the
/// caller's own word.
pub(crate) fn clicked(campaign: Option<&CampaignId>, outcome: &'static str, took: Duration) {
    let campaign = campaign.map_or("", CampaignId::as_str).to_owned();
    if !campaign.is_empty() {
        histogram!(REDIRECT_SECONDS.name).record(took);
    }
    counter!(CLICKS.name, "campaign" => campaign, "outcome" => outcome).increment(1);
}

/// Records a transaction of the store: how many calls shared it, and how long it took to become
/// durable. A host hands this to its store, as in `SqliteOptions::with_observer`.
pub fn record_transaction(calls: usize, took: Duration) {
    histogram!(COMMIT_SECONDS.name).record(took);
    histogram!(COMMIT_CALLS.name).record(calls as f64);
}

/// The counts of a round, each with its name.
fn outcomes(round: &Round) -> [(&'static str, u64); 7] {
    [
        ("delivered", round.delivered),
        ("accepted", round.accepted),
        ("retried", round.retried),
        ("held", round.held),
        ("dead", round.dead),
        ("lease_lost", round.lost),
        ("unreadable", round.unreadable.into()),
    ]
}

/// Records a request: how long it took, and of a delivery that has ended how often it was sent.
pub(crate) fn requested(round: &Round, answer: &'static str, took: Duration, attempts: u32) {
    histogram!(REQUEST_SECONDS.name, "answer" => answer).record(took);
    for (outcome, count) in [("delivered", round.delivered), ("dead", round.dead)] {
        if count > 0 {
            histogram!(ATTEMPTS.name, "outcome" => outcome).record(attempts);
        }
    }
}

/// Counts what an attempt of a campaign's postback came to.
pub(crate) fn told(campaign: &CampaignId, postback: &PostbackId, round: &Round) {
    for (outcome, count) in outcomes(round) {
        if count > 0 {
            let labels = [
                ("campaign", campaign.as_str().to_owned()),
                ("postback", postback.as_str().to_owned()),
                ("outcome", outcome.to_owned()),
            ];
            counter!(POSTBACKS.name, &labels).increment(count);
        }
    }
}

/// Records what waits in a lane.
pub(crate) fn queued(queue: &LaneQueue, now: Timestamp) {
    let lane = queue.lane.to_string();
    let late = now.saturating_since(queue.ready_at);
    gauge!(LANE_QUEUED.name, "lane" => lane.clone()).set(queue.queued as f64);
    gauge!(LANE_OLDEST_DUE.name, "lane" => lane).set(late.as_secs_f64());
}

/// Records that nothing waits in a lane any more.
pub(crate) fn emptied(lane: &Lane) {
    gauge!(LANE_QUEUED.name, "lane" => lane.to_string()).set(0.0);
    gauge!(LANE_OLDEST_DUE.name, "lane" => lane.to_string()).set(0.0);
}

/// Records whether a lane is held.
pub(crate) fn held(lane: &Lane, is_held: bool) {
    gauge!(LANE_HELD.name, "lane" => lane.to_string()).set(f64::from(u8::from(is_held)));
}

/// Records how much memory the process holds.
pub(crate) fn resident(bytes: u64) {
    gauge!(RESIDENT.name).set(bytes as f64);
}

/// Counts deliveries by their outcome, and logs problems.
pub(crate) fn delivered(round: &Round) {
    for (outcome, count) in outcomes(round) {
        if count > 0 {
            counter!(DELIVERIES.name, "outcome" => outcome).increment(count);
        }
    }
    if round.unreadable > 0 {
        tracing::error!(
            unreadable = round.unreadable,
            "deliveries of a newer version cannot be read"
        );
    }
    for hold in round.holds.iter().filter(|_| round.held > 0) {
        tracing::error!(lane = %hold.lane, until = %hold.until, why = hold.why, "a lane is on hold: nothing is sent there");
    }
    let Round {
        delivered,
        accepted,
        retried,
        dead,
        lost,
        ..
    } = *round;
    if [delivered, accepted, retried, dead, lost]
        .into_iter()
        .any(|count| count > 0)
    {
        tracing::debug!(delivered, accepted, retried, dead, lost, "deliveries");
    }
}

/// Names a delivery that was given up. What was found has the beginning of the receiver's answer,
/// without what was filled into the request.
pub(crate) fn given_up(letter: &GivenUp) {
    let (campaign, postback) = letter.cause.rule().unzip();
    tracing::warn!(
        delivery = %letter.delivery,
        kind = letter.cause.kind(),
        campaign = campaign.map(AsRef::<str>::as_ref),
        postback = postback.map(AsRef::<str>::as_ref),
        lane = %letter.lane,
        finding = letter.finding,
        "a delivery was given up: mend what is wrong, then retry or resend it"
    );
}

/// Says how many more deliveries of a lane were given up than were named.
pub(crate) fn more_given_up(lane: &Lane, more: u64) {
    tracing::warn!(%lane, more, "more deliveries of a lane were given up; GET /api/deliveries?state=dead has them all");
}

/// Measures what was given up.
pub(crate) fn dead_letters(dead: &DeadLetters, now: Timestamp) {
    gauge!(DEAD_LETTERS.name).set(dead.count as f64);
    let age = dead.oldest.map(|oldest| now.saturating_since(oldest));
    gauge!(DEAD_LETTER_OLDEST.name).set(age.unwrap_or_default().as_secs() as f64);
}

/// Counts that the clock was put back, and says what that means.
pub(crate) fn clock_put_back(by: Duration) {
    counter!(CLOCK_PUT_BACK.name).increment(1);
    tracing::warn!(
        seconds = by.as_secs(),
        "the clock was put back; deliveries that were decided while it was ahead wait until it is that late again: \
         GET /api/deliveries?state=queued shows them"
    );
}

/// Counts dead letters that became too old, and says that nobody dealt with them.
pub(crate) fn letters_deleted(letters: u64) {
    counter!(DEAD_LETTERS_DELETED.name).increment(letters);
    if letters > 0 {
        tracing::warn!(
            letters,
            "dead letters became too old and were deleted, although nobody had retried, resent or cancelled them; \
             `[retention] deliveries` says how long they are kept"
        );
    }
}

/// Logs that a receiver stopped answering or answers again, and records how many do not answer.
pub(crate) fn turned(lane: &Lane, turn: Turn, ailing: usize) {
    gauge!(LANES_AILING.name).set(ailing as f64);
    match turn {
        Turn::Ailing => tracing::warn!(%lane, "a receiver does not answer; it is tried by one request at a time"),
        Turn::Well => tracing::info!(%lane, "a receiver answers again"),
    }
}

/// Counts and logs events that were attributed late.
pub(crate) fn attributed_late(done: &Attributed) {
    counter!(ATTRIBUTED_LATE.name).increment(done.resolved);
    tracing::info!(seen = done.seen, resolved = done.resolved, "events were attributed");
}
