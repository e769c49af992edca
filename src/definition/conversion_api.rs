//! Conversion APIs: the accounts at ad platforms, and which conversions of a campaign they are
//! told.

use super::limits::MAX_ROWS;
use super::postback::{Payout, Postback};
use super::request::Retry;
use crate::condition::Clause;
use crate::config::MAX_ENTRIES;
use crate::config::part::{Number, part};
use crate::config::setters::setters;
use crate::model::{ApiMode, ParameterRole, Platform, Refunds, Status, Updates, UserDatum};
use crate::value::{Amount, Percent, PostbackId, SecretReference, TypeName};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::time::Duration;

/// The most events that a request of any platform may hold.
pub const MAX_BATCH: u32 = 2_000;

/// An account at an ad platform to which campaigns refer: a pixel, a data set, a tag, or an
/// advertiser's account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConversionApi {
    /// The id by which campaigns refer to it.
    pub id: PostbackId,
    /// The platform. Either this or `recipe` is there.
    pub platform: Option<Platform>,
    /// The recipe that describes the platform: a row of `[[recipe]]`, or one that is shipped.
    pub recipe: Option<PostbackId>,
    /// The interface of the platform, where it has two.
    pub mode: Option<ApiMode>,
    /// The pixel at Meta, TikTok or a recipe's platform, or the UET tag at Microsoft.
    pub pixel: Option<String>,
    /// The number of the advertiser's account at Google Ads, or at Microsoft Advertising in the
    /// mode `offline`, or the account at a recipe's platform.
    pub account: Option<String>,
    /// The number of the customer at Microsoft Advertising who has the account (`offline`).
    pub customer: Option<String>,
    /// The number of the manager's account through which Google's `account` is reached.
    pub login_account: Option<String>,
    /// A reference to its token.
    pub token: SecretReference,
    /// A reference to the developer token of Google's Ads API or of Microsoft's offline
    /// conversions.
    pub developer_token: Option<SecretReference>,
    /// A reference to the app's secret, with which requests to Meta are proved.
    pub app_secret: Option<SecretReference>,
    /// The version of the platform's API.
    pub api_version: Option<String>,
    /// Scheme and host in place of the platform's own, for a gateway or a test.
    pub endpoint: Option<String>,
    /// Where the conversion happened, in the platform's words.
    pub action_source: Option<String>,
    /// The same for the conversion types that happened elsewhere, such as rebills.
    pub action_sources: BTreeMap<String, String>,
    /// The URL of the page on which the conversion happened.
    pub event_source_url: Option<String>,
    /// A template of the event id by which the platform counts a browser's event and a server's
    /// event as one.
    pub event_id: Option<String>,
    /// The value that is sent: `payout`, `sum`, `revenue` or a fixed amount.
    pub value: Option<String>,
    /// Whether it is told when money of a sale is taken back; by default it is, as far as the
    /// platform takes it.
    pub refunds: Option<Refunds>,
    /// The code that marks what is sent as a test.
    pub test_event_code: Option<String>,
    /// Whether requests are checked only and nothing is counted (Google, and recipes that have a
    /// `validate_url`).
    pub validate_only: bool,
    /// What may be told of a person; by default all that the platform takes, and at Google neither
    /// the address nor the user agent.
    pub user_data: Option<Vec<UserDatum>>,
    /// The country of phone numbers that name none.
    pub default_country: Option<String>,
    /// Whether the visitors agreed.
    pub consent: Option<Consent>,
    /// Whether events are for attribution alone, not for the optimisation of delivery (Meta).
    pub opt_out: bool,
    /// Whether events are processed under Limited Data Use (Meta, TikTok).
    pub limited_data_use: bool,
    /// The name under which a partner sends.
    pub partner: Option<String>,
    /// The most events in one request.
    pub max_batch: Option<u32>,
    /// The platform's names for events, by conversion type; at Google the ids of the conversion
    /// actions, and of Microsoft's offline conversions the names of the goals.
    pub events: BTreeMap<String, String>,
}
part!(ConversionApi, MAX_ROWS, {
    id,
    platform,
    recipe,
    mode,
    pixel,
    account,
    customer,
    login_account,
    token,
    developer_token,
    app_secret,
    api_version,
    endpoint,
    action_source,
    action_sources,
    event_source_url,
    event_id,
    value,
    refunds,
    test_event_code,
    validate_only,
    user_data,
    default_country,
    consent,
    opt_out,
    limited_data_use,
    partner,
    max_batch = Number<1, MAX_BATCH>,
    events,
});
part!(@serde ConversionApi);
setters!(ConversionApi {
    option with_mode(mode: ApiMode),
    option with_pixel(pixel: String),
    option with_account(account: String),
    option with_customer(customer: String),
    option with_login_account(login_account: String),
    option with_developer_token(developer_token: SecretReference),
    option with_app_secret(app_secret: SecretReference),
    option with_api_version(api_version: String),
    option with_endpoint(endpoint: String),
    option with_action_source(action_source: String),
    more with_action_sources(action_sources: (String, String)),
    option with_event_source_url(event_source_url: String),
    option with_event_id(event_id: String),
    option with_value(value: String),
    option with_refunds(refunds: Refunds),
    option with_test_event_code(test_event_code: String),
    value with_validate_only(validate_only: bool),
    option with_user_data(user_data: Vec<UserDatum>),
    option with_default_country(default_country: String),
    option with_consent(consent: Consent),
    value with_opt_out(opt_out: bool),
    value with_limited_data_use(limited_data_use: bool),
    option with_partner(partner: String),
    option with_max_batch(max_batch: u32),
    more with_events(events: (String, String)),
});

