//! TLS.

use std::sync::Arc;

use pusher::model::{Cause, Reference, Repository};
use pusher::registry::{Client, HostOptions, ReadRegistry as _};
use pusher::render::hints::of_failure;
use pusher::sandbox::{Auth, Effect, Fault, Options, Sandbox};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{client_with, login, push_blob, push_image, start, tagged};
use crate::support::found;

/// Makes a server's end of TLS with a certificate for this name, and returns that as well.
pub(super) fn acceptor(name: &str, protocols: &[&[u8]]) -> (TlsAcceptor, Vec<u8>) {
    let certified = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], PrivateKeyDer::from(key))
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let certificate = certified.cert.pem().into_bytes();
    (TlsAcceptor::from(Arc::new(config)), certificate)
}

/// Speaks TLS in front of a sandbox, under a name; returns its address and its certificate.
pub(super) async fn tls_front(sandbox: &Sandbox, name: &str) -> (String, Vec<u8>) {
    let (acceptor, certificate) = acceptor(name, &[]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let behind = sandbox.address().to_owned();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            tokio::spawn(async move {
                let Ok(mut outside) = acceptor.accept(socket).await else {
                    return;
                };
                let mut inside = TcpStream::connect(behind).await.unwrap();
                let _ = copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    (address, certificate)
}

pub(super) fn app(registry: &str) -> Reference {
    let repository = Repository {
        registry: registry.to_owned(),
        name: "app".to_owned(),
    };
    Reference::tagged(repository, "v1")
}

pub(super) fn tls(host: &str, certificates: Option<Vec<u8>>) -> Client {
    let options = HostOptions {
        plain_http: Some(false),
        ca_certificates: certificates,
        login: Some(found(login())),
        ..HostOptions::default()
    };
    client_with(host, options)
}

#[tokio::test]
async fn a_certificate_of_ones_own_authority() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    let (blob, bytes) = push_blob(&sandbox, "app", 3_000_000);
    let (host, certificate) = tls_front(&sandbox, "127.0.0.1").await;
    let client = tls(&host, Some(certificate));
    let found = client.head_manifest(&app(&host)).await.unwrap().unwrap();
    assert_eq!(found.digest, image.digest);
    let mut stream = client
        .open_blob(app(&host).repository(), &blob, 0)
        .await
        .unwrap();
    let mut length = 0;
    while let Some(chunk) = futures_util::StreamExt::next(&mut stream).await {
        length += chunk.unwrap().len();
    }
    assert_eq!(length, bytes.len());
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_says_what_to_set() {
    let sandbox = start(Options::default()).await;
    let (host, _) = tls_front(&sandbox, "127.0.0.1").await;
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let error = tls(&host, Some(other.cert.pem().into_bytes()))
        .head_manifest(&app(&host))
        .await
        .unwrap_err();
    assert_eq!((error.cause(), error.tries), (Cause::Unreachable, 1));
    assert!(
        error.to_string().contains("certificate is not trusted"),
        "{error}"
    );
    assert!(of_failure(&error).unwrap().contains("ca-file"));
    assert_eq!(sandbox.log().requests(), []);
}

#[tokio::test]
async fn tls_to_one_that_has_none_says_what_to_set() {
    let sandbox = start(Options::default()).await;
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let host = sandbox.address();
    let client = tls(host, Some(other.cert.pem().into_bytes()));
    let error = client.head_manifest(&app(host)).await.unwrap_err();
    assert_eq!(
        (error.cause(), error.tries),
        (Cause::Unreachable, 1),
        "{error}"
    );
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
    assert!(of_failure(&error).unwrap().contains("plain-http: true"));
    let again = client.head_manifest(&app(host)).await.unwrap_err();
    assert_eq!(again, error);
    assert_eq!(sandbox.log().connections(), 1, "it will not be otherwise");
}

#[tokio::test]
async fn a_ca_file_without_certificates_is_named() {
    let sandbox = start(Options::default()).await;
    let client = tls(sandbox.address(), Some(b"nothing".to_vec()));
    let error = client
        .head_manifest(&app(sandbox.address()))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`ca-file`"), "{error}");
}

#[tokio::test]
async fn no_login_goes_to_a_realm_without_tls() {
    let auth = Auth::bearer("user", super::PASSWORD);
    let sandbox = start(Options {
        auth,
        ..Options::default()
    })
    .await;
    let (host, certificate) = tls_front(&sandbox, "127.0.0.1").await;
    let error = tls(&host, Some(certificate))
        .head_manifest(&app(&host))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("without TLS"), "{error}");
    assert_eq!(sandbox.log().tokens(), 0);
}

#[tokio::test]
async fn nothing_goes_from_tls_to_plain_http() {
    let sandbox = start(Options {
        redirect: true,
        ..Options::default()
    })
    .await;
    let (blob, _) = push_blob(&sandbox, "app", 1000);
    let (host, certificate) = tls_front(&sandbox, "127.0.0.1").await;
    let client = tls(&host, Some(certificate));
    let error = client
        .get_blob(app(&host).repository(), &blob)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("without TLS"), "{error}");
    assert_eq!(sandbox.log().count("GET", "/storage/"), 0);
}

/// A registry behind a proxy that ends TLS names itself with `http`.
#[tokio::test]
async fn an_upload_stays_with_tls() {
    use pusher::registry::{Upload, WriteRegistry as _};
    let sandbox = start(Options::default()).await;
    let (host, certificate) = tls_front(&sandbox, "127.0.0.1").await;
    let client = tls(&host, Some(certificate));
    let plain =
        Effect::status(202).header("Location", &format!("http://{host}/v2/app/blobs/uploads/x"));
    sandbox.faults().add(Fault::new("POST", "", plain));
    let upload = client
        .start_upload(app(&host).repository(), None)
        .await
        .unwrap();
    let Upload::Session(mut session) = upload else {
        panic!("{upload:?}")
    };
    assert_eq!(client.upload_offset(&mut session).await.unwrap(), None);
    assert_eq!(sandbox.log().count("GET", "/v2/app/blobs/uploads/x"), 1);
}

#[tokio::test]
async fn plain_http_to_one_that_has_tls_says_what_to_set() {
    let sandbox = start(Options::default()).await;
    let (host, _) = tls_front(&sandbox, "127.0.0.1").await;
    let client = client_with(&host, HostOptions::default());
    let error = client
        .get_manifest(&tagged(&sandbox, "app", "v1").clone())
        .await;
    assert!(error.unwrap().is_none(), "another host, which has none");
    let error = client.get_manifest(&app(&host)).await.unwrap_err();
    assert_eq!(error.cause(), Cause::Unreachable, "{error}");
}
