//! What the tests share. The checks are published ones, or made with Python's hashlib.

use postback::clickbank::form::{Form, FormCharset, FormDiagnosis, FormNotification};
use postback::compile::compile;
use postback::intake::Intake;
use postback::{
    CompileOptions, Credentials, Document, Event, KeyRing, Notification, Received, Secret, Timestamp, Tracker,
};
use serde::Deserialize;
use sha1::{Digest, Sha1};
use std::collections::BTreeMap;

const MADE: &str = include_str!("../vectors/form_made_hashlib.jsonl");
const V1: &str = include_str!("../vectors/form_v1_0_cverify_niteoweb_clickbank.json");
const V4: &str = include_str!("../vectors/form_v4_0_cverify_django_clickbank.json");

/// The secret of what was made.
pub const SECRET: &str = "ANOTHERSECRET42";
/// The secret of the published posts of 4.0.
pub const V4_SECRET: &str = "76AFC0778E648BDA05705047BAFA96ED";

#[derive(Deserialize)]
pub struct Made {
    pub name: String,
    pub version: String,
    pub body: String,
}

pub type Parameters = BTreeMap<String, String>;

pub fn all_made() -> Vec<Made> {
    MADE.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The body that was made under this name.
pub fn made(name: &str) -> String {
    let found = all_made().into_iter().find(|made| made.name == name);
    found.unwrap_or_else(|| panic!("no vector `{name}`")).body
}

/// The published parameters of 1.0, with their check.
pub fn published_1() -> Parameters {
    #[derive(Deserialize)]
    struct Published {
        params: Parameters,
        cverify: String,
    }
    let mut published: Published = serde_json::from_str(V1).unwrap();
    published.params.insert("cverify".into(), published.cverify);
    published.params
}

/// The published posts of 4.0: a test sale, and the test of the settings.
pub fn published_4() -> [Parameters; 2] {
    #[derive(Deserialize)]
    struct Published {
        posts: [Parameters; 2],
    }
    serde_json::from_str::<Published>(V4).unwrap().posts
}

/// A form body of these parameters.
pub fn encoded(parameters: &Parameters) -> String {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(parameters);
    body.finish()
}

/// The parameters of what was made under this name, to be changed and signed again.
pub fn parameters(name: &str) -> Parameters {
    let body = made(name);
    let pairs = url::form_urlencoded::parse(body.as_bytes()).into_owned();
    pairs.filter(|(name, _)| name != "cverify").collect()
}

/// A body of these parameters with the check that the sorted rule makes.
pub fn signed(mut parameters: Parameters) -> String {
    let values: Vec<&str> = parameters.values().map(String::as_str).chain([SECRET]).collect();
    let check = check(&values);
    parameters.insert("cverify".into(), check);
    encoded(&parameters)
}

/// The same by the rule of 1.0.
pub fn signed_1(mut parameters: Parameters) -> String {
    let order = "ccustname ccustemail ccustcc ccuststate ctransreceipt cproditem ctransaction ctransaffiliate ctranspublisher cprodtype \
                 cprodtitle ctranspaymentmethod ctransamount caffitid cvendthru";
    let value = |name| parameters.get(name).map_or("", String::as_str);
    let values: Vec<&str> = order.split(' ').map(value).chain([SECRET]).collect();
    let check = check(&values);
    parameters.insert("cverify".into(), check);
    encoded(&parameters)
}

fn check(values: &[&str]) -> String {
    let digest = Sha1::digest(values.join("|"));
    digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}

pub fn key_ring(secrets: &[&str]) -> KeyRing {
    KeyRing::allow_short(secrets.iter().map(|secret| Secret::from(*secret)).collect()).unwrap()
}

pub fn form(body: &str) -> Form {
    Form::parse(body.as_bytes()).unwrap()
}

/// What was made under this name, verified.
pub fn verified(name: &str) -> FormNotification {
    let form = Form::parse_as(made(name).as_bytes(), FormCharset::Latin1).unwrap();
    form.verify(&key_ring(&[SECRET])).unwrap()
}

/// What was made under this name is refused, and why.
pub fn refused(name: &str) -> String {
    let (form, key_ring) = (form(&made(name)), key_ring(&[SECRET]));
    assert_eq!(form.verify(&key_ring).unwrap_err().to_string(), "notification refused");
    diagnosis(&form, &key_ring)
}

pub fn diagnosis(form: &Form, key_ring: &KeyRing) -> String {
    let found: Vec<FormDiagnosis> = form.diagnose(key_ring);
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

/// An account whose source `cb` takes versions 1.0 to 8.0, with changes of the source's row.
pub struct Account {
    tracker: Tracker,
    credentials: Credentials,
}

impl Account {
    pub fn new(change: serde_json::Value) -> Self {
        let mut document = serde_json::json!({
            "version": 1,
            "conversion_type": [{"name": "Purchase", "default": true}],
            "offer_source": [{
                "id": "cb",
                "template": "clickbank-ins",
                "account_role": "vendor",
                "secrets": ["env:SECRET"],
                "tokens": ["env:TOKEN"],
                "ins_versions": ["1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0", "8.0"],
            }],
        });
        let source = document["offer_source"][0].as_object_mut().unwrap();
        source.extend(change.as_object().unwrap().clone());
        let document = Document::from_json(&document.to_string()).unwrap();
        let tracker = compile(&document, &CompileOptions::new("test".parse().unwrap())).unwrap();
        let references = tracker.inbound_references().into_iter();
        let secrets = references.map(|name| (name.clone(), Secret::from(SECRET))).collect();
        let credentials = Credentials::new(&tracker, &secrets).unwrap();
        Self { tracker, credentials }
    }

    fn source(&self) -> &postback::tracker::Source {
        self.tracker.source(Some("cb")).unwrap()
    }

    pub fn form(&self, form: &FormNotification) -> Result<Event, String> {
        let read = Intake::new(self.source(), &self.credentials, received())
            .assume_authorized()
            .message(form);
        read.map_err(|error| error.to_string())
    }

    /// The event of a form that arrives so many seconds later than the others.
    pub fn later_by(&self, seconds: i64, form: &FormNotification) -> Event {
        let mut received = received();
        received.at = Timestamp::from_unix_seconds(received.at.unix_seconds() + seconds).unwrap();
        Intake::new(self.source(), &self.credentials, received)
            .assume_authorized()
            .message(form)
            .unwrap()
    }

    /// The event of what was made under this name.
    pub fn made(&self, name: &str) -> Event {
        self.form(&verified(name)).unwrap()
    }

    pub fn later(&self, plaintext: &str) -> Event {
        let notification = Notification::parse(plaintext.as_bytes()).unwrap();
        Intake::new(self.source(), &self.credentials, received())
            .assume_authorized()
            .message(&notification)
            .unwrap()
    }
}

fn received() -> Received {
    Received {
        at: Timestamp::from_unix_seconds(1_400_000_000).unwrap(),
        nonce: 7,
    }
}

/// An account without changes.
pub fn account() -> Account {
    Account::new(serde_json::json!({}))
}
