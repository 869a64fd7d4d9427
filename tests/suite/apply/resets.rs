//! A way on which every connection is reset after a few MiB, in front of the sandbox and of the real registry.

use pusher::model::Platforms;
use pusher::sandbox::images::Image;
use pusher::sandbox::{Options, Request};

use super::world::{World, assert_done};
use crate::support::cutting_proxy::CuttingProxy;
use crate::support::registry::{Setup, TestRegistry};

const MIB: u64 = 1024 * 1024;
const LAYER: u64 = 40 * MIB;
/// What all the rest takes: a config, a manifest, and the heads of some dozens of requests.
const REST: u64 = 256 * 1024;

/// One image with one large layer, wanted at another address than the target's own.
async fn world(target: Options, address: &str) -> World {
    let mut world = World::with(Options::default(), target).await;
    let image = Image::new("linux/amd64").generated_layer(LAYER, 7);
    image.push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    address.clone_into(&mut world.desired.target.registry);
    world
}

#[tokio::test]
async fn no_byte_is_sent_twice_that_the_target_kept() {
    for most in [2 * MIB, 3 * MIB, 7 * MIB] {
        let options = Options {
            relative_locations: true,
            strict_ranges: true,
            ..Options::default()
        };
        let mut world = world(options, "").await;
        let proxy = CuttingProxy::start(world.target.address(), most).await;
        proxy.address.clone_into(&mut world.desired.target.registry);
        assert_done(&world.apply().await);
        assert!(proxy.cuts() >= LAYER / most, "{} cuts", proxy.cuts());
        let sent = proxy.passed_on();
        assert!(sent < LAYER + REST, "{most}: {sent} bytes");
        let log = world.target.log();
        let refused = log.count_where(|request: &Request| request.status == Some(416));
        assert_eq!(refused, 0, "{:#?}", log.lines());
    }
}

/// It forgets all of an upload whose request breaks.
#[tokio::test]
async fn what_the_real_registry_has_lost_is_all_that_is_sent_twice() {
    for most in [MIB + REST, 3 * MIB, 7 * MIB] {
        let Some(registry) = TestRegistry::real(&Setup::default()).await else {
            return;
        };
        let proxy = CuttingProxy::start(registry.address(), most).await;
        let world = world(Options::default(), &proxy.address).await;
        assert_done(&world.apply().await);
        let (sent, lost) = (proxy.passed_on(), proxy.cuts() * most);
        assert!(lost >= 2 * most, "{lost} bytes lost");
        assert!(
            sent < LAYER + lost + REST,
            "{most}: {sent} bytes, {lost} lost"
        );
    }
}
