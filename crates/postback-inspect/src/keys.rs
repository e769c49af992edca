//! The secret keys of a ClickBank account, as the flags name them.

use crate::verdict::Verdict;
use crate::{Refused, secrets};
use postback::clickbank::envelope::secret_hint;
use postback::{KeyRing, Secret};
use std::fmt::Display;

#[derive(Debug, clap::Args)]
pub(crate) struct SecretFlags {
    /// The environment variable with a secret key of ClickBank. May be repeated, the newest first.
    #[arg(long, value_name = "NAME", required = true)]
    secret_env: Vec<String>,
    /// Accepts secrets of fewer than 12 characters.
    #[arg(long)]
    allow_short_secret: bool,
}

/// A key ring whose secrets have names.
pub(crate) struct Keys<'a> {
    names: &'a [String],
    hints: Vec<Option<&'static str>>,
    pub(crate) ring: KeyRing,
}

/// What each secret does with a body.
#[derive(serde::Serialize)]
pub(crate) struct Diagnosed {
    pub(crate) opens: bool,
    pub(crate) secrets: Vec<String>,
    /// What would have to be undone so that a secret opens it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// What each source of the configuration would do with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sources: Vec<Verdict>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(flags: &'a SecretFlags) -> Result<Self, Refused> {
        let found = flags.secret_env.iter().map(|name| {
            let secret = secrets::of_variable(name);
            secret.ok_or_else(|| Refused(format!("the environment variable `{name}` is not set")))
        });
        let secrets: Vec<Secret> = found.collect::<Result<_, _>>()?;
        let hints = secrets.iter().map(secret_hint).collect();
        let ring = match flags.allow_short_secret {
            true => KeyRing::allow_short(secrets),
            false => KeyRing::new(secrets),
        };
        Ok(Self {
            names: &flags.secret_env,
            hints,
            ring: ring.map_err(|error| match error.is_short() {
                true => Refused(format!("{error} (here: `--allow-short-secret`)")),
                false => Refused::new(error),
            })?,
        })
    }

    /// Describes what was found for each secret, with its name. `right` is what is found for a
    /// right secret.
    pub(crate) fn diagnosed<D: PartialEq + Display>(&self, found: &[D], right: &D) -> Diagnosed {
        let each = found.iter().zip(self.names).zip(&self.hints);
        let secrets = each.map(|((found, name), hint)| match hint {
            // If a secret opens the body, nothing is wrong with it.
            Some(hint) if found != right => format!("{name}: {found} (the secret {hint}, unlike ClickBank's)"),
            _ => format!("{name}: {found}"),
        });
        Diagnosed {
            opens: found.contains(right),
            secrets: secrets.collect(),
            note: None,
            sources: Vec::new(),
        }
    }
}
