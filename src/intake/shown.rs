//! What a person may see of a refused postback.

use crate::network::Meaning;
use crate::text::{lossy, shown, written};
use crate::tracker::Source;
use alloc::{string::String, vec::Vec};

/// A parameter of a refused postback, as far as a person may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownParameter {
    /// The parameter's name, cut if it is long.
    pub name: String,
    /// The parameter's value, cut if it is long; none if it may be secret or personal.
    pub value: Option<String>,
    /// The length of the value as it came, in bytes.
    pub bytes: usize,
}

/// Returns the parameters of a refused postback in the order in which they came, read by the
/// parameter names that `source` has now. A value is shown if its name has a meaning for the
/// source, except for tokens and for parameters with a personal role. The value of an unknown name
/// is hidden, since it may be anybody's address.
#[must_use]
pub fn shown_parameters(source: &Source, query: &[u8]) -> Vec<ShownParameter> {
    // Nothing of a body is shown, since it is not known where its names end and its values begin.
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
