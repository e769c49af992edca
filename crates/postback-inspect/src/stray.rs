//! Recognises bodies that are not notifications, since people post what they have at hand.

use postback::clickbank::s2s::TEST_RECEIPT;
use postback::network::InboundPostback;
use postback::{Envelope, KeyRing, Notification};
use serde_json::Value;

/// Returns what the body is and what to do with it; none if nothing is known of it.
pub(crate) fn what(body: &[u8], ring: &KeyRing) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    if text == TEST_RECEIPT {
        return Some(format!(
            "`{TEST_RECEIPT}` is the receipt that ClickBank's Test button and its examples fill in: no notification and no sale; the whole body of the \
             POST is needed"
        ));
    }
    if text.starts_with('{') {
        return in_the_clear(text);
    }
    wrapper_as_form(text, ring)
}

/// Returns a text for a postback with this receipt that is not recognised as a test.
pub(crate) fn made_up(postback: &InboundPostback, is_test: bool) -> Option<String> {
    let is_it = postback.receipt_text.as_deref() == Some(TEST_RECEIPT);
    (is_it && !is_test).then(|| {
        format!(
            "`{TEST_RECEIPT}` is the receipt of ClickBank's Test button and its examples, and no sale's; the postback is known as a test where \
             `{{aff_sub1}}` is pasted too, so that `affsub1` comes with it"
        )
    })
}

/// Recognises a notification that nobody encrypted.
fn in_the_clear(text: &str) -> Option<String> {
    let members: Value = serde_json::from_str(text).ok()?;
    if members.get("notification").is_some() || members.get("transactionType").is_none() {
        return None;
    }
    let whole = match Notification::parse(text.as_bytes()) {
        Ok(_) => "`explain --event` takes it".into(),
        Err(fault) => format!("as one it is refused: {fault}"),
    };
    Some(format!(
        "body is a notification in the clear: ClickBank posts `notification` and `iv`, so it was decrypted on its way or is not ClickBank's, and a \
         server refuses it; {whole}"
    ))
}

/// Finds the two members of an encrypted wrapper among the parameters of a form.
fn wrapper_as_form(text: &str, ring: &KeyRing) -> Option<String> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let named = |name: &str| {
        let (_, value) = pairs.iter().find(|(own, _)| own == name)?;
        // A `+` that was not escaped has become a space.
        Some(value.replace(' ', "+"))
    };
    let notification = named("notification")?;
    let json = match named("iv") {
        Some(iv) => serde_json::json!({"notification": notification, "iv": iv}),
        None => serde_json::json!({"notification": notification}),
    };
    let opens = match Envelope::parse(json.to_string().as_bytes()) {
        Ok(envelope) if ring.open(&envelope).is_ok() => "as JSON it opens".into(),
        Ok(_) => "as JSON no secret opens it".into(),
        Err(error) => format!("as JSON it is refused: {error}"),
    };
    Some(format!(
        "body is a form with `notification`: ClickBank posts JSON, so something on its way has written it anew, and a server refuses it; {opens}; \
         have the body sent on as it came"
    ))
}
