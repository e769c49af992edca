//! A value that several rows hold. A clone shares the value, and a change is made to a copy of it.

use alloc::{string::String, sync::Arc};
use core::{
    fmt,
    ops::{Deref, DerefMut},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that is cheap to clone, whatever its size. It reads, compares, prints and serialises as
/// the value itself. A holder that changes it gets a copy of its own first.
///
/// ```
/// use postback::value::Shared;
/// let mut one = Shared::from(vec![1]);
/// let other = one.clone();
/// one.push(2);
/// assert_eq!((one.as_slice(), other.as_slice()), ([1, 2].as_slice(), [1].as_slice()));
/// ```
#[derive(Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shared<T: ?Sized>(Arc<T>);

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[cfg(feature = "std")]
impl<T: ?Sized> Shared<T> {
    /// Whether both are one value, and not only alike.
    pub(crate) fn is_same(one: &Self, other: &Self) -> bool {
        Arc::ptr_eq(&one.0, &other.0)
    }
}

impl<T: Clone> Shared<T> {
    /// Returns the value, which is copied if something else still shares it.
    #[must_use]
    pub fn into_inner(self) -> T {
        Arc::unwrap_or_clone(self.0)
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

/// A copy of the value.
impl<T: Clone> From<&T> for Shared<T> {
    fn from(value: &T) -> Self {
        Self(Arc::new(value.clone()))
    }
}

/// The same value, which is shared.
impl<T> From<&Shared<T>> for Shared<T> {
    fn from(shared: &Shared<T>) -> Self {
        shared.clone()
    }
}

impl From<Arc<str>> for Shared<str> {
    fn from(text: Arc<str>) -> Self {
        Self(text)
    }
}

impl From<&str> for Shared<str> {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Shared<str> {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl AsRef<str> for Shared<str> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: ?Sized + Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

impl<'de> Deserialize<'de> for Shared<str> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Pii;
    use alloc::format;

    #[test]
    fn what_is_shared_reads_and_prints_as_the_value_itself() {
        let text = Shared::<str>::from("Purchase");
        assert_eq!(AsRef::<str>::as_ref(&text), "Purchase");
        assert_eq!(format!("{text} {text:?}"), "Purchase \"Purchase\"");
        assert_eq!(format!("{:?}", Shared::from(Pii::new("canary@example.com"))), "Pii(..)");
    }
}
