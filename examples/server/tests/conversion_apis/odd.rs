//! Whatever a network or a browser says of a person: what is written is what the platform takes.

use crate::accounts::all_four;
use crate::decided::{clicked, decided_of};
use crate::world::{World, finding, now, round};
use postback::delivery::DeliveryState;
use postback::plan::Commit;
use postback::port::{Entropy, Store};
use postback::testing::SeededEntropy;
use postback::value::Pii;

/// What may stand under any name.
const ODD: &[&str] = &[
    "",
    " ",
    "-",
    "0",
    "null",
    "{email}",
    "a@b",
    "Jane@Example.COM ",
    "+tag@gmail.com",
    "\u{dc}n\u{ef}@Example.COM",
    "a\"b\\c\u{7f}@x.example",
    "(650) 555-1212",
    "0033142868326",
    "+33 (0)1 42 86 83 26",
    "\u{660}\u{661}\u{662}\u{663}",
    "O\u{2019}Brien",
    "\u{674e} \u{5c0f}\u{9f8d}",
    "Saint-\u{c9}tienne",
    "SW1A 1AA",
    "10001-1234",
    "United States",
    "Great Britain",
    "us",
    "1990-2-3",
    "Female",
    "<script>",
    "fb.1.1772960400125.IwAR",
    "IwAR2x-Example",
    "a b.c",
    "2001:db8::1",
    "1.2.3.4, 5.6.7.8",
    "05e05255b3e0de727bc07f9f3d06fb0a568406b6dd3aa352ed4ed72e887ee022",
    "05E05255B3E0DE727BC07F9F3D06FB0A568406B6DD3AA352ED4ED72E887EE022",
    "900150983cd24fb0d6963f7d28e17f72",
    "4f5a0ea9-cd1b-11eb-8dcd-0242ac130003",
];
const AMOUNTS: &[&str] = &["0", "8.5", "0.01", "1000000", "12.3456", "-3"];
const NAMES: &[&str] = &["email", "phone", "fname", "lname", "zip", "city", "country"];
const SALES: usize = 600;

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn no_platform_refuses_what_is_written_of_odd_values() {
    let world = World::new();
    let tracker = world.tracker(&all_four());
    let entropy = SeededEntropy::new(23);
    let drawn = |list: &'static [&str]| {
        let place = entropy.next_u64() % list.len() as u64;
        list[usize::try_from(place).unwrap()]
    };
    let mut commit = Commit::of(Vec::new(), now(&world));
    for number in 0..SALES {
        let mut click = clicked(now(&world), number);
        click.ref_id = Some(drawn(ODD).into()).filter(|_| number % 3 > 0);
        for slot in [17, 18, 19] {
            match number % 4 {
                0 => drop(click.subs.remove(&slot)),
                1 => {}
                _ => drop(click.subs.insert(slot, drawn(ODD).into())),
            }
        }
        if number % 5 == 0 {
            click.private.insert("ip".into(), Pii::new(drawn(ODD)));
            click.private.insert("useragent".into(), Pii::new(drawn(ODD)));
        }
        let kind = ["Purchase", "Upsell", "Lead"][number % 3];
        let sum = drawn(AMOUNTS);
        let mut query = format!("type={kind}&sum={sum}&order={}", encoded(&format!("\u{e9}\"{number}")));
        for name in NAMES {
            query += &format!("&{name}={}", encoded(drawn(ODD)));
        }
        let plan = decided_of(&tracker, now(&world), &click, &query);
        commit.outbox.extend(plan.commit.outbox);
    }
    let count = commit.outbox.len();
    assert!(count > SALES, "{count}");
    world.store.commit(&commit).await.unwrap();
    while round(&world).await.requests > 0 {}
    for (platform, stand_in) in world.stand_ins() {
        assert!(stand_in.accepted().len() > SALES / 4, "{platform}");
    }
    let rows = world.rows().await;
    let dead: Vec<String> = rows
        .iter()
        .filter(|row| row.state == DeliveryState::Dead || row.state == DeliveryState::Queued)
        .map(|row| {
            format!(
                "{} {:?} {}",
                finding(row),
                row.delivery.lane,
                row.delivery.outbound.item.as_ref().unwrap().text
            )
        })
        .collect();
    let warned = rows
        .iter()
        .filter(|row| finding(row).contains("VALIDATION_ERROR"))
        .count();
    assert!(
        dead.is_empty() && warned == 0,
        "{} of {count}, {warned} warned: {:#?}",
        dead.len(),
        &dead[..dead.len().min(12)]
    );
}
