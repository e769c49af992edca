//! What a configuration is compiled for.

use super::zone::Zones;
use crate::value::Namespace;
use alloc::sync::Arc;

/// What a document is compiled for.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CompileOptions {
    /// The tenant, `default` if nothing is said; part of every delivery's id.
    pub namespace: Namespace,
    /// The time zones that the configuration may name; `UTC` alone if nothing is said.
    pub zones: Option<Arc<dyn Zones>>,
}

impl CompileOptions {
    /// For this tenant.
    #[must_use]
    pub fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            ..Self::default()
        }
    }

    /// With the time zones that the host knows.
    #[must_use]
    pub fn with_zones(mut self, zones: impl Zones + 'static) -> Self {
        self.zones = Some(Arc::new(zones));
        self
    }
}
