//! The variables of the environment that are read, and what the help says of them.

use std::fmt;

use crate::config::{NAMESPACE_VARIABLE, PASSWORD_VARIABLE, REGISTRY_VARIABLE, USER_VARIABLE};

/// One list makes the type, the names and the words, so that none can be read that the help lacks.
macro_rules! variables {
    ($($variable:ident = $name:expr, $meaning:literal;)*) => {
        /// A variable of the environment that is read, here or by a library.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Variable {
            $(#[doc = $meaning] $variable,)*
        }

        impl Variable {
            /// Every variable, in the order of the help.
            pub const ALL: &[Self] = &[$(Self::$variable,)*];

            /// Returns its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variable => $name,)*
                }
            }

            /// Says what it is, as the help has it.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variable => $meaning,)*
                }
            }
        }
    };
}

variables! {
    Registry = REGISTRY_VARIABLE, "the target's host, such as registry.cn-hangzhou.aliyuncs.com";
    Namespace = NAMESPACE_VARIABLE, "the namespace in it";
    User = USER_VARIABLE, "the target's user name";
    Password = PASSWORD_VARIABLE, "the target's password";
    RoleArn = "ALIBABA_CLOUD_ROLE_ARN", "the RAM role that gets temporary passwords of ACR, with the next";
    OidcProviderArn = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "the OIDC provider that the role trusts";
    OidcTokenFile = "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "the file with its token (else GitHub is asked)";
    RoleSessionName = "ALIBABA_CLOUD_ROLE_SESSION_NAME", "the session's name in the audit log (else pusher)";
    AccessKeyId = "ALIBABA_CLOUD_ACCESS_KEY_ID", "the access key that gets them, where no role does";
    AccessKeySecret = "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "its secret";
    SecurityToken = "ALIBABA_CLOUD_SECURITY_TOKEN", "its token, if it is a temporary one";
    EcsRole = "ALIBABA_CLOUD_ECS_METADATA", "the role of this ECS instance, where no key is set";
    GitHubTokenUrl = "ACTIONS_ID_TOKEN_REQUEST_URL", "set by GitHub for `permissions: id-token: write`";
    GitHubTokenRequest = "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "the same";
    GitHub = "GITHUB_ACTIONS", "set by GitHub for every job";
    AcrStandIn = "PUSHER_ACR_STAND_IN", "for tests: asked instead of Alibaba Cloud, on this machine alone";
    DockerLogins = "DOCKER_AUTH_CONFIG", "logins as docker's config.json has them, as text; before all files";
    DockerConfig = "DOCKER_CONFIG", "the folder with docker's logins (else ~/.docker)";
    AuthFile = "REGISTRY_AUTH_FILE", "the file with podman's logins";
    RuntimeFolder = "XDG_RUNTIME_DIR", "where podman's logins are, if that is not set";
    ConfigFolder = "XDG_CONFIG_HOME", "where they may be as well (else ~/.config)";
    CacheFolder = "XDG_CACHE_HOME", "where the cache is (else ~/.cache)";
    LocalAppData = "LOCALAPPDATA", "where it is on Windows";
    Home = "HOME", "the folder that `~` stands for";
    UserProfile = "USERPROFILE", "that folder on Windows";
    // The client's library reads the proxies, also under their names in small letters.
    HttpsProxy = "HTTPS_PROXY", "the proxy for https: http://, https://, socks5:// or socks5h://";
    HttpProxy = "HTTP_PROXY", "the proxy for http";
    AllProxy = "ALL_PROXY", "the proxy for both";
    NoProxy = "NO_PROXY", "the hosts that are asked without a proxy";
    // The library for the system's certificates reads these.
    CertificateFile = "SSL_CERT_FILE", "certificate authorities in the place of the system's";
    CertificateFolder = "SSL_CERT_DIR", "a folder with such";
    Language = "PUSHER_LANG", "the language of messages where `--lang` is not given: auto, en or zh";
    LocaleOfAll = "LC_ALL", "the locale; one without UTF-8 gets English in signs of ASCII alone";
    LocaleOfLetters = "LC_CTYPE", "the locale of letters, if that is not set";
    LocaleOfMessages = "LC_MESSAGES", "the locale of messages, if `LC_ALL` is not set";
    Locale = "LANG", "the locale, if none of these is set";
    NoColor = "NO_COLOR", "set to anything: no colours";
    Term = "TERM", "`dumb`: no colours";
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
