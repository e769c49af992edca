//! Conversion APIs. They are checked for their shape, and change nothing yet.

use super::limits::MAX_ROWS;
use crate::config::MAX_ENTRIES;
use crate::config::part::part;
use crate::config::setters::setters;
use crate::model::Status;
use crate::value::{PostbackId, SecretReference, TypeName};
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// A pixel that campaigns refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConversionApi {
    /// The id by which campaigns refer to it.
    pub id: PostbackId,
    /// `meta`, `google`, `tiktok` or `microsoft`.
    pub platform: String,
    /// The pixel's number.
    pub pixel: Option<String>,
    /// A reference to its token.
    pub token: SecretReference,
    /// A reference to the app's secret.
    pub app_secret: Option<SecretReference>,
    /// The version of the platform's API.
    pub api_version: Option<String>,
    /// Where the conversion happened, in the platform's words.
    pub action_source: Option<String>,
    /// The URL of the page on which the conversion happened.
    pub event_source_url: Option<String>,
    /// A template of the event id by which the platform counts a browser's event and a server's
    /// event as one.
    pub event_id: Option<String>,
    /// The value that is sent: `revenue`, `payout` or a fixed amount.
    pub value: Option<String>,
    /// The code that marks what is sent as a test.
    pub test_event_code: Option<String>,
    /// The platform's names for events, by conversion type.
    pub events: BTreeMap<String, String>,
}
part!(ConversionApi, MAX_ROWS, {
    id,
    platform,
    pixel,
    token,
    app_secret,
    api_version,
    action_source,
    event_source_url,
    event_id,
    value,
    test_event_code,
    events,
});
part!(@serde ConversionApi);
setters!(ConversionApi {
    option with_pixel(pixel: String),
    option with_app_secret(app_secret: SecretReference),
    option with_api_version(api_version: String),
    option with_action_source(action_source: String),
    option with_event_source_url(event_source_url: String),
    option with_event_id(event_id: String),
    option with_value(value: String),
    option with_test_event_code(test_event_code: String),
    more with_events(events: (String, String)),
});

impl ConversionApi {
    /// A pixel of a platform, by the reference to its token.
    #[must_use]
    pub fn new(id: PostbackId, platform: impl Into<String>, token: SecretReference) -> Self {
        Self {
            id,
            platform: platform.into(),
            token,
            ..crate::config::part::unread()
        }
    }
}

/// Which conversions of a campaign go to which pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CampaignConversionApi {
    /// Its id within the campaign.
    pub id: PostbackId,
    /// The pixel.
    pub api: PostbackId,
    /// The conversion types that are sent; all if the list is empty.
    pub types: Vec<TypeName>,
    /// The statuses that are sent; all if the list is empty.
    pub statuses: Vec<Status>,
}
part!(CampaignConversionApi, MAX_ENTRIES, {
    id,
    api,
    types,
    statuses,
});
setters!(CampaignConversionApi {
    more with_types(types: TypeName),
    more with_statuses(statuses: Status),
});

impl CampaignConversionApi {
    /// Sends every conversion to this pixel.
    #[must_use]
    pub fn new(id: PostbackId, api: PostbackId) -> Self {
        Self {
            id,
            api,
            types: Vec::new(),
            statuses: Vec::new(),
        }
    }
}
