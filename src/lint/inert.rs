//! What is accepted for later.

use crate::config::Place;

/// What is said of a part that [`compile`](crate::compile()) accepts for later.
pub(super) const INERT: &str = "is accepted, and changes nothing in this version";

pub(super) fn inert(is_there: bool, place: &Place<'_>) {
    if is_there {
        place.problem(INERT);
    }
}
