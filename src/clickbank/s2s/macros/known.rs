//! What is known of a macro.

/// A macro of ClickBank's, without its braces, and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Macro {
    /// Its name: `tid` of `{tid}`.
    pub name: &'static str,
    /// What it stands for; of a name that nothing speaks for, what to write instead.
    pub meaning: &'static str,
    /// What its value looks like, where that is known.
    pub format: Option<&'static str>,
    /// Who may use it.
    pub audience: Audience,
    /// How sure that is.
    pub confidence: Confidence,
    /// Where it was found.
    pub source: &'static str,
}

/// Whose accounts ClickBank fills a macro for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audience {
    /// Affiliates alone.
    Affiliate,
    /// Sellers alone.
    Vendor,
    /// Both, as far as is known.
    Both,
}

/// How sure a fact about a network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Confidence {
    /// Nothing speaks for it; it is written in places that made it up.
    Unfounded,
    /// One doubtful source, or a conclusion.
    Low,
    /// One good source.
    Fair,
    /// ClickBank's own text, two independent sources, or seen in production.
    Certain,
}

impl Macro {
    /// Whether anything speaks for it.
    #[must_use]
    pub fn is_founded(&self) -> bool {
        self.confidence > Confidence::Unfounded
    }
}
