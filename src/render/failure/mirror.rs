//! A mirror that is not asked any more.

use std::fmt;

use crate::model::{MirrorFault, MirrorNotice};

impl fmt::Display for MirrorNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mirror, why } = self;
        match why {
            MirrorFault::Lied {
                repository,
                wanted,
                got,
            } => write_tr!(
                f,
                "warning: the mirror `{mirror}` did not send what it was asked for, and is left out from here on: \
                 of `{repository}`, `{wanted}` was wanted; {got}. Nothing of that is used, the next place is asked",
                "警告：镜像站 `{mirror}` 发来的不是所要的内容，从现在起不再用它：要的是 `{repository}` 的 `{wanted}`；\
                 {got}。这些内容都没有用，改从下一处取"
            ),
            MirrorFault::Away { fault } => write_tr!(
                f,
                "warning: the mirror `{mirror}` fails again and again, and is left out from here on: {fault}",
                "警告：镜像站 `{mirror}` 一再出错，从现在起不再用它：{fault}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, Fault, MirrorPlace, NoAnswer, Repository, Text};

    #[test]
    fn a_mirror_that_lies_is_told_with_all_that_is_known() {
        let mirror = MirrorPlace {
            host: "m.example.com".to_owned(),
            prefix: Some("docker.io".to_owned()),
        };
        let lied = MirrorFault::Lied {
            repository: Repository {
                registry: "docker.io".to_owned(),
                name: "library/nginx".to_owned(),
            },
            wanted: Digest::sha256(b"right"),
            got: Fault::OtherBytes {
                found: Digest::sha256(b"wrong"),
            },
        };
        let refused = Text::verbatim("connection refused");
        let away = MirrorFault::Away {
            fault: Fault::NoAnswer(NoAnswer::Refused(refused)),
        };
        let told = |why| {
            let mirror = mirror.clone();
            MirrorNotice { mirror, why }.to_string()
        };
        assert_eq!(
            told(lied),
            format!(
                "warning: the mirror `m.example.com/docker.io` did not send what it was asked for, and is left out \
                 from here on: of `docker.io/library/nginx`, `{}` was wanted; it sent other bytes, which have {}. \
                 Nothing of that is used, the next place is asked",
                Digest::sha256(b"right"),
                Digest::sha256(b"wrong")
            )
        );
        assert_eq!(
            told(away),
            "warning: the mirror `m.example.com/docker.io` fails again and again, and is left out from here on: \
             no connection (connection refused)"
        );
    }
}
