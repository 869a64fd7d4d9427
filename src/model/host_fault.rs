//! What a failure says of a host, whatever was asked of it: one cause that many images meet.

use std::mem::{Discriminant, discriminant};

use super::request::RequestKind;
use super::{Asked, ErrorAnswer, Failure, Fault, Meaning, NoAnswer, SignInFault, SignInService};

/// A fault that everyone meets who asks a host: two that are equal have one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HostFault<'a> {
    host: &'a str,
    elsewhere: Option<&'a str>,
    sort: Sort<'a>,
}

/// The sorts of such faults, without what differs from one request to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sort<'a> {
    /// It refused the login that it got.
    LoginRefused,
    /// There is no login that it could be asked with, for this reason.
    NoLogin(&'a str),
    /// It wants fewer requests.
    Rate,
    /// This run may pull no more of it.
    OwnBound,
    /// It gives no more images out for hours.
    PullsUsedUp,
    /// It, or what answers in its place, does not do what a registry does.
    Status(u16, Option<Meaning>, Option<RequestKind>),
    /// No temporary password for it came about.
    SignIn(Option<SignInService>, Option<&'a str>),
    /// It gave no answer.
    Unanswered(Discriminant<NoAnswer>),
    /// It does not let this account do that, in these words.
    Denied(u16, Option<&'a str>, Option<&'a str>),
}

impl Failure {
    /// Returns what it says of the host; none where it is about what was asked for.
    ///
    /// `is_one_account` tells that all that is asked for there is of one account and one namespace, as
    /// in a target: then what is not allowed is not allowed for all of it.
    pub fn host_fault(&self, is_one_account: bool) -> Option<HostFault<'_>> {
        let sort = match &self.fault {
            Fault::Answered(answer) => self.sort_of(answer, is_one_account)?,
            Fault::Paused(_) => Sort::Rate,
            Fault::PullsSpent { .. } => Sort::OwnBound,
            Fault::Login(why) => Sort::NoLogin(why.english()),
            Fault::SignIn(fault) => match &**fault {
                SignInFault::Refused(refusal) => {
                    Sort::SignIn(Some(refusal.service), refusal.code.as_deref())
                }
                SignInFault::Unanswered { service, .. } | SignInFault::Unusable { service, .. } => {
                    Sort::SignIn(Some(*service), None)
                }
                _ => Sort::SignIn(None, None),
            },
            Fault::NoAnswer(why) if !matches!(why, NoAnswer::Body(_)) => {
                Sort::Unanswered(discriminant(why))
            }
            Fault::NoAnswer(_)
            | Fault::Protocol(_)
            | Fault::Damaged(_)
            | Fault::TooLong { .. }
            | Fault::CutShort
            | Fault::OtherBytes { .. }
            | Fault::Manifest { .. }
            | Fault::OtherSize { .. }
            | Fault::Lacks(_)
            | Fault::TooMuch(_)
            | Fault::Needed { .. }
            | Fault::TagsUnknown
            | Fault::CannotDelete
            | Fault::Stick(_) => return None,
        };
        Some(HostFault {
            host: &self.host,
            elsewhere: self.elsewhere.as_deref(),
            sort,
        })
    }

    fn sort_of<'a>(&self, answer: &'a ErrorAnswer, is_one_account: bool) -> Option<Sort<'a>> {
        let ErrorAnswer {
            status,
            code,
            message,
            asked,
            meaning,
            login: _,
        } = answer;
        Some(match (status, meaning) {
            (_, Some(Meaning::PullsUsedUp)) => Sort::PullsUsedUp,
            (_, Some(Meaning::WantsTls | Meaning::HtmlPage)) => {
                Sort::Status(*status, *meaning, None)
            }
            (401, None) if *asked == Asked::WithLogin => Sort::LoginRefused,
            (401 | 403, None) if is_one_account => {
                Sort::Denied(*status, code.as_deref(), message.as_deref())
            }
            (429, None) => Sort::Rate,
            (408 | 500.., None) => Sort::Status(*status, None, self.request()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Attempt, Operation, Text};
    use super::*;

    fn failure(host: &str, object: &str, fault: Fault) -> Failure {
        let operation = Operation::new(RequestKind::HeadManifest, Text::verbatim(object));
        Failure::new(host, Attempt::Request(operation), fault)
    }

    fn answered(status: u16, asked: Asked) -> Fault {
        Fault::Answered(ErrorAnswer {
            status,
            code: Some("DENIED".to_owned()),
            message: None,
            asked,
            meaning: None,
            login: None,
        })
    }

    #[test]
    fn one_cause_is_known_whatever_was_asked_for() {
        let connect = |why: &str| Fault::NoAnswer(NoAnswer::Connect(Text::verbatim(why)));
        let no_host = || Fault::NoAnswer(NoAnswer::UnknownHost(Text::verbatim("")));
        let pause = |seconds| Fault::Paused(std::time::Duration::from_secs(seconds));
        let login = || answered(401, Asked::WithLogin);
        for (one, other, same) in [
            (login(), login(), true),
            (connect("refused"), connect("no answer in time"), true),
            (connect("refused"), no_host(), false),
            (pause(600), pause(590), true),
            (pause(600), answered(429, Asked::WithToken), true),
            (
                answered(502, Asked::WithToken),
                answered(503, Asked::WithToken),
                false,
            ),
            (login(), Fault::Login(Text::verbatim("none")), false),
        ] {
            let (one, other) = (failure("a", "`x:1`", one), failure("a", "`y:2`", other));
            let found = one.host_fault(false) == other.host_fault(false);
            assert_eq!(found, same, "{one:?} {other:?}");
        }
        let at = |host| failure(host, "`x:1`", login());
        assert_ne!(at("a").host_fault(false), at("b").host_fault(false));
    }

    #[test]
    fn what_a_repository_is_says_nothing_of_its_host() {
        for fault in [
            answered(401, Asked::WithToken),
            answered(401, Asked::Anonymously),
            answered(403, Asked::WithToken),
        ] {
            let one = failure("a", "`x:1`", fault);
            assert_eq!(one.host_fault(false), None, "{one:?}");
            assert!(one.host_fault(true).is_some(), "{one:?}");
        }
        let one = failure("a", "`x:1`", answered(404, Asked::WithToken));
        assert_eq!(one.host_fault(true), None);
    }
}
