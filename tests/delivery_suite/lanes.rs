//! Lanes and their texts.

use postback::delivery::Lane;

#[test]
fn a_lane_is_read_from_its_text() {
    for (text, shown, origin, account) in [
        ("https://A.example", "https://a.example", "https://a.example", None),
        ("https://a.example#", "https://a.example", "https://a.example", None),
        (
            "https://A.example:8443#Pixel 1",
            "https://a.example:8443#Pixel 1",
            "https://a.example:8443",
            Some("Pixel 1"),
        ),
        (
            "https://a.example#b#c",
            "https://a.example#b#c",
            "https://a.example",
            Some("b#c"),
        ),
    ] {
        let lane = Lane::new(text);
        assert_eq!((lane.as_str(), lane.origin(), lane.account()), (shown, origin, account));
        assert_eq!(Lane::new(lane.as_str()), lane);
        assert_eq!(lane.with_account(account.unwrap_or_default()), lane);
    }
    let lane = Lane::new("https://a.example#b");
    assert_eq!(lane.with_account("c").as_str(), "https://a.example#c");
    assert_eq!(lane.with_account("").as_str(), "https://a.example");
}
