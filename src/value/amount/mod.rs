//! Exact decimal amounts with a grammar of their own. A text that is not plainly an amount is
//! refused with its reason and never read as zero.

mod decimal;
mod exact;
mod print;
mod read;
mod refused;

pub use decimal::Amount;
pub use refused::{AmountError, MAX_AMOUNT_DIGITS, MAX_AMOUNT_FRACTION};
