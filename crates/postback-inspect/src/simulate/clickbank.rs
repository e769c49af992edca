//! Makes what ClickBank sends: notifications, forms, and the URL of a buyer who comes to the
//! thank-you page.

use super::{Made, Output, at, local, secret};
use crate::Refused;
use postback::Timestamp;
use postback::clickbank::form::FormVersion;
use postback::clickbank::ins::{TransactionType, Version};
use postback::event::Kind;
use postback::model::AccountRole;
use postback::testing::{Transaction, iv, seal, seal_thank_you, sign_form, sign_thank_you};
use postback::value::{Amount, Currency, OfferSourceId, SecretReference};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use url::Url;

/// The data of the transaction that an account reports.
#[derive(Debug, clap::Args)]
struct Told {
    /// The secret key of the account, as in `env:CLICKBANK_SECRET` or
    /// `file:/run/secrets/clickbank`.
    #[arg(long, value_name = "REFERENCE")]
    secret: SecretReference,
    /// ClickBank's word: SALE, RFND, BILL, CGBK, TEST_SALE, ...
    #[arg(long = "type", value_name = "WORD", default_value = "SALE")]
    kind: String,
    /// The click id, which ClickBank sends back as the tracking code.
    #[arg(long, value_name = "ID")]
    clickid: Option<String>,
    /// The amount that the account earns, as in 37.50. A refund or chargeback has a negative
    /// amount.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: Option<Amount>,
    /// The currency in which the buyer pays. The amount that the account earns is always in
    /// dollars.
    #[arg(long, default_value = "USD")]
    currency: Currency,
    /// The receipt: 8 to 21 capital letters and digits.
    #[arg(long, value_parser = receipt, default_value = "SIMULATED1")]
    receipt: String,
    /// The role of the account: `vendor` or `affiliate`.
    #[arg(long, value_parser = role, default_value = "vendor")]
    role: AccountRole,
    /// The number of the product.
    #[arg(long, default_value = "1")]
    item: String,
    /// The time of the transaction, as in `2026-04-23T17:57:04Z`; by default the present time.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

impl Told {
    fn transaction(&self) -> Result<Transaction, Refused> {
        let mut told = Transaction::new(&self.kind, &self.receipt, at(self.at)?);
        told.amount = match self.amount {
            Some(amount) => amount,
            None => usual_amount(&self.kind)?,
        };
        told.currency = self.currency;
        told.role = self.role;
        told.click.clone_from(&self.clickid);
        told.item.clone_from(&self.item);
        Ok(told)
    }
}

/// Returns the default amount: 37.50, or -37.50 for what is taken back, as ClickBank writes it.
fn usual_amount(kind: &str) -> Result<Amount, Refused> {
    let amount: Amount = "37.50".parse().map_err(Refused::new)?;
    let is_taken_back = matches!(TransactionType::from(kind).kind(), Kind::Refund | Kind::Chargeback);
    Ok(if is_taken_back { amount.neg() } else { amount })
}

/// Makes a notification of version 6.0, 7.0 or 8.0, encrypted as ClickBank encrypts it.
#[derive(Debug, clap::Args)]
pub(super) struct Ins {
    #[command(flatten)]
    told: Told,
    /// The version: 6, 7 or 8.
    #[arg(long, value_name = "NUMBER", value_parser = ins_version, default_value = "7")]
    version: Version,
    /// The offer source whose URL the `curl` line has.
    #[arg(long, value_name = "ID", default_value = "clickbank")]
    source: OfferSourceId,
    /// The initialisation vector, 16 characters; by default it is drawn at random.
    #[arg(long, value_name = "TEXT", value_parser = vector)]
    iv: Option<[u8; 16]>,
    #[command(flatten)]
    output: Output,
}

impl Ins {
    pub(super) fn made(&self) -> Result<(Made, &Output), Refused> {
        let plaintext = self.told.transaction()?.plaintext(&self.version);
        let body = seal(
            &secret(&self.told.secret)?,
            &self.iv.unwrap_or_else(drawn),
            plaintext.as_bytes(),
        );
        let url = notified(&self.source, &self.output)?;
        Ok((Made { url, body: Some(body) }, &self.output))
    }
}

/// Makes a notification of version 1.0 to 5.0: a form with its `cverify`.
#[derive(Debug, clap::Args)]
pub(super) struct Form {
    #[command(flatten)]
    told: Told,
    /// The version: 1, 2, 3, 4 or 5.
    #[arg(long, value_name = "NUMBER", value_parser = form_version, default_value = "4")]
    version: FormVersion,
    /// The offer source whose URL the `curl` line has.
    #[arg(long, value_name = "ID", default_value = "clickbank")]
    source: OfferSourceId,
    #[command(flatten)]
    output: Output,
}

impl Form {
    pub(super) fn made(&self) -> Result<(Made, &Output), Refused> {
        let parameters = self.told.transaction()?.form(&self.version);
        let parameters = parameters.ok_or_else(|| Refused("a form tells an amount in whole cents".into()))?;
        let body = sign_form(&secret(&self.told.secret)?, parameters).map_err(Refused::new)?;
        let url = notified(&self.source, &self.output)?;
        Ok((Made { url, body: Some(body) }, &self.output))
    }
}

/// Makes the URL by which a buyer comes to the seller's thank-you page, with its `cbpop`.
#[derive(Debug, clap::Args)]
pub(super) struct ThankYou {
    #[command(flatten)]
    told: Told,
    /// Encrypts the parameters, as ClickBank does if "Encrypting Passed Parameters" is on.
    #[arg(long)]
    encrypted: bool,
    /// The URL of the page, to which the parameters are added.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080/thank-you",
        conflicts_with = "to"
    )]
    page: Url,
    #[command(flatten)]
    output: Output,
}

