//! When a token is asked for, served and missing. Time is an argument.

use super::answer::Fault;
use postback::Secret;
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
}

#[derive(Debug)]
struct Trouble {
    text: String,
    refused: bool,
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
        let ample = self.token.as_ref().filter(|token| now < token.ample_until);
        let told = match ample {
            Some(token) => Told::Token(token.secret.clone()),
            None if self.is_renewing => Told::Wait,
            None => self.have(now),
        };
        (begin, told)
    }

    fn begin(&self, now: Instant) -> Begin {
        let is_fresh = self.token.as_ref().is_some_and(|token| now < token.renew_from);
        match &self.trouble {
            _ if is_fresh || self.is_renewing => Begin::Nothing,
            Some(trouble) if now < trouble.again_from => match trouble.refused && now >= trouble.look_from {
                true => Begin::Look,
                false => Begin::Nothing,
            },
            _ => Begin::Renewal,
        }
    }

    /// The token as long as it is valid, else why it is missing.
    pub(super) fn have(&self, now: Instant) -> Told {
        match (&self.token, &self.trouble) {
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
        self.token = Some(Token {
            secret,
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
