//! What the part for an interface makes.

use crate::conversion_api::Terms;
use crate::outbound::Outbound;
use alloc::boxed::Box;

/// What the part for an interface makes.
pub(super) struct Made<'a> {
    pub(super) terms: Terms,
    /// The request for an event of this name, without items.
    pub(super) frames: Box<dyn Fn(&str) -> Outbound + 'a>,
    pub(super) check: Option<Outbound>,
    /// The request for adjustments, without items.
    pub(super) adjusts: Option<Outbound>,
    pub(super) limit: u32,
}

impl<'a> Made<'a> {
    /// An account whose events all go in the same request.
    pub(super) fn of(terms: Terms, request: Outbound, limit: u32) -> Self {
        Self {
            terms,
            frames: Box::new(move |_| request.clone()),
            check: None,
            adjusts: None,
            limit,
        }
    }
}