impl ConversionApi {
    /// An account at a platform, by the reference to its token.
    #[must_use]
    pub fn new(id: PostbackId, platform: Platform, token: SecretReference) -> Self {
        Self {
            id,
            platform: Some(platform),
            token,
            ..crate::config::part::unread()
        }
    }

    /// An account at the platform of a recipe.
    #[must_use]
    pub fn with_recipe(id: PostbackId, recipe: PostbackId, token: SecretReference) -> Self {
        Self {
            id,
            recipe: Some(recipe),
            token,
            ..crate::config::part::unread()
        }
    }
}

/// Whether the visitors agreed that their data are used (Google, Microsoft). What is left out is
/// not said to the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consent {
    /// Whether user data may be sent for advertising: `granted` or `denied`.
    pub ad_user_data: Option<String>,
    /// Whether they may be used for personalised advertising: `granted` or `denied`.
    pub ad_personalization: Option<String>,
    /// The role of a parameter that says both for each conversion.
    pub role: Option<ParameterRole>,
}
part!(Consent, 1, {
    ad_user_data,
    ad_personalization,
    role,
});
setters!(Consent {
    option with_ad_user_data(ad_user_data: String),
    option with_ad_personalization(ad_personalization: String),
    option with_role(role: ParameterRole),
});

/// Which conversions of a campaign an account at an ad platform is told. It has the conditions of a
/// [`Postback`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CampaignConversionApi {
    /// Its id within the campaign, which no postback of the campaign has; part of the ids of its
    /// deliveries.
    pub id: PostbackId,
    /// The account.
    pub api: PostbackId,
    /// The conversion types that are sent; all if the list is empty.
    pub types: Vec<TypeName>,
    /// The statuses that are sent; all if the list is empty.
    pub statuses: Vec<Status>,
    /// When it is sent again after a change; by default it is sent at the first match alone.
    pub updates: Option<Updates>,
    /// The value that is sent in place of the account's: `payout`, `sum`, `revenue` or a fixed
    /// amount.
    pub value: Option<String>,
    /// What `payout` is of the money; all of it by default.
    pub payout: Option<Payout>,
    /// The least payout that is sent, in the channel's currency.
    pub min_payout: Option<Amount>,
    /// The share of the clicks whose conversions are sent; all by default.
    pub share: Option<Percent>,
    /// The longest time from click to conversion.
    pub within: Option<Duration>,
    /// `where`: parameters, each with the text that it must have.
    pub matches: BTreeMap<String, String>,
    /// The parameters that must be there.
    pub require: Vec<String>,
    /// Other conditions, all of which must hold.
    pub when: Vec<Clause>,
    /// Whether conversions that the network marked as tests are sent too.
    pub test: bool,
    /// When it is tried again.
    pub retry: Option<Retry>,
}
part!(CampaignConversionApi, MAX_ENTRIES, {
    id,
    api,
    types,
    statuses,
    updates,
    value,
    payout,
    min_payout,
    share,
    within,
    matches: "where",
    require,
    when,
    test,
    retry,
});
setters!(CampaignConversionApi {
    more with_types(types: TypeName),
    more with_statuses(statuses: Status),
    option with_updates(updates: Updates),
    option with_value(value: String),
    option with_payout(payout: Payout),
    option with_min_payout(min_payout: Amount),
    option with_share(share: Percent),
    option with_within(within: Duration),
    more with_matches(matches: (String, String)),
    more with_require(require: String),
    more with_when(when: Clause),
    value with_test(test: bool),
    option with_retry(retry: Retry),
});

impl CampaignConversionApi {
    /// Sends every conversion to this account.
    #[must_use]
    pub fn new(id: PostbackId, api: PostbackId) -> Self {
        Self {
            id,
            api,
            ..crate::config::part::unread()
        }
    }

    /// The conditions, as a postback has them.
    pub(crate) fn as_postback(&self) -> Postback {
        Postback {
            types: self.types.clone(),
            statuses: self.statuses.clone(),
            updates: self.updates,
            payout: self.payout,
            min_payout: self.min_payout,
            share: self.share,
            within: self.within,
            matches: self.matches.clone(),
            require: self.require.clone(),
            when: self.when.clone(),
            test: self.test,
            ..Postback::new(self.id.clone())
        }
    }
}
