//! A server at work, and who calls it.

use crate::support::client::Connection;
use crate::world::{SHOP_TOKEN, World};
use bytes::Bytes;
use http::Request;
use postback_server::Server;
use std::time::Duration;

/// A server at work, and a connection to it.
pub(crate) struct Running {
    pub(crate) server: Server,
    pub(crate) connection: Connection,
}

pub(crate) const CLICK_IDS: &str = "fbclid=IwAR2x-Example&gclid=EAIaIQobChMI&ttclid=E.C.P.Ttclid-1&msclkid=4f5a0ea9cd1b11eb8dcd0242ac130003\
     &ScCid=ScCid-1&rdt_cid=7310000000000000000&epik=dj0yExample";
pub(crate) const PERSON: &str = "email=John.Smith%2Bads%40Gmail.com&phone=%2B16505551212&fname=Mary&lname=Connor&zip=94045&city=Menlo+Park&country=US";

impl Running {
    /// A visitor who came by an advertisement; the id of the click.
    pub(crate) async fn click(&mut self) -> String {
        self.click_of("203.0.113.7", "Mozilla/5.0").await
    }

    pub(crate) async fn click_of(&mut self, address: &str, agent: &str) -> String {
        let request = Request::get(format!("/summer?{CLICK_IDS}&format=json"))
            .header("user-agent", agent)
            .header("x-forwarded-for", address)
            .body(Bytes::new())
            .unwrap();
        let answer = self.connection.send(request).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["clickid"].as_str().unwrap().to_owned()
    }

    /// A postback of the shop about a click.
    pub(crate) async fn sale(&mut self, click: &str, query: &str) {
        let target = format!("/postback/shop?token={SHOP_TOKEN}&clickid={click}&{query}");
        let request = crate::support::client::get(&target);
        let answer = self.connection.send(request).await.unwrap();
        assert_eq!(
            (answer.status, answer.outcome().as_str()),
            (200, "applied"),
            "{answer:?}"
        );
    }

    /// Sales of one visitor each, a second apart; their orders are `{prefix}0`, `{prefix}1` ..
    pub(crate) async fn sales(&mut self, world: &World, prefix: &str, count: usize) {
        for number in 0..count {
            let click = self.click().await;
            world.clock.advance(Duration::from_secs(1));
            self.sale(&click, &format!("sum=8.50&order={prefix}{number}&{PERSON}"))
                .await;
        }
    }

    /// Lets the clock go on, and the service look.
    pub(crate) fn later(&self, world: &World, by: Duration) {
        world.clock.advance(by);
        self.server.service().wake().notify_one();
    }

    pub(crate) async fn stop(self) {
        drop(self.connection);
        self.server.shutdown().await;
    }
}
