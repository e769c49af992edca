//! Who has a place: the open connections, how many each network has, and which one makes room.

use postback::value::IpNet;
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};
use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};

/// The places of one server.
#[derive(Debug)]
pub(crate) struct Places {
    connections: usize,
    per_network: usize,
    trusted: Vec<IpNet>,
    open: Mutex<Open>,
    /// A connection became idle or ended. The accepting loop alone waits for this.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Open {
    last: u64,
    held: BTreeMap<u64, Held>,
}

#[derive(Debug)]
struct Held {
    /// None for a trusted proxy.
    network: Option<IpAddr>,
    /// Since when no request is under way; none while one is.
    idle: Option<Instant>,
    /// Dropped when this connection makes room.
    _stays: oneshot::Sender<Infallible>,
}

/// What a connection waits for, by its last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// For the next request.
    Idle,
    /// For the rest of a head.
    Head,
    /// For nothing: a request is under way.
    Busy,
}

/// The place of one connection, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    id: u64,
    places: Arc<Places>,
    phase: AtomicU8,
}

/// Resolves when the connection must make room.
pub(crate) type MakesRoom = oneshot::Receiver<Infallible>;

/// What a new connection finds.
enum Found {
    Place(Place, MakesRoom),
    /// Its network has all its places, and uses them.
    NetworkIsFull,
    /// All places are taken and in use.
    AllInUse,
}

