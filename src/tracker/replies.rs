//! The response bodies that a source wants.

use crate::network::ReplyBody;
use alloc::string::String;

/// The responses that a source wants instead of ours: their bodies, and the HTTP status of a
/// refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replies {
    pub(crate) applied: Option<ReplyBody>,
    pub(crate) duplicate: Option<ReplyBody>,
    pub(crate) refused: Option<ReplyBody>,
    pub(crate) content_type: String,
    pub(crate) refused_status: Option<u16>,
}

impl Replies {
    /// The body for a postback that was accepted, with the word of its outcome and the code of the
    /// reason. A `duplicate` has a body of its own.
    #[must_use]
    pub fn taken(&self, outcome: &str, reason: &str) -> Option<String> {
        let body = match outcome {
            "duplicate" => &self.duplicate,
            _ => &self.applied,
        };
        Some(body.as_ref()?.filled(outcome, reason, ""))
    }

    /// The body for a postback that was refused and kept.
    #[must_use]
    pub fn refused(&self, reason: &str, parameter: Option<&str>) -> Option<String> {
        let body = self.refused.as_ref()?;
        Some(body.filled("refused", reason, parameter.unwrap_or_default()))
    }

    /// The `Content-Type` of the bodies.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The HTTP status of a refusal that is kept; none means the usual status.
    #[must_use]
    pub fn refused_status(&self) -> Option<u16> {
        self.refused_status
    }
}
