//! What is known of tags that rules choose.

use crate::plan::{Choice, Desired};

use super::blocked::block_reason;

/// Says what stands for tags that nobody has listed, and of which no tag could be chosen; nothing where all are known.
pub fn unsettled_families(desired: &Desired) -> Vec<String> {
    let mut lines = vec![];
    let mut is_open = false;
    for family in &desired.families {
        match &family.choice {
            Choice::Taken(_) => {}
            Choice::Open => is_open = true,
            Choice::Failed(why) => {
                let (name, why) = (family.name(), block_reason(&(&**why).into()));
                lines.push(tr!("`{name}`: {why}", "`{name}`：{why}"));
            }
        }
    }
    let open = is_open.then(|| {
        tr!(
            "`*` stands for the tags that rules choose; `pusher list --resolve` asks the registries for them",
            "`*` 代表由规则选择的标签；`pusher list --resolve` 会向仓库查询"
        )
    });
    lines.extend(open);
    lines
}
