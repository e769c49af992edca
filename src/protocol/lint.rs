//! What each protocol finds doubtful.

use super::Protocol;
use crate::config::Place;
use crate::network::SourceView;

impl Protocol {
    /// Whether the source is for notifications, alone or beside postbacks.
    pub(crate) fn is_notified(&self, source: &SourceView<'_>) -> bool {
        match self {
            Self::Generic => false,
            Self::ClickBank(settings) => settings.is_notified(source),
        }
    }

    /// Reports what is doubtful about its notifications.
    pub(crate) fn lint_notifications(&self, place: &Place<'_>, source: &SourceView<'_>) {
        match self {
            Self::Generic => {}
            Self::ClickBank(settings) => settings.lint_notifications(place, source),
        }
    }

    /// The same of its postbacks; `is_type` knows the conversion types.
    pub(crate) fn lint_postbacks(&self, place: &Place<'_>, source: &SourceView<'_>, is_type: &dyn Fn(&str) -> bool) {
        match self {
            Self::Generic => {}
            Self::ClickBank(settings) => settings.lint_postbacks(place, source, is_type),
        }
    }

    /// Whether it judges by itself if a click id comes back through the URL of an offer.
    pub(crate) const fn judges_links(&self) -> bool {
        match self {
            Self::Generic => false,
            Self::ClickBank(_) => true,
        }
    }

    /// The same of the URL of one of its offers.
    pub(crate) fn lint_offer(&self, place: &Place<'_>, url: &str, source: &SourceView<'_>) {
        match self {
            Self::Generic => {}
            Self::ClickBank(settings) => settings.lint_offer(place, url, source),
        }
    }
}
