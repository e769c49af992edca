//! The macro behind every vocabulary of another system. A known word is a variant, and an unknown
//! word is kept word for word.

/// Declares an open enum. Each known variant stands with the network's own text, which is matched
/// exactly; `Other(String)` holds every other text.
///
/// `as_str` prints back what was read, so parse and print are inverse for every input.
macro_rules! open_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$vmeta])* #[doc = concat!("`", $text, "`")] $variant,)+
            /// A word that is not known here, kept word for word.
            Other(alloc::string::String),
        }

        impl $name {
            /// The word as the network writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// Returns the variant of a known word, or none when the word would become `Other`.
            #[allow(dead_code)]
            #[must_use]
            pub(crate) fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Every word known here, in the order of declaration.
            #[allow(dead_code)]
            pub(crate) const KNOWN: &'static [&'static str] = &[$($text),+];
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Other(text.into()))
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use open_enum;

#[cfg(test)]
#[allow(unreachable_pub)]
mod tests {
    open_enum! {
        /// A vocabulary for the test.
        pub enum Fruit { Apple = "APPLE", Pear = "PEAR" }
    }

    #[test]
    fn an_unknown_word_is_kept_verbatim() {
        assert_eq!(Fruit::from("APPLE"), Fruit::Apple);
        assert_eq!(Fruit::from("apple"), Fruit::Other("apple".into()));
        assert_eq!(Fruit::from("apple").as_str(), "apple");
        assert_eq!(Fruit::known("KIWI"), None);
        assert_eq!(Fruit::KNOWN, ["APPLE", "PEAR"]);
    }
}
