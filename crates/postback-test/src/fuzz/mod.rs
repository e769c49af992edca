//! What the fuzz targets run: each body takes bytes and asserts what must hold of them. They know
//! nothing of a fuzzer: the targets in `fuzz/` are one line each around them, and the ordinary test
//! `fuzz_suite` runs them over the seeds and over generated inputs, so that what a fuzzer looks for
//! cannot rot.

mod address;
mod condition;
mod config;
mod draw;
mod form;
mod history;
mod hoplink;
mod ins_json;
mod ins_open;
mod money;
mod s2s_query;
pub mod seeds;
mod template;
mod thank_you;
mod timestamp;

pub use address::address;
pub use condition::condition;
pub use config::config;
pub use form::form;
pub use history::history;
pub use hoplink::hoplink;
pub use ins_json::ins_json;
pub use ins_open::ins_open;
pub use money::money;
pub use s2s_query::s2s_query;
pub use template::template;
pub use thank_you::thank_you;
pub use timestamp::timestamp;

/// What a target does with its bytes.
pub type Body = fn(&[u8]);

/// Every target by its name.
pub const ALL: [(&str, Body); 13] = [
    ("address", address),
    ("condition", condition),
    ("config", config),
    ("form", form),
    ("history", history),
    ("hoplink", hoplink),
    ("ins_json", ins_json),
    ("ins_open", ins_open),
    ("money", money),
    ("s2s_query", s2s_query),
    ("template", template),
    ("thank_you", thank_you),
    ("timestamp", timestamp),
];
