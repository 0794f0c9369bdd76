//! Where a service listens, and whether others than this machine reach it there.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, lookup_host};

use super::ServeError;
use crate::auth::Authenticator;

/// Takes an address. Where everybody may act for the merchant, it has to be one that only this machine reaches.
pub(super) async fn listener(listen: &str, authenticator: &Authenticator) -> Result<TcpListener, ServeError> {
    let failed = |error| ServeError::Bind(listen.to_owned(), error);
    let addresses: Vec<SocketAddr> = lookup_host(listen).await.map_err(failed)?.collect();
    if !authenticator.is_on() {
        if let Some(open) = addresses.iter().find(|address| !is_loopback(address)) {
            return Err(ServeError::Open(*open));
        }
        tracing::warn!("authentication is off: everybody on this machine acts for the merchant `default`");
    }
    if addresses.is_empty() {
        return Err(failed(io::Error::new(io::ErrorKind::AddrNotAvailable, "the name has no address")));
    }
    TcpListener::bind(addresses.as_slice()).await.map_err(failed)
}

fn is_loopback(address: &SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_loopback_address_is_this_machines_own() {
        let check = |address: &str, own: bool| assert_eq!(is_loopback(&address.parse().unwrap()), own, "{address}");
        check("127.0.0.1:7401", true);
        check("127.8.8.8:7401", true);
        check("[::1]:7401", true);
        check("[::ffff:127.0.0.1]:7401", true);
        check("0.0.0.0:7401", false);
        check("[::]:7401", false);
        check("[::ffff:0.0.0.0]:7401", false);
        check("10.0.0.7:7401", false);
        check("192.168.1.4:7401", false);
        check("[fe80::1]:7401", false);
    }

    #[tokio::test]
    async fn without_credentials_no_address_is_taken_that_others_reach() {
        for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
            let refused = listener(listen, &Authenticator::off()).await.unwrap_err().to_string();

            for way_out in ["auth.credentials_file", "127.0.0.1"] {
                assert!(refused.contains(way_out), "{listen}: {refused}");
            }
        }
        for listen in ["127.0.0.1:0", "localhost:0"] {
            let taken = listener(listen, &Authenticator::off()).await.unwrap().local_addr().unwrap();
            assert!(is_loopback(&taken), "{listen}: {taken}");
        }
    }
}
