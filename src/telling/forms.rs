//! In which form an account's platform takes a person's data.

use crate::model::{Platform, UserDatum};
use crate::user_data::{Field, Form, Home, LeftOut, Normal, Prepared, form, normal, prepare, sha256_hex};
use crate::value::Pii;
use alloc::collections::BTreeMap;

/// The forms of a platform.
#[derive(Debug)]
pub(crate) enum Forms {
    /// Those of one of our platforms.
    Of(Platform),
    /// Those of a recipe: normalised like one of our platforms, and hashed or not.
    Recipe(BTreeMap<UserDatum, (Platform, Form)>),
}

impl Forms {
    /// The form of a datum; none if the platform has no place for it.
    pub(crate) fn of(&self, (datum, field): (UserDatum, Field)) -> Option<Form> {
        match self {
            Self::Of(platform) => form(*platform, field),
            Self::Recipe(forms) => forms.get(&datum).map(|(_, form)| *form),
        }
    }

    /// Makes a value ready to be sent.
    pub(crate) fn prepare(
        &self,
        (datum, field): (UserDatum, Field),
        text: &str,
        home: &Home,
    ) -> Result<Prepared, LeftOut> {
        match self {
            Self::Of(platform) => prepare(*platform, field, text, home),
            Self::Recipe(forms) => {
                let (like, form) = *forms.get(&datum).ok_or(LeftOut::NotTaken)?;
                as_recipe(like, form, field, text, home)
            }
        }
    }
}

/// Of hashes that came, a recipe's platform is told those of 64 digits alone.
fn as_recipe(like: Platform, form: Form, field: Field, text: &str, home: &Home) -> Result<Prepared, LeftOut> {
    let (text, came_hashed) = match (normal(like, field, text, home)?, form) {
        (Normal::Hash(_), Form::Plain) => return Err(LeftOut::HashWherePlain),
        (Normal::Hash(hash), Form::Hashed) if hash.expose().len() == 64 => (hash, true),
        (Normal::Hash(_), Form::Hashed) => return Err(LeftOut::HashNotTaken),
        (Normal::Text(text), Form::Hashed) => (Pii::new(sha256_hex(text.expose())), false),
        (Normal::Text(text), Form::Plain) => (text, false),
    };
    Ok(Prepared {
        text,
        form,
        came_hashed,
    })
}
