//! Clicks.

use crate::samples::{at, cases, click, click_id, private, version};

cases! {
    async fn an_absent_click_is_no_click(store) {
        assert_eq!(store.click(&click_id("absent")).await.unwrap(), None);
    }

    async fn a_click_is_kept_as_it_was_recorded(store) {
        let mut recorded = click("one");
        recorded.private = private("192.0.2.1");
        store.record(&[recorded.clone(), click("two")]).await.unwrap();
        assert_eq!(store.click(&click_id("one")).await.unwrap(), Some(recorded));
        assert_eq!(store.click(&click_id("two")).await.unwrap(), Some(click("two")));
        assert_eq!(store.click(&click_id("ONE")).await.unwrap(), None, "ids are compared exactly");
    }

    async fn a_known_click_is_left_as_it_is(store) {
        store.record(&[click("one")]).await.unwrap();
        let mut again = click("one");
        (again.at, again.private) = (at(9), private("192.0.2.1"));
        store.record(&[again]).await.unwrap();
        assert_eq!(store.click(&click_id("one")).await.unwrap(), Some(click("one")));
        assert_eq!(version(store, "one").await, 1, "nothing was written, so nothing is raised");
    }

    async fn recording_raises_the_guard_of_each_click_that_is_written(store) {
        store.record(&[click("one")]).await.unwrap();
        store.record(&[click("one"), click("two")]).await.unwrap();
        assert_eq!((version(store, "one").await, version(store, "two").await), (1, 1));
    }

    async fn of_one_id_twice_in_one_call_the_first_is_kept(store) {
        let mut second = click("one");
        second.at = at(9);
        store.record(&[click("one"), second]).await.unwrap();
        assert_eq!(store.click(&click_id("one")).await.unwrap(), Some(click("one")));
    }
}
