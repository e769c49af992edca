//! The warnings of each protocol about a source.

use super::Protocol;
use crate::config::Place;
use crate::network::SourceView;

impl Protocol {
    /// Whether the source receives notifications, alone or together with postbacks.
    pub(crate) fn is_notified(&self, source: &SourceView<'_>) -> bool {
        match self {
            Self::Generic => false,
            Self::ClickBank(settings) => settings.is_notified(source),
        }
    }

    /// Reports doubts about the source's notifications.
    pub(crate) fn lint_notifications(&self, place: &Place<'_>, source: &SourceView<'_>) {
        match self {
            Self::Generic => {}
            Self::ClickBank(settings) => settings.lint_notifications(place, source),
        }
    }

    /// Reports doubts about the source's postbacks. `is_type` says whether a word is a conversion
    /// type.
    pub(crate) fn lint_postbacks(&self, place: &Place<'_>, source: &SourceView<'_>, is_type: &dyn Fn(&str) -> bool) {
        match self {
            Self::Generic => {}
            Self::ClickBank(settings) => settings.lint_postbacks(place, source, is_type),
        }
    }

    /// Whether the protocol checks by itself that a click id comes back through the URL of an
    /// offer.
    pub(crate) const fn judges_links(&self) -> bool {
        match self {
            Self::Generic => false,
            Self::ClickBank(_) => true,
        }
    }

    /// Reports doubts about the URL of one of the source's offers.
    pub(crate) fn lint_offer(&self, place: &Place<'_>, url: &str, source: &SourceView<'_>) {
        match self {
            Self::Generic => {}
            Self::ClickBank(settings) => settings.lint_offer(place, url, source),
        }
    }
}
