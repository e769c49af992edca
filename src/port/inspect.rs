//! The contract of looking into a store.

use super::{BoxFuture, Cursor, StoreError};
use crate::delivery::{DeliveryRow, DeliveryState};
use crate::event::Interface;
use crate::model::{Click, Conversion};
use crate::plan::{EventRow, Outcome, RefusedBody, RefusedCount, RefusedReason, RefusedRow, Tally};
use crate::value::{ClickId, ConversionId, DeliveryId, EventId, Fingerprint, OfferSourceId, Receipt, RefusedId};
use alloc::{string::String, vec::Vec};
use core::fmt::Debug;

/// Point reads and pages, for people and their tools. Lists are newest first, by when a row was
/// first written.
pub trait Inspect: Debug + Send + Sync {
    /// A click, with its personal values as far as they are still kept.
    ///
    /// # Errors
    /// [`StoreError`].
    fn click<'a>(&'a self, id: &'a ClickId) -> BoxFuture<'a, Result<Option<Click>, StoreError>>;

    /// The tallies of a click: which conversion of a type was first, what has fired.
    ///
    /// # Errors
    /// [`StoreError`].
    fn tallies<'a>(&'a self, click: &'a ClickId) -> BoxFuture<'a, Result<Vec<Tally>, StoreError>>;

    /// Conversions.
    ///
    /// # Errors
    /// [`StoreError`], of kind [`StoreErrorKind::ApiMisuse`](super::StoreErrorKind::ApiMisuse) for
    /// a foreign cursor; so the other lists.
    fn conversions<'a>(
        &'a self,
        filter: &'a ConversionFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<Conversion>, StoreError>>;

    /// Events with their outcomes, without personal values.
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

    /// Deliveries, without personal values.
    ///
    /// # Errors
    /// [`StoreError`].
    fn deliveries<'a>(
        &'a self,
        filter: &'a DeliveryFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<DeliveryRow>, StoreError>>;

    /// Refused bodies, without their bytes: there may be many MiB of them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn refused<'a>(
        &'a self,
        filter: &'a RefusedFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<RefusedRow>, StoreError>>;

    /// How many refused bodies each ring of a source keeps, by interface and ring; none of a ring
    /// that keeps none.
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
}

/// Which page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// Where to go on.
    pub after: Cursor,
    /// How many rows at most.
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

/// Constructors of a filter, each by one field.
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

/// Which conversions; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConversionFilter {
    /// With this id.
    pub id: Option<ConversionId>,
    /// Of this click.
    pub click: Option<ClickId>,
    /// That show this receipt.
    pub receipt: Option<Receipt>,
}

by! { ConversionFilter:
    /// The one with an id.
    of_id(id: ConversionId),
    /// Those of a click.
    of_click(click: ClickId),
    /// Those that show a receipt.
    of_receipt(receipt: Receipt),
}

/// Which events; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventFilter {
    /// Of this source.
    pub source: Option<OfferSourceId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// With this receipt.
    pub receipt: Option<Receipt>,
    /// Attributed to this click.
    pub click: Option<ClickId>,
}

by! { EventFilter:
    /// Those attributed to a click.
    of_click(click: ClickId),
    /// Those with a receipt.
    of_receipt(receipt: Receipt),
    /// Those of a source.
    of_source(source: OfferSourceId),
}

/// Which deliveries; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryFilter {
    /// In this state.
    pub state: Option<DeliveryState>,
    /// With this id.
    pub id: Option<DeliveryId>,
    /// Of this conversion.
    pub conversion: Option<ConversionId>,
    /// Of this click.
    pub click: Option<ClickId>,
}

by! { DeliveryFilter:
    /// Those that tell of a click.
    of_click(click: ClickId),
    /// The one with an id.
    of_id(id: DeliveryId),
    /// Those that tell of a conversion.
    of_conversion(conversion: ConversionId),
    /// Those in a state.
    in_state(state: DeliveryState),
}

/// Which refused bodies; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedFilter {
    /// Of this source.
    pub source: Option<OfferSourceId>,
    /// Of this interface.
    pub interface: Option<Interface>,
    /// For this reason.
    pub reason: Option<RefusedReason>,
    /// That name this click.
    pub click: Option<ClickId>,
}

by! { RefusedFilter:
    /// Those of a source.
    of_source(source: OfferSourceId),
    /// Those that name a click.
    of_click(click: ClickId),
}
