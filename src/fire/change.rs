//! What has changed.

use crate::event::Event;
use crate::model::{Click, Conversion};
use crate::value::Timestamp;

/// A conversion before and after an event. The decision is made at `now`.
pub(crate) struct Change<'a> {
    pub(crate) now: Timestamp,
    pub(crate) event: &'a Event,
    pub(crate) click: &'a Click,
    pub(crate) before: Option<&'a Conversion>,
    pub(crate) after: &'a Conversion,
    /// Whether the event made the conversion, which has its revenue only now. What did not fire
    /// then fires as it would have.
    pub(crate) valued: bool,
}
