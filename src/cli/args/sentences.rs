//! The sentences of the help, in both languages. Those in English are known by their words: the definition has
//! them as well. A test finds what is missing here, and what nobody says any more.

use crate::model::Phrase;

/// What the definition says, and what clap says of itself.
pub(super) const SENTENCES: &[Phrase] = &[
    // The program, and its commands.
    phrase!(
        "Mirror container images into a registry: declare them, plan, apply",
        "把容器镜像同步到自己的仓库：声明、计划、应用"
    ),
    phrase!(
        "Write the first files of a mirror: list, workflow, mirror file",
        "写下最初的几个文件：列表、workflow、mirror 文件"
    ),
    phrase!(
        "On a terminal it asks for what was not typed. Nothing goes over a file that is there.",
        "在终端上，没有写明的会问。已有的文件不会被覆盖。"
    ),
    phrase!("Declare more images in the file", "在文件里添加镜像"),
    phrase!(
        "Comments and layout stay; what changed is shown. An image that is there already changes nothing. No \
         registry is asked.",
        "注释和排版不变，改了什么会列出来。已有的镜像不再添加。不访问任何仓库。"
    ),
    phrase!("Declare images no more", "从文件里去掉镜像"),
    phrase!(
        "In whichever of the files they stand. What is in the registry stays there; `pusher apply --prune` \
         deletes the tags that the lock records.",
        "不管写在哪个文件里。仓库里已有的还在；`pusher apply --prune` 会删除锁文件里记着的标签。"
    ),
    phrase!(
        "Declare other platforms or another name for an image",
        "修改一个镜像的平台或名字"
    ),
    phrase!(
        "Comments and layout stay; what changed is shown. No registry is asked.",
        "注释和排版不变，改了什么会列出来。不访问任何仓库。"
    ),
    phrase!(
        "Show what the files declare: source, platforms, target",
        "列出文件声明了什么：源、平台、目标"
    ),
    phrase!(
        "No registry is asked without `--resolve`.",
        "不加 `--resolve` 就不访问任何仓库。"
    ),
    phrase!("Report every mistake in the files", "检查文件里的全部错误"),
    phrase!(
        "Each with its file, line and column, and with what to write instead. No registry is asked.",
        "每一处都指出文件、行、列，以及应该怎么写。不访问任何仓库。"
    ),
    phrase!(
        "Show the difference between what the files declare and what the target holds",
        "比较文件声明的和目标里现有的，列出差别"
    ),
    phrase!(
        "Registries are read, nothing is written. What cannot be read is blocked, with the reason.",
        "只读仓库，什么都不写。读不到的会拦下，并写明原因。"
    ),
    phrase!(
        "Make the target hold what the files declare",
        "让目标里有文件声明的全部内容"
    ),
    phrase!(
        "What is missing is copied from registry to registry, byte for byte, the tag last. An image that \
         fails does not stop the others, and the next run goes on with what is missing.",
        "缺的逐字节从仓库拷到仓库，最后才写标签。一个镜像失败，其余照常，下次接着做还缺的。"
    ),
    phrase!(
        "Put onto this stick what would go to the target, which is not asked: a folder that becomes an OCI layout, or a `.tar`",
        "把要写到目标的写进这个离线包，不访问目标：一个会成为 OCI layout 的目录，或者 `.tar` 文件"
    ),
    phrase!(
        "Write a stick whose name ends in `.tar` in parts that stay below this size, such as `4GiB`",
        "把名字以 `.tar` 结尾的离线包分成几份，每份小于这个大小，如 `4GiB`"
    ),
    phrase!(
        "Take from this stick what would come from the sources, which are not asked; may be repeated",
        "从这个离线包读取本来要从源读取的；不访问源；可以重复"
    ),
    phrase!(
        "Leave off the stick what the target holds by this lock, which was brought back from it",
        "目标按这个带回来的锁文件已有的内容，不写进离线包"
    ),
    phrase!(
        "Plan and apply for ever, on a schedule",
        "按时间表一直运行：计划、应用"
    ),
    phrase!(
        "The first round begins at once, each reads files and logins anew, and one that fails ends nothing. A signal stops \
         it, with status 0.",
        "第一轮立即开始；每一轮都重新读取文件和账号；一轮失败，之后照常。用信号停下，退出码是 0。"
    ),
    phrase!(
        "Begin a round so often, such as `6h` or `1h30m`",
        "隔多久开始一轮，如 `6h`、`1h30m`"
    ),
    phrase!(
        "Begin one at these times, as cron has them, such as `'17 */6 * * *'`; in the zone of `TZ`",
        "在这些时间开始，写法同 cron，如 `'17 */6 * * *'`；时区按 `TZ`"
    ),
    phrase!(
        "Begin each later by chance, by no more than this, such as `5m`",
        "每轮随机推迟，最多这么久，如 `5m`"
    ),
    phrase!(
        "Answer `/healthz`, `/readyz` and `/metrics` here, or nowhere: `none` [default: 127.0.0.1:7874]",
        "在这里提供 `/healthz`、`/readyz` 和 `/metrics`；`none` 为不提供 [默认：127.0.0.1:7874]"
    ),
    phrase!("Show a saved plan", "列出保存的计划"),
    phrase!(
        "What it would do, and why it would be refused, as far as that can be told without asking a registry.",
        "它会做什么，为什么会被拒绝；只说不访问仓库就能判断的。"
    ),
    phrase!("The saved plan", "保存的计划"),
    phrase!(
        "Show only in what it differs from this other saved plan",
        "只列出它和另一个保存的计划有什么不同"
    ),
    phrase!(
        "Tell what has moved since it was applied",
        "检查应用之后有什么变了"
    ),
    phrase!(
        "Status 2 if anything has, 1 if it cannot be told.",
        "有变化时退出码是 2，无法判断时是 1。"
    ),
    phrase!(
        "Write a page of the mirror, to be published: one file",
        "把镜像的情况写成一个网页，可以发布：只有一个文件"
    ),
    phrase!(
        "Every image with the command that pulls it, its platforms, size and digest, what is held back, blocked or \
         has drifted, and what earlier runs changed. Status 1 where something could not be read; the page is made all \
         the same.",
        "每个镜像的拉取命令、平台、大小、摘要、状态，以往改了什么。有读不到的也照样生成，退出码是 1。"
    ),
    phrase!(
        "The folder; `index.html` is written there, and nothing else is touched",
        "目录；在里面写 `index.html`，别的都不动"
    ),
    phrase!(
        "Tell what earlier runs changed, by what `apply` kept with `--records` or `--report`: files or folders",
        "列出以往改了什么：`apply` 的 `--records` 或 `--report` 留下的文件，或其目录"
    ),
    phrase!(
        "Find what keeps images from being mirrored: network, login, rights, limits",
        "找出镜像不能同步的原因：网络、账号、权限、限额"
    ),
    phrase!(
        "Each registry of the files step by step, with what to do about every refusal. It writes nothing \
         without `--write` or `--probe`.",
        "逐步检查文件里的每个仓库，每次被拒绝都写明怎么办。不加 `--write` 或 `--probe` 就什么都不写。"
    ),
    phrase!(
        "Write what it came to into this file, for node-exporter's textfile collector (`.prom`)",
        "把结果写进这个文件，给 node-exporter 的 textfile collector 读（`.prom`）"
    ),
    phrase!(
        "Send a message to each address in `PUSHER_NOTIFY`, and tell whether it was taken",
        "向 `PUSHER_NOTIFY` 里的每个地址发一条测试消息，并写明有没有收下"
    ),
    phrase!(
        "Show what differs inside two images, wherever they are",
        "比较两个镜像的内容，不管它们在哪里"
    ),
    phrase!(
        "For each platform: settings, environment, labels, layers and bytes.",
        "每个平台分别比较：设置、环境变量、label、层、字节数。"
    ),
    phrase!(
        "Show which tags an image has, and what a rule takes of them",
        "列出镜像有哪些标签，以及规则选中其中哪些"
    ),
    phrase!(
        "Without a rule: the variants that there are, and a rule to begin with. With one: what each step of it \
         takes and drops.",
        "不写规则：列出有哪些变体，并给出一条可以上手的规则。写了规则：逐步列出选中什么、去掉什么。"
    ),
    phrase!(
        "Show which name each image has in the mirror, or tell those who pull from it",
        "列出每个镜像在目标里的名字，或写出拉取一方要的文件"
    ),
    phrase!(
        "No registry is asked without `--check`. With `--for` it writes what k3s, Podman, containerd and others read; \
         what cannot be said there is told, and the status is 1.",
        "不加 `--check` 不访问仓库。`--for` 写出 k3s、Podman 等读的文件；写不进去的会列出，退出码是 1。"
    ),
    phrase!(
        "With `--for compose`: the Compose file whose images are meant; `-` is standard input",
        "与 `--for compose` 一起用：要处理的 Compose 文件；`-` 是标准输入"
    ),
    phrase!("Write what this consumer reads", "写出这个使用方读的文件"),
    phrase!(
        "Write it to files below this folder, named as the consumer looks for them",
        "写到这个目录下的文件里，文件名就是使用方要的"
    ),
    phrase!(
        "Ask the mirror for each name: status 2 if one is missing, or another image than is locked",
        "向目标询问每个名字：有缺的，或和锁定的不是同一个镜像，退出码是 2"
    ),
    phrase!(
        "Take only the images for this platform, such as `linux/arm64`",
        "只取这个平台的镜像，如 `linux/arm64`"
    ),
    phrase!("The image, without a tag", "镜像，不写标签"),
    phrase!(
        "A rule as it stands behind `select` in a mirror file, with or without braces",
        "规则，和 mirror 文件里 `select` 后面的写法一样，花括号可写可不写"
    ),
    phrase!(
        "Write down in `mirror.lock` which digests the images stand for",
        "把每个镜像对应的摘要写进 `mirror.lock`"
    ),
    phrase!(
        "`plan` and `apply` keep to it, so that a tag that moves changes what is mirrored only by a commit.",
        "`plan` 和 `apply` 以它为准：标签移动之后，提交了新的锁文件才会同步新的内容。"
    ),
    phrase!(
        "Write an image list, another tool's file, or what a registry holds as a mirror file",
        "把镜像列表、其他工具的文件或仓库里现有的镜像写成 mirror 文件"
    ),
    phrase!(
        "It is printed; the file stays as it is. What cannot be carried over is told line by line.",
        "结果输出到屏幕，原文件不变。不能转换的内容会逐行说明。"
    ),
    phrase!(
        "Put the mirror's names into manifests, Compose files, values, Dockerfiles",
        "把清单、Compose 文件、values、Dockerfile 里的镜像换成目标里的名字"
    ),
    phrase!(
        "Comments and layout stay, and no other byte changes. With `-`, a filter: `helm template … | pusher rewrite -`. No \
         registry is asked.",
        "注释和排版不变，其他字节不动。`-` 是过滤器：`helm template … | pusher rewrite -`。不访问任何仓库。"
    ),
    phrase!(
        "Print the JSON Schema of a file or an answer",
        "输出某种文件或结果的 JSON Schema"
    ),
    phrase!(
        "Editors complete and check mirror files with it.",
        "编辑器用它补全和检查 mirror 文件。"
    ),
    phrase!(
        "Print the script that lets a shell complete what is typed",
        "输出 shell 的补全脚本"
    ),
    phrase!(
        "Commands, options, their values and the names of files.",
        "补全命令、选项、选项的值和文件名。"
    ),
    phrase!(
        "Print the manual page, with all commands in it",
        "输出手册页，包含全部命令（英文）"
    ),
    phrase!("Print which version this is", "输出版本号"),
    phrase!(
        "Do the main job on two registries inside this process",
        "演示：在本进程里的两个仓库之间完整做一遍"
    ),
    phrase!(
        "Plan, apply, drift and repair, without network, account or Docker.",
        "计划、应用、漂移、修复，不需要网络、账号或 Docker。"
    ),
    // What many commands take.
    phrase!("Say nothing but the answer and errors", "只输出结果和错误"),
    phrase!(
        "Work in this folder: every relative path begins there",
        "在这个目录里工作：相对路径都从这里算起"
    ),
    phrase!(
        "Say more: -v for decisions and retries, -vv for every request",
        "多说一些：-v 说明判断和重试，-vv 列出每个请求"
    ),
    phrase!(
        "Use colours `auto` (on a terminal, unless `NO_COLOR` is set), `always` or `never`",
        "颜色：`auto`（在终端上，除非设置了 `NO_COLOR`）、`always` 或 `never`"
    ),
    phrase!(
        "Speak `zh` (Chinese), `en` (English) or `auto` (as the locale); JSON stays English",
        "语言：`zh`（中文）、`en`（英文）或 `auto`（按区域设置）；JSON 始终是英文"
    ),
    phrase!(
        "Read this mirror file or image list; `-` is standard input [default: mirror.yaml, mirror.yml, mirror.toml, images.txt, images.dockerfile]",
        "读这个 mirror 文件或镜像列表；`-` 是标准输入\n\
         [默认：mirror.yaml、mirror.yml、mirror.toml、images.txt、images.dockerfile]"
    ),
    phrase!(
        "Write the answer as `human`, `json`, `markdown` or `github` (annotations) [default: human]",
        "输出格式：`human`、`json`、`markdown` 或 `github`（行内注解）[默认：human]"
    ),
    phrase!(
        "Ask the registries even what an earlier run has found out",
        "之前运行时查到的也重新向仓库查询"
    ),
    phrase!(
        "Also write the answer to this file, as JSON; as Markdown if its name ends in `.md`; may be given twice",
        "结果也写到这个文件，格式是 JSON；文件名以 `.md` 结尾时是 Markdown；可以给两次"
    ),
    phrase!(
        "Delete the tags that the lock records and the files no longer declare",
        "删除锁文件里记着、文件里已不再声明的标签"
    ),
    phrase!(
        "Take only these of the targets that the files name",
        "只处理文件里命名的这几个目标"
    ),
    phrase!(
        "Take only these images: a source, a target, or a pattern of either, such as `'nginx*'`",
        "只处理这些镜像：写源、目标，或它们的模式，如 `'nginx*'`"
    ),
    phrase!(
        "Refuse to go on if an image is not in the lock",
        "有镜像不在锁文件里就不继续"
    ),
    // What single commands take.
    phrase!(
        "The images, as `docker pull` takes them",
        "镜像，和 `docker pull` 的写法一样"
    ),
    phrase!(
        "The images, each by its source or its name in the target",
        "镜像，每个写它的源或目标里的名字"
    ),
    phrase!(
        "The image, by its source or its name in the target",
        "镜像，写它的源或目标里的名字"
    ),
    phrase!(
        "The platforms, such as `linux/amd64,linux/arm64`, or `all`: the key `platforms`",
        "平台，如 `linux/amd64,linux/arm64`，或 `all`：就是 `platforms` 这个键"
    ),
    phrase!(
        "The name below the namespace, such as `app:v1`: the key `target`",
        "命名空间下面的名字，如 `app:v1`：就是 `target` 这个键"
    ),
    phrase!(
        "Ask the registries which tags the rules choose now, whatever the lock says",
        "向仓库查询规则现在选择哪些标签，不管锁文件怎么写"
    ),
    phrase!(
        "Exit with 2 if changes are pending",
        "有待执行的变更时退出码是 2"
    ),
    phrase!(
        "Keep the plan in this file, for `pusher apply FILE`",
        "把计划保存到这个文件，供 `pusher apply FILE` 使用"
    ),
    phrase!(
        "Show what differs inside each image that is updated",
        "列出每个要更新的镜像里面有什么差别"
    ),
    phrase!(
        "Ask no registry: hold the files against the lock alone",
        "不访问仓库：只拿文件和锁文件比较"
    ),
    phrase!(
        "Let what cannot be read not count for the exit status",
        "读不到的不计入退出码"
    ),
    phrase!(
        "Do exactly what this saved plan says",
        "严格按这个保存的计划执行"
    ),
    phrase!(
        "Go on without asking; a saved plan and a run without a terminal ask nothing",
        "不询问就继续；用保存的计划、或不在终端上运行时，本来就不问"
    ),
    phrase!("Tell and count these kinds alone", "只列出并计入这几类"),
    phrase!(
        "The first image, by tag or digest",
        "第一个镜像，用标签或摘要"
    ),
    phrase!("The second image", "第二个镜像"),
    phrase!(
        "Try whether a push would be let in: an upload is opened and given up",
        "试试能不能推送：开始一次上传，随即放弃"
    ),
    phrase!(
        "Take what the sources hold now, for these images or for all",
        "这些镜像（不写就是全部）改用源现在的内容"
    ),
    phrase!(
        "Take them though they are younger than `min-age`, and write down why",
        "它们还没到 `min-age` 也采用，并记下原因"
    ),
    phrase!(
        "Part the saved plan for so many machines, each of which runs `pusher apply FILE --shard I/N`",
        "把保存的计划分给这么多台机器，每台运行 `pusher apply FILE --shard I/N`"
    ),
    phrase!(
        "The same, for as few machines as keep what each copies below this amount, such as `20GiB`",
        "同上，机器尽量少，但每台拷贝的不超过这个大小，如 `20GiB`"
    ),
    phrase!(
        "End before so much time has passed, such as `5h30m`: begin nothing that would not be done by then",
        "在这段时间内结束，如 `5h30m`：到时候做不完的就不开始"
    ),
    phrase!(
        "Copy no more than this amount, such as `50GiB`",
        "拷贝的总量不超过这个大小，如 `50GiB`"
    ),
    phrase!(
        "Make no more pulls of each registry that limits them, as Docker Hub does",
        "每个限制拉取次数的仓库（如 Docker Hub）最多拉取这么多次"
    ),
    phrase!(
        "Do only this part of the saved plan, which was made with `--shards`: `2/4`, or `1+1/4` where machines are counted from 0",
        "只做保存的计划的这一部分（做计划时要加 `--shards`）：`2/4`，机器从 0 数起时写 `1+1/4`"
    ),
    phrase!(
        "Print the shards in which something is to be done, as JSON for the matrix of a CI system",
        "打印有事要做的分片，是给 CI 系统 matrix 用的 JSON"
    ),
    phrase!(
        "Work with what `apply --report` has kept",
        "处理 `apply --report` 存下的报告"
    ),
    phrase!(
        "Say as one report what the shards of a saved plan did",
        "把保存的计划各个分片做了什么合成一份报告"
    ),
    phrase!(
        "A shard that has something to do and no report is named, with what does it again. No registry is asked.",
        "有事要做却没有报告的分片会列出来，并写明怎样再做一次。不访问仓库。"
    ),
    phrase!(
        "The saved plan that the shards are of",
        "这些分片所属的保存的计划"
    ),
    phrase!(
        "What `pusher apply PLAN --shard I/N --report FILE` has written, one for each shard",
        "`pusher apply PLAN --shard I/N --report FILE` 写的报告，每个分片一份"
    ),
    phrase!(
        "Add what was put into the target to this file, a line of JSON an image",
        "把放进目标的镜像追加到这个文件，每个镜像一行 JSON"
    ),
    phrase!(
        "Attach such a line to each image that was put into the target, as a referrer",
        "把这样一行作为 referrer 附在放进目标的每个镜像上"
    ),
    phrase!(
        "Tell without network whether the lock fits the files: status 1 if not",
        "不联网，检查锁文件和文件是否相符：不符时退出码是 1"
    ),
    phrase!(
        "Make the lock that of this file and target, whosever it was",
        "不管锁文件原来属于谁，都归这个文件和目标"
    ),
    phrase!(
        "The images, each as it stands in a list",
        "镜像，每个都和列表里的写法一样"
    ),
    phrase!(
        "The registry that they go to, by its host [default: `ALIYUN_REGISTRY`]",
        "目标仓库的地址 [默认：`ALIYUN_REGISTRY`]"
    ),
    phrase!(
        "The namespace in it [default: `ALIYUN_NAME_SPACE`]",
        "其中的命名空间 [默认：`ALIYUN_NAME_SPACE`]"
    ),
    phrase!(
        "Write `mirror.yaml` as well, which can say more than a list",
        "也写 `mirror.yaml`，它能说明的比列表多"
    ),
    phrase!("Write no workflow for GitHub", "不写 GitHub 的 workflow"),
    phrase!(
        "The file, and what its tool reads beside it; `-` is standard input",
        "文件，以及它的工具一起读的文件；`-` 是标准输入"
    ),
    phrase!(
        "Write down what this registry holds below a namespace; what is typed besides names repositories of it",
        "写下这个仓库在命名空间下现有的镜像；另外写的是其中的镜像仓库的名字"
    ),
    phrase!(
        "Push tiny images of each kind to a repository that nobody has, take them away, and print the profile that follows",
        "往一个谁也没有的镜像仓库推送各种很小的镜像，再删掉，输出由此得出的 profile"
    ),
    phrase!("Push them without asking", "不问就推送"),
    phrase!(
        "Measure this of the targets that the files name",
        "测文件里写的目标中的这一个"
    ),
    phrase!("Write the profile to a file", "把 profile 写到文件"),
    phrase!(
        "The files; `-` alone is standard input, whose text goes to standard output",
        "文件；单独一个 `-` 是标准输入，改好的文本写到标准输出"
    ),
    phrase!(
        "Write the files; without it, what would change is shown",
        "写入文件；不加就只列出会改什么"
    ),
    phrase!(
        "Give each image the digest that the lock has for the mirror",
        "给每个镜像加上锁文件里它在目标里的摘要"
    ),
    phrase!(
        "Put the names upstream back in the place of the mirror's",
        "把目标里的名字换回上游的名字"
    ),
    phrase!(
        "Add the images that no entry declares to the file that declares them",
        "把没有声明的镜像加进声明镜像的文件"
    ),
    phrase!(
        "Exit with 1 if an image is left as it is",
        "有镜像保持原样就以 1 退出"
    ),
    phrase!(
        "Look for images here as well, such as `spec.image`, or `Runner:spec.*.image` in one kind of object",
        "在这里也找镜像，如 `spec.image`，或某一种对象里的 `Runner:spec.*.image`"
    ),
    phrase!(
        "Pull from this host of the mirror: `public`, `vpc`, or any other [default: public]",
        "从目标的这个地址拉取：`public`、`vpc` 或其他地址 [默认：public]"
    ),
    phrase!(
        "Take this of the targets that the files name",
        "用文件里写的目标中的这一个"
    ),
    phrase!("Which schema", "哪一个 schema"),
    phrase!("Which shell", "哪一个 shell"),
    // What clap says of itself.
    phrase!(
        "Print help (see more with '--help')",
        "输出帮助（完整的用 `--help`）"
    ),
    phrase!(
        "Print help (see a summary with '-h')",
        "输出帮助（简短的用 `-h`）"
    ),
    phrase!("Print version", "输出版本号"),
    phrase!(
        "Print this message or the help of the given subcommand(s)",
        "输出这份帮助，或某个命令的帮助"
    ),
];
