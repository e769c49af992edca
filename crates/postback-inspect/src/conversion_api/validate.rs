//! `--validate`: asks a platform whether it would take what is printed, by the client that the
//! server has. Google and the platforms of some recipes have a check that counts nothing.

use super::told::Validated;
use crate::{Refused, postback::now, secrets::of_reference};
use postback::compile::resolve;
use postback::conversion_api::{Account, AdPlatform};
use postback::delivery::address::{AddressPolicy, Allowed};
use postback::delivery::{Delivery, DeliveryState};
use postback::drive::{Sender, deliver_once};
use postback::memory::MemoryStore;
use postback::model::Platform;
use postback::plan::Commit;
use postback::port::{BoxFuture, Claim, DeliveryFilter, Inspect, PageRequest, SecretError, Secrets, Store, StoreError};
use postback::recipe::{Recipe, shipped};
use postback::testing::{SeededEntropy, SettableClock};
use postback::value::{PostbackId, SecretPlace, SecretReference};
use postback::{CompileOptions, Definition, Document, Secret, Timestamp, Tracker};
use postback_http::Client;
use postback_http::oauth::{Credential, Tokens};
use postback_zones::Iana;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

/// How long a request and the one for its token may take together.
const LEASE: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(super) struct Validation {
    /// Asks the platform whether it would take each event that is printed, with the secrets of this
    /// machine, where it has a check that counts nothing: Google, and recipes with a
    /// `validate_url`. The others are not asked. A refusal ends with exit code 2.
    #[arg(long, conflicts_with = "answer")]
    validate: bool,
    /// An OAuth credential, as in the server's own flag of this name: `host:NAME` is its access
    /// token. May be repeated.
    #[arg(long, value_name = "NAME=FILE", requires = "validate", value_parser = named)]
    oauth: Vec<(String, PathBuf)>,
    /// A destination that is allowed although it is not public, as in the server's own flag of this
    /// name. May be repeated.
    #[arg(long, value_name = "CIDR or HOST", requires = "validate")]
    allow_destination: Vec<Allowed>,
}

fn named(text: &str) -> Result<(String, PathBuf), &'static str> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.to_owned(), file.into())),
        _ => Err("it is no name with a file, as in `google=/var/lib/postback/google.json`"),
    }
}

impl Validation {
    pub(super) fn is_asked(&self) -> bool {
        self.validate
    }
}

/// The configuration whose accounts only check, where their platform has such a check, and the ids
/// of these accounts. It compiled before.
pub(super) fn only_checking(document: &Document) -> Result<(Tracker, BTreeSet<PostbackId>), Refused> {
    let mut definition = Definition::from_document(document).map_err(Refused::new)?;
    let own = std::mem::take(&mut definition.recipes);
    let mut checking = BTreeSet::new();
    for account in &mut definition.conversion_apis {
        account.validate_only = match (account.platform, &account.recipe) {
            (Some(Platform::Google), _) => true,
            (None, Some(name)) => has_check(name, &own),
            _ => false,
        };
        if account.validate_only {
            checking.insert(account.id.clone());
        }
    }
    definition.recipes = own;
    let tracker = resolve(&definition, &CompileOptions::default().with_zones(Iana)).map_err(Refused::new)?;
    Ok((tracker, checking))
}

/// Whether the platform of a recipe checks requests without counting them.
fn has_check(name: &PostbackId, own: &[Recipe]) -> bool {
    let own = own.iter().find(|own| own.id == *name).cloned();
    let recipe = own.or_else(|| shipped(name.as_str()));
    recipe.is_some_and(|recipe| recipe.validate_url.is_some())
}

/// Asks platforms.
pub(super) struct Validator {
    runtime: tokio::runtime::Runtime,
    client: Arc<Client>,
    secrets: Tokens,
    now: Timestamp,
    /// The accounts that only check.
    checking: BTreeSet<PostbackId>,
}

impl Validator {
    pub(super) fn new(arguments: &Validation, checking: BTreeSet<PostbackId>) -> Result<Self, Refused> {
        let policy: AddressPolicy = arguments.allow_destination.iter().cloned().collect();
        let client = Arc::new(Client::builder().policy(policy).build().map_err(Refused::new)?);
        let mut secrets = Tokens::new(Arc::new(OfThisMachine), client.clone());
        for (name, file) in &arguments.oauth {
            secrets = secrets.with(name, Credential::read(file).map_err(Refused::new)?);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self {
            runtime: runtime.map_err(Refused::new)?,
            client,
            secrets,
            now: now()?,
            checking,
        })
    }

    /// Asks the platform of an account about an event, where it can be asked.
    pub(super) fn ask(&self, account: &Account, delivery: &Delivery) -> Validated {
        if self.checking.contains(account.id()) {
            return self.asked(delivery);
        }
        let why = match account.platform() {
            AdPlatform::Known(Platform::Meta) => {
                "Meta has no check that counts nothing: what has a `test_event_code` is shown in its test view, and \
                 counts all the same"
            }
            AdPlatform::Known(Platform::TikTok) => {
                "TikTok has no check that counts nothing: what has a `test_event_code` is shown in its test view, and \
                 whether it counts is not documented"
            }
            AdPlatform::Known(_) => "Microsoft has neither a check nor a test view",
            AdPlatform::Recipe(_) => "its recipe has no `validate_url`",
        };
        Validated {
            taken: None,
            text: format!("not asked: {why}"),
        }
    }

    fn asked(&self, delivery: &Delivery) -> Validated {
        let refused = |text: String| Validated {
            taken: Some(false),
            text,
        };
        match self.runtime.block_on(self.sent(delivery.clone())) {
            Err(error) => refused(error.to_string()),
            Ok((DeliveryState::Delivered | DeliveryState::Accepted, found)) => Validated {
                taken: Some(true),
                text: format!("it would be taken, and nothing was counted: {found}"),
            },
            Ok((DeliveryState::Dead, found)) => refused(format!("it would not be taken: {found}")),
            Ok((_, found)) => refused(format!("it could not be asked: {found}")),
        }
    }

    /// Sends a delivery as the server does. Returns its state, and what was found.
    async fn sent(&self, mut delivery: Delivery) -> Result<(DeliveryState, String), StoreError> {
        // Some events are to wait for hours, which a check need not.
        delivery.not_before = None;
        let (store, clock, entropy) = (MemoryStore::new(), SettableClock::new(self.now), SeededEntropy::new(0));
        let mut commit = Commit::of(Vec::new(), self.now);
        commit.outbox = vec![delivery];
        store.commit(&commit).await?;
        let sender = Sender::new(&store, &*self.client, &self.secrets, &clock, &entropy);
        deliver_once(&sender, &Claim::new(self.now, LEASE, 1)).await?;
        let (filter, page) = (DeliveryFilter::default(), PageRequest::first(1));
        let row = store.deliveries(&filter, &page).await?.items.into_iter().next();
        let found = row.and_then(|row| Some((row.state, row.last?.finding)));
        Ok(found.unwrap_or_else(|| (DeliveryState::Queued, "nothing was sent".into())))
    }
}

/// The secrets of this machine.
#[derive(Debug)]
struct OfThisMachine;

impl Secrets for OfThisMachine {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let problem = match reference.place() {
            SecretPlace::Host(name) => {
                format!("is no OAuth credential that was named: add `--oauth {name}=FILE`")
            }
            SecretPlace::Env(_) => "is not set on this machine".into(),
            SecretPlace::File(_) => "cannot be read on this machine".into(),
        };
        let found = of_reference(reference).ok_or_else(|| SecretError::new(reference, problem));
        Box::pin(async { found })
    }
}
