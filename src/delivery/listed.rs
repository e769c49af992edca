//! A delivery as people see it.

use super::attempt::Attempt;
use super::row::Delivery;
use super::state::DeliveryState;
use super::verdict::Hold;
use crate::value::Timestamp;
use alloc::string::String;

/// A delivery as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryRow {
    /// The delivery.
    pub delivery: Delivery,
    /// Its state.
    pub state: DeliveryState,
    /// When it is to be sent or checked.
    pub due_at: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// How often its receipt was checked since it was sent last.
    pub checks: u32,
    /// The last attempt.
    pub last: Option<Attempt>,
    /// The receipt that is to be checked. A dead delivery that has one is checked when it is queued
    /// again.
    pub receipt: Option<String>,
    /// The hold on its lane, if there is one and the delivery is still to be sent or checked.
    pub hold: Option<Hold>,
}

impl DeliveryRow {
    /// A row from its parts, without checks, receipt and hold; for stores.
    #[must_use]
    pub fn new(
        delivery: Delivery,
        state: DeliveryState,
        due_at: Timestamp,
        attempts: u32,
        last: Option<Attempt>,
    ) -> Self {
        Self {
            delivery,
            state,
            due_at,
            attempts,
            checks: 0,
            last,
            receipt: None,
            hold: None,
        }
    }

    /// Whether a person gave it up, and it was not queued again since.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.state == DeliveryState::Dead && self.last.as_ref().is_some_and(Attempt::is_cancelled)
    }
}
