//! Who is connected, and who has to go for somebody else.

use std::future::Future;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::{AbortHandle, JoinSet};

use crate::VisitorLimits;

/// The bits of an IPv6 address that name a network: one visitor has all addresses of it.
const NETWORK: u32 = 64;

/// The connections that are open, oldest first.
#[derive(Debug)]
pub struct Places {
    limits: VisitorLimits,
    open: Vec<Place>,
    tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Place {
    peer: IpAddr,
    asked: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Place {
    fn is_idle(&self) -> bool {
        !self.asked.load(Ordering::Relaxed)
    }
}

impl Places {
    pub fn new(limits: VisitorLimits) -> Places {
        Places { limits, open: Vec::new(), tasks: JoinSet::new() }
    }

    pub fn limits(&self) -> VisitorLimits {
        self.limits
    }

    /// Gives a visitor a place where there is one, or where an idle visitor can go. Else the connection is closed.
    pub fn admit<V>(&mut self, from: IpAddr, visit: impl FnOnce(Arc<AtomicBool>) -> V)
    where
        V: Future<Output = ()> + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|place| !place.task.is_finished());
        let peer = network(from);
        if !self.make_room(peer) {
            return;
        }
        let asked = Arc::new(AtomicBool::new(false));
        let task = self.tasks.spawn(visit(asked.clone()));
        self.open.push(Place { peer, asked, task });
    }

    /// Closes the connection that has been idle longest, where a limit is reached: first one of the same peer.
    fn make_room(&mut self, peer: IpAddr) -> bool {
        let of_peer = |place: &Place| place.peer == peer;
        let many =
            !peer.is_loopback() && self.open.iter().filter(|place| of_peer(place)).count() >= self.limits.per_peer;
        if !many && self.open.len() < self.limits.open {
            return true;
        }
        let idle = self.open.iter().position(|place| place.is_idle() && (!many || of_peer(place)));
        idle.inspect(|at| self.open.remove(*at).task.abort()).is_some()
    }

    /// Closes the connections of those who have not asked for anything.
    pub fn close_idle(&mut self) {
        self.open.iter().filter(|place| place.is_idle()).for_each(|place| place.task.abort());
    }

    /// Waits until all connections have ended.
    pub async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// The address by which a visitor is counted.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> NETWORK << NETWORK))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use super::*;

    fn places(open: usize, per_peer: usize) -> Places {
        Places::new(VisitorLimits { open, per_peer, head: Duration::from_secs(5), whole: Duration::from_secs(9) })
    }

    fn visitor(places: &mut Places, from: &str) -> Option<Arc<AtomicBool>> {
        let mut asked = None;
        places.admit(from.parse().unwrap(), |given| {
            asked = Some(given);
            pending()
        });
        asked
    }

    fn peers(places: &Places) -> Vec<String> {
        places.open.iter().map(|place| place.peer.to_string()).collect()
    }

    #[tokio::test]
    async fn the_oldest_idle_visitor_goes_first() {
        let mut places = places(3, 3);
        let first = visitor(&mut places, "192.0.2.1").unwrap();
        first.store(true, Ordering::Relaxed);
        for from in ["192.0.2.2", "192.0.2.3", "192.0.2.4"] {
            visitor(&mut places, from);
        }
        assert_eq!(peers(&places), ["192.0.2.1", "192.0.2.3", "192.0.2.4"]);
    }

    #[tokio::test]
    async fn one_peer_takes_no_place_of_another() {
        let mut places = places(4, 2);
        visitor(&mut places, "192.0.2.1");
        for _ in 0..9 {
            visitor(&mut places, "192.0.2.9");
        }
        assert_eq!(peers(&places), ["192.0.2.1", "192.0.2.9", "192.0.2.9"]);
    }

    #[tokio::test]
    async fn a_visitor_who_has_asked_keeps_the_place() {
        let mut places = places(2, 2);
        for from in ["192.0.2.1", "192.0.2.2"] {
            visitor(&mut places, from).unwrap().store(true, Ordering::Relaxed);
        }
        assert!(visitor(&mut places, "192.0.2.3").is_none());
    }

    #[test]
    fn a_network_counts_as_one_peer() {
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        let other: IpAddr = "2001:db8::ffff:2".parse().unwrap();
        assert_eq!(network(one), network(other));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()).to_string(), "192.0.2.1");
    }
}
