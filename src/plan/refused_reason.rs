//! Why something was refused and is kept.

use super::codes::codes;
use serde::{Deserialize, Serialize};

codes! {
    /// Why a notification or a postback was refused. All notifications have the same reason, which
    /// says nothing: whoever could tell reasons apart could use that to decrypt or to guess.
    #[non_exhaustive]
    pub enum RefusedReason {
        Notification = "notification": "a notification was refused",
        MalformedQuery = "malformed_query": "a name or a value cannot be read as text",
        TooManyParameters = "too_many_parameters": "it has too many parameters",
        TooLong = "too_long": "it or one of its values is too long",
        Repeated = "repeated": "a parameter that means something is repeated",
        MalformedAmount = "malformed_amount": "its amount cannot be read",
        MalformedCurrency = "malformed_currency": "its currency cannot be read",
        MalformedTime = "malformed_time": "its time cannot be read",
        MalformedValue = "malformed_value": "a value holds a character that is not allowed there",
        ContentType = "content_type": "the content type of its body is not one that is read",
        MalformedBody = "malformed_body": "its body cannot be read as the JSON that it is meant to be",
        Misdirected = "misdirected": "it is a notification of ClickBank's, which belongs to `/ins/..`",
        MisdirectedPostback = "misdirected_postback": "it came to the URL of notifications, and belongs to `/postback/..`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_lead_back() {
        for reason in RefusedReason::ALL.iter().copied() {
            assert_eq!(RefusedReason::from_code(reason.as_str()), Some(reason));
            let read: RefusedReason = serde_json::from_str(&alloc::format!("\"{reason}\"")).unwrap();
            assert_eq!(read, reason);
        }
        assert_eq!(RefusedReason::from_code("Repeated"), None);
    }
}
