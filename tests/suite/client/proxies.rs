//! Proxies: which requests go through one, and what it is told.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use pusher::model::{Cause, ProxyChoice};
use pusher::registry::{Client, ClientOptions, HostOptions, ReadRegistry as _};
use pusher::render::hints::of_failure;
use pusher::sandbox::{Auth, Options};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::networks::{app, tls_front};
use super::{
    PASSWORD, client_with, given, login, push_blob, push_image, repository, run_in_own_process,
    soon, start, tagged,
};
use crate::support::forwarding_proxy::ForwardingProxy;
use crate::support::found;

/// A host that only a proxy knows.
const FAR: &str = "registry.example.com";

/// Takes what one client says up to an empty line, and answers it so; goes on with what is behind.
async fn http_proxy(answer: &'static str, behind: String) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heard = Arc::new(Mutex::new(String::new()));
    let keeps = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut said = String::new();
            while !said.ends_with("\r\n\r\n") {
                said.push(client.read_u8().await.unwrap().into());
            }
            keeps.lock().unwrap().push_str(&said);
            client.write_all(answer.as_bytes()).await.unwrap();
            if !behind.is_empty() {
                let mut behind = TcpStream::connect(&behind).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut behind).await;
            }
        }
    });
    (address, heard)
}

/// A SOCKS proxy (RFC 1928) that asks for a password (RFC 1929), takes every one but the empty, and
/// goes on with what is behind; returns what it was asked for.
async fn socks_proxy(behind: String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heard = Arc::new(Mutex::new(vec![]));
    let keeps = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let text = async |client: &mut TcpStream| {
                let mut text = vec![0; client.read_u8().await.unwrap().into()];
                client.read_exact(&mut text).await.unwrap();
                String::from_utf8(text).unwrap()
            };
            assert_eq!(client.read_u8().await.unwrap(), 5);
            let methods = text(&mut client).await;
            if !methods.contains('\x02') {
                client.write_all(&[5, 0xff]).await.unwrap();
                continue;
            }
            client.write_all(&[5, 2]).await.unwrap();
            client.read_u8().await.unwrap();
            let (user, password) = (text(&mut client).await, text(&mut client).await);
            client.write_all(&[1, 0]).await.unwrap();
            let mut connect_to = [0; 4];
            client.read_exact(&mut connect_to).await.unwrap();
            let host = match connect_to {
                [5, 1, 0, 3] => text(&mut client).await,
                [5, 1, 0, 1] => Ipv4Addr::from(client.read_u32().await.unwrap()).to_string(),
                other => panic!("{other:?}"),
            };
            let port = client.read_u16().await.unwrap();
            keeps
                .lock()
                .unwrap()
                .push(format!("{user}:{password}@{host}:{port}"));
            client
                .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
                .await
                .unwrap();
            let mut behind = TcpStream::connect(&behind).await.unwrap();
            let _ = copy_bidirectional(&mut client, &mut behind).await;
        }
    });
    (address, heard)
}

/// Returns an environment in which nothing but this is said about proxies.
fn environment<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    // One that is set to nothing in capitals hides the one in small letters, too.
    let all = ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
    let others = all.into_iter().filter(|other| *other != name);
    others
        .map(|other| (other, ""))
        .chain([(name, value)])
        .collect()
}

#[tokio::test]
async fn loopback_never_goes_through_a_proxy_and_others_do() {
    let (sandbox, proxy) = (
        start(Options::default()).await,
        start(Options::default()).await,
    );
    push_image(&sandbox, "app");
    push_image(&proxy, "app");
    let address = format!("http://{}", proxy.address());
    let test = "client::proxies::own_process_asks_loopback_and_far";
    let environment = environment("HTTP_PROXY", &address);
    run_in_own_process(test, sandbox.address(), &environment).await;
    assert_eq!(sandbox.log().count("HEAD", ""), 1);
    assert_eq!(proxy.log().count("HEAD", "/v2/app/manifests/v1"), 1);
}

