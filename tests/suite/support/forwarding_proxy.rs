//! A proxy that forwards plain http to whatever address it is told, and writes down what it was told.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct ForwardingProxy {
    pub(crate) address: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl ForwardingProxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let keeps = heard.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, keeps.clone()));
            }
        });
        Self { address, heard }
    }

    /// Returns the heads of the first requests of all connections, in small letters.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Tells whether anything was asked of this address by this proxy.
    pub(crate) fn forwarded_to(&self, address: &str) -> bool {
        let address = format!("http://{address}/");
        let heard = self.heard();
        heard.iter().any(|head| head.contains(&address))
    }
}

async fn forward(mut client: TcpStream, heard: Arc<Mutex<Vec<String>>>) {
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => request.push(byte.into()),
            Err(_) => return,
        }
    }
    heard.lock().unwrap().push(request.to_lowercase());
    let address = request
        .split_once("://")
        .unwrap()
        .1
        .split('/')
        .next()
        .unwrap();
    let Ok(mut behind) = TcpStream::connect(address).await else {
        return;
    };
    if behind.write_all(request.as_bytes()).await.is_ok() {
        let _ = copy_bidirectional(&mut client, &mut behind).await;
    }
}
