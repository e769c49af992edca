//! When a token is asked for, served and missing. Time is an argument.

use super::answer::Fault;
use postback::Secret;
use postback::port::{RenewalTrouble, Renewing};
use std::time::Duration;
use tokio::time::Instant;

/// How long before it expires a token is renewed. The clocks of the two sides may differ by some
/// seconds, and a renewal that fails is tried about six times in this time.
const EARLY: Duration = Duration::from_secs(60);
/// How long a token must still be valid so that nobody waits for its renewal: longer than a request
/// takes ([`SEND_TIMEOUT`](postback::port::http::SEND_TIMEOUT)).
const AMPLE: Duration = Duration::from_secs(20);
/// The pause after the first failure. It doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause. A receiver whose token is missing is held for a minute at a time, so that a
/// longer one would delay deliveries for longer than the trouble lasts.
const LAST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// The pause after a refusal that a person must mend. The endpoint would answer the same, but a
/// wrong answer of its own must not end deliveries for good.
const REFUSED_PAUSE: Duration = Duration::from_secs(30 * 60);
/// How often it is seen meanwhile whether a person has replaced the file.
const LOOK_PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug)]
struct Token {
    secret: Secret,
    renew_from: Instant,
    ample_until: Instant,
    valid_until: Instant,
    /// Whether a receiver refused it, so that it is not served any more.
    is_refused: bool,
    /// Whether it took the place of one that a receiver had refused. If it is refused as well, the
    /// fault is another one, and a third token would not mend it.
    is_instead: bool,
}

#[derive(Debug)]
struct Trouble {
    text: String,
    refused: bool,
    at: Instant,
    again_from: Instant,
    look_from: Instant,
}

/// What is known of the access token of one credential.
#[derive(Debug, Default)]
pub(super) struct State {
    token: Option<Token>,
    is_renewing: bool,
    failures: u32,
    trouble: Option<Trouble>,
}

/// What begins when somebody asks for the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// Nothing: the token is fresh, it is being renewed, or it is too early to ask again.
    Nothing,
    /// The token is renewed.
    Renewal,
    /// The token is renewed if the credential's file has changed.
    Look,
}

/// What somebody is told who asks for the token.
#[derive(Debug)]
pub(super) enum Told {
    Token(Secret),
    /// The renewal under way is to be waited for.
    Wait,
    Missing(String),
}

impl State {
    /// Somebody asks for the token. What begins must be ended by one of the methods below.
    pub(super) fn ask(&mut self, now: Instant) -> (Begin, Told) {
        let begin = self.begin(now);
        self.is_renewing |= begin != Begin::Nothing;
        let ample = self.served().filter(|token| now < token.ample_until);
        let told = match ample {
            Some(token) => Told::Token(token.secret.clone()),
            None if self.is_renewing => Told::Wait,
            None => self.have(now),
        };
        (begin, told)
    }

    fn begin(&self, now: Instant) -> Begin {
        let is_fresh = self.served().is_some_and(|token| now < token.renew_from);
        match &self.trouble {
            _ if is_fresh || self.is_renewing => Begin::Nothing,
            Some(trouble) if now < trouble.again_from => match trouble.refused && now >= trouble.look_from {
                true => Begin::Look,
                false => Begin::Nothing,
            },
            _ => Begin::Renewal,
        }
    }

    /// A receiver refused this token. Returns what begins, and whether another token is there or is
    /// asked for. Each token is renewed for that reason once, and not while a renewal has just
    /// failed.
    pub(super) fn refused(&mut self, refused: &Secret, now: Instant) -> (Begin, bool) {
        let is_too_early = self.trouble.as_ref().is_some_and(|trouble| now < trouble.again_from);
        let Some(token) = &mut self.token else {
            return (Begin::Nothing, self.is_renewing);
        };
        if !token.secret.matches(refused.expose()) {
            // Another one came meanwhile.
            return (Begin::Nothing, !token.is_refused);
        }
        if self.is_renewing {
            token.is_refused = true;
            return (Begin::Nothing, true);
        }
        if token.is_refused || token.is_instead || is_too_early {
            return (Begin::Nothing, false);
        }
        (token.is_refused, self.is_renewing) = (true, true);
        (Begin::Renewal, true)
    }

