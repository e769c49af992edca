//! The second that a platform is told as a conversion's.

use super::told::Told;
use crate::draft::clock::second;
use crate::plan::{MAX_TAKEN_SECONDS, TakenSecond, WhyMoved};
use crate::value::{ConversionId, Timestamp};
use core::time::Duration;

const A_SECOND: Duration = Duration::from_secs(1);

/// The time of a conversion as a platform is told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    /// Why it is another second than the conversion's own, where it is.
    pub(crate) moved: Option<WhyMoved>,
}

impl Moment {
    /// The time itself.
    pub(super) fn itself(told: &Told<'_>) -> Self {
        Self {
            at: told.at(),
            moved: None,
        }
    }

    /// The second, or the one after the click. A network's clock may be behind ours, and a platform
    /// refuses a conversion that stands before its click.
    pub(super) fn after_click(told: &Told<'_>) -> Self {
        let (at, click) = (second(told.at()), told.scope.click.at);
        match second(click).checked_add(A_SECOND).filter(|_| at < click) {
            Some(at) => Self {
                at,
                moved: Some(WhyMoved::BeforeClick),
            },
            None => Self { at, moved: None },
        }
    }

    /// This second, or the first later one that no other conversion of the click is told under. A
    /// conversion keeps the second that it was told under first, since the platform knows it by
    /// that. None if too many are taken.
    ///
    /// The conversions of a click have the same seconds together, whatever their order of arrival.
    pub(super) fn free(self, taken: &[TakenSecond], conversion: &ConversionId) -> Option<Self> {
        let is_taken = |at| {
            taken
                .iter()
                .any(|known| known.at == at && known.conversion != *conversion)
        };
        let moved = |at| Self {
            at,
            moved: match at == self.at {
                true => self.moved,
                false if is_taken(self.at) => Some(WhyMoved::SameSecond),
                false => Some(WhyMoved::ToldBefore),
            },
        };
        if let Some(own) = taken.iter().find(|known| known.conversion == *conversion) {
            return Some(moved(own.at));
        }
        if taken.len() >= MAX_TAKEN_SECONDS {
            return None;
        }
        let mut at = self.at;
        while is_taken(at) {
            at = at.checked_add(A_SECOND)?;
        }
        Some(moved(at))
    }
}
