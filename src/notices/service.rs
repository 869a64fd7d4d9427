//! The chats that are known.

use std::fmt;

/// Whose form a message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// `DingTalk`'s robot of a group.
    DingTalk,
    /// Feishu's, abroad Lark's.
    Feishu,
    /// `WeCom`'s.
    WeCom,
    /// Slack's incoming webhook, and those of others that take the same.
    Slack,
    /// Any program: a document of our own.
    Json,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::DingTalk,
        Self::Feishu,
        Self::WeCom,
        Self::Slack,
        Self::Json,
    ];

    /// Returns the name that is typed in front of an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DingTalk => "dingtalk",
            Self::Feishu => "feishu",
            Self::WeCom => "wecom",
            Self::Slack => "slack",
            Self::Json => "json",
        }
    }

    /// Tells which one is at a host.
    pub(super) fn of_host(host: &str) -> Self {
        match host {
            "oapi.dingtalk.com" => Self::DingTalk,
            "open.feishu.cn" | "open.larksuite.com" => Self::Feishu,
            "qyapi.weixin.qq.com" => Self::WeCom,
            "hooks.slack.com" | "hooks.slack-gov.com" => Self::Slack,
            _ => Self::Json,
        }
    }

    /// Tells whether messages to it may be signed.
    pub fn signs(self) -> bool {
        matches!(self, Self::DingTalk | Self::Feishu)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DingTalk => tr_word!("DingTalk", "钉钉"),
            Self::Feishu => tr_word!("Feishu", "飞书"),
            Self::WeCom => tr_word!("WeCom", "企业微信"),
            Self::Slack => "Slack",
            Self::Json => "webhook",
        })
    }
}
