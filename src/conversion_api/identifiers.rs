//! By which parameters a platform can know a person or a click.

use super::account::Account;
use super::person::FIELDS;
use crate::model::{ParameterRole, Platform, UserDatum};
use crate::user_data::form;

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
            !names_nobody && self.shares.data.contains(datum) && form(self.platform, *field).is_some()
        })
    }
}
