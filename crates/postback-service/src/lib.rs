#![doc = include_str!("../README.md")]

mod aside;
mod click;
mod configure;
mod handle;
mod host;
mod ingest;
mod journal;
mod keep;
mod lines;
mod meter;
mod notification;
mod postback;
mod refusals;
mod refused;
mod secrets;
mod service;
mod shared;
mod stop;
mod stores;
mod turns;
mod work;

pub use click::{Lost, LostReason, Visitor};
pub use configure::ConfigureError;
pub use handle::{Live, TrackerHandle};
pub use host::{OsEntropy, SystemClock};
pub use ingest::{NotStored, Taken};
pub use journal::{Journal, MAX_JOURNAL, Replayed};
pub use notification::NotificationError;
pub use postback::{PostbackAnswer, PostbackError};
pub use refusals::RefusedPostbacks;
pub use refused::{Retried, RetryError};
pub use secrets::{EnvSecrets, FixedSecrets};
pub use service::{Service, ServiceBuilder};
pub use shared::{PRIVATE_DAYS, STORE_TIMEOUT};
pub use stop::stop_signal;
pub use stores::Stores;
