//! Parts that are accepted for a later version.

use crate::config::Place;

/// The warning for a part that [`compile`](crate::compile()) accepts and that changes nothing yet.
pub(super) const INERT: &str = "is accepted, and changes nothing in this version";

pub(super) fn inert(is_there: bool, place: &Place<'_>) {
    if is_there {
        place.problem(INERT);
    }
}
