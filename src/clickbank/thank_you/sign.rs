//! Does what ClickBank does before it sends a buyer to a thank-you page, for tests and tools.
//! [`ThankYou::verify`](super::ThankYou::verify) is the reverse.

use super::parameters::{CHECK, Values, check_of};
use crate::clickbank::envelope::seal::encrypt;
use crate::text::push_json;
use crate::value::{Pii, Secret};
use ::base64::{Engine as _, engine::general_purpose::STANDARD};
use alloc::{borrow::ToOwned, string::String};
use url::form_urlencoded::Serializer;

/// Returns the query of a thank-you page's URL in plain form: the parameters, and after them the
/// `cbpop` that the account's secret makes of `cbreceipt`, `time` and `item`. A `cbpop` among the
/// parameters is left out.
///
/// ```
/// use postback::Secret;
/// use postback::testing::sign_thank_you;
///
/// let bought = [("item", "ipntest"), ("cbreceipt", "LPJ9VE42"), ("time", "1419112990")];
/// let query = sign_thank_you(&Secret::from("SECRETSECRET1234"), bought);
/// assert_eq!(query, "item=ipntest&cbreceipt=LPJ9VE42&time=1419112990&cbpop=4C19ACEB");
/// ```
#[must_use]
pub fn sign_thank_you<N: AsRef<str>, V: AsRef<str>>(
    secret: &Secret,
    parameters: impl IntoIterator<Item = (N, V)>,
) -> String {
    let (mut values, mut query) = (Values::new(), Serializer::new(String::new()));
    for (name, value) in parameters {
        let (name, value) = (name.as_ref(), value.as_ref());
        if name != CHECK {
            query.append_pair(name, value);
            values.entry(name.to_owned()).or_insert_with(|| Pii::new(value));
        }
    }
    let check = check_of(&values, secret.expose());
    query.append_pair(CHECK, &String::from_utf8_lossy(&check));
    query.finish()
}

/// Returns the query of a thank-you page's URL in encrypted form: `iv` and `params`, encrypted as
/// [`seal`](crate::testing::seal) encrypts a notification. The parameters stand inside as they are
/// given, so a `cbpop` is there only if it is among them.
///
/// ```
/// use core::time::Duration;
/// use postback::clickbank::thank_you::ThankYou;
/// use postback::testing::{iv, seal_thank_you};
/// use postback::{KeyRing, Secret, Timestamp};
///
/// let secret = Secret::from("SECRETSECRET1234");
/// let bought = [("item", "1"), ("cbreceipt", "ABCD1234"), ("time", "1775052000")];
/// let query = seal_thank_you(&secret, &iv(7), bought);
///
/// let (ring, now) = (KeyRing::new(vec![secret])?, Timestamp::from_unix_seconds(1_775_052_010)?);
/// let page = ThankYou::parse(query.as_bytes())?.verify(&ring, now, Duration::from_secs(60))?;
/// assert!(!page.is_checked());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn seal_thank_you<N: AsRef<str>, V: AsRef<str>>(
    secret: &Secret,
    iv: &[u8; 16],
    parameters: impl IntoIterator<Item = (N, V)>,
) -> String {
    let mut text = String::from("{");
    for (place, (name, value)) in parameters.into_iter().enumerate() {
        text.push_str(if place == 0 { "\"" } else { ",\"" });
        push_json(name.as_ref(), &mut text);
        text.push_str("\":\"");
        push_json(value.as_ref(), &mut text);
        text.push('"');
    }
    text.push('}');
    let mut query = Serializer::new(String::new());
    query.append_pair("iv", &STANDARD.encode(iv));
    query.append_pair("params", &STANDARD.encode(encrypt(secret, iv, text.as_bytes())));
    query.finish()
}
