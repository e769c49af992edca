//! What a person may see of a postback that was refused.

use crate::network::Meaning;
use crate::text::{lossy, shown, written};
use crate::tracker::Source;
use alloc::{string::String, vec::Vec};

/// A parameter of a refused postback, as far as a person may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownParameter {
    /// Its name, shortened where it is long.
    pub name: String,
    /// Its value, shortened where it is long; none where it may be a secret or personal.
    pub value: Option<String>,
    /// How many bytes the value has as it came.
    pub bytes: usize,
}

/// The parameters of a postback that was refused, in the order they came, as the names of `source`
/// have it now. A value is shown where its name means something here, but for tokens and for
/// parameters with a personal role; what an unknown name holds may be anybody's address.
#[must_use]
pub fn shown_parameters(source: &Source, query: &[u8]) -> Vec<ShownParameter> {
    // Of a body nothing is shown: where its names end and its values begin is not known.
    let query = query.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_body = query.trim_ascii_start().first() == Some(&b'{');
    let query = if is_body { &[][..] } else { query };
    let parameters = written(query).map(|(name, value)| {
        let (name, value) = (lossy(name), value.unwrap_or_default());
        ShownParameter {
            value: is_shown(source, &name).then(|| shown(&lossy(value))),
            name: shown(&name),
            bytes: value.len(),
        }
    });
    parameters.collect()
}

fn is_shown(source: &Source, name: &str) -> bool {
    let meaning = source.names.meaning(name);
    let own = source.parameters.iter().find(|row| row.name == name);
    let role = own.and_then(|row| row.role.as_ref());
    let is_private = role.is_some_and(|role| role.is_private());
    meaning != Some(Meaning::Token) && !is_private && (meaning.is_some() || own.is_some())
}
