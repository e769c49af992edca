//! The configuration is a value in code, made of what a host keeps in its own database, and a
//! campaign is added while the service is at work.
//! `cargo run -p postback-service --example campaigns_from_a_database`

use postback::definition::{
    Campaign, ConversionType, Offer, OfferSource, Path, PathOffer, Postback, PostbackRequest, TrafficChannel,
};
use postback::port::{BoxFuture, HttpClient, HttpError};
use postback::{CompileOptions, Definition, compile::resolve, memory::MemoryStore};
use postback_service::{FixedSecrets, Service, Visitor};
use std::{error::Error, io::Write as _, sync::Arc};

/// The rows of the host's own table: a campaign and the offer that it leads to.
const ROWS: [(&str, &str); 2] = [("summer", "course"), ("autumn", "course")];

/// Sends nothing; `postback_http::Client` in earnest.
#[derive(Debug)]
struct Nobody;

impl HttpClient for Nobody {
    fn send(&self, _: http::Request<bytes::Bytes>) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, HttpError>> {
        Box::pin(async { Err(HttpError::Connect(None)) })
    }
}

fn campaign((id, offer): (&str, &str)) -> Result<Campaign, Box<dyn Error>> {
    let told = PostbackRequest::new("https://push.example.com/log?key={ref_id}&price={payout}");
    Ok(Campaign::new(id.parse()?, "push".parse()?)
        .with_paths([Path::new([PathOffer::new(offer.parse()?)])])
        .with_postbacks([Postback::new("sales".parse()?).with_request(told)]))
}

/// Everything but the campaigns.
fn account() -> Result<Definition, Box<dyn Error>> {
    let network =
        OfferSource::from_template("generic", "network".parse()?)?.with_tokens(["env:NETWORK_TOKEN".parse()?]);
    let page = "https://network.example.com/click?offer=17&sub1={clickid}";
    Ok(Definition::default()
        .with_conversion_types([ConversionType::new("Sale".parse()?).with_default(true)])
        .with_offers([Offer::new("course".parse()?, network.id.clone(), page)])
        .with_offer_sources([network])
        .with_traffic_channels([TrafficChannel::new("push".parse()?)]))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [first, second] = ROWS;
    let mut definition = account()?.with_campaigns([campaign(first)?]);
    let tracker = resolve(&definition, &CompileOptions::default())?;
    let secrets = FixedSecrets::from_iter([("env:NETWORK_TOKEN", "a long token")]);
    let service = Service::builder(
        tracker,
        Arc::new(MemoryStore::new()),
        Arc::new(Nobody),
        Arc::new(secrets),
    );
    let service = service.build().await?;

    let mut out = std::io::stdout();
    let visit = |campaign| Visitor {
        campaign,
        query: b"ref_id=RP1",
        cookies: b"",
        host: None,
        address: None,
        user_agent: None,
        referrer: None,
        accept_language: None,
    };
    writeln!(out, "autumn: {}", service.visit(&visit("autumn")).await.is_ok())?;

    // A row was added. Secrets and references are checked before the new one is put to work; what
    // is under way ends with the configuration that it began with.
    definition.campaigns.push(campaign(second)?);
    let tracker = resolve(&definition, &CompileOptions::default())?;
    service.replace(tracker).await?;
    writeln!(out, "autumn: {}", service.visit(&visit("autumn")).await.is_ok())?;

    // A row that names an offer which does not exist is refused, and the one before stays.
    definition.campaigns.push(campaign(("winter", "coarse"))?);
    if let Err(problems) = resolve(&definition, &CompileOptions::default()) {
        writeln!(out, "{problems}")?;
    }
    writeln!(out, "autumn: {}", service.visit(&visit("autumn")).await.is_ok())?;
    Ok(())
}
