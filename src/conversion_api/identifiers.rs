//! By which parameters a platform can know a person or a click.

use super::account::{Account, Terms};
use super::person::FIELDS;
use super::{google, google_ads, meta, microsoft, microsoft_offline, tiktok};
use crate::model::{ParameterRole, Platform, UserDatum};
use crate::user_data::{Field, form};

impl Account {
    /// Whether the platform knows a click or a browser by a channel's parameter with this role.
    pub(crate) fn knows_click_by(&self, role: &ParameterRole) -> bool {
        use ParameterRole::{Fbc, Fbclid, Fbp, Gbraid, Gclid, Msclkid, Ttclid, Ttp, Wbraid};
        match self.platform {
            Platform::Meta => matches!(role, Fbclid | Fbc | Fbp),
            Platform::Google => matches!(role, Gclid | Gbraid | Wbraid),
            Platform::TikTok => matches!(role, Ttclid | Ttp),
            Platform::Microsoft => matches!(role, Msclkid),
        }
    }

    /// Whether the platform is told the value of a source's parameter with this role, and knows a
    /// person by it, alone or with others. What many people share, such as the city, names nobody.
    pub(crate) fn knows_person_by(&self, role: &ParameterRole) -> bool {
        use UserDatum::{City, Country, DateOfBirth, Gender, State, Zip};
        let mut fields = FIELDS.iter().filter(|(_, known, _)| known == role);
        fields.any(|(datum, _, field)| {
            let names_nobody = matches!(datum, City | Country | DateOfBirth | Gender | State | Zip);
            !names_nobody && self.shares.data.contains(datum) && self.takes(*datum, *field)
        })
    }

    /// Whether the platform has a place for a field of a person.
    pub(super) fn takes(&self, datum: UserDatum, field: Field) -> bool {
        match &self.terms {
            Terms::GoogleAds(_) | Terms::MicrosoftOffline(_) => self.names().iter().any(|(known, _)| *known == datum),
            _ => form(self.platform, field).is_some(),
        }
    }

    /// The platform's names of a person's data.
    pub(super) fn names(&self) -> &'static [(UserDatum, &'static str)] {
        match &self.terms {
            Terms::Meta(_) => meta::USER_DATA,
            Terms::Google(_) => google::USER_DATA,
            Terms::GoogleAds(_) => google_ads::USER_DATA,
            Terms::TikTok(_) => tiktok::USER,
            Terms::Microsoft(_) => microsoft::USER_DATA,
            Terms::MicrosoftOffline(_) => microsoft_offline::USER_DATA,
        }
    }

    /// The platform's names of the visitor's address and user agent; none where it has no place for
    /// them.
    pub(super) fn browser_names(&self) -> Option<(&'static str, &'static str)> {
        match &self.terms {
            Terms::Meta(_) => Some(("client_ip_address", "client_user_agent")),
            Terms::Google(_) => Some(("ipAddress", "userAgent")),
            Terms::TikTok(_) => Some(("ip", "user_agent")),
            Terms::Microsoft(_) => Some(("clientIpAddress", "clientUserAgent")),
            Terms::GoogleAds(_) | Terms::MicrosoftOffline(_) => None,
        }
    }
}
