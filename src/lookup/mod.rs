//! What every part of a definition is looked up in while it is compiled: the names that others
//! refer to, templates, time zones, URLs. (Layer 3.)

mod context;
mod rows;
mod url;
mod zone;

pub(crate) use context::{Context, Known};
pub(crate) use rows::{is_default, is_new, named, refer, template, title};
pub(crate) use url::{domain_url, web_url};
pub use zone::Zones;
pub(crate) use zone::{of_times, zone};
