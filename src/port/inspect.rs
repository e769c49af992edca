//! The contract for looking into a store.

use super::{BoxFuture, Cursor, StoreError};
use crate::delivery::{DeliveryRow, DeliveryState, Lane};
use crate::event::Interface;
use crate::model::{Click, Conversion};
use crate::plan::{ConfigurationRow, EventRow, Outcome, RefusedBody, RefusedCount, RefusedReason, RefusedRow, Tally};
use crate::value::{
    ClickId, ConversionId, DeliveryId, EventId, Fingerprint, OfferSourceId, Receipt, RefusedId, Timestamp,
};
use alloc::{string::String, vec::Vec};
use core::fmt::Debug;

/// Reads single rows and pages of rows, for people and their tools. Lists are newest first, by the
/// time at which a row was first written.
pub trait Inspect: Debug + Send + Sync {
    /// A click, with its personal values as far as they are still kept.
    ///
    /// # Errors
    /// [`StoreError`].
    fn click<'a>(&'a self, id: &'a ClickId) -> BoxFuture<'a, Result<Option<Click>, StoreError>>;

    /// The tallies of a click. They say which conversion of a type was first and what has fired.
    ///
    /// # Errors
    /// [`StoreError`].
    fn tallies<'a>(&'a self, click: &'a ClickId) -> BoxFuture<'a, Result<Vec<Tally>, StoreError>>;

    /// A page of conversions.
    ///
    /// # Errors
    /// [`StoreError`], of kind [`StoreErrorKind::ApiMisuse`](super::StoreErrorKind::ApiMisuse) for
    /// a cursor of another list. The other lists do the same.
    fn conversions<'a>(
        &'a self,
        filter: &'a ConversionFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<Conversion>, StoreError>>;

    /// A page of events with their outcomes, without personal values.
    ///
    /// # Errors
    /// [`StoreError`].
    fn events<'a>(
        &'a self,
        filter: &'a EventFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<EventRow>, StoreError>>;

    /// An event with its outcome, and with its personal values as far as they are still kept.
    ///
    /// # Errors
    /// [`StoreError`].
    fn event<'a>(&'a self, id: &'a EventId) -> BoxFuture<'a, Result<Option<EventRow>, StoreError>>;

    /// A page of deliveries, without personal values.
    ///
    /// # Errors
    /// [`StoreError`].
    fn deliveries<'a>(
        &'a self,
        filter: &'a DeliveryFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<DeliveryRow>, StoreError>>;

    /// How many dead deliveries wait for a person, and since when there are some. Two kinds wait
    /// for nobody and are left out: what a person gave up
    /// ([`Attempt::is_cancelled`](crate::delivery::Attempt::is_cancelled)), and what another
    /// delivery of the same click replaces ([`Delivery::replaces`](crate::delivery::Delivery)),
    /// whatever became of that one. It is asked each minute.
    ///
    /// # Errors
    /// [`StoreError`].
    fn dead_letters(&self) -> BoxFuture<'_, Result<DeadLetters, StoreError>>;

    /// How many deliveries of each lane wait to be sent or checked, and when the first of them is
    /// ready, in the order of the lanes. A lane in which nothing waits is left out. It is asked
    /// each minute.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lane_queues(&self) -> BoxFuture<'_, Result<Vec<LaneQueue>, StoreError>>;

    /// A page of refused bodies, without their bytes: there may be many MiB of them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn refused<'a>(
        &'a self,
        filter: &'a RefusedFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<RefusedRow>, StoreError>>;

    /// How many refused bodies each ring of a source keeps, by interface and ring. A ring that
    /// keeps none is left out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn refused_counts<'a>(&'a self, source: &'a OfferSourceId) -> BoxFuture<'a, Result<Vec<RefusedCount>, StoreError>>;

    /// A refused body, if it is still kept.
    ///
    /// # Errors
    /// [`StoreError`].
    fn refused_body<'a>(&'a self, id: &'a RefusedId) -> BoxFuture<'a, Result<Option<RefusedBody>, StoreError>>;