impl ThankYou {
    pub(super) fn made(&self) -> Result<(Made, &Output), Refused> {
        let (secret, parameters) = (secret(&self.told.secret)?, self.told.transaction()?.thank_you());
        let plain = sign_thank_you(&secret, parameters);
        let query = match self.encrypted {
            false => plain,
            true => {
                let signed = url::form_urlencoded::parse(plain.as_bytes()).into_owned();
                seal_thank_you(&secret, &drawn(), signed)
            }
        };
        let mut url = self.output.to.as_ref().unwrap_or(&self.page).clone();
        let own = url.query().filter(|own| !own.is_empty());
        let query = own.map_or_else(|| query.clone(), |own| format!("{own}&{query}"));
        url.set_query(Some(&query));
        Ok((Made { url, body: None }, &self.output))
    }
}

/// What is said of a URL that is not the pasted one.
const TOKEN: &str = "`TOKEN` stands for the source's token; `--to URL` sends it to the URL that `setup` prints";

/// Returns the URL to which a notification is posted, as it is pasted into ClickBank, or the local
/// one.
fn notified(source: &OfferSourceId, output: &Output) -> Result<Url, Refused> {
    match &output.to {
        Some(url) => Ok(url.clone()),
        None => {
            if !output.body {
                // Nothing can be done about a closed stderr.
                drop(writeln!(io::stderr(), "{TOKEN}"));
            }
            local(&format!("/ins/{source}?token=TOKEN"))
        }
    }
}

/// Draws an initialisation vector at random: the standard library seeds its hash tables with the
/// system's randomness.
fn drawn() -> [u8; 16] {
    iv(RandomState::new().hash_one(()))
}

fn vector(text: &str) -> Result<[u8; 16], String> {
    text.as_bytes()
        .try_into()
        .map_err(|_| "it must be 16 characters long".to_owned())
}

fn receipt(text: &str) -> Result<String, String> {
    let fits = (8..=21).contains(&text.len());
    match fits
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    {
        true => Ok(text.to_owned()),
        false => Err("a receipt has 8 to 21 capital letters and digits".into()),
    }
}

fn role(text: &str) -> Result<AccountRole, String> {
    let found = AccountRole::ALL.iter().find(|role| role.as_str() == text);
    found.copied().ok_or_else(|| "it is `vendor` or `affiliate`".to_owned())
}

fn ins_version(text: &str) -> Result<Version, String> {
    match Version::parse(text) {
        Version::Other(_) => Err("notifications are of version 6, 7 or 8; `simulate form` makes older ones".into()),
        version => Ok(version),
    }
}

fn form_version(text: &str) -> Result<FormVersion, String> {
    match FormVersion::parse(text) {
        FormVersion::Other(_) => Err("forms are of version 1 to 5; `simulate ins` makes later ones".into()),
        version => Ok(version),
    }
}
