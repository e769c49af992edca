//! Files of vectors.

use serde::de::DeserializeOwned;

/// Iterates over the lines of a text of JSON lines.
pub fn jsonl<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    text.lines().map(line).collect()
}