    /// A configuration document by its fingerprint.
    ///
    /// # Errors
    /// [`StoreError`].
    fn configuration<'a>(&'a self, fingerprint: &'a Fingerprint) -> BoxFuture<'a, Result<Option<String>, StoreError>>;

    /// The configuration that was written last, be it for the first time or again. A service that
    /// starts compares its own with it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn last_configuration(&self) -> BoxFuture<'_, Result<Option<ConfigurationRow>, StoreError>>;
}

/// Deliveries that were given up and wait for a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeadLetters {
    /// How many there are.
    pub count: u64,
    /// When the one of them that was stored first was decided.
    pub oldest: Option<Timestamp>,
}

/// What waits in a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneQueue {
    /// The lane.
    pub lane: Lane,
    /// How many deliveries wait to be sent or checked; those that are being sent count too. From
    /// [`COUNTED`](Self::COUNTED) on there may be more: a store may stop counting there.
    pub queued: u64,
    /// When the first of them is ready: when it is due, or when the lease on it ends. A hold of the
    /// lane changes nothing here.
    pub ready_at: Timestamp,
}

impl LaneQueue {
    /// As far as a store must count. A receiver that takes nothing for days has a long queue, which
    /// would be walked each minute; how long is told well enough by when its first delivery was
    /// ready.
    pub const COUNTED: u64 = 10_000;
}

/// Which page of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// The place in the list behind which the page begins.
    pub after: Cursor,
    /// The most rows of the page.
    pub limit: u32,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self {
            after: Cursor::start(),
            limit,
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// Makes constructors of a filter, each of which sets one field.
macro_rules! by {
    ($filter:ident: $($(#[$doc:meta])+ $name:ident($field:ident: $type:ty),)+) => {
        impl $filter {
            $(
                $(#[$doc])+
                #[must_use]
                pub fn $name($field: $type) -> Self {
                    Self { $field: Some($field), ..Self::default() }
                }
            )+
        }
    };
}

/// Selects conversions. A field that is absent selects all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConversionFilter {
    /// Only the one with this id.
    pub id: Option<ConversionId>,
    /// Only those of this click.
    pub click: Option<ClickId>,
    /// Only those that show this receipt.
    pub receipt: Option<Receipt>,
}

by! { ConversionFilter:
    /// Selects the one with this id.
    of_id(id: ConversionId),
    /// Selects those of this click.
    of_click(click: ClickId),
    /// Selects those that show this receipt.
    of_receipt(receipt: Receipt),
}

/// Selects events. A field that is absent selects all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventFilter {
    /// Only those of this source.
    pub source: Option<OfferSourceId>,
    /// Only those with this outcome.
    pub outcome: Option<Outcome>,
    /// Only those with this receipt.
    pub receipt: Option<Receipt>,
    /// Only those attributed to this click.
    pub click: Option<ClickId>,
}

by! { EventFilter:
    /// Selects those attributed to this click.
    of_click(click: ClickId),
    /// Selects those with this receipt.
    of_receipt(receipt: Receipt),
    /// Selects those of this source.
    of_source(source: OfferSourceId),
}

/// Selects deliveries. A field that is absent selects all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryFilter {
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only the one with this id.
    pub id: Option<DeliveryId>,
    /// Only those that tell of this conversion.
    pub conversion: Option<ConversionId>,
    /// Only those that tell of this click.
    pub click: Option<ClickId>,
}

by! { DeliveryFilter:
    /// Selects those that tell of this click.
    of_click(click: ClickId),
    /// Selects the one with this id.
    of_id(id: DeliveryId),
    /// Selects those that tell of this conversion.
    of_conversion(conversion: ConversionId),
    /// Selects those in this state.
    in_state(state: DeliveryState),
}

/// Selects refused bodies. A field that is absent selects all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedFilter {
    /// Only those of this source.
    pub source: Option<OfferSourceId>,
    /// Only those that came through this interface.
    pub interface: Option<Interface>,
    /// Only those that were refused for this reason.
    pub reason: Option<RefusedReason>,
    /// Only those that name this click.
    pub click: Option<ClickId>,
}

by! { RefusedFilter:
    /// Selects those of this source.
    of_source(source: OfferSourceId),
    /// Selects those that name this click.
    of_click(click: ClickId),
}
