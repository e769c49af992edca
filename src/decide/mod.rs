//! Layer 4: what an event means.
//!
//! [`Decision::needs`] says which rows a decision reads and [`Decision::decide`] makes it: a
//! [`Plan`] with one transaction, a reply and a trace. Nothing here reads a clock or a store, so
//! the same inputs give the same plan, and every plan can be made again.

mod attribute;
mod count;
mod fire;
mod mark;
mod money;
mod plan;
mod receipts;
mod resolve;
mod rows;
mod tallies;
mod tell;
mod work;

pub use mark::{Mark, mark};
pub use plan::{Plan, Reply, ReplyOutcome};
pub use tallies::MAX_TALLIES;

use crate::event::Event;
use crate::model::Status;
use crate::plan::{FactQuery, Facts, Outcome};
use crate::tracker::{Campaign, Channel, ConversionType, Offer, Rates, Source, Tracker};
use crate::value::{CampaignId, ChannelId, Currency, Fingerprint, OfferId, OfferSourceId, Timestamp, TypeName};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use thiserror::Error;
use work::Work;

/// An event of a source that the configuration does not know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("offer source `{0}` is not configured")]
pub struct UnknownSource(OfferSourceId);

/// Decides what events mean by one configuration. It holds what of the configuration a decision may
/// see; cheap to make and to copy.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'t> {
    fingerprint: &'t Fingerprint,
    currency: Currency,
    revenue_statuses: &'t BTreeSet<Status>,
    types: &'t BTreeMap<TypeName, ConversionType>,
    default_type: &'t TypeName,
    rates: &'t Rates,
    sources: &'t BTreeMap<OfferSourceId, Source>,
    offers: &'t BTreeMap<OfferId, Offer>,
    channels: &'t BTreeMap<ChannelId, Channel>,
    campaigns: &'t BTreeMap<CampaignId, Campaign>,
}

impl<'t> Decision<'t> {
    /// Decisions by the configuration of `tracker`.
    #[must_use]
    pub fn new(tracker: &'t Tracker) -> Self {
        Self {
            fingerprint: &tracker.fingerprint,
            currency: tracker.currency,
            revenue_statuses: &tracker.revenue_statuses,
            types: &tracker.types,
            default_type: &tracker.default_type,
            rates: &tracker.rates,
            sources: &tracker.sources,
            offers: &tracker.offers,
            channels: &tracker.channels,
            campaigns: &tracker.campaigns,
        }
    }

    /// Which rows the decision over `event` needs.
    #[must_use]
    pub fn needs(&self, event: &Event) -> FactQuery {
        FactQuery {
            source: event.source.clone(),
            event: event.id.clone(),
            clicks: event.clicks.clone(),
            receipts: event.receipt.iter().chain(&event.parent).cloned().collect(),
        }
    }

    /// Decides what an event means, and with it every waiting event that it resolves. Pure and
    /// total: the same arguments give the same plan, and a rule that cannot be evaluated does not
    /// stop the others.
    ///
    /// # Errors
    /// [`UnknownSource`] when the event's source is not configured.
    pub fn decide(&self, event: &Event, facts: &Facts, now: Timestamp) -> Result<Plan, UnknownSource> {
        let source = self
            .sources
            .get(&event.source)
            .ok_or_else(|| UnknownSource(event.source.clone()))?;
        let mut work = Work::new(*self, source, facts, now);
        let mut row = work.decide_one(event);
        let others = facts.orphans.iter().filter(|orphan| orphan.id != event.id);
        let mut waiting: Vec<&Event> = others.filter(|orphan| work.knows_clicks_of(orphan)).collect();
        waiting.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
        let mut resolved = Vec::new();
        // Each round resolves what the round before made resolvable, so the order among waiting
        // events does not matter.
        loop {
            let before = resolved.len();
            waiting.retain(|orphan| {
                let decided = work.decide_one(orphan);
                let stays = decided.outcome == Outcome::Unattributed;
                if !stays {
                    resolved.push(decided);
                }
                stays
            });
            if resolved.len() == before {
                break;
            }
        }
        row.trace.resolved = u32::try_from(resolved.len()).unwrap_or(u32::MAX);
        Ok(Plan {
            trace: row.trace.clone(),
            reply: Reply::of(&row),
            commit: work.into_commit(row, resolved),
        })
    }
}