#[tokio::test]
async fn own_process_asks_loopback_and_far() {
    let Some(loopback) = given() else { return };
    for host in [&loopback, FAR] {
        let found = plain(host).head_manifest(&app(host)).await;
        assert!(found.unwrap().is_some(), "{host}");
    }
}

fn plain(host: &str) -> pusher::registry::Client {
    let options = HostOptions {
        plain_http: Some(true),
        ..HostOptions::default()
    };
    client_with(host, options)
}

#[tokio::test]
async fn a_proxy_that_forwards_is_told_the_address_and_the_login() {
    let absent = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let (address, heard) = http_proxy(absent, String::new()).await;
    let proxy = format!("http://me:secret@{address}");
    let test = "client::proxies::own_process_finds_nothing";
    run_in_own_process(test, "", &environment("HTTP_PROXY", &proxy)).await;
    let heard = heard.lock().unwrap().to_lowercase();
    assert!(
        heard.starts_with("head http://registry.example.com/v2/app/manifests/v1 http/1.1\r\n"),
        "{heard}"
    );
    assert!(
        heard.contains("\r\nproxy-authorization: basic bwu6c2vjcmv0\r\n"),
        "{heard}"
    );
    assert!(
        heard.contains("\r\nhost: registry.example.com\r\n"),
        "{heard}"
    );
}

