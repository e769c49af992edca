//! The facts about one macro.

/// A macro of ClickBank's, without its braces, and the facts known about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Macro {
    /// Its name: `tid` of `{tid}`.
    pub name: &'static str,
    /// The meaning of its value. For a name without any source: what to write in its place.
    pub meaning: &'static str,
    /// The form of its value, where that is known.
    pub format: Option<&'static str>,
    /// The accounts for which ClickBank fills it.
    pub audience: Audience,
    /// How sure these facts are.
    pub confidence: Confidence,
    /// Where the facts were found.
    pub source: &'static str,
}

/// The accounts for which ClickBank fills a macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audience {
    /// Only affiliates.
    Affiliate,
    /// Only sellers.
    Vendor,
    /// Affiliates and sellers, as far as is known.
    Both,
}

/// How sure a fact about a network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Confidence {
    /// No source supports it; the places that have it made it up.
    Unfounded,
    /// There is one doubtful source, or it is a conclusion.
    Low,
    /// There is one good source.
    Fair,
    /// It is in ClickBank's own text, has two independent sources, or was seen in production.
    Certain,
}

impl Macro {
    /// Whether any source supports it.
    #[must_use]
    pub fn is_founded(&self) -> bool {
        self.confidence > Confidence::Unfounded
    }
}
