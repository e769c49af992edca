//! What the benches run: for each a corpus, postback's way and the rival's way to the same answer.
//! The unit tests hold the two to the same answer, so that a ratio compares like with like.

pub mod decisions;
#[cfg(feature = "server")]
pub mod delivery;
#[cfg(feature = "server")]
pub mod durable;
#[cfg(feature = "server")]
pub mod growth;
#[cfg(feature = "server")]
pub mod load;
pub mod notifications;
mod numbers;
pub mod platforms;
pub mod queries;
pub mod rules;
pub mod templates;

/// Lower-case hexadecimal digits, by a table: what the rivals print should cost no more than it
/// must.
fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)])
        .collect()
}
