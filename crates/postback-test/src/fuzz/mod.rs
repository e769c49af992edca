//! The bodies of the fuzz targets. Each takes bytes and asserts properties about them, and none
//! depends on a fuzzer. The targets in `fuzz/` call them in one line each. The ordinary test
//! `fuzz_suite` runs them over the seeds and over generated inputs, so that they always work.
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
mod user_data;

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
pub use user_data::user_data;

/// The body of a target, which takes bytes.
pub type Body = fn(&[u8]);

/// All targets with their names.
pub const ALL: [(&str, Body); 14] = [
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
    ("user_data", user_data),
];
