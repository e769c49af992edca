//! The further interfaces of Google and Microsoft: the Ads API, and offline conversions.

use super::made::Made;
use super::platform::consent_of;
use crate::config::Place;
use crate::conversion_api::texts::{ads_version, customer, needed, numbered};
use crate::conversion_api::{Terms, google_ads, microsoft_offline};
use crate::definition::ConversionApi;
use crate::value::SecretReference;

pub(super) fn of_ads_api<'a>(row: &'a ConversionApi, place: &Place<'_>, origin: Option<&str>) -> Option<Made<'a>> {
    let account = needed(row.account.as_deref(), &place.at("account"));
    let account = account.and_then(|number| place.at("account").accept(customer(number)));
    let login = row.login_account.as_deref();
    let login = login.map(|number| place.at("login_account").accept(customer(number)));
    let version = row.api_version.as_deref().unwrap_or(google_ads::VERSION);
    let version = place.at("api_version").accept(ads_version(version));
    let developer_token = developer_token(row, place);
    let consent = consent_of(row, place);
    let account = account?;
    let login = login.map_or(Some(None), |login| login.map(Some))?;
    let frame = google_ads::Frame {
        origin: origin?,
        version: version?,
        account: &account,
        login_account: login.as_deref(),
        token: &row.token,
        developer_token: developer_token?,
        validate_only: row.validate_only,
    };
    let (conversions, adjustments) = (frame.conversions(), frame.adjustments());
    let terms = google_ads::Terms { account, consent };
    let mut made = Made::of(Terms::GoogleAds(terms), conversions, google_ads::LIMIT);
    made.adjusts = Some(adjustments);
    Some(made)
}

pub(super) fn of_offline<'a>(row: &'a ConversionApi, place: &Place<'_>, origin: Option<&str>) -> Option<Made<'a>> {
    let account = numbered(row.account.as_deref(), &place.at("account"));
    let customer = numbered(row.customer.as_deref(), &place.at("customer"));
    let developer_token = developer_token(row, place);
    let frame = microsoft_offline::Frame {
        origin: origin?,
        customer: customer?,
        account: account?,
        token: &row.token,
        developer_token: developer_token?,
    };
    let terms = microsoft_offline::Terms {
        account: account?.into(),
    };
    let terms = Terms::MicrosoftOffline(terms);
    let mut made = Made::of(terms, frame.conversions(), microsoft_offline::LIMIT);
    made.adjusts = Some(frame.adjustments());
    Some(made)
}

fn developer_token<'a>(row: &'a ConversionApi, place: &Place<'_>) -> Option<&'a SecretReference> {
    if row.developer_token.is_none() {
        place
            .at("developer_token")
            .problem("is missing: each request names the developer's token, as in `env:ADS_DEVELOPER_TOKEN`");
    }
    row.developer_token.as_ref()
}