    /// What is known of the token, for people.
    pub(super) fn renewing(&self, now: Instant) -> Renewing {
        let valid = self.served().filter(|token| now < token.valid_until);
        Renewing {
            expires_in: valid.map(|token| token.valid_until.saturating_duration_since(now)),
            trouble: self.trouble.as_ref().map(|trouble| RenewalTrouble {
                since: now.saturating_duration_since(trouble.at),
                refused: trouble.refused,
                why: trouble.text.clone(),
            }),
        }
    }

    /// The token, unless a receiver refused it.
    fn served(&self) -> Option<&Token> {
        self.token.as_ref().filter(|token| !token.is_refused)
    }

    /// The token as long as it is valid, else why it is missing.
    pub(super) fn have(&self, now: Instant) -> Told {
        match (self.served(), &self.trouble) {
            (Some(token), _) if now < token.valid_until => Told::Token(token.secret.clone()),
            (_, Some(trouble)) => Told::Missing(trouble.text.clone()),
            _ => Told::Missing("the token endpoint has not answered yet".into()),
        }
    }

    /// A renewal brought a token. Returns after how many failures.
    pub(super) fn granted(&mut self, secret: Secret, life: Duration, now: Instant) -> u32 {
        // What lives for a minute would otherwise never be fresh.
        let before = |early: Duration, part: u32| {
            let early = early.min(life.checked_div(part).unwrap_or_default());
            later(now, life.saturating_sub(early))
        };
        let is_instead = self.token.as_ref().is_some_and(|token| token.is_refused);
        self.token = Some(Token {
            secret,
            is_refused: false,
            is_instead,
            renew_from: before(EARLY, 2),
            ample_until: before(AMPLE, 4),
            valid_until: later(now, life),
        });
        self.is_renewing = false;
        self.trouble = None;
        std::mem::take(&mut self.failures)
    }

    /// A renewal brought none.
    pub(super) fn failed(&mut self, fault: Fault, now: Instant) {
        let (text, refused) = match fault {
            Fault::Passing(text) => (text, false),
            Fault::Refused(text) => (text, true),
        };
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.failures));
        let pause = match refused {
            true => REFUSED_PAUSE,
            false => doubled.min(LAST_PAUSE),
        };
        self.failures = self.failures.saturating_add(1);
        self.is_renewing = false;
        self.trouble = Some(Trouble {
            text,
            refused,
            at: now,
            again_from: later(now, pause),
            look_from: later(now, LOOK_PAUSE),
        });
    }

    /// A look found the file as it was.
    pub(super) fn unchanged(&mut self, now: Instant) {
        self.is_renewing = false;
        if let Some(trouble) = &mut self.trouble {
            trouble.look_from = later(now, LOOK_PAUSE);
        }
    }
}

