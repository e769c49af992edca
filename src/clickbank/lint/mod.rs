//! Warnings about a source or an offer of ClickBank's that compiles and is probably not what was
//! meant.

mod macros;
mod offer;
mod source;

use super::Settings;
use crate::config::Place;
use crate::event::Interface;
use crate::network::SourceView;

impl Settings {
    /// Whether the source receives notifications, alone or together with postbacks.
    pub(crate) fn is_notified(&self, source: &SourceView<'_>) -> bool {
        !self.secrets.is_empty() || source.truth == Some(Interface::Ins)
    }

    pub(crate) fn lint_notifications(&self, place: &Place<'_>, source: &SourceView<'_>) {
        // A word that was mistaken is the cause of one that is missing, so it comes first.
        source::words(place, source);
        source::notifications(place, source, self);
    }

    pub(crate) fn lint_postbacks(&self, place: &Place<'_>, source: &SourceView<'_>, is_type: &dyn Fn(&str) -> bool) {
        if !self.is_notified(source) {
            source::words(place, source);
        }
        source::postbacks(place, source, self, is_type);
        macros::lint(place, source, self);
    }

    pub(crate) fn lint_offer(&self, place: &Place<'_>, url: &str, source: &SourceView<'_>) {
        offer::lint(place, url, source, self);
    }
}