#[tokio::test]
async fn own_process_finds_nothing() {
    if given().is_some() {
        assert_eq!(plain(FAR).head_manifest(&app(FAR)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn tls_goes_through_a_tunnel() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let (behind, certificate) = tls_front(&sandbox, FAR).await;
    let established = "HTTP/1.1 200 Connection established\r\n\r\n";
    let (address, heard) = http_proxy(established, behind).await;
    let proxy = format!("http://me:secret@{address}");
    let test = "client::proxies::own_process_asks_with_tls";
    let certificate = String::from_utf8(certificate).unwrap();
    run_in_own_process(test, &certificate, &environment("HTTPS_PROXY", &proxy)).await;
    let heard = heard.lock().unwrap().to_lowercase();
    assert!(
        heard.starts_with("connect registry.example.com:443 http/1.1\r\n"),
        "{heard}"
    );
    assert!(
        heard.contains("\r\nproxy-authorization: basic bwu6c2vjcmv0\r\n"),
        "{heard}"
    );
    assert!(heard.contains("\r\nuser-agent: pusher/"), "{heard}");
    let log = sandbox.log();
    assert_eq!(log.count("HEAD", "/v2/app/manifests/v1"), 1);
    assert!(!format!("{:?}", log.requests()).contains("bWU6c2VjcmV0"));
}

#[tokio::test]
async fn own_process_asks_with_tls() {
    let Some(certificate) = given() else { return };
    let options = HostOptions {
        ca_certificates: Some(certificate.into_bytes()),
        ..HostOptions::default()
    };
    let found = client_with(FAR, options).head_manifest(&app(FAR)).await;
    assert!(found.unwrap().is_some());
}

#[tokio::test]
async fn a_socks_proxy_is_told_name_port_and_login() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let (address, heard) = socks_proxy(sandbox.address().to_owned()).await;
    let proxy = format!("socks5h://me:secret@{address}");
    let test = "client::proxies::own_process_asks_far";
    run_in_own_process(test, "", &environment("ALL_PROXY", &proxy)).await;
    assert_eq!(
        *heard.lock().unwrap(),
        ["me:secret@registry.example.com:80"]
    );
    assert_eq!(sandbox.log().count("HEAD", "/v2/app/manifests/v1"), 1);
}

#[tokio::test]
async fn own_process_asks_far() {
    if given().is_some() {
        let found = plain(FAR).head_manifest(&app(FAR)).await;
        assert!(found.unwrap().is_some());
    }
}

/// With `socks5` names are looked up here; an address of nobody's (RFC 5737) needs no one to ask.
#[tokio::test]
async fn a_socks_proxy_is_told_an_address_where_it_does_not_look_names_up() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let (address, heard) = socks_proxy(sandbox.address().to_owned()).await;
    let proxy = format!("socks5://me:secret@{address}");
    let test = "client::proxies::own_process_asks_an_address";
    run_in_own_process(test, "", &environment("HTTP_PROXY", &proxy)).await;
    assert_eq!(*heard.lock().unwrap(), ["me:secret@192.0.2.1:5000"]);
    assert_eq!(sandbox.log().count("HEAD", "/v2/app/manifests/v1"), 1);
}

#[tokio::test]
async fn own_process_asks_an_address() {
    if given().is_some() {
        let host = "192.0.2.1:5000";
        let found = plain(host).head_manifest(&app(host)).await;
        assert!(found.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_proxy_that_lets_nothing_through_is_named_as_the_reason() {
    let (socks, _) = socks_proxy(String::new()).await;
    let forbidden = "HTTP/1.1 403 Forbidden\r\n\r\n";
    let (http, _) = http_proxy(forbidden, String::new()).await;
    let test = "client::proxies::own_process_is_told_about_the_proxy";
    for (name, proxy) in [
        ("ALL_PROXY", format!("socks5h://{socks}")),
        ("ALL_PROXY", format!("socks4://{socks}")),
        ("HTTPS_PROXY", format!("http://{http}")),
    ] {
        run_in_own_process(test, "", &environment(name, &proxy)).await;
    }
}

#[tokio::test]
async fn own_process_is_told_about_the_proxy() {
    if given().is_none() {
        return;
    }
    let client = client_with(FAR, HostOptions::default());
    let error = client.head_manifest(&app(FAR)).await.unwrap_err();
    assert_eq!(
        (error.cause(), error.tries),
        (Cause::Unreachable, 1),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("the proxy did not let it through"),
        "{error}"
    );
    assert!(
        of_failure(&error).unwrap().contains("`HTTPS_PROXY`"),
        "{error}"
    );
    let again = client.head_manifest(&app(FAR)).await.unwrap_err();
    assert_eq!(again, error, "it is not waited for");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_as_that() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let test = "client::proxies::own_process_is_told_of_no_connection";
    for scheme in ["socks5h", "http"] {
        let proxy = format!("{scheme}://{address}");
        run_in_own_process(test, "", &environment("HTTP_PROXY", &proxy)).await;
    }
}

#[tokio::test]
async fn own_process_is_told_of_no_connection() {
    if given().is_none() {
        return;
    }
    let error = plain(FAR).head_manifest(&app(FAR)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no connection (Connection refused"),
        "{error}"
    );
}

fn through(proxy: &str) -> HostOptions {
    HostOptions {
        plain_http: Some(true),
        proxy: Some(proxy.parse().unwrap()),
        ..HostOptions::default()
    }
}

/// What is asked for a registry's sake goes through its proxy: tokens and storage as well, near or far.
#[tokio::test]
async fn the_proxy_of_a_registry_is_for_its_tokens_and_its_storage_too() {
    let options = Options {
        auth: Auth::bearer("user", PASSWORD),
        redirect: true,
        ..Options::default()
    };
    let sandbox = start(options).await;
    push_image(&sandbox, "app");
    let (blob, bytes) = push_blob(&sandbox, "app", 3000);
    let proxy = ForwardingProxy::start().await;
    let options = HostOptions {
        login: Some(found(login())),
        ..through(&format!("http://me:secret@{}", proxy.address))
    };
    let client = client_with(sandbox.address(), options);
    let image = client.head_manifest(&tagged(&sandbox, "app", "v1")).await;
    assert!(image.unwrap().is_some());
    let found = client.get_blob(&repository(&sandbox, "app"), &blob).await;
    assert_eq!(found.unwrap().unwrap(), bytes);

    assert!(proxy.forwarded_to(sandbox.address()));
    assert!(proxy.forwarded_to(&sandbox.token_address()));
    let heard = proxy.heard();
    let others = heard
        .iter()
        .filter(|head| head.starts_with("get http://127.0.0.1"));
    let storage = others.filter(|head| {
        !head.contains(&format!("http://{}/", sandbox.address())) && !head.contains("/token?")
    });
    assert_eq!(storage.count(), 1, "{heard:#?}");
    let login = "proxy-authorization: basic bwu6c2vjcmv0";
    assert!(heard.iter().all(|head| head.contains(login)), "{heard:#?}");
    let requests = sandbox.log().requests().len();
    assert!(heard.len() <= requests, "none went past it");
    assert_eq!(sandbox.log().connections(), heard.len());
}

/// A host that the registry points to and that has a proxy of its own, or none, keeps that.
#[tokio::test]
async fn a_token_server_may_have_a_way_of_its_own() {
    let options = Options {
        auth: Auth::bearer("user", PASSWORD),
        ..Options::default()
    };
    let sandbox = start(options).await;
    push_image(&sandbox, "app");
    let proxy = ForwardingProxy::start().await;
    let options = HostOptions {
        login: Some(found(login())),
        ..through(&proxy.address)
    };
    // The server of its tokens is at the same address, under another name.
    let registry = sandbox.address().replace("127.0.0.1", "localhost");
    let straight = HostOptions {
        proxy: Some(ProxyChoice::Straight),
        ..HostOptions::default()
    };
    let hosts = [
        (registry.clone(), options),
        (sandbox.token_address(), straight),
    ];
    let client = Client::new(ClientOptions {
        hosts: HashMap::from(hosts),
        retry: soon(),
        ..ClientOptions::default()
    });
    let app = format!("{registry}/app:v1").parse().unwrap();
    assert!(client.head_manifest(&app).await.unwrap().is_some());
    assert!(proxy.forwarded_to(&registry));
    assert!(!proxy.forwarded_to(&sandbox.token_address()));
    assert_eq!(sandbox.log().tokens(), 1);
}

#[tokio::test]
async fn what_is_said_for_a_registry_goes_before_the_environment() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let (said, asked) = socks_proxy(sandbox.address().to_owned()).await;
    let said = format!("socks5h://me:secret@{said}");
    let refuses = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    let (of_environment, heard) = http_proxy(refuses, String::new()).await;
    let test = "client::proxies::own_process_has_its_own_way";
    let mut environment = environment("NO_PROXY", FAR);
    environment.retain(|(name, _)| *name != "HTTP_PROXY");
    let proxy = format!("http://{of_environment}");
    environment.push(("HTTP_PROXY", &proxy));
    run_in_own_process(test, &said, &environment).await;
    assert_eq!(sandbox.log().count("HEAD", "/v2/app/manifests/v1"), 1);
    assert_eq!(
        *asked.lock().unwrap(),
        ["me:secret@registry.example.com:80"]
    );
    assert_eq!(*heard.lock().unwrap(), "", "nothing went there");
}

#[tokio::test]
async fn own_process_has_its_own_way() {
    let Some(said) = given() else { return };
    let client = client_with(FAR, through(&said));
    let found = client.head_manifest(&app(FAR)).await;
    assert!(found.unwrap().is_some(), "although NO_PROXY has it");
    // Nobody has this address (RFC 5737): whoever asks for it asks the proxy.
    let nobody = "192.0.2.1:5000";
    let client = client_with(nobody, through("none"));
    assert!(client.way_to(nobody).unwrap().proxy.is_none());
    let client = client_with(nobody, HostOptions::default());
    assert!(
        client.way_to(nobody).unwrap().proxy.is_none(),
        "it is https"
    );
    let plain = HostOptions {
        plain_http: Some(true),
        ..HostOptions::default()
    };
    let client = client_with(nobody, plain);
    assert!(client.way_to(nobody).unwrap().proxy.is_some());
}
