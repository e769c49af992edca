//! A host service on one page: its configuration is code, ClickBank's notifications come in, and
//! the traffic channel is told.

use postback::definition::*;
use postback::{CompileOptions, Definition, clickbank::Settings, compile::resolve, memory::MemoryStore};
use postback_axum::{router, run};
use postback_http::Client;
use postback_service::{EnvSecrets, Service, ServiceBuilder, stop_signal};
use std::{error::Error, sync::Arc};
use tokio::net::TcpListener;

#[cfg(test)]
mod tests;

/// One campaign; its channel is told of each sale.
fn definition() -> Result<Definition, Box<dyn Error>> {
    let account = Settings::default().with_secrets(["env:CLICKBANK_SECRET".parse()?]);
    let clickbank = OfferSource::from_template("clickbank-ins", "clickbank".parse()?)?
        .with_protocol(Protocol::ClickBank(account))
        .with_tokens(["env:CLICKBANK_TOKEN".parse()?])
        .with_events([("SALE".into(), Some("Purchase".parse()?))]);
    let page = "https://vendor.pay.clickbank.net/?cbitems=1&vtid={clickid}";
    let course = Offer::new("course".parse()?, clickbank.id.clone(), page);
    let told = PostbackRequest::new("https://push.example.com/log?key={ref_id}&price={payout}");
    let summer = Campaign::new("summer".parse()?, "push".parse()?)
        .with_paths([Path::new([PathOffer::new(course.id.clone())])])
        .with_postbacks([Postback::new("sales".parse()?).with_request(told)]);
    Ok(Definition::default()
        .with_conversion_types([ConversionType::new("Purchase".parse()?).with_default(true)])
        .with_offer_sources([clickbank])
        .with_offers([course])
        .with_traffic_channels([TrafficChannel::new("push".parse()?)])
        .with_campaigns([summer]))
}

/// Takes in clicks and notifications, and sends the postbacks, until the process is told to stop.
async fn serve(service: ServiceBuilder, port: TcpListener) -> Result<(), Box<dyn Error>> {
    let service = service.build().await?;
    run(service.clone(), port, router(service), stop_signal()?).await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tracker = resolve(&definition()?, &CompileOptions::default())?;
    let (store, client) = (Arc::new(MemoryStore::new()), Arc::new(Client::builder().build()?));
    let service = Service::builder(tracker, store, client, Arc::new(EnvSecrets));
    serve(service, TcpListener::bind("127.0.0.1:8080").await?).await
}
