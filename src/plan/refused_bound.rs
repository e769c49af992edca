//! How much is kept of what is refused.

use super::refused::{RefusedCount, Ring};

/// How many refused bodies a source keeps by default in the [`Ring::Doubtful`] of each interface;
/// the oldest go first. Anybody can fill that ring.
pub const DEFAULT_REFUSED: u32 = 256;
/// How many bytes of refused bodies each ring keeps by default, packed. ClickBank sends a
/// notification up to five times, each time with other bytes, and nobody can see which are one
/// without the secret. So a [`Ring::Probable`] of this size holds 10,000 bodies of 1.8 KiB, the
/// attempts of 2,000 sales.
pub const DEFAULT_REFUSED_BYTES: u64 = 20 * 1024 * 1024;
/// For how many days a refused body is kept by default.
pub const DEFAULT_REFUSED_DAYS: u32 = 30;

/// How many bytes a refused body counts for besides its own, in a bound of bytes: about what its
/// row takes. Otherwise a ring of tiny bodies would be many times as large as its bound.
pub const REFUSED_ROW_BYTES: u64 = 200;

/// The longest body of a usual request, in bytes. A ring with less room than this is called full.
const ROOM: u64 = 64 * 1024;

/// How much one ring keeps. The oldest bodies go first, and the newest always stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedBound {
    /// The most bodies.
    pub bodies: u32,
    /// The most bytes, as they are stored: packed, and [`REFUSED_ROW_BYTES`] for each body.
    pub bytes: u64,
}

impl RefusedBound {
    /// Whether a ring of so many bodies with so many bytes of their own has more than this allows,
    /// so that its oldest body goes.
    #[must_use]
    pub fn is_exceeded(self, bodies: u64, bytes: u64) -> bool {
        bodies > 1 && (bodies > u64::from(self.bodies) || with_rows(bodies, bytes) > self.bytes)
    }

    /// Whether the next body may push out the oldest.
    #[must_use]
    pub fn is_reached(self, count: &RefusedCount) -> bool {
        count.kept >= u64::from(self.bodies) || with_rows(count.kept, count.bytes).saturating_add(ROOM) > self.bytes
    }
}

/// The bytes of bodies, and what their rows take.
fn with_rows(bodies: u64, bytes: u64) -> u64 {
    bodies.saturating_mul(REFUSED_ROW_BYTES).saturating_add(bytes)
}

/// The bounds of both rings of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedBounds {
    /// That of [`Ring::Probable`].
    pub probable: RefusedBound,
    /// That of [`Ring::Doubtful`].
    pub doubtful: RefusedBound,
}

impl RefusedBounds {
    /// The bounds of a source that wants so many bodies in each ring, and so many bytes. What it
    /// does not say is the default: what is probably the network's is bounded by bytes alone.
    #[must_use]
    pub fn new(bodies: Option<u32>, bytes: Option<u64>) -> Self {
        let bytes = bytes.unwrap_or(DEFAULT_REFUSED_BYTES);
        let of = |default| RefusedBound {
            bodies: bodies.unwrap_or(default),
            bytes,
        };
        Self {
            probable: of(u32::MAX),
            doubtful: of(DEFAULT_REFUSED),
        }
    }

    /// The bound of a ring.
    #[must_use]
    pub fn of(self, ring: Ring) -> RefusedBound {
        match ring {
            Ring::Probable => self.probable,
            Ring::Doubtful => self.doubtful,
        }
    }
}

impl Default for RefusedBounds {
    fn default() -> Self {
        Self::new(None, None)
    }
}