impl Places {
    pub(crate) fn new(connections: usize, per_network: usize, trusted: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self {
            connections,
            per_network,
            trusted,
            open: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// Takes a place, and waits for one while all are in use. None if the caller's network has
    /// all of its places in use.
    pub(crate) async fn take(self: &Arc<Self>, peer: IpAddr) -> Option<(Place, MakesRoom)> {
        loop {
            match self.find(peer) {
                Found::Place(place, makes_room) => return Some((place, makes_room)),
                Found::NetworkIsFull => return None,
                Found::AllInUse => self.changed.notified().await,
            }
        }
    }

    fn find(self: &Arc<Self>, peer: IpAddr) -> Found {
        let network = self.network(peer);
        let mut open = self.open();
        if network.is_some() {
            let theirs = open.held.values().filter(|held| held.network == network).count();
            if theirs >= self.per_network && !open.make_room(|held| held.network == network) {
                return Found::NetworkIsFull;
            }
        }
        if open.held.len() >= self.connections && !open.make_room(|_| true) {
            return Found::AllInUse;
        }
        let (stays, makes_room) = oneshot::channel();
        let held = Held {
            network,
            idle: Some(Instant::now()),
            _stays: stays,
        };
        open.last = open.last.wrapping_add(1);
        let id = open.last;
        open.held.insert(id, held);
        let place = Place {
            id,
            places: Arc::clone(self),
            phase: AtomicU8::new(Phase::Head as u8),
        };
        Found::Place(place, makes_room)
    }

    /// Returns the network of a caller; none for a trusted proxy.
    fn network(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        let trusted = self.trusted.iter().any(|range| range.contains(&peer));
        (!trusted).then(|| match peer {
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into(),
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Ends the connection among these that has been idle for longest; one of a proxy's only if no
    /// other is idle. Returns false if none is idle.
    fn make_room(&mut self, among: impl Fn(&Held) -> bool) -> bool {
        let idle = self.held.iter().filter(|(_, held)| among(held));
        let longest = idle
            .filter_map(|(id, held)| Some((held.network.is_none(), held.idle?, *id)))
            .min();
        longest.is_some_and(|(_, _, id)| self.held.remove(&id).is_some())
    }
}

impl Place {
    pub(crate) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            idle if idle == Phase::Idle as u8 => Phase::Idle,
            head if head == Phase::Head as u8 => Phase::Head,
            _ => Phase::Busy,
        }
    }

    /// The first bytes of a head have come. Until it is complete the connection counts as idle from
    /// now.
    pub(crate) fn head(&self) {
        self.step(Phase::Head, Some(Instant::now()));
    }

    /// A request begins. Returns false if the connection has made room already.
    pub(crate) fn begin(&self) -> bool {
        self.step(Phase::Busy, None)
    }

    /// The response has been handed over.
    pub(crate) fn rest(&self) {
        self.step(Phase::Idle, Some(Instant::now()));
        self.places.changed.notify_one();
    }

    fn step(&self, phase: Phase, idle: Option<Instant>) -> bool {
        self.phase.store(phase as u8, Ordering::Release);
        match self.places.open().held.get_mut(&self.id) {
            Some(held) => {
                held.idle = idle;
                true
            }
            None => false,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.open().held.remove(&self.id);
        self.places.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(connections: usize, per_network: usize) -> Arc<Places> {
        let proxy = postback::value::ip_range("10.0.0.0/8").unwrap();
        Places::new(connections, per_network, vec![proxy])
    }

    fn taken(places: &Arc<Places>, peer: &str) -> (Place, MakesRoom) {
        match places.find(peer.parse().unwrap()) {
            Found::Place(place, makes_room) => (place, makes_room),
            Found::NetworkIsFull => panic!("the network of {peer} is full"),
            Found::AllInUse => panic!("all places are in use"),
        }
    }

    fn made_room(makes_room: &mut MakesRoom) -> bool {
        makes_room.try_recv() == Err(oneshot::error::TryRecvError::Closed)
    }

    #[test]
    fn a_network_is_a_24_or_a_48_and_a_mapped_address_is_ipv4() {
        let places = places(1, 1);
        let network = |peer: &str| places.network(peer.parse().unwrap()).map(|network| network.to_string());
        assert_eq!(network("203.0.113.200").unwrap(), "203.0.113.0");
        assert_eq!(network("::ffff:203.0.113.200").unwrap(), "203.0.113.0");
        assert_eq!(network("2001:db8:1:2:3::4").unwrap(), "2001:db8:1::");
        assert_eq!(network("10.1.2.3"), None, "a trusted proxy");
    }

    #[test]
    fn the_longest_idle_one_of_a_full_network_makes_room() {
        let places = places(10, 2);
        let (other, mut other_makes) = taken(&places, "198.51.100.1");
        let (first, mut first_makes) = taken(&places, "203.0.113.1");
        let (second, mut second_makes) = taken(&places, "203.0.113.2");
        assert!(first.begin());
        let (_third, _stays) = taken(&places, "203.0.113.3");
        assert!(made_room(&mut second_makes), "the first has a request under way");
        assert!(!second.begin(), "what made room begins nothing");
        assert!(!made_room(&mut first_makes) && !made_room(&mut other_makes));
        drop(other);
    }

    #[test]
    fn a_network_that_uses_all_its_places_gets_no_further_one() {
        let places = places(10, 2);
        let (first, _stays) = taken(&places, "203.0.113.1");
        let (second, _stays_too) = taken(&places, "203.0.113.2");
        assert!(first.begin() && second.begin());
        let third = places.find("203.0.113.3".parse().unwrap());
        assert!(matches!(third, Found::NetworkIsFull));
        drop(taken(&places, "203.0.112.3"));
        first.rest();
        drop(taken(&places, "203.0.113.3"));
    }

    #[test]
    fn when_all_places_are_taken_a_proxy_makes_room_last() {
        let places = places(2, 1);
        let (proxy, mut proxy_makes) = taken(&places, "10.0.0.1");
        let (visitor, mut visitor_makes) = taken(&places, "203.0.113.1");
        let (next, _stays) = taken(&places, "198.51.100.1");
        assert!(made_room(&mut visitor_makes) && !made_room(&mut proxy_makes));
        drop(visitor);
        assert!(next.begin());
        let (last, _stays_too) = taken(&places, "192.0.2.1");
        assert!(made_room(&mut proxy_makes));
        assert!(last.begin());
        assert!(matches!(places.find("192.0.3.1".parse().unwrap()), Found::AllInUse));
        drop(proxy);
        assert!(
            matches!(places.find("192.0.3.1".parse().unwrap()), Found::AllInUse),
            "its place was given away already"
        );
    }

    #[test]
    fn a_proxy_may_have_more_places_than_a_network() {
        let places = places(3, 1);
        let held: Vec<_> = (0..3).map(|_| taken(&places, "10.0.0.1")).collect();
        assert!(held.iter().all(|(place, _)| place.begin()));
    }

    #[test]
    fn a_head_that_has_begun_is_idle_from_then_on() {
        let places = places(10, 2);
        let (first, mut first_makes) = taken(&places, "203.0.113.1");
        let (_second, mut second_makes) = taken(&places, "203.0.113.2");
        first.head();
        drop(taken(&places, "203.0.113.3"));
        assert!(made_room(&mut second_makes) && !made_room(&mut first_makes));
    }
}
