//! Does what ClickBank does before it posts a form, for tests and tools. [`Form::verify`] is the
//! reverse.

use super::decode::FormError;
use super::posted::Form;
use super::shape::CHECK;
use crate::value::Secret;
use alloc::string::String;
use url::form_urlencoded::Serializer;

/// Returns the body that ClickBank posts for a notification of version 1.0 to 5.0: the parameters
/// as a form, and after them the `cverify` that the account's secret makes. A `cverify` among the
/// parameters is left out.
///
/// The names of the parameters decide the version, as in [`Form::version`], and with it the rule of
/// the check.
///
/// # Errors
/// - parameters that [`Form::parse`] refuses: too many, too long, or with a name that stands twice
///
/// ```
/// use postback::clickbank::form::Form;
/// use postback::testing::sign_form;
/// use postback::{KeyRing, Secret};
///
/// let secret = Secret::from("SECRETSECRET1234");
/// let parameters = [("ctransaction", "SALE"), ("ctransreceipt", "ABCD1234"),
///     ("ctransamount", "3750"), ("ctranstime", "1775052000")];
/// let body = sign_form(&secret, parameters)?;
///
/// let form = Form::parse(body.as_bytes())?.verify(&KeyRing::new(vec![secret])?)?;
/// assert_eq!(form.transaction_type_text(), "SALE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign_form<N: AsRef<str>, V: AsRef<str>>(
    secret: &Secret,
    parameters: impl IntoIterator<Item = (N, V)>,
) -> Result<String, FormError> {
    let mut body = Serializer::new(String::new());
    for (name, value) in parameters {
        if name.as_ref() != CHECK {
            body.append_pair(name.as_ref(), value.as_ref());
        }
    }
    let body = body.finish();
    let form = Form::parse(body.as_bytes())?;
    let check = form.check(&form.version(), secret.expose(), false);
    let mut signed = Serializer::new(body);
    signed.append_pair(CHECK, &String::from_utf8_lossy(&check));
    let signed = signed.finish();
    Form::parse(signed.as_bytes()).map(|_| signed)
}