/// All durations here are a day at most, so that no clock overflows.
fn later(now: Instant, by: Duration) -> Instant {
    now.checked_add(by).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    struct World {
        state: State,
        start: Instant,
    }

    impl World {
        fn new() -> Self {
            Self {
                state: State::default(),
                start: Instant::now(),
            }
        }

        fn at(&self, seconds: u64) -> Instant {
            later(self.start, Duration::from_secs(seconds))
        }

        /// What begins at a second, and what is told.
        fn ask(&mut self, second: u64) -> (Begin, String) {
            let now = self.at(second);
            let (begin, told) = self.state.ask(now);
            (begin, text(told))
        }

        fn granted(&mut self, second: u64, token: &str, life: u64) -> u32 {
            let now = self.at(second);
            self.state.granted(Secret::from(token), Duration::from_secs(life), now)
        }

        fn passing(&mut self, second: u64) {
            let now = self.at(second);
            self.state.failed(Fault::Passing("answered 500".into()), now);
        }
    }

    fn text(told: Told) -> String {
        match told {
            Told::Token(secret) => secret.expose_str().unwrap().to_owned(),
            Told::Wait => "wait".into(),
            Told::Missing(why) => format!("missing: {why}"),
        }
    }

    fn said(begin: Begin, told: &str) -> (Begin, String) {
        (begin, told.to_owned())
    }

    #[test]
    fn the_first_who_asks_begins_a_renewal_and_the_others_wait_for_it() {
        let mut world = World::new();
        assert_eq!(world.ask(0), said(Begin::Renewal, "wait"));
        assert_eq!(world.ask(0), said(Begin::Nothing, "wait"));
        assert_eq!(
            text(world.state.have(world.at(4))),
            "missing: the token endpoint has not answered yet"
        );
        world.granted(5, "a", HOUR);
        assert_eq!(world.ask(5), said(Begin::Nothing, "a"));
    }

    #[test]
    fn a_token_is_renewed_a_minute_before_it_expires() {
        let mut world = World::new();
        world.ask(0);
        world.granted(0, "a", HOUR);
        assert_eq!(world.ask(HOUR - 61), said(Begin::Nothing, "a"));
        assert_eq!(world.ask(HOUR - 60), said(Begin::Renewal, "a"));
        assert_eq!(world.ask(HOUR - 59), said(Begin::Nothing, "a"));
        assert_eq!(world.ask(HOUR - 21), said(Begin::Nothing, "a"));
        // It might expire on the way.
        assert_eq!(world.ask(HOUR - 20), said(Begin::Nothing, "wait"));
        world.granted(HOUR - 20, "b", HOUR);
        assert_eq!(world.ask(HOUR - 20), said(Begin::Nothing, "b"));
    }

    #[test]
    fn a_token_that_lives_for_seconds_is_fresh_for_half_of_them() {
        let mut world = World::new();
        world.ask(0);
        world.granted(0, "a", 8);
        assert_eq!(world.ask(3), said(Begin::Nothing, "a"));
        assert_eq!(world.ask(4), said(Begin::Renewal, "a"));
        assert_eq!(world.ask(6), said(Begin::Nothing, "wait"));
    }

    #[test]
    fn the_old_token_is_served_until_it_expires_and_is_missing_then() {
        let mut world = World::new();
        world.ask(0);
        world.granted(0, "a", HOUR);
        world.ask(HOUR - 60);
        world
            .state
            .failed(Fault::Refused("invalid_grant".into()), world.at(HOUR - 60));
        assert_eq!(world.ask(HOUR - 57), said(Begin::Nothing, "a"));
        // The last seconds too, since nothing is under way.
        assert_eq!(text(world.state.have(world.at(HOUR - 1))), "a");
        assert_eq!(text(world.state.have(world.at(HOUR))), "missing: invalid_grant");
    }

    #[test]
    fn pauses_double_from_a_second_to_five_minutes() {
        let mut world = World::new();
        let (mut second, mut pauses) = (0, Vec::new());
        for _ in 0..12 {
            assert_eq!(world.ask(second), said(Begin::Renewal, "wait"));
            world.passing(second);
            let pause = (0..).find(|pause| world.state.begin(world.at(second + pause)) == Begin::Renewal);
            pauses.push(pause.unwrap());
            assert_eq!(world.ask(second), said(Begin::Nothing, "missing: answered 500"));
            second += pause.unwrap();
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        world.ask(second);
        assert_eq!(world.granted(second, "a", HOUR), 12);
        world.ask(second + HOUR);
        world.passing(second + HOUR);
        assert_eq!(world.ask(second + HOUR + 1).0, Begin::Renewal);
    }

    /// What begins when a receiver has refused a token, and whether another one is to be had.
    fn refused(world: &mut World, second: u64, token: &str) -> (Begin, bool) {
        let now = world.at(second);
        world.state.refused(&Secret::from(token), now)
    }

    #[test]
    fn a_token_that_a_receiver_refuses_is_renewed_at_once_and_only_once() {
        let mut world = World::new();
        world.ask(0);
        world.granted(0, "a", HOUR);
        assert_eq!(refused(&mut world, 9, "a"), (Begin::Renewal, true));
        // Others met it with the same token, and nobody is served it any more.
        assert_eq!(refused(&mut world, 9, "a"), (Begin::Nothing, true));
        assert_eq!(world.ask(9), said(Begin::Nothing, "wait"));
        world.granted(10, "b", HOUR);
        assert_eq!(refused(&mut world, 10, "a"), (Begin::Nothing, true));
        assert_eq!(world.ask(10), said(Begin::Nothing, "b"));
        // Its successor is refused as well: a third token would not help.
        assert_eq!(refused(&mut world, 11, "b"), (Begin::Nothing, false));
        assert_eq!(world.ask(11), said(Begin::Nothing, "b"));
        // The next one is renewed by its time, and for it a refusal counts anew.
        assert_eq!(world.ask(10 + HOUR).0, Begin::Renewal);
        world.granted(10 + HOUR, "c", HOUR);
        assert_eq!(refused(&mut world, 11 + HOUR, "c"), (Begin::Renewal, true));
    }

    #[test]
    fn a_refused_token_that_cannot_be_renewed_is_missing_and_begins_nothing_in_the_pause() {
        let mut world = World::new();
        assert_eq!(refused(&mut world, 0, "a"), (Begin::Nothing, false));
        world.ask(0);
        world.granted(0, "a", HOUR);
        assert_eq!(refused(&mut world, 9, "a"), (Begin::Renewal, true));
        world.passing(9);
        assert_eq!(world.ask(9), said(Begin::Nothing, "missing: answered 500"));
        assert_eq!(refused(&mut world, 9, "a"), (Begin::Nothing, false));
        assert_eq!(world.ask(10), said(Begin::Renewal, "wait"));
    }

    #[test]
    fn a_person_is_told_when_the_token_expires_and_why_it_is_not_renewed() {
        let mut world = World::new();
        assert_eq!(world.state.renewing(world.at(0)), Renewing::default());
        world.ask(0);
        world.granted(0, "a", HOUR);
        let renewing = world.state.renewing(world.at(600));
        assert_eq!(renewing.expires_in, Some(Duration::from_secs(3000)));
        assert_eq!(renewing.trouble, None);
        world.ask(HOUR - 60);
        world
            .state
            .failed(Fault::Refused("invalid_grant".into()), world.at(HOUR - 60));
        let renewing = world.state.renewing(world.at(HOUR));
        assert_eq!(renewing.expires_in, None);
        let trouble = RenewalTrouble {
            since: Duration::from_secs(60),
            refused: true,
            why: "invalid_grant".into(),
        };
        assert_eq!(renewing.trouble, Some(trouble));
    }

    #[test]
    fn after_a_refusal_the_file_is_looked_at_and_the_endpoint_asked_rarely() {
        let mut world = World::new();
        world.ask(0);
        world.state.failed(Fault::Refused("invalid_grant".into()), world.at(0));
        assert_eq!(world.ask(4), said(Begin::Nothing, "missing: invalid_grant"));
        assert_eq!(world.ask(5), said(Begin::Look, "wait"));
        world.state.unchanged(world.at(5));
        assert_eq!(world.ask(9).0, Begin::Nothing);
        assert_eq!(world.ask(10).0, Begin::Look);
        world.state.unchanged(world.at(10));
        assert_eq!(world.ask(1799).0, Begin::Look);
        world.state.unchanged(world.at(1799));
        assert_eq!(world.ask(1800).0, Begin::Renewal);
    }
}
