//! Turns the body of a notification into an event.

#[cfg(feature = "legacy-ins")]
mod form;
mod identity;
mod notification;
mod place;
mod posted;

pub(crate) use place::unread_names;
pub use posted::Message;
pub(crate) use posted::{Posted, names_notification};
