//! Which login is taken for a registry, of those that are there: nobody is asked for anything.

use pusher::model::{CloudIdentity, LoginOrigin, LoginWay, Repository, Secret};
use pusher::registry::{
    AccessKey, AcrAsker, Client, ClientOptions, Credentials, HostOptions, Identity, Login,
    LoginSource,
};

use crate::support::found;

const ACR: &str = "registry.cn-hangzhou.aliyuncs.com";
const OTHER: &str = "registry.example.com";

#[tokio::test]
async fn what_is_given_wins_then_what_docker_left_then_a_temporary_password_of_acr() {
    let secret = |text: &str| Secret::new(text.to_owned());
    let given = LoginOrigin::Variable("LOGIN");
    let docker = LoginOrigin::Variable("DOCKER_AUTH_CONFIG");
    let temporary = LoginOrigin::Acr(CloudIdentity::AccessKey);
    let nobody = LoginOrigin::Acr(CloudIdentity::Nothing);
    for (host, way, is_given, is_left, has_key, expected) in [
        (ACR, LoginWay::Auto, true, true, true, Some(&given)),
        (ACR, LoginWay::Auto, false, true, true, Some(&docker)),
        (ACR, LoginWay::Auto, false, false, true, Some(&temporary)),
        (ACR, LoginWay::Auto, false, false, false, None),
        (OTHER, LoginWay::Auto, false, false, true, None),
        (ACR, LoginWay::Basic, false, false, true, None),
        (ACR, LoginWay::Basic, false, true, true, Some(&docker)),
        (OTHER, LoginWay::Acr, true, true, true, Some(&temporary)),
        (OTHER, LoginWay::Acr, false, false, false, Some(&nobody)),
        (ACR, LoginWay::None, true, true, true, None),
    ] {
        let login = Login::Password {
            username: "me".to_owned(),
            password: secret("secret"),
        };
        let options = HostOptions {
            login: is_given.then(|| found(login)),
            login_way: way,
            ..HostOptions::default()
        };
        let text = format!(r#"{{"auths":{{"{host}":{{"username":"a","password":"b"}}}}}}"#);
        let left = LoginSource::Variable {
            name: "DOCKER_AUTH_CONFIG",
            text: secret(&text),
        };
        let key = AccessKey {
            id: "id".to_owned(),
            secret: secret("key"),
            security_token: None,
        };
        let client = Client::new(ClientOptions {
            hosts: [(host.to_owned(), options)].into(),
            credentials: Credentials::new(is_left.then_some(left).into_iter().collect()),
            acr: AcrAsker {
                identity: has_key.then_some(Ok(Identity::Key(key))),
                stand_in: None,
            },
            ..ClientOptions::default()
        });
        let repository = Repository {
            registry: host.to_owned(),
            name: "team/app".to_owned(),
        };
        let origin = client.login_origin(&repository).await;
        let case = format!("{host} {way:?} {is_given} {is_left} {has_key}");
        assert_eq!(origin.as_deref(), expected, "{case}");
    }
}
