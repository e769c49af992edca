//! By which parameters a platform can know a person or a click.

use super::account::{Account, Terms};
use crate::model::{ParameterRole, UserDatum};
use crate::telling::FIELDS;

impl Account {
    /// Whether the platform knows a click or a browser by a channel's parameter with this role.
    pub(crate) fn knows_click_by(&self, role: &ParameterRole) -> bool {
        use ParameterRole::{Fbc, Fbclid, Fbp, Gbraid, Gclid, Msclkid, Ttclid, Ttp, Wbraid};
        match &self.terms {
            Terms::Meta(_) => matches!(role, Fbclid | Fbc | Fbp),
            Terms::Google(_) => matches!(role, Gclid | Gbraid | Wbraid),
            Terms::TikTok(_) => matches!(role, Ttclid | Ttp),
            Terms::Microsoft(_) => matches!(role, Msclkid),
            Terms::Recipe(terms) => terms.knows_click_by(role),
        }
    }

    /// Whether the platform is told the value of a source's parameter with this role, and knows a
    /// person by it, alone or with others. What many people share, such as the city, names nobody.
    pub(crate) fn knows_person_by(&self, role: &ParameterRole) -> bool {
        use UserDatum::{City, Country, DateOfBirth, Gender, State, Zip};
        let mut fields = FIELDS.iter().filter(|(_, known, _)| known == role);
        fields.any(|(datum, _, field)| {
            let names_nobody = matches!(datum, City | Country | DateOfBirth | Gender | State | Zip);
            !names_nobody && self.shares.data.contains(datum) && self.shares.forms.of((*datum, *field)).is_some()
        })
    }
}
