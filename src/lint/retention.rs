//! Warnings about rows that are kept too short.

use crate::config::{Place, duration_text};
use crate::conversion_api::Account;
use crate::definition::Retention;
use crate::delivery::RetryPolicy;
use crate::tracker::{Campaign, Tracker};
use alloc::{format, string::String};
use core::time::Duration;

/// How long after a sale it may be taken back: card networks take chargebacks for 120 days after a
/// payment or a promised service, and longer where the dispute goes on.
const REVERSALS: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// How long a dead letter is to wait for a person: over a week-end and some days of leave.
const LETTERS: Duration = Duration::from_secs(7 * 24 * 60 * 60);

pub(super) fn lint(retention: &Retention, place: &Place<'_>, tracker: &Tracker) {
    if let Some(deliveries) = retention.deliveries {
        lost_unseen(deliveries, &place.at("deliveries"));
        uncorrected(deliveries, &place.at("deliveries"), tracker);
    }
    if let Some(private) = retention.private {
        let said = forgotten_too_soon(private, tracker);
        said.into_iter().for_each(|said| place.at("private").problem(said));
    }
    if let Some(clicks) = retention.clicks {
        expires_later(clicks, &place.at("clicks"), tracker);
    }
    let Some(events) = retention.events else { return };
    if let Some(clicks) = retention.clicks.filter(|clicks| *clicks > events) {
        place.at("clicks").problem(format!(
            "a click without a sale would be kept for {}, and one with a sale only for {} after it; make `events` at \
             least as long",
            duration_text(clicks),
            duration_text(events)
        ));
    }
    if events < REVERSALS {
        place.at("events").problem(format!(
            "refunds and chargebacks come up to {} after a sale, and one that comes later than {} finds no sale that \
             it could take back",
            duration_text(REVERSALS),
            duration_text(events)
        ));
    }
}

/// Warns of dead letters that go before a person may have seen them, and of deliveries that go
/// sooner than another one of the same sale may be given up.
fn lost_unseen(deliveries: Duration, place: &Place<'_>) {
    if deliveries >= LETTERS {
        return;
    }
    let sooner = match deliveries < retries() {
        true => {
            ", and those that were delivered go while others of the same sale are still tried again, for about three \
            days"
        }
        false => "",
    };
    place.problem(format!(
        "a delivery that was given up is deleted {} later, perhaps before anybody has seen it{sooner}; keep it for {} \
         at least",
        duration_text(deliveries),
        duration_text(LETTERS)
    ));
}

/// Warns of deliveries that go while their sales may still be taken back: a correction is made of
/// the delivery that told of the sale.
fn uncorrected(deliveries: Duration, place: &Place<'_>, tracker: &Tracker) {
    let mut rules = tracker.campaigns().flat_map(Campaign::postbacks);
    let corrects = rules.any(|rule| {
        let account = rule.account();
        let takes = |account: &Account| matches!(account.interface(), "google" | "google_ads" | "microsoft_offline");
        account.is_some_and(|account| takes(account) && account.is_told_of_refunds())
    });
    if corrects && deliveries < REVERSALS {
        place.problem(format!(
            "an ad platform is told what is left of a sale that is taken back, and refunds and chargebacks come up to {} after a \
             sale; one that comes later than {} after the sale was told is not told",
            duration_text(REVERSALS),
            duration_text(deliveries)
        ));
    }
}

/// How long a delivery is tried again by the usual waits.
fn retries() -> Duration {
    let waits = RetryPolicy::WAITS.iter();
    waits.fold(Duration::ZERO, |all, wait| all.saturating_add(*wait))
}

/// What is doubtful about keeping personal values for so long: they go while ad platforms may still
/// be told of them. An open delivery keeps its own; one that was given up does not, nor does a
/// click whose sale is yet to come. It is for a host that says by other means than `[retention]`
/// how long they are kept.
#[must_use]
pub fn forgotten_too_soon(private: Duration, tracker: &Tracker) -> Option<String> {
    let is_told = tracker
        .campaigns()
        .any(|campaign| campaign.postbacks().any(|rule| rule.account().is_some()));
    (is_told && private < retries()).then(|| {
        format!(
            "ad platforms are told of persons, and a sale that comes later than {} after its click has neither address \
             nor user agent, so that Meta takes no event of a website; what was given up after three days of retries \
             cannot be sent again either; keep them for 4d at least",
            duration_text(private)
        )
    })
}

/// Warns of sources whose sales may still come when the click is gone.
fn expires_later(clicks: Duration, place: &Place<'_>, tracker: &Tracker) {
    let expirations = tracker.tables.sources.values();
    let expirations = expirations.filter_map(|source| Some((source.click_expiration?, &source.id)));
    if let Some((expiration, source)) = expirations.max().filter(|(longest, _)| *longest > clicks) {
        place.problem(format!(
            "`click_expiration` of source `{source}` is {}, and a sale that comes later than {} after its click finds \
             no click",
            duration_text(expiration),
            duration_text(clicks)
        ));
    }
}
