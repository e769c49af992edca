//! This module checks the URL of a seller's thank-you page: what ClickBank says in it, and how much
//! of it the visitor may have written. Begin with [`ThankYou::parse`].
//!
//! In plain form (`..?item=..&cbreceipt=..&time=..&cbpop=..&cname=..`) `cbpop` is a check of 32
//! bits over the secret key, the receipt, the time and the item, and over nothing else: name,
//! e-mail address, country and affiliate are whatever the visitor's address bar says (recomputed
//! from a real URL of 2014). In encrypted form (`..?iv=..&params=..`, "Encrypting Passed
//! Parameters", support article 115015433468; two receivers agree on it) everything stands inside,
//! under the scheme and the key of INS 6.0; whether a `cbpop` is there too they disagree on, so it
//! may be absent, and one that is there must be right.
//!
//! **Encrypted is not authenticated.** The IV stands in the URL, so without a `cbpop` inside the
//! first sixteen bytes of the text, usually the beginning of the `item`, are whatever the visitor
//! makes of them. [`ThankYouPage::is_checked`] tells; where it is false no product may be handed
//! out by its number alone.
//!
//! Such a URL is the buyer's: it stands in his history and can be sent on. So the age that is taken
//! is an argument, and there is no default. Whoever answers strangers counts what fails with a
//! [`FailureBudget`](crate::tracker::FailureBudget): 32 bits can be searched. Of the refusals
//! [`ThankYouRefused::TooOld`] and [`ThankYouRefused::TooNew`] are no failed guess: the check was
//! right.
//!
//! ```
//! use core::time::Duration;
//! use postback::KeyRing;
//! use postback::clickbank::thank_you::ThankYou;
//! use postback::{Secret, Timestamp};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let key_ring = KeyRing::new(vec![Secret::from("SECRETSECRET1234")])?;
//!     let query = b"item=ipntest&cbreceipt=LPJ9VE42&time=1419112990&cbpop=4C19ACEB&cbaffi=0&cname=John+Smith";
//!     let now = Timestamp::from_unix_seconds(1_419_113_000)?;
//!     let page = ThankYou::parse(query)?.verify(&key_ring, now, Duration::from_secs(3600))?;
//!     assert_eq!(page.receipts().collect::<Vec<_>>(), ["LPJ9VE42"]);
//!     assert_eq!(page.affiliate(), None);
//!     Ok(())
//! }
//! ```

mod flat;
mod loose;
mod page;
mod parameters;
#[cfg(feature = "testing")]
pub(crate) mod sign;
mod times;
mod visit;

pub use page::ThankYouPage;
pub use times::{MAX_SKEW, ThankYouRefused};
pub use visit::{ThankYou, ThankYouError};
