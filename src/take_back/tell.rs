//! Makes the deliveries by which an account is told what is left of a sale.

use super::book::{Book, Case, Left, TakenBack};
use super::history::{History, Step};
use super::restate::{NotRestated, restated};
use super::table::{Takes, correction};
use crate::adjustment::{self, NotAdjusted};
use crate::delivery::{Cause, Delivery, Lane, Progress, Replaced};
use crate::event::Event;
use crate::fire::{Change, Scopes, Seconds, cause};
use crate::model::Conversion;
use crate::outbound::Outbound;
use crate::plan::{Correction, CorrectionTrace};
use crate::value::{Amount, DeliveryId, EventId, Money, Pii, Timestamp};
use alloc::{
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
};

/// Why a sale is withdrawn, for a person.
const TAKEN_BACK: &str = "its sale was taken back before it was sent";
/// Why a sale is not tried again, for a person.
const STOPPED: &str = "its sale was taken back; an attempt before may have arrived";
/// Why another value of a sale is withdrawn where nothing is corrected.
const LOWERED: &str = "money of its sale was taken back before it was sent";
/// Why a correction is withdrawn.
const SUPERSEDED: &str = "another one tells what is left of the sale now";

/// What is told of one sale by one rule.
pub(super) struct Telling<'s, 'a> {
    pub(super) book: &'s Book<'a>,
    pub(super) case: &'s Case<'a>,
    pub(super) history: &'s History<'s>,
    /// The value that is left.
    pub(super) value: Money,
}

impl Telling<'_, '_> {
    /// Does what the table says, and traces what was done.
    pub(super) fn tell(&self, what: Correction, left: &Left, found: &mut TakenBack) {
        let done = match what {
            Correction::Cancelled => {
                self.withdraw_unsent(None, TAKEN_BACK, found);
                Ok(None)
            }
            Correction::Stopped => {
                for Step { delivery, progress } in self.history.queued() {
                    found.withdraw((delivery, progress), self.book.now, STOPPED);
                }
                Ok(None)
            }
            // What was told stays, and no value that is wrong now follows.
            Correction::Unsupported => {
                for Step { delivery, progress } in self.history.unsent_but(self.value) {
                    found.withdraw((delivery, progress), self.book.now, LOWERED);
                }
                Ok(None)
            }
            // The rule does not ask for it any more.
            Correction::SentWithRest if !self.book.matches(self.case, left) => {
                self.withdraw_unsent(None, TAKEN_BACK, found);
                Err(Correction::Cancelled)
            }
            Correction::SentWithRest | Correction::SentAgain => match self.whole(left) {
                Some(delivery) => {
                    self.withdraw_unsent(None, SUPERSEDED, found);
                    Ok(Some(delivery))
                }
                // Its message is not at hand, so the sale goes out as it is and is corrected then.
                None => self.corrected(),
            },
            what if what.is_told() && !self.is_told_already() => self.corrected(),
            what if what.is_told() => {
                let sale = self.history.sale().map(|step| &step.delivery.id);
                self.withdraw_unsent(sale, SUPERSEDED, found);
                Err(Correction::CorrectionWithdrawn)
            }
            what => Err(what),
        };
        let mut trace = CorrectionTrace::new(self.case.rule.id.clone(), self.case.sale.id.clone(), what);
        trace.value = Some(self.value);
        match done {
            Err(why) => trace.what = why,
            Ok(None) => {}
            Ok(Some(delivery)) => {
                if let Some(sale) = delivery.cause.corrects() {
                    trace.what = correction(self.takes(), Progress::Delivered, self.value.amount > Amount::ZERO);
                    self.withdraw_unsent(Some(sale), SUPERSEDED, found);
                }
                trace.delivery = Some(delivery.id.clone());
                found.outbox.push(delivery);
            }
        }
        found.traces.push(trace);
    }

    /// Whether the account has the value that is left, when the corrections that still wait are
    /// withdrawn.
    fn is_told_already(&self) -> bool {
        let sale = self.history.sale();
        sale.is_some_and(|step| self.history.value_without_unsent(&step.delivery.id) == Some(self.value))
    }

    /// What the interface takes by which the sale was told.
    fn takes(&self) -> Takes {
        let sale = self.history.sale();
        sale.map_or(Takes::Nothing, |step| Takes::of_cause(&step.delivery.cause))
    }

    /// Withdraws what has not left, but for the delivery that is corrected.
    fn withdraw_unsent(&self, kept: Option<&DeliveryId>, why: &str, found: &mut TakenBack) {
        for Step { delivery, progress } in self.history.unsent(kept) {
            found.withdraw((delivery, progress), self.book.now, why);
        }
    }

    /// The id of what is told because of the event.
    fn id(&self) -> DeliveryId {
        let (book, case) = (self.book, self.case);
        let value = self.value.to_string();
        DeliveryId::of_bytes(
            Some(book.click.at.unix_seconds()),
            &[
                case.rule.key.as_bytes(),
                case.sale.id.as_bytes(),
                b"left",
                book.event.id.as_bytes(),
                value.as_bytes(),
            ],
        )
    }

