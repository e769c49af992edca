//! The secrets of the server: those of the environment and of files, and OAuth access tokens.

use postback::Secret;
use postback::port::{BoxFuture, HttpClient, SecretError, Secrets};
use postback::value::{SecretPlace, SecretReference};
use postback_http::oauth::{Credential, CredentialError, Tokens};
use postback_service::{EnvSecrets, record_token_renewal};
use std::{collections::BTreeSet, path::PathBuf, str::FromStr, sync::Arc};

/// An OAuth credential that a flag names, as in `google=/var/lib/postback/google.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    name: String,
    file: PathBuf,
}

impl FromStr for Named {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "it is no name with a file, as in `google=/var/lib/postback/google.json`";
        let (name, file) = text.split_once('=').ok_or(wrong)?;
        // A configuration must be able to refer to it.
        let reference = format!("host:{name}").parse::<SecretReference>();
        if reference.is_err() || file.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            name: name.to_owned(),
            file: file.into(),
        })
    }
}

/// The secrets of a server with these credentials. In a dry run no token is asked for.
///
/// # Errors
/// All problems, one text for each: a name that is given twice, and a file that is no credential.
pub(crate) fn secrets(
    named: Vec<Named>,
    http: Arc<dyn HttpClient>,
    dry_run: bool,
) -> Result<Arc<dyn Secrets>, Vec<String>> {
    let observe = |name: &str, renewal: postback_http::oauth::Renewal| record_token_renewal(name, renewal.as_str());
    let mut tokens = Tokens::new(Arc::new(OwnSecrets), http).with_observer(observe);
    let (mut problems, mut names) = (Vec::new(), BTreeSet::new());
    for Named { name, file } in named {
        if !names.insert(name.clone()) {
            problems.push(format!("--oauth names `{name}` twice"));
        }
        match Credential::read(file) {
            Ok(credential) => tokens = tokens.with(name, credential),
            Err(error) => problems.push(CredentialError::to_string(&error)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let tokens = if dry_run { tokens.without_asking() } else { tokens };
    Ok(Arc::new(tokens))
}

/// The secrets that are no access tokens.
#[derive(Debug)]
struct OwnSecrets;

impl Secrets for OwnSecrets {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        match reference.place() {
            SecretPlace::Host(name) => {
                let problem =
                    format!("is no OAuth credential of this server: name its file with `--oauth {name}=FILE`");
                Box::pin(async move { Err(SecretError::new(reference, problem)) })
            }
            _ => EnvSecrets.secret(reference),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_a_name_and_a_file() {
        let named: Named = "google=/a=b.json".parse().unwrap();
        assert_eq!(
            (named.name.as_str(), named.file.to_str()),
            ("google", Some("/a=b.json"))
        );
        for text in ["", "google", "google=", "=a.json", "a\nb=c"] {
            let said = text.parse::<Named>().unwrap_err();
            assert!(said.contains("as in `google="), "{text}: {said}");
        }
    }
}
