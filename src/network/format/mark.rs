//! The marks and the unit of an amount.

/// The mark before the fraction of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DecimalMark {
    /// `12.50`.
    #[default]
    Point,
    /// `12,50`.
    Comma,
}

/// The mark between the thousands of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThousandsMark {
    /// `1,250`.
    Comma,
    /// `1.250`.
    Point,
    /// `1 250`, with any of the usual space characters.
    Space,
    /// `1'250`.
    Apostrophe,
}

/// The unit in which an amount is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AmountUnit {
    /// Whole units, such as dollars: `47.00`.
    #[default]
    Major,
    /// The smallest units, such as cents: `4700`. The currency says how many make a whole unit.
    Minor,
}

impl DecimalMark {
    pub(crate) const ALL: &[Self] = &[Self::Point, Self::Comma];

    /// The mark as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Point => ".",
            Self::Comma => ",",
        }
    }

    pub(super) fn is(self, character: char) -> bool {
        self.as_str().starts_with(character)
    }
}

impl ThousandsMark {
    pub(crate) const ALL: &[Self] = &[Self::Comma, Self::Point, Self::Space, Self::Apostrophe];

    /// The mark as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Point => ".",
            Self::Space => " ",
            Self::Apostrophe => "'",
        }
    }

    pub(super) fn is(self, character: char) -> bool {
        match self {
            // Programs often print spaces at which a line cannot break: U+00A0 and U+202F.
            Self::Space => matches!(character, ' ' | '\u{a0}' | '\u{202f}'),
            Self::Apostrophe => matches!(character, '\'' | '\u{2019}'),
            Self::Comma | Self::Point => self.as_str().starts_with(character),
        }
    }
}
