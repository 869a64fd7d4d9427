//! The variables of the environment that are read, and what the help says of them.

use std::fmt;

use crate::config::{NAMESPACE_VARIABLE, PASSWORD_VARIABLE, REGISTRY_VARIABLE, USER_VARIABLE};

/// One list makes the type, the names and the words, so that none can be read that the help lacks.
macro_rules! variables {
    ($($variable:ident = $name:expr, phrase!($meaning:literal, $chinese:literal);)*) => {
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
                    $(Self::$variable => tr_word!($meaning, $chinese),)*
                }
            }
        }
    };
}

variables! {
    Registry = REGISTRY_VARIABLE, phrase!("the target's host, such as registry.cn-hangzhou.aliyuncs.com", "目标仓库的地址，如 registry.cn-hangzhou.aliyuncs.com");
    Namespace = NAMESPACE_VARIABLE, phrase!("the namespace in it", "其中的命名空间");
    User = USER_VARIABLE, phrase!("the target's user name", "目标仓库的用户名");
    Password = PASSWORD_VARIABLE, phrase!("the target's password", "目标仓库的密码");
    RoleArn = "ALIBABA_CLOUD_ROLE_ARN", phrase!("the RAM role that gets temporary passwords of ACR, with the next", "去取 ACR 临时密码的 RAM 角色，与下一项一起用");
    OidcProviderArn = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", phrase!("the OIDC provider that the role trusts", "这个角色信任的 OIDC 身份提供商");
    OidcTokenFile = "ALIBABA_CLOUD_OIDC_TOKEN_FILE", phrase!("the file with its token (else GitHub is asked)", "令牌所在的文件（没有就向 GitHub 要）");
    RoleSessionName = "ALIBABA_CLOUD_ROLE_SESSION_NAME", phrase!("the session's name in the audit log (else pusher)", "操作审计里的会话名（默认 pusher）");
    AccessKeyId = "ALIBABA_CLOUD_ACCESS_KEY_ID", phrase!("the access key that gets them, where no role does", "没有角色时，去取临时密码的 AccessKey");
    AccessKeySecret = "ALIBABA_CLOUD_ACCESS_KEY_SECRET", phrase!("its secret", "它的 AccessKey Secret");
    SecurityToken = "ALIBABA_CLOUD_SECURITY_TOKEN", phrase!("its token, if it is a temporary one", "它的令牌，如果是临时的");
    EcsRole = "ALIBABA_CLOUD_ECS_METADATA", phrase!("the role of this ECS instance, where no key is set", "没有 AccessKey 时，这台 ECS 实例的角色");
    GitHubTokenUrl = "ACTIONS_ID_TOKEN_REQUEST_URL", phrase!("set by GitHub for `permissions: id-token: write`", "有 `permissions: id-token: write` 时由 GitHub 设置");
    GitHubTokenRequest = "ACTIONS_ID_TOKEN_REQUEST_TOKEN", phrase!("the same", "同上");
    GitHubCommit = "GITHUB_SHA", phrase!("the commit, for `apply --records`", "提交，`apply --records` 用");
    GitLabCommit = "CI_COMMIT_SHA", phrase!("the same in GitLab CI", "GitLab CI 里的提交");
    GitHub = "GITHUB_ACTIONS", phrase!("set by GitHub for every job", "每个 job 都由 GitHub 设置");
    GitHubServer = "GITHUB_SERVER_URL", phrase!("where GitHub is, for the run's address in messages", "GitHub 的地址，消息里这次运行的链接用");
    GitHubRepository = "GITHUB_REPOSITORY", phrase!("the repository, for the same", "仓库，同上");
    GitHubRun = "GITHUB_RUN_ID", phrase!("the run, for the same", "运行的编号，同上");
    GitLabJob = "CI_JOB_URL", phrase!("the same in GitLab CI", "GitLab CI 里的运行链接");
    Notify = "PUSHER_NOTIFY", phrase!("where messages about runs go: addresses of robots, secret", "运行的消息发到哪里：机器人的地址，是机密");
    NotifySecret = "PUSHER_NOTIFY_SECRET", phrase!("what signs them, where a robot asks for that", "消息的签名密钥，机器人要求签名时用");
    NotifyOn = "PUSHER_NOTIFY_ON", phrase!("for what: failed, drift, changed, held-back (else all)", "哪些情况才发：failed、drift、changed、held-back（默认全部）");
    AcrStandIn = "PUSHER_ACR_STAND_IN", phrase!("for tests: asked instead of Alibaba Cloud, on this machine alone", "测试用：代替阿里云的服务，只能在本机");
    DockerLogins = "DOCKER_AUTH_CONFIG", phrase!("logins as docker's config.json has them, as text; before all files", "账号，写法同 docker 的 config.json；优先于所有文件");
    DockerConfig = "DOCKER_CONFIG", phrase!("the folder with docker's logins (else ~/.docker)", "docker 的账号所在的目录（默认 ~/.docker）");
    AuthFile = "REGISTRY_AUTH_FILE", phrase!("the file with podman's logins", "podman 的账号所在的文件");
    RuntimeFolder = "XDG_RUNTIME_DIR", phrase!("where podman's logins are, if that is not set", "没有设置上一项时，podman 的账号在这里");
    ConfigFolder = "XDG_CONFIG_HOME", phrase!("where they may be as well (else ~/.config)", "也可能在这里（默认 ~/.config）");
    CacheFolder = "XDG_CACHE_HOME", phrase!("where the cache is (else ~/.cache)", "缓存目录（默认 ~/.cache）");
    LocalAppData = "LOCALAPPDATA", phrase!("where it is on Windows", "Windows 上的缓存目录");
    Home = "HOME", phrase!("the folder that `~` stands for", "`~` 代表的目录");
    UserProfile = "USERPROFILE", phrase!("that folder on Windows", "Windows 上的这个目录");
    // The client's library reads the proxies, also under their names in small letters.
    HttpsProxy = "HTTPS_PROXY", phrase!("the proxy for https: http://, https://, socks5:// or socks5h://", "https 的代理：http://、https://、socks5:// 或 socks5h://");
    HttpProxy = "HTTP_PROXY", phrase!("the proxy for http", "http 的代理");
    AllProxy = "ALL_PROXY", phrase!("the proxy for both", "两者的代理");
    NoProxy = "NO_PROXY", phrase!("the hosts that are asked without a proxy", "不经代理访问的地址");
    // The library for the system's certificates reads these.
    CertificateFile = "SSL_CERT_FILE", phrase!("certificate authorities in the place of the system's", "代替系统 CA 证书的文件");
    CertificateFolder = "SSL_CERT_DIR", phrase!("a folder with such", "放这种证书的目录");
    Language = "PUSHER_LANG", phrase!("the language of messages where `--lang` is not given: auto, en or zh", "没有 `--lang` 时用的语言：auto、en 或 zh");
    LocaleOfAll = "LC_ALL", phrase!("the locale; one without UTF-8 gets English in signs of ASCII alone", "区域设置；不是 UTF-8 时用英文，符号也只用 ASCII");
    LocaleOfLetters = "LC_CTYPE", phrase!("the locale of letters, if that is not set", "没有设置上一项时，字符的区域设置");
    LocaleOfMessages = "LC_MESSAGES", phrase!("the locale of messages, if `LC_ALL` is not set", "没有设置 `LC_ALL` 时，消息的区域设置");
    Locale = "LANG", phrase!("the locale, if none of these is set", "以上都没有设置时的区域设置");
    // The library for times reads it.
    TimeZone = "TZ", phrase!("the time zone of `watch --cron` (else that of the system)", "`watch --cron` 的时区（默认是系统的时区）");
    NoColor = "NO_COLOR", phrase!("set to anything: no colours", "设成任何值：不用颜色");
    Term = "TERM", phrase!("`dumb`: no colours", "`dumb`：不用颜色");
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
