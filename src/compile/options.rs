//! The options of the compiler.

use crate::lookup::Zones;
use crate::value::Namespace;
use alloc::sync::Arc;

/// What a document is compiled for: the tenant, and the time zones that the host knows.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CompileOptions {
    /// The tenant, which is part of every delivery's id; `default` by default.
    pub namespace: Namespace,
    /// The time zones that the configuration may name; `UTC` alone by default.
    pub zones: Option<Arc<dyn Zones>>,
}

impl CompileOptions {
    /// The options for this tenant.
    #[must_use]
    pub fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            ..Self::default()
        }
    }

    /// Sets the time zones that the host knows.
    #[must_use]
    pub fn with_zones(mut self, zones: impl Zones + 'static) -> Self {
        self.zones = Some(Arc::new(zones));
        self
    }
}
