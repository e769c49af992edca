//! What is written again by hand does not undo a correction.

use crate::world::{HALF_HOUR, Shop};
use postback::Decision;
use postback::rewrite::{NotRewritten, Retold};
use postback::testing::World;

/// Writes the event of the sale again after these messages.
fn resent(account: &str, messages: &[&str], anyway: bool) -> Result<(), NotRewritten> {
    let shop = Shop::of("update", &[account], "");
    shop.message("sum=30");
    shop.round();
    shop.later(HALF_HOUR);
    shop.round();
    for message in messages {
        shop.message(message);
    }
    let world = &shop.world;
    let (conversions, events) = (world.conversions(), world.events());
    let sale = conversions.iter().find(|known| !known.shown.kind.subtracts()).unwrap();
    let click = Shop::click(World::CLICK, true);
    let told = Retold {
        event: &events[0].event,
        click: &click,
        conversion: sale,
        others: &conversions,
        anyway,
        tallies: &[],
        once: true,
    };
    let written = Decision::new(&world.tracker).rewrite(&shop.rows()[0].delivery, &told, world.received().at);
    written.map(drop)
}

#[test]
fn a_sale_of_which_a_part_was_refunded_is_resent_only_on_purpose() {
    for account in ["ads", "fb"] {
        assert_eq!(resent(account, &[], false), Ok(()), "{account}");
        let part = &["type=Refund&sum=10"];
        assert_eq!(
            resent(account, part, false),
            Err(NotRewritten::PartlyTakenBack),
            "{account}"
        );
        assert_eq!(resent(account, part, true), Ok(()), "{account}");
        let whole = &["type=Refund&sum=10", "type=Refund&sum=20"];
        assert_eq!(resent(account, whole, false), Err(NotRewritten::TakenBack), "{account}");
    }
}
