//! The accounts of the world, and the rules that tell them.

use crate::world::World;
use postback_test::standin::CUSTOMER;

/// The accounts at platforms with code of their own.
pub(crate) fn accounts(world: &World) -> String {
    format!(
        r#"
[[conversion_api]]
id = "fb"
platform = "meta"
endpoint = "{}"
pixel = "1234567890"
token = "env:META_TOKEN"
action_source = "website"
event_source_url = "https://shop.example.com/thanks"

[[conversion_api]]
id = "tt"
platform = "tiktok"
endpoint = "{}"
pixel = "C4ABCDEF"
token = "env:TIKTOK_TOKEN"
event_source_url = "https://shop.example.com/thanks"

[[conversion_api]]
id = "gads"
platform = "google"
endpoint = "{}"
account = "123-456-7890"
token = "env:GOOGLE_TOKEN"
events = {{ Purchase = "987654321", Lead = "987654322", Upsell = "987654323" }}
consent = {{ ad_user_data = "granted", ad_personalization = "denied" }}

[[conversion_api]]
id = "ms"
platform = "microsoft"
endpoint = "{}"
pixel = "77701"
token = "env:UET_TOKEN"

[[conversion_api]]
id = "ads"
platform = "google"
mode = "ads_api"
endpoint = "{}"
account = "123-456-7890"
login_account = "111-222-3333"
token = "env:ADS_TOKEN"
developer_token = "env:DEVELOPER_TOKEN"
events = {{ Purchase = "987654321", Lead = "987654322", Upsell = "987654323" }}
consent = {{ ad_user_data = "granted", ad_personalization = "denied" }}

[[conversion_api]]
id = "off"
platform = "microsoft"
mode = "offline"
endpoint = "{}"
account = "7770001"
customer = "{CUSTOMER}"
token = "env:MS_TOKEN"
developer_token = "env:DEVELOPER_TOKEN"
events = {{ Purchase = "Sale", Lead = "Letter", Upsell = "More" }}
"#,
        world.meta.url(),
        world.tiktok.url(),
        world.google.url(),
        world.microsoft.url(),
        world.ads.url(),
        world.offline.url()
    )
}

/// The accounts at the platforms that recipes describe.
pub(crate) fn recipes(world: &World) -> String {
    format!(
        r#"
[[conversion_api]]
id = "snap"
recipe = "snapchat"
endpoint = "{}"
pixel = "5bf81ee1-15b1"
token = "env:SNAP_TOKEN"
event_source_url = "https://shop.example.com/thanks"
events = {{ Lead = "SIGN_UP", Upsell = "PURCHASE" }}

[[conversion_api]]
id = "rdt"
recipe = "reddit"
endpoint = "{}"
pixel = "a2_example"
token = "env:REDDIT_TOKEN"

[[conversion_api]]
id = "pin"
recipe = "pinterest"
endpoint = "{}"
account = "549755885175"
token = "env:PINTEREST_TOKEN"
events = {{ Upsell = "checkout" }}
"#,
        world.snapchat.url(),
        world.reddit.url(),
        world.pinterest.url()
    )
}

/// A row of the campaign for one account.
pub(crate) fn rule(api: &str, lines: &str) -> String {
    format!("[[campaign.conversion_api]]\nid = \"to-{api}\"\napi = \"{api}\"\n{lines}\n")
}

/// All seven accounts are told everything.
pub(crate) fn all_seven() -> String {
    all_four() + &["snap", "rdt", "pin"].map(|api| rule(api, "")).concat()
}

/// All four accounts are told everything.
pub(crate) fn all_four() -> String {
    ["fb", "tt", "gads", "ms"].map(|api| rule(api, "")).concat()
}

/// The two accounts of the further modes are told everything.
pub(crate) fn both_modes() -> String {
    ["ads", "off"].map(|api| rule(api, "")).concat()
}
