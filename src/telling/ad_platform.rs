//! Which ad platform an account is at.

use crate::model::Platform;
use crate::value::PostbackId;
use core::fmt;
use serde::{Serialize, Serializer};

/// An ad platform: one of ours, or one that a recipe describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdPlatform {
    /// A platform with code of its own.
    Known(Platform),
    /// The platform of this recipe.
    Recipe(PostbackId),
}

impl AdPlatform {
    /// Its name: `meta`, `snapchat`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(platform) => platform.as_str(),
            Self::Recipe(id) => id.as_str(),
        }
    }
}

impl From<Platform> for AdPlatform {
    fn from(platform: Platform) -> Self {
        Self::Known(platform)
    }
}

impl PartialEq<Platform> for AdPlatform {
    fn eq(&self, other: &Platform) -> bool {
        matches!(self, Self::Known(platform) if platform == other)
    }
}

impl fmt::Display for AdPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for AdPlatform {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
