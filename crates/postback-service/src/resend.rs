//! Writes a postback again under the present configuration, to be sent in place of an earlier
//! delivery.

use crate::shared::Shared;
use crate::timely;
use postback::Decision;
use postback::delivery::{Delivery, DeliveryRow, DeliveryState};
use postback::drive::MAX_CONFLICTS;
use postback::plan::{Commit, Committed, FactQuery, Guard, GuardKey, Write};
use postback::port::{BoxFuture, ConversionFilter, DeliveryFilter, PageRequest, StoreError};
use postback::rewrite::{NotRewritten, Retold, Rewritten};
use postback::value::{ClickId, DeliveryId};
use std::time::Duration;
use thiserror::Error;

/// The largest number of deliveries of one conversion, and of conversions of one click, that are
/// read.
const MAX_ROWS: u32 = 1_000;

/// A postback that was written again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Resent {
    /// The id of the new delivery.
    pub delivery: DeliveryId,
    /// The number of the request's revision. The request that was decided first has number 1.
    pub revision: u32,
    /// The id of the delivery that it replaces.
    pub replaces: DeliveryId,
    /// Whether an earlier call made it, and this call repeats that one.
    pub repeated: bool,
}

/// Why a delivery is not sent again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResendError {
    /// No delivery has this id.
    #[error("delivery `{0}` is not known")]
    Unknown(DeliveryId),
    /// The delivery is still to be sent or checked.
    #[error("delivery `{0}` is {state}; it is resent when it is dead or delivered", state = .1.as_str())]
    Open(DeliveryId, DeliveryState),
    /// The delivery was resent before, and the request would be different now.
    #[error("delivery `{0}` was resent as `{1}` under another configuration; resend `{1}`")]
    Replaced(DeliveryId, DeliveryId),
    /// The conversion, the click or the event that it reports is no longer stored.
    #[error("delivery `{0}` cannot be written again: its {1} is no longer stored")]
    Gone(DeliveryId, &'static str),
    /// The postback cannot be written under the present configuration.
    #[error("delivery `{0}` cannot be written again: {1}")]
    NotRewritten(DeliveryId, NotRewritten),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time, or the click changed too often meanwhile.
    #[error("the store is not available, try again")]
    Unavailable,
}

pub(crate) async fn one(
    shared: &Shared,
    id: &DeliveryId,
    anyway: bool,
    patience: Duration,
) -> Result<Resent, ResendError> {
    let filter = DeliveryFilter::of_id(id.clone());
    let inspect = &shared.stores.inspect;
    let known = within(patience, inspect.deliveries(&filter, &PageRequest::first(1))).await?;
    let row = known.items.into_iter().next();
    let row = row.ok_or_else(|| ResendError::Unknown(id.clone()))?;
    this(shared, &row, anyway, patience).await
}

/// Writes a listed delivery again. It is decided like an event: what was read is guarded, and a
/// conflict starts again. A conversion that was declined or taken back since is reported only with
/// `anyway`.
pub(crate) async fn this(
    shared: &Shared,
    row: &DeliveryRow,
    anyway: bool,
    patience: Duration,
) -> Result<Resent, ResendError> {
    let id = &row.delivery.id;
    if row.state.is_open() {
        return Err(ResendError::Open(id.clone(), row.state));
    }
    for _ in 0..MAX_CONFLICTS {
        let written = Read::of(shared, &row.delivery, patience).await?;
        match written.rewrite(shared, &row.delivery, anyway)? {
            Step::Known(resent) => return Ok(resent),
            Step::Commit(commit, resent) => match within(patience, shared.stores.store.commit(&commit)).await? {
                Committed::Applied | Committed::Duplicate => {
                    tracing::info!(replaces = %id, delivery = %resent.delivery, "delivery resent");
                    shared.wake.notify_one();
                    return Ok(resent);
                }
                Committed::Conflict => {}
            },
        }
    }
    Err(ResendError::Unavailable)
}

/// What is to be done with a delivery that was written again.
enum Step {
    /// Nothing is to be done, since the delivery exists already.
    Known(Resent),
    Commit(Box<Commit>, Resent),
}

/// What a postback reports, as it is stored now.
struct Read {
    event: postback::Event,
    click: postback::plan::ClickFacts,
    conversion: postback::Conversion,
    /// The other conversions of the click.
    others: Vec<postback::Conversion>,
    /// The deliveries that report the conversion.
    siblings: Vec<Delivery>,
    now: postback::Timestamp,
}

