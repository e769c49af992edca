//! What the tests of the service share: `world.toml`, a configuration that lacks the offer source
//! `net`, and trackers made of texts.

use postback::{CompileOptions, Document, Tracker, compile::compile};

pub(crate) fn tracker(text: &str) -> Tracker {
    compile(&Document::from_toml(text).unwrap(), &CompileOptions::default()).unwrap()
}
