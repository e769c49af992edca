//! What a rehearsal says of a refund is what is then done.

use crate::world::Shop;
use postback::drive::Rehearsal;
use postback::intake::{Caller, Intake};
use postback::plan::Correction;
use postback::testing::{World, block_on};

#[test]
fn a_rehearsal_knows_what_the_platforms_were_told() {
    for (rounds, wanted) in [(0, Correction::Cancelled), (1, Correction::RestatedStillCounted)] {
        let shop = Shop::google("update", "");
        shop.message("sum=30&email=a%40example.com");
        (0..rounds).for_each(|_| shop.round());
        let world = &shop.world;
        let intake = Intake::new(
            world.tracker.source(None).unwrap(),
            &world.credentials,
            world.received(),
        );
        let caller = Caller::default().with_token(Some(World::SECRET.as_bytes()));
        let refund = intake
            .postback(&caller, b"clickid=c1&eventid=A&type=Refund&sum=30")
            .unwrap();
        let mut rehearsal = Rehearsal::new(&world.store, &world.store);
        let said = block_on(rehearsal.ingest(&world.tracker, &refund, refund.received_at))
            .unwrap()
            .unwrap();
        assert_eq!(said.trace.corrections[0].what, wanted);
        let done = world.ingest(&refund).1.unwrap();
        assert_eq!((said.trace, said.commit.outbox), (done.trace, done.commit.outbox));
        assert_eq!(said.commit.withdrawals, done.commit.withdrawals);
    }
}
