//! Google Ads by its Ads API: `POST /v{N}/customers/{id}:uploadClickConversions`, and
//! `:uploadConversionAdjustments`. Only developer tokens that used it before June 2026 may.
//!
//! Sources: the protocol buffers of `google/ads/googleads/v25` (`conversion_upload_service`,
//! `conversion_adjustment_upload_service` and their errors; v26 has the same), and Google's notices
//! of 2026-01-07 and 2026-05-15. Of the visitor's surroundings (`conversionEnvironment`, session
//! attributes, the address) nothing is ever told: Google refuses tokens that were not allowed to.

use super::frame::{frame, header};
use super::google::{Consent, agreed, click_ids};
use super::subject::Subject;
use super::unsent::Unsent;
use crate::draft::{Draft, Members, clock};
use crate::model::{Platform, UserDatum};
use crate::outbound::{Hole, HoledText, Outbound};
use crate::value::{Amount, SecretReference};
use alloc::{format, string::String};
use core::time::Duration;

/// The origin of the API.
pub(crate) const ORIGIN: &str = "https://googleads.googleapis.com";
/// The most conversions, or adjustments, in one request.
pub(crate) const LIMIT: u32 = 2_000;
/// The version that is called where none is named.
pub(crate) const VERSION: &str = "v26";
/// The oldest version that was alive in November 2026. A dead one answers a bare 404.
pub(crate) const OLDEST_VERSION: u32 = 23;
/// How long after the click a conversion is first sent: `TOO_RECENT_EVENT` names the six hours.
pub(super) const AFTER_CLICK: Duration = Duration::from_secs(6 * 60 * 60);

/// What is particular to an account whose conversions go to the Ads API.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The number of the advertiser's account, without dashes.
    pub(crate) account: String,
    pub(crate) consent: Consent,
}

/// What the frames of requests are made of.
pub(crate) struct Frame<'a> {
    pub(crate) origin: &'a str,
    pub(crate) version: &'a str,
    pub(crate) account: &'a str,
    /// The manager's account through which it is reached.
    pub(crate) login_account: Option<&'a str>,
    pub(crate) token: &'a SecretReference,
    pub(crate) developer_token: &'a SecretReference,
    /// Whether requests are checked and nothing is counted.
    pub(crate) validate_only: bool,
}

impl Frame<'_> {
    /// The request for conversions, without its items.
    pub(crate) fn conversions(&self) -> Outbound {
        self.request("uploadClickConversions", "conversions")
    }

    /// The request for adjustments, without its items.
    pub(crate) fn adjustments(&self) -> Outbound {
        self.request("uploadConversionAdjustments", "conversionAdjustments")
    }

    /// A bad row never takes the others with it, which Google demands.
    fn request(&self, method: &str, list: &str) -> Outbound {
        let mut body = HoledText::plain(format!("{{\"{list}\":["));
        body.push_hole(Hole::Items);
        body.push_str("],\"partialFailure\":true");
        if self.validate_only {
            body.push_str(VALIDATES);
        }
        body.push_str("}");
        let (origin, version, account) = (self.origin, self.version, self.account);
        let url = format!("{origin}/{version}/customers/{account}:{method}");
        let headers = [
            ("authorization", header("Bearer ", self.token)),
            ("developer-token", header("", self.developer_token)),
        ];
        let login = self
            .login_account
            .map(|number| ("login-customer-id", HoledText::plain(number)));
        frame(url, headers.into_iter().chain(login), body)
    }
}

/// The member of a request that is only checked.
const VALIDATES: &str = ",\"validateOnly\":true";

/// The resource name of a conversion action.
pub(super) fn action(account: &str, id: &str) -> String {
    format!("customers/{account}/conversionActions/{id}")
}

/// Google's names of what is told of a person. An identifier has one field.
pub(super) const USER_DATA: &[(UserDatum, &str)] = &[
    (UserDatum::Email, "hashedEmail"),
    (UserDatum::Phone, "hashedPhoneNumber"),
];

pub(super) fn write(terms: &Terms, subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let mut members = click_ids(subject);
    let has_click = !members.is_empty();
    members.text("conversionAction", &action(&terms.account, subject.name));
    members.text("conversionDateTime", &clock::zoned(subject.moment.at));
    // Without a value Google books the default value of the action.
    let value = subject.value.map_or(Amount::ZERO, |money| money.amount);
    members.amount("conversionValue", value);
    if let Some(money) = subject.value {
        members.text("currencyCode", money.currency.as_str());
    }
    members.text("orderId", subject.id);
    members.object("consent", &consent(&terms.consent, subject));
    draft.members(members);
    let identifiers = identifiers(subject);
    if !has_click && identifiers.is_empty() {
        let platform = Platform::Google;
        return Err(Unsent::TooLittle { platform });
    }
    draft.whole("\"userIdentifiers\":[", "user_data", identifiers, "]");
    Ok(())
}

fn consent(terms: &Consent, subject: &Subject<'_>) -> Members {
    let mut members = Members::default();
    for (name, said) in agreed(terms, subject) {
        match said {
            Some(true) => members.text(name, "GRANTED"),
            Some(false) => members.text(name, "DENIED"),
            None => {}
        }
    }
    members
}

/// The identifiers of a person, with commas between them.
fn identifiers(subject: &Subject<'_>) -> String {
    let mut all = String::new();
    for (datum, name) in USER_DATA {
        if let Some(text) = subject.person.get(*datum) {
            let mut members = Members::default();
            members.text(name, text);
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(&members.into_object());
        }
    }
    all
}
