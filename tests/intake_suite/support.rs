//! A source of its own secrets, tokens and addresses, and who calls it.

use postback::intake::{Caller, Intake, Refusal};
use postback::plan::{RefusedRow, Ring};
use postback::{CompileOptions, Credentials, Document, Received, Secret, Timestamp, Tracker, compile};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use std::net::IpAddr;

pub(crate) const SECRET: &str = "ANOTHERSECRET42";
pub(crate) const BODIES: &str = include_str!("../vectors/ins_samples_encrypted_openssl.jsonl");

pub(crate) struct House {
    pub(crate) tracker: Tracker,
    pub(crate) credentials: Credentials,
}

impl House {
    pub(crate) fn new(change: &Value) -> Self {
        Self::with_secret(change, SECRET)
    }

    pub(crate) fn with_secret(change: &Value, secret: &str) -> Self {
        let mut source = json!({
            "id": "cb", "default": true, "protocol": "clickbank", "secrets": ["env:S"], "tokens": ["env:T"],
            "allow_ips": ["203.0.113.0/24"], "ins_versions": ["1.0", "4.0", "8.0"], "open_types": ["Visit"],
        });
        source
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let document = json!({
            "version": 1,
            "conversion_type": [{"name": "Purchase", "default": true}, {"name": "Visit", "counts": "step"}],
            "offer_source": [source, {"id": "plain"}],
        });
        let document = Document::from_json(&document.to_string()).unwrap();
        let tracker = compile(&document, &CompileOptions::default()).unwrap();
        let secrets = [("env:S", secret), ("env:T", "right")];
        let secrets = secrets
            .map(|(name, value)| (name.parse().unwrap(), Secret::from(value)))
            .into();
        let credentials = Credentials::new(&tracker, &secrets).unwrap();
        Self { tracker, credentials }
    }

    pub(crate) fn at(&self, source: &str, seconds: u64) -> Intake<'_> {
        let at = Timestamp::from_unix_seconds(1_800_000_000 + i64::try_from(seconds).unwrap()).unwrap();
        let source = self.tracker.source(Some(source)).unwrap();
        Intake::new(source, &self.credentials, Received { at, nonce: 1 })
    }

    pub(crate) fn intake(&self) -> Intake<'_> {
        self.at("cb", 0)
    }
}

pub(crate) fn house() -> House {
    House::new(&json!({}))
}

/// The sample of version 8.0: the wrapper with what the vector says of it, which nobody reads.
pub(crate) fn body() -> &'static [u8] {
    BODIES.lines().last().unwrap().as_bytes()
}

pub(crate) fn caller(address: &str, token: &'static str) -> Caller<'static> {
    let address: IpAddr = address.parse().unwrap();
    Caller::new(Some(address)).with_token(Some(token.as_bytes()))
}

pub(crate) fn network() -> Caller<'static> {
    caller("203.0.113.9", "right")
}

/// A form of version 1.0 with the check that a secret makes.
pub(crate) fn form(receipt: &str, secret: &str) -> Vec<u8> {
    let covered = format!("A|a@example.com|US||{receipt}|1|SALE|promoter|seller|STANDARD|Book|VISA|1000||");
    let digest = Sha1::digest(format!("{covered}|{secret}"));
    let check: String = digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    format!(
        "ccustname=A&ccustemail=a%40example.com&ccustcc=US&ccuststate=&ctransreceipt={receipt}&cproditem=1&ctransaction=SALE\
         &ctransaffiliate=promoter&ctranspublisher=seller&cprodtype=STANDARD&cprodtitle=Book&ctranspaymentmethod=VISA\
         &ctransamount=1000&caffitid=&cvendthru=&ctranstime=1383932433&cverify={check}"
    )
    .into_bytes()
}

pub(crate) fn ring(refusal: &Refusal) -> Ring {
    refusal.kept.as_ref().unwrap().row.ring
}

/// What is kept of a postback: its row, and the bytes as text.
pub(crate) fn kept(house: &House, source: &str, caller: &Caller<'_>, query: &[u8]) -> (RefusedRow, String) {
    let refusal = house.at(source, 0).postback(caller, query).unwrap_err();
    let body = *refusal.kept.unwrap();
    assert_eq!(refusal.reason.code(), Some(body.row.reason));
    assert_eq!(refusal.reason.parameter(), body.row.parameter.as_deref());
    (body.row, String::from_utf8_lossy(&body.body).into_owned())
}
