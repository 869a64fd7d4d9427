//! What the session of a role may do: what the role may, and no more than this.

use serde_json::json;

/// What the session of a role is to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RoleAccess {
    /// To read.
    #[default]
    Pull,
    /// To read and to write.
    Push,
}

impl RoleAccess {
    /// Returns the policy that goes along when the role is taken on: what the role may not do by its own
    /// policies, it does not get by this.
    pub(super) fn policy(self) -> String {
        let mut actions = vec!["cr:GetAuthorizationToken", "cr:PullRepository"];
        if self == Self::Push {
            actions.extend([
                "cr:PushRepository",
                "cr:CreateRepository",
                "cr:UpdateRepository",
                "cr:DeleteRepositoryTag",
            ]);
        }
        let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
        json!({ "Version": "1", "Statement": [statement] }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_gets_a_session_that_only_reads() {
        assert_eq!(
            RoleAccess::default().policy(),
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["cr:GetAuthorizationToken","cr:PullRepository"],"Resource":"*"}]}"#
        );
        let push = RoleAccess::Push.policy();
        assert!(push.contains(r#""cr:PullRepository","cr:PushRepository","cr:CreateRepository""#));
        // STS takes no more.
        assert!(push.len() <= 2048);
    }
}