    /// The sale with the value that is left, where nothing of it has left; none if the message that
    /// names the person is not at hand, or it cannot be written.
    fn whole(&self, left: &Left) -> Option<Delivery> {
        let (book, case) = (self.book, self.case);
        let Left::Value(_, part) = left else { return None };
        let conversion: &Conversion = part.as_ref().unwrap_or(case.sale);
        let message = self.message(&conversion.shown.event)?;
        let id = self.id();
        let mut scopes = Scopes::new(book.decision, case.campaign, case.channel, book.click, conversion);
        let payout = scopes.payout(case.rule);
        let mut scope = *scopes.of(case.rule, payout);
        scope.delivery = Some(&id);
        let change = Change {
            now: book.now,
            event: message,
            click: book.click,
            before: None,
            after: conversion,
            valued: false,
        };
        let mut seconds = Seconds::of(book.tallies.iter().copied());
        let request = seconds.request(book.decision, &change, case.rule, &scope).ok()?;
        let cause = cause(case.rule, case.campaign, &change, request.value);
        let mut delivery = Delivery::new(id.clone(), cause, case.rule.lane.clone(), book.now, request.outbound);
        delivery.retry = case.rule.retry.clone();
        delivery.private = request.private;
        delivery.check = request.check;
        delivery.not_before = request.not_before;
        delivery.not_after = request.not_after;
        delivery.replaces = self.history.sale().map(|step| {
            let known = step.delivery.replaces.as_ref().map_or(1, |known| known.revision);
            Box::new(Replaced {
                delivery: step.delivery.id.clone(),
                revision: known.saturating_add(1),
            })
        });
        Some(delivery)
    }

    /// The message that told of the sale.
    fn message(&self, id: &EventId) -> Option<&Event> {
        let row = self.book.rows.iter().find(|row| row.event.id == *id);
        row.map(|row| &*row.event)
    }

    /// The correction of what the account was told, or will be told before.
    fn corrected(&self) -> Result<Option<Delivery>, Correction> {
        let sale = self.history.sale().ok_or(Correction::SaleUnknown)?;
        let told = sale.delivery;
        let Cause::ConversionApi {
            platform,
            account,
            conversion,
            click,
            campaign,
            postback,
            answers,
            ..
        } = &told.cause
        else {
            return Err(Correction::Unreadable);
        };
        if self.takes() == Takes::Nothing {
            return Err(Correction::Unsupported);
        }
        let made = match self.takes() {
            Takes::All => self.adjusted(told)?,
            _ => self.restated(told)?,
        };
        let cause = Cause::ConversionApi {
            platform: platform.clone(),
            account: account.clone(),
            conversion: conversion.clone(),
            click: click.clone(),
            event: self.book.event.id.clone(),
            campaign: campaign.clone(),
            postback: postback.clone(),
            answers: answers.clone(),
            value: Some(self.value),
            corrects: Some(told.id.clone()),
        };
        let mut delivery = Delivery::new(self.id(), cause, made.lane, self.book.now, made.outbound);
        delivery.retry = told.retry.clone();
        delivery.check = made.check;
        delivery.private = made.private;
        delivery.not_before = made.not_before;
        delivery.not_after = made.not_after;
        delivery.after = [told.id.clone()].into();
        delivery.after.extend(self.history.under_way(&told.id));
        Ok(Some(delivery))
    }

    /// The same event with the value that is left.
    fn restated(&self, told: &Delivery) -> Result<Made, Correction> {
        let mut outbound = told.outbound.clone();
        let item = outbound.item.as_mut().ok_or(Correction::Unreadable)?;
        item.text = restated(&item.text, &told.private, self.value).map_err(|why| match why {
            NotRestated::Unreadable => Correction::Unreadable,
            NotRestated::NoIdentifier => Correction::NoIdentifier,
        })?;
        Ok(Made {
            lane: told.lane.clone(),
            outbound,
            check: told.check.clone(),
            private: told.private.clone(),
            not_before: None,
            not_after: None,
        })
    }

    /// Whether the rule still tells the account that was told of the sale, by its id and by its
    /// number at the platform.
    fn is_same_account(&self, told: &Delivery) -> bool {
        let now = &self.case.event.account;
        let is_named =
            |cause: &Cause| matches!(cause, Cause::ConversionApi { account, .. } if **account == *now.id().as_str());
        is_named(&told.cause) && now.is_told_by(&told.outbound)
    }

    /// An adjustment of the event, where the interface has such a message.
    fn adjusted(&self, told: &Delivery) -> Result<Made, Correction> {
        let sale = adjustment::Sale {
            item: told.outbound.item.as_ref().ok_or(Correction::Unreadable)?,
            private: &told.private,
            adjusted_at: self.history.corrected_at(),
        };
        // No platform takes a value for what was retracted.
        if self.history.is_retracted() {
            return Err(Correction::AlreadyRetracted);
        }
        // The adjustment is sent by the account as it is now, which may be another advertiser's.
        if !self.is_same_account(told) {
            return Err(Correction::AccountChanged);
        }
        let change = match self.value.amount > Amount::ZERO {
            true => adjustment::Change::Restate(self.value),
            false => adjustment::Change::Retract,
        };
        let (account, at) = (&self.case.event.account, self.book.event.at);
        let made = adjustment::write(account, &sale, change, at, self.book.now).map_err(|why| match why {
            NotAdjusted::Unsupported(_) => Correction::Unsupported,
            NotAdjusted::Expired => Correction::NoIdentifier,
            NotAdjusted::TooOld { .. } => Correction::TooOld,
            _ => Correction::Unreadable,
        })?;
        Ok(Made {
            lane: self.case.rule.lane.clone(),
            outbound: made.outbound,
            check: None,
            private: made.private,
            not_before: made.not_before,
            not_after: made.not_after,
        })
    }
}

/// The request of a correction, and what goes with it.
struct Made {
    lane: Lane,
    outbound: Outbound,
    check: Option<Box<Outbound>>,
    private: BTreeMap<String, Pii>,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
}