impl Read {
    async fn of(shared: &Shared, delivery: &Delivery, patience: Duration) -> Result<Self, ResendError> {
        let cause = &delivery.cause;
        let of_rule = cause.rule().is_some();
        let (Some(conversion), Some(click), Some(event), true) =
            (cause.conversion(), cause.click(), cause.event(), of_rule)
        else {
            return Err(ResendError::NotRewritten(delivery.id.clone(), NotRewritten::NoPostback));
        };
        let gone = |what| ResendError::Gone(delivery.id.clone(), what);
        let inspect = &shared.stores.inspect;
        let event = within(patience, inspect.event(event))
            .await?
            .ok_or_else(|| gone("event"))?
            .event;
        let mut query = FactQuery::new(event.source.clone(), event.id.clone());
        query.clicks.push(click.clone());
        // The click's version is read first, then the rows that depend on it.
        let mut facts = within(patience, shared.stores.store.facts(&query)).await?;
        let page = PageRequest::first(MAX_ROWS);
        let of_click = ConversionFilter::of_click(click.clone());
        let others = within(patience, inspect.conversions(&of_click, &page)).await?.items;
        let click = facts.clicks.remove(click).ok_or_else(|| gone("click"))?;
        let conversions = ConversionFilter::of_id(conversion.clone());
        let conversions = within(patience, inspect.conversions(&conversions, &PageRequest::first(1))).await?;
        let found = conversions.items.into_iter().next();
        let of_conversion = DeliveryFilter::of_conversion(conversion.clone());
        let siblings = within(patience, inspect.deliveries(&of_conversion, &page)).await?.items;
        Ok(Self {
            event: event.into_inner(),
            click,
            conversion: found.ok_or_else(|| gone("conversion"))?,
            others,
            siblings: siblings.into_iter().map(|row| row.delivery).collect(),
            now: shared.now(),
        })
    }

    fn rewrite(self, shared: &Shared, replaces: &Delivery, anyway: bool) -> Result<Step, ResendError> {
        let live = shared.live();
        let id = || replaces.id.clone();
        let click = self
            .click
            .click
            .as_ref()
            .ok_or_else(|| ResendError::Gone(id(), "click"))?;
        let told = Retold {
            event: &self.event,
            click,
            conversion: &self.conversion,
            others: &self.others,
            anyway,
            tallies: &self.click.tallies,
            once: !self.siblings.iter().any(|other| tells_otherwise(replaces, other)),
        };
        let written = Decision::new(&live.tracker).rewrite(replaces, &told, self.now);
        let Rewritten {
            delivery,
            tally,
            seconds,
            ..
        } = written.map_err(|why| ResendError::NotRewritten(id(), why))?;
        let resent = |repeated| Resent {
            delivery: delivery.id.clone(),
            revision: delivery.replaces.as_ref().map_or(1, |replaced| replaced.revision),
            replaces: id(),
            repeated,
        };
        if let Some(known) = self.siblings.iter().find(|other| other.is_in_place_of(&replaces.id)) {
            // The request may have the id in it; the id is the same.
            return match known.outbound == delivery.outbound {
                true => Ok(Step::Known(resent(true))),
                false => Err(ResendError::Replaced(id(), known.id.clone())),
            };
        }
        let resent = resent(false);
        let tallies = tally.into_iter().chain(seconds).map(Write::Tally);
        let mut commit = Commit::of(tallies.collect(), self.now);
        commit.guards = vec![guard(&click.id, self.click.version)];
        commit.outbox = vec![delivery];
        Ok(Step::Commit(Box::new(commit), resent))
    }
}

fn guard(click: &ClickId, version: u64) -> Guard {
    Guard {
        key: GuardKey::Click(click.clone()),
        version,
    }
}

/// Whether `other` reports the same conversion by the same rule, but for another event.
fn tells_otherwise(this: &Delivery, other: &Delivery) -> bool {
    let (this, other) = (&this.cause, &other.cause);
    this.rule().is_some() && this.rule() == other.rule() && this.event() != other.event()
}

async fn within<T>(patience: Duration, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, ResendError> {
    timely::read(patience, reading, ResendError::Unavailable).await
}
