//! Why rules choose no tags.

use crate::model::listed;
use crate::render::units::{Noun, counted};
use crate::selection::{Mixture, Refusal, Refused};

/// Says why rules choose no tags of those that a repository lists.
pub fn refusal(refused: &Refused) -> String {
    let Refused { why, account } = refused;
    match why {
        Refusal::Nothing => tr!(
            "its rules choose none of {}",
            "它的规则在 {} 里一个也没有选中",
            counted(account.listed, Noun::Tag)
        ),
        Refusal::TooFew { found, min } => tr!(
            "its rules choose {}, and `min-tags` is {min}",
            "它的规则选中 {}，而 `min-tags` 是 {min}",
            counted(*found, Noun::Tag)
        ),
        Refusal::TooMany { found, max, beyond } => tr!(
            "its rules choose {}, and `max-tags` is {max}: {} would be too many",
            "它的规则选中 {}，而 `max-tags` 是 {max}：从 {} 起就超出了",
            counted(*found, Noun::Tag),
            listed(beyond.iter().map(|tag| format!("`{tag}`")))
        ),
        Refusal::Mixed(Mixture {
            rule: _,
            variant: _,
            each,
        }) => {
            let kinds = each.iter().map(|(tag, range)| {
                tr!(
                    "`{tag}` (`version: {range}`)",
                    "`{tag}`（`version: {range}`）"
                )
            });
            tr!(
                "one of its rules takes tags that cannot be compared, give it a range for one kind: {}",
                "它有一条规则选中了无法相互比较的标签，给它写上其中一类的范围：{}",
                listed(kinds)
            )
        }
    }
}
