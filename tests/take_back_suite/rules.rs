//! The conditions and the updates of a rule hold also where money is taken back.

use crate::world::Shop;

#[test]
fn a_withdrawn_sale_is_sent_again_only_when_the_rule_asks_for_it() {
    let shop = Shop::ruled("ads", ", \"statuses\": [\"approved\"]");
    shop.message("sum=30&status=confirmed&time=@60");
    assert_eq!(shop.said("status=rejected&time=@120"), ["to-ads cancelled 0"]);
    assert!(shop.said("status=other&time=@180").is_empty());
    shop.days();
    assert_eq!(shop.counted(), None);
    assert_eq!(shop.said("status=confirmed&time=@240"), ["to-ads sent_again 30"]);
    shop.days();
    assert_eq!(shop.counted(), Some(3_000));
}

#[test]
fn what_is_left_is_sent_only_where_the_rule_asks_for_so_much() {
    for (sum, wanted, counted) in [("15", "cancelled 15", None), ("5", "sent_with_rest 25", Some(2_500))] {
        let shop = Shop::ruled("ads", ", \"min_payout\": \"20\"");
        shop.message("sum=30");
        let said = shop.said(&format!("type=Refund&sum={sum}"));
        assert_eq!(said, [format!("to-ads {wanted}")]);
        shop.days();
        assert_eq!(shop.counted(), counted, "{sum}");
    }
}
