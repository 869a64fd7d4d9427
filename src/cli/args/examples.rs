//! What is typed for what, for each command: the help, the manual page and the tests take it from here.

use crate::model::Phrase;

/// What can be typed into a shell, and what it is good for.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What is typed.
    pub typed: &'static str,
    /// What it is good for.
    pub purpose: Phrase,
}

/// Returns the examples of a command, or of the program, whose name is `pusher`.
pub fn of(command: &str) -> &'static [Example] {
    let found = EXAMPLES.iter().find(|(name, _)| *name == command);
    found.map_or(&[], |(_, examples)| examples)
}

const fn example(typed: &'static str, purpose: Phrase) -> Example {
    Example { typed, purpose }
}

pub(super) const EXAMPLES: [(&str, &[Example]); 26] = [
    (
        "pusher",
        &[
            example(
                "pusher demo",
                phrase!(
                    "see the main job done on two registries inside this process",
                    "看进程里的两个仓库完整做一遍"
                ),
            ),
            example(
                "pusher plan",
                phrase!(
                    "show what is missing or has changed in the target",
                    "列出目标里缺什么、什么变了"
                ),
            ),
            example("pusher apply", phrase!("copy it", "拷贝")),
            example(
                "pusher plan --format markdown",
                phrase!(
                    "the same plan for a pull request",
                    "同样的计划，用在 pull request 里"
                ),
            ),
            example(
                "pusher check -f images.txt",
                phrase!(
                    "find every mistake without asking a registry",
                    "不访问仓库，找出全部错误"
                ),
            ),
        ],
    ),
    (
        "init",
        &[
            example(
                "pusher init",
                phrase!("answer what it asks", "回答它的问题"),
            ),
            example(
                "pusher init --registry r.example.com --namespace team nginx:1.27",
                phrase!("without a terminal", "不在终端上时"),
            ),
        ],
    ),
    (
        "add",
        &[
            example(
                "pusher add nginx:1.27 redis:7.4",
                phrase!("two images more", "多两个镜像"),
            ),
            example(
                "pusher add redis:7 --platform linux/amd64,linux/arm64 --target db:7",
                phrase!(
                    "with platforms and a name, in a mirror file",
                    "带平台和名字（mirror 文件）"
                ),
            ),
            example(
                "pusher add -f web.txt --platform linux/arm64 nginx:1.27",
                phrase!("in another list", "写在另一个列表里"),
            ),
        ],
    ),
    (
        "remove",
        &[
            example(
                "pusher remove nginx:1.27",
                phrase!("by its source", "写它的源"),
            ),
            example(
                "pusher remove app:v1",
                phrase!("by its name in the target", "写它在目标里的名字"),
            ),
        ],
    ),
    (
        "set",
        &[
            example(
                "pusher set nginx:1.27 --platform all",
                phrase!("every platform that there is", "有的平台都要"),
            ),
            example(
                "pusher set ghcr.io/org/app:v1 --target team/app:v1",
                phrase!("another name in the target", "目标里换个名字"),
            ),
        ],
    ),
    (
        "list",
        &[
            example("pusher list", phrase!("what goes where", "什么去哪里")),
            example(
                "pusher list -f web.txt --format json",
                phrase!(
                    "the same of another list, for a program",
                    "另一个列表的，给程序用"
                ),
            ),
            example(
                "pusher list --resolve",
                phrase!(
                    "with the tags that rules choose now",
                    "连同规则现在选择的标签"
                ),
            ),
        ],
    ),
    (
        "check",
        &[
            example(
                "pusher check",
                phrase!(
                    "every mistake in the files of this folder",
                    "这个目录的文件里的全部错误"
                ),
            ),
            example(
                "pusher check --format github",
                phrase!("on the lines of a pull request", "标在 pull request 的行上"),
            ),
        ],
    ),
    (
        "plan",
        &[
            example(
                "pusher plan",
                phrase!(
                    "what is missing or has changed in the target",
                    "目标里缺什么、什么变了"
                ),
            ),
            example(
                "pusher plan -f mirror.toml --format json",
                phrase!("of this file, for a program", "这个文件的，给程序用"),
            ),
            example(
                "pusher plan --diff",
                phrase!(
                    "and what changes inside of the images",
                    "以及镜像里面变了什么"
                ),
            ),
            example(
                "pusher plan --only 'nginx*' ghcr.io/org/app",
                phrase!("of some images alone", "只看几个镜像"),
            ),
            example(
                "pusher plan --out plan.json",
                phrase!(
                    "keep it, for `pusher apply plan.json`",
                    "保存下来，供 `pusher apply plan.json` 使用"
                ),
            ),
            example(
                "pusher plan --detailed-exitcode -q || echo \"status $?\"",
                phrase!("ask a script's question", "在脚本里判断"),
            ),
        ],
    ),
    (
        "apply",
        &[
            example(
                "pusher apply",
                phrase!("copy what is missing or has changed", "拷贝缺的和变了的"),
            ),
            example(
                "pusher apply --yes",
                phrase!("without being asked", "不询问"),
            ),
            example(
                "pusher plan --out plan.json && pusher apply plan.json",
                phrase!("copy what was shown", "拷贝看过的"),
            ),
            example(
                "pusher apply --report report.json",
                phrase!("and keep what became of each image", "并记下每个镜像的结果"),
            ),
            example(
                "pusher apply --into /media/stick",
                phrase!(
                    "onto a stick, for a place without a network",
                    "写进离线包，带到没有网络的地方"
                ),
            ),
        ],
    ),
    (
        "watch",
        &[
            example(
                "pusher watch --every 6h",
                phrase!(
                    "a round at once, and one every six hours",
                    "立即运行一轮，之后每六小时一轮"
                ),
            ),
            example(
                "pusher watch --cron '17 */6 * * *' --jitter 5m",
                phrase!(
                    "at seventeen past, or up to five minutes later",
                    "每六小时的 17 分，最多推迟五分钟"
                ),
            ),
        ],
    ),
    (
        "show",
        &[
            example(
                "pusher show plan.json",
                phrase!("what it would do", "它会做什么"),
            ),
            example(
                "pusher show plan.json --format markdown",
                phrase!(
                    "the same for a pull request",
                    "同样的内容，用在 pull request 里"
                ),
            ),
            example(
                "pusher show new.json --against plan.json",
                phrase!(
                    "what it would do that `plan.json` would not, and the reverse",
                    "它会做而 `plan.json` 不会做的，以及反过来"
                ),
            ),
        ],
    ),
    (
        "report",
        &[example(
            "pusher report merge plan.json 1.json 2.json 3.json 4.json",
            phrase!("what four shards did", "四个分片做了什么"),
        )],
    ),
    (
        "drift",
        &[
            example(
                "pusher drift",
                phrase!("everything that has moved", "变了的全部"),
            ),
            example(
                "pusher drift --kind target-changed,target-missing",
                phrase!("what became of the target alone", "只看目标有什么变化"),
            ),
            example(
                "pusher drift --report drift.md",
                phrase!("keep the answer as Markdown, too", "结果也存成 Markdown"),
            ),
        ],
    ),
    (
        "page",
        &[
            example(
                "pusher page site",
                phrase!(
                    "write `site/index.html`, and open it in a browser",
                    "写 `site/index.html`，用浏览器打开"
                ),
            ),
            example(
                "pusher page site --history records.jsonl reports",
                phrase!("with what earlier runs changed", "加上以往运行改了什么"),
            ),
        ],
    ),
    (
        "doctor",
        &[
            example(
                "pusher doctor",
                phrase!(
                    "after the secrets are set: does it all work?",
                    "设好密码之后：都能用吗？"
                ),
            ),
            example(
                "pusher doctor --write",
                phrase!("would a push be let in, too?", "推送也会放行吗？"),
            ),
            example(
                "pusher doctor --notice",
                phrase!("do messages arrive in the chat?", "消息能发到群里吗？"),
            ),
            example(
                "pusher doctor --probe --out profiles/ours.toml",
                phrase!("what does this registry accept?", "这个仓库收什么？"),
            ),
            example(
                "pusher doctor --format json > doctor.json",
                phrase!(
                    "for whoever helps you; no secret is in it",
                    "给帮你的人看；里面没有密码"
                ),
            ),
        ],
    ),
    (
        "diff",
        &[
            example(
                "pusher diff nginx:1.27.1 nginx:1.27.2",
                phrase!("what an update would bring", "更新会带来什么"),
            ),
            example(
                "pusher diff r.example.com/nginx:1.27 nginx:1.27",
                phrase!("what is behind in a mirror", "自己的仓库里落后了什么"),
            ),
        ],
    ),
    (
        "tags",
        &[
            example(
                "pusher tags nginx",
                phrase!(
                    "which variants there are, and how many of each",
                    "有哪些变体，每个有多少"
                ),
            ),
            example(
                "pusher tags nginx 'version: ~1.27, latest: 2'",
                phrase!(
                    "what a rule takes, before it stands in a mirror file",
                    "规则写进 mirror 文件之前，看它选中什么"
                ),
            ),
        ],
    ),
    (
        "lock",
        &[
            example(
                "pusher lock",
                phrase!("lock what is not locked yet", "锁定还没锁定的"),
            ),
            example(
                "pusher lock --update",
                phrase!(
                    "move every image to what its source holds now",
                    "全部镜像都换成源里现在的内容"
                ),
            ),
            example(
                "pusher lock --update nginx:1.27",
                phrase!(
                    "move one, by its source or its target",
                    "只换一个，写它的源或目标"
                ),
            ),
            example(
                "pusher lock --check",
                phrase!(
                    "for a pull request: does the lock fit the files?",
                    "用在 pull request 里：锁文件和文件相符吗？"
                ),
            ),
            example(
                "pusher lock --adopt",
                phrase!(
                    "after the file was renamed, or its images go elsewhere",
                    "文件改了名，或镜像去了别处之后"
                ),
            ),
        ],
    ),
    (
        "map",
        &[
            example(
                "pusher map",
                phrase!(
                    "where each image is to be pulled from",
                    "每个镜像从哪里拉取"
                ),
            ),
            example(
                "pusher map --for k3s > registries.yaml",
                phrase!(
                    "let the nodes of k3s pull by the names upstream",
                    "让 k3s 的节点按原来的名字拉取"
                ),
            ),
            example(
                "pusher map --for podman --host vpc --out conf.d",
                phrase!(
                    "from the VPC host, into a folder",
                    "用 VPC 域名，写到目录里"
                ),
            ),
            example(
                "pusher map --for compose compose.yaml > compose.mirror.yaml",
                phrase!(
                    "for the services of a Compose file",
                    "给一个 Compose 文件的服务"
                ),
            ),
            example(
                "pusher map --check",
                phrase!("is each of them there?", "它们都在吗？"),
            ),
        ],
    ),
    (
        "import",
        &[
            example(
                "pusher import images.txt > mirror.yaml",
                phrase!("go on with a mirror file", "以后改用 mirror 文件"),
            ),
            example(
                "pusher import regsync.yml > mirror.yaml",
                phrase!("come from another tool", "从其他工具换过来"),
            ),
            example(
                "pusher import - < manifests.yaml > mirror.yaml",
                phrase!("mirror what a cluster needs", "同步一个集群用到的镜像"),
            ),
            example(
                "pusher import --from harbor.example.com/team > mirror.yaml",
                phrase!("mirror what a registry holds", "同步一个仓库里现有的镜像"),
            ),
        ],
    ),
    (
        "rewrite",
        &[
            example(
                "pusher rewrite compose.yaml deploy/*.yaml",
                phrase!("show what would change", "看看会改什么"),
            ),
            example(
                "pusher rewrite --write --host vpc compose.yaml",
                phrase!(
                    "change it, for servers inside the VPC",
                    "写入，给 VPC 里的服务器用"
                ),
            ),
            example(
                "pusher rewrite - < rendered.yaml > mirrored.yaml",
                phrase!(
                    "as a filter, as behind `helm template`",
                    "作为过滤器，如放在 `helm template` 后面"
                ),
            ),
            example(
                "pusher rewrite --write --pin Dockerfile",
                phrase!("with the digests that are locked", "带上锁文件里的摘要"),
            ),
            example(
                "pusher rewrite --write --back compose.yaml",
                phrase!("leave the mirror again", "换回上游"),
            ),
        ],
    ),
    (
        "schema",
        &[example(
            "pusher schema mirror > mirror.schema.json",
            phrase!(
                "let an editor complete mirror files",
                "让编辑器补全 mirror 文件"
            ),
        )],
    ),
    (
        "completions",
        &[
            example(
                "source <(pusher completions bash)",
                phrase!("in ~/.bashrc", "在 ~/.bashrc 里"),
            ),
            example(
                "source <(pusher completions zsh)",
                phrase!(
                    "in ~/.zshrc, behind `compinit`",
                    "在 ~/.zshrc 里，`compinit` 之后"
                ),
            ),
            example(
                "pusher completions fish > ~/.config/fish/completions/pusher.fish",
                phrase!("once", "运行一次即可"),
            ),
        ],
    ),
    (
        "man",
        &[
            example("pusher man | man -l -", phrase!("read it", "阅读")),
            example(
                "pusher man > ~/.local/share/man/man1/pusher.1",
                phrase!("let `man pusher` find it", "让 `man pusher` 找得到"),
            ),
        ],
    ),
    (
        "version",
        &[example(
            "pusher version",
            phrase!("say it to whoever helps you", "告诉帮你的人"),
        )],
    ),
    (
        "demo",
        &[example(
            "pusher demo",
            phrase!(
                "plan, apply, drift and repair; nothing is left behind",
                "计划、应用、漂移、修复；什么都不留下"
            ),
        )],
    ),
];
