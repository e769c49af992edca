//! Values that are texts in the document.

use super::part::Word;
use super::report::Refusal;
use super::shape::Shape;
use alloc::string::String;

impl Word for String {
    fn parse(text: &str) -> Result<Self, Refusal> {
        Ok(text.into())
    }

    fn unread() -> Self {
        Self::new()
    }

    fn text(&self) -> String {
        self.clone()
    }

    fn shape() -> Shape {
        Shape::Text("a text")
    }
}

/// Implements [`Word`](super::part::Word) for types with a text of their own. Each has what it is,
/// the text of the substitute for one that could not be read, and a function that reads it.
macro_rules! texts {
    ($($type:ident $what:literal, $unread:expr, $parse:path;)+) => {
        $(impl $crate::config::part::Word for $type {
            fn parse(text: &str) -> Result<Self, $crate::config::Refusal> {
                $parse(text).map_err(Into::into)
            }

            fn unread() -> Self {
                // These texts are constant, and a test reads each of them.
                <Self as $crate::config::part::Word>::parse($unread).ok().expect("a text that is read")
            }

            fn text(&self) -> alloc::string::String {
                alloc::string::ToString::to_string(self)
            }

            fn shape() -> $crate::config::Shape {
                $crate::config::Shape::Text($what)
            }
        })+

        #[cfg(test)]
        #[test]
        fn what_stands_for_the_unread_can_be_read() {
            use $crate::config::part::Word;
            $(assert_eq!($type::unread().text().parse::<$type>().unwrap(), $type::unread());)+
        }
    };
}
pub(crate) use texts;

/// Implements [`Word`](super::part::Word) for closed words that are printed otherwise than the
/// document has them. The literal says what one of them is. The first word is the substitute where
/// none could be read.
macro_rules! choices {
    ($($type:ident $what:literal { $first:literal = $default:ident $(, $word:literal = $variant:ident)* })+) => {
        $(impl $crate::config::part::Word for $type {
            fn parse(text: &str) -> Result<Self, $crate::config::Refusal> {
                match text {
                    $first => Ok(Self::$default),
                    $($word => Ok(Self::$variant),)*
                    other => Err($crate::config::Refusal::word(other, $what, [$first $(, $word)*])),
                }
            }

            fn unread() -> Self {
                Self::$default
            }

            fn text(&self) -> alloc::string::String {
                match self {
                    Self::$default => $first.into(),
                    $(Self::$variant => $word.into(),)*
                }
            }

            fn shape() -> $crate::config::Shape {
                $crate::config::Shape::Choice(alloc::vec![$first.into() $(, $word.into())*])
            }
        })+
    };
}
pub(crate) use choices;
