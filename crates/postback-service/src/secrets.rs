//! Secrets from the environment and from files, and secrets that the host provides.

use postback::Secret;
use postback::port::{BoxFuture, SecretError, Secrets};
use postback::value::{SecretPlace, SecretReference};
use std::collections::BTreeMap;
use tokio::{fs::File, io::AsyncReadExt};

/// The longest secret that is read from a file, in bytes. A key or a token has a few hundred; a
/// file that was named by mistake should not be read whole.
const MAX_FILE: u64 = 64 * 1024;

/// Resolves `env:NAME` and `file:PATH`. The secrets of outgoing requests are read again for each
/// attempt, so that a rotated file works at once. INS secrets, tokens and keys of click ids are
/// read when a configuration is activated. The last line break of a file is not part of the secret.
#[derive(Debug, Clone, Copy, Default)]
pub struct EnvSecrets;

impl Secrets for EnvSecrets {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(async move {
            let found = match reference.place() {
                SecretPlace::Env(name) => from_environment(name),
                SecretPlace::File(path) => from_file(path).await,
                SecretPlace::Host(_) => {
                    Err("is the host's own, and this server has none: use `env:NAME` or `file:PATH`".into())
                }
            };
            found.map_err(|problem: String| SecretError::new(reference, problem))
        })
    }
}

/// Secrets that the host has resolved itself, each with its reference.
///
/// ```
/// use postback::port::Secrets;
/// use postback_service::FixedSecrets;
///
/// let secrets = FixedSecrets::from_iter([("env:CLICKBANK_SECRET", "EXAMPLESECRET123")]);
/// assert!(format!("{secrets:?}").contains("env:CLICKBANK_SECRET"));
/// assert!(!format!("{secrets:?}").contains("EXAMPLESECRET123"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct FixedSecrets(BTreeMap<String, Secret>);

impl<R: Into<String>, S: Into<Secret>> FromIterator<(R, S)> for FixedSecrets {
    fn from_iter<I: IntoIterator<Item = (R, S)>>(secrets: I) -> Self {
        let secrets = secrets.into_iter();
        Self(
            secrets
                .map(|(reference, secret)| (reference.into(), secret.into()))
                .collect(),
        )
    }
}

impl Secrets for FixedSecrets {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let found = self.0.get(&reference.to_string()).cloned();
        let found = found.ok_or_else(|| SecretError::new(reference, "is not set"));
        Box::pin(async { found })
    }
}

#[expect(clippy::disallowed_methods, reason = "the configuration names the variable")]
fn from_environment(name: &str) -> Result<Secret, String> {
    let value = std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .ok_or("is not set")?;
    Ok(Secret::new(value.into_encoded_bytes()))
}

async fn from_file(path: &str) -> Result<Secret, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {}", error.kind());
    // Opening a pipe waits until somebody writes to it, and nothing can end that wait.
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&tokio::fs::metadata(path).await.map_err(unreadable)?.file_type()) {
        return Err("is a pipe, which cannot be read again and again: name a file".into());
    }
    let file = File::open(path).await.map_err(unreadable)?;
    // There is room for the whole secret, so that growing leaves no copy of it in memory.
    let mut bytes = Vec::with_capacity(usize::try_from(MAX_FILE).unwrap_or_default().saturating_add(1));
    // The length that a file reports is not used: a device reports 0 and never ends.
    let mut start = file.take(MAX_FILE.saturating_add(1));
    let length = start.read_to_end(&mut bytes).await.map_err(unreadable)?;
    if u64::try_from(length).is_ok_and(|length| length > MAX_FILE) {
        return Err(format!("is over {MAX_FILE} bytes long"));
    }
    while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        bytes.pop();
    }
    if bytes.is_empty() {
        return Err("is empty".into());
    }
    Ok(Secret::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(reference: &str) -> String {
        EnvSecrets
            .secret(&reference.parse().unwrap())
            .await
            .unwrap_err()
            .to_string()
    }

    #[tokio::test]
    async fn a_variable_of_the_environment_is_read() {
        let path = EnvSecrets.secret(&"env:PATH".parse().unwrap()).await.unwrap();
        assert!(!path.expose().is_empty());
        assert_eq!(
            refused("env:POSTBACK_SURELY_UNSET").await,
            "secret `env:POSTBACK_SURELY_UNSET` is not set"
        );
    }

    #[tokio::test]
    async fn a_file_is_read_without_its_last_line_break() {
        let path = std::env::temp_dir().join(format!("postback-secret-{}", std::process::id()));
        let reference = format!("file:{}", path.display());
        std::fs::write(&path, "s3cret\r\n").unwrap();
        assert_eq!(
            EnvSecrets.secret(&reference.parse().unwrap()).await.unwrap().expose(),
            b"s3cret"
        );
        std::fs::write(&path, "\n").unwrap();
        assert_eq!(refused(&reference).await, format!("secret `{reference}` is empty"));
        for (length, taken) in [(MAX_FILE - 1, true), (MAX_FILE, true), (MAX_FILE + 1, false)] {
            std::fs::write(&path, vec![b'a'; usize::try_from(length).unwrap()]).unwrap();
            assert_eq!(
                EnvSecrets.secret(&reference.parse().unwrap()).await.is_ok(),
                taken,
                "{length}"
            );
        }
        assert_eq!(
            refused(&reference).await,
            format!("secret `{reference}` is over 65536 bytes long")
        );
        std::fs::remove_file(&path).unwrap();
        assert_eq!(
            refused(&reference).await,
            format!("secret `{reference}` cannot be read: entity not found")
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let reference = format!("file:{}", path.display());
        assert_eq!(
            refused(&reference).await,
            format!("secret `{reference}` is a pipe, which cannot be read again and again: name a file")
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_without_an_end_is_too_long() {
        assert_eq!(
            refused("file:/dev/zero").await,
            "secret `file:/dev/zero` is over 65536 bytes long"
        );
    }

    #[tokio::test]
    async fn the_hosts_own_secrets_are_refused_with_a_reason() {
        assert_eq!(
            refused("host:meta").await,
            "secret `host:meta` is the host's own, and this server has none: use `env:NAME` or `file:PATH`"
        );
    }
}
