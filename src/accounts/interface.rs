//! The interfaces of the platforms, and which keys each has.

use crate::config::Place;
use crate::conversion_api::{google, google_ads, meta, microsoft, microsoft_offline, tiktok};
use crate::definition::ConversionApi;
use crate::lookup::domain_url;
use crate::model::{ApiMode, Platform, UserDatum};
use alloc::{format, string::String, vec::Vec};
use core::fmt;

/// An interface by which a platform takes conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interface {
    Meta,
    TikTok,
    DataManager,
    AdsApi,
    Uet,
    Offline,
}

impl Interface {
    /// That of a row; none if its mode is none of the platform's.
    pub(super) fn of(row: &ConversionApi, place: &Place<'_>) -> Option<Self> {
        let modes = ApiMode::of(row.platform);
        let mode = row.mode.or(modes.first().copied());
        if let Some(mode) = row.mode.filter(|mode| !modes.contains(mode)) {
            let named: Vec<String> = modes.iter().map(|mode| format!("`{mode}`")).collect();
            place.at("mode").problem(match named.as_slice() {
                [] => format!("{} has one interface and no modes", row.platform),
                named => format!(
                    "`{mode}` is no mode of {}; there are {}",
                    row.platform,
                    named.join(" and ")
                ),
            });
            return None;
        }
        Some(match (row.platform, mode) {
            (Platform::Meta, _) => Self::Meta,
            (Platform::TikTok, _) => Self::TikTok,
            (Platform::Google, Some(ApiMode::AdsApi)) => Self::AdsApi,
            (Platform::Google, _) => Self::DataManager,
            (Platform::Microsoft, Some(ApiMode::Offline)) => Self::Offline,
            (Platform::Microsoft, _) => Self::Uet,
        })
    }

    fn platform(self) -> Platform {
        match self {
            Self::Meta => Platform::Meta,
            Self::TikTok => Platform::TikTok,
            Self::DataManager | Self::AdsApi => Platform::Google,
            Self::Uet | Self::Offline => Platform::Microsoft,
        }
    }

    /// Whether it takes the ids of conversion actions, or the names of goals, that a person made:
    /// then nothing is told of a type that `events` does not name.
    pub(super) fn has_no_usual_names(self) -> bool {
        matches!(self, Self::DataManager | Self::AdsApi | Self::Offline)
    }

    /// What it is told of a person where the account names nothing.
    pub(super) fn usual_data(self) -> Vec<UserDatum> {
        use UserDatum::{Email, Ip, Phone, UserAgent};
        let is_usual = |datum: &UserDatum| match self {
            Self::AdsApi | Self::Offline => matches!(datum, Email | Phone),
            // Google wants no addresses of visitors in Europe, so that it gets none if nothing is
            // said.
            Self::DataManager => !matches!(datum, Ip | UserAgent),
            Self::Meta | Self::TikTok | Self::Uet => true,
        };
        UserDatum::ALL.iter().copied().filter(is_usual).collect()
    }

    /// Scheme and host of the platform, or what the account names in their place.
    pub(super) fn origin(self, row: &ConversionApi, place: &Place<'_>) -> Option<String> {
        let own = match self {
            Self::Meta => meta::ORIGIN,
            Self::TikTok => tiktok::ORIGIN,
            Self::DataManager => google::ORIGIN,
            Self::AdsApi => google_ads::ORIGIN,
            Self::Uet => microsoft::ORIGIN,
            Self::Offline => microsoft_offline::ORIGIN,
        };
        match &row.endpoint {
            Some(text) => place.at("endpoint").accept(domain_url(text)),
            None => Some(own.into()),
        }
    }

    /// Reports the keys that the interface does not have.
    pub(super) fn foreign_keys(self, row: &ConversionApi, place: &Place<'_>) {
        use Interface::{AdsApi, DataManager, Meta, Offline, TikTok, Uet};
        let keys: [(&str, bool, &[Self]); 16] = [
            ("pixel", row.pixel.is_some(), &[Meta, TikTok, Uet]),
            ("account", row.account.is_some(), &[DataManager, AdsApi, Offline]),
            ("customer", row.customer.is_some(), &[Offline]),
            ("login_account", row.login_account.is_some(), &[DataManager, AdsApi]),
            ("developer_token", row.developer_token.is_some(), &[AdsApi, Offline]),
            ("app_secret", row.app_secret.is_some(), &[Meta]),
            ("api_version", row.api_version.is_some(), &[Meta, TikTok, AdsApi]),
            ("action_source", row.action_source.is_some(), &[Meta, DataManager]),
            ("action_sources", !row.action_sources.is_empty(), &[Meta, DataManager]),
            ("event_source_url", row.event_source_url.is_some(), &[Meta, TikTok, Uet]),
            ("test_event_code", row.test_event_code.is_some(), &[Meta, TikTok]),
            ("validate_only", row.validate_only, &[DataManager, AdsApi]),
            ("consent", row.consent.is_some(), &[DataManager, AdsApi, Uet]),
            ("opt_out", row.opt_out, &[Meta]),
            ("limited_data_use", row.limited_data_use, &[Meta, TikTok]),
            ("partner", row.partner.is_some(), &[Meta, TikTok, Uet]),
        ];
        for (key, is_set, interfaces) in keys {
            if is_set && !interfaces.contains(&self) {
                let has_another = interfaces.iter().any(|other| other.platform() == row.platform);
                place.at(key).problem(match has_another {
                    true => format!("{self} has no such key"),
                    false => format!("{} has no such key", row.platform),
                });
            }
        }
    }
}

/// The platform, and its mode where it has two.
impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Meta => "meta",
            Self::TikTok => "tiktok",
            Self::DataManager => "google in the mode `data_manager`",
            Self::AdsApi => "google in the mode `ads_api`",
            Self::Uet => "microsoft in the mode `uet_capi`",
            Self::Offline => "microsoft in the mode `offline`",
        })
    }
}
