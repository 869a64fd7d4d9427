//! Messages about runs: where they go, as the environment says it; whether they arrived.

use std::time::Duration;

use futures_util::future::join_all;

use crate::config::Severity;
use crate::model::{Language, Text, listed};
use crate::notices::{
    self, Destination, Event, Message, NoEvent, Place, Refused, Service, Told, Wrong, destinations,
    events, judge,
};
use crate::registry::{Client, ClientOptions, RetryOptions, Timeouts};
use crate::render::{notice, sanitize};

use super::clock;
use super::context::Context;
use super::environment::Environment;
use super::error::{CliError, CommandError, Mistakes};
use super::failed::of_files;
use super::variables::Variable;

/// How long a robot may ask to wait before it takes a message.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long it may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

/// Where messages go, and for what.
pub(super) struct Notices {
    destinations: Vec<Destination>,
    on: Vec<Event>,
}

impl Notices {
    /// Reads where they go, before anything is done.
    pub(super) fn of(environment: &Environment) -> Result<Self, CliError> {
        let get = |variable| environment.get(variable).unwrap_or_default();
        let (addresses, secrets) = (get(Variable::Notify), get(Variable::NotifySecret));
        let destinations = destinations(addresses, secrets).map_err(wrong)?;
        let on = match get(Variable::NotifyOn).trim() {
            "" => Event::ALL.to_vec(),
            named => events(named).map_err(|no_event| unknown_event(&no_event))?,
        };
        Ok(Self { destinations, on })
    }

    /// Tells what came of a command, where there is anything to tell; that it was not taken changes nothing else.
    pub(super) async fn tell(
        &self,
        context: &Context,
        command: &'static str,
        places: impl Fn() -> Vec<Place>,
    ) {
        if self.destinations.is_empty() || context.stop.was_made() {
            return;
        }
        let message = || Message {
            command,
            places: places(),
            run: run(&context.environment),
        };
        let [own, for_programs] = [context.printer.language(), Language::English]
            .map(|language| language.speak(|| message().only(&self.on)));
        if !own.is_worth_telling(&self.on) {
            return;
        }
        for (number, sent) in self.send(context, &own, &for_programs).await {
            if let Err(why) = sent {
                let name = self.name(number);
                context.printer.say_line(text!(
                    "warning: the message about this run did not arrive: {name}: {why}",
                    "警告：这次运行的消息没有送到：{name}：{why}"
                ));
            }
        }
    }

    /// Does the same for one of many rounds: what the last one told as well is told once a day.
    pub(super) async fn tell_news(
        &self,
        context: &Context,
        command: &'static str,
        told: &mut Told,
        places: impl Fn() -> Vec<Place>,
    ) {
        let now = clock::now();
        let before = &*told;
        let marked = || before.mark(places(), now);
        self.tell(context, command, marked).await;
        // In the language in which all of it is remembered.
        let found = Language::English.speak(&places);
        told.note(&found, now);
    }

    /// Sends a message that tells nothing, and says of each address whether it was taken.
    pub(super) async fn try_out(
        &self,
        context: &Context,
    ) -> Result<Vec<(String, Result<(), Text>)>, CliError> {
        if self.destinations.is_empty() {
            let variable = Variable::Notify;
            return Err(CliError::new(text!(
                "the environment variable `{variable}` is not set: it says where messages go",
                "没有设置环境变量 `{variable}`：它写明消息发到哪里"
            )));
        }
        let message = || {
            let summary = tr!(
                "This is a test: messages about runs arrive here.",
                "这是一条测试消息：运行的消息会发到这里。"
            );
            Message {
                command: "doctor",
                places: vec![Place {
                    target: None,
                    summary,
                    items: vec![],
                }],
                run: run(&context.environment),
            }
        };
        let [own, for_programs] =
            [context.printer.language(), Language::English].map(|language| language.speak(message));
        let sent = self.send(context, &own, &for_programs).await.into_iter();
        Ok(sent
            .map(|(number, sent)| (self.name(number), sent))
            .collect())
    }

    /// Tells of the addresses that could be signed, where nothing says whether they are.
    pub(super) fn open(&self) -> impl Iterator<Item = Text> {
        let (each, secret) = (self.destinations.iter().enumerate(), Variable::NotifySecret);
        let open = each.filter(|(_, one)| one.is_open);
        open.map(move |(number, _)| {
            let name = self.name(number);
            text!(
                "{name}: messages are not signed, for `{secret}` has no secret for it; `-` stands for none",
                "{name}：消息没有签名，因为 `{secret}` 里没有它的密钥；不需要就写 `-`"
            )
        })
    }

    /// Names an address without telling it.
    fn name(&self, number: usize) -> String {
        let service = self.destinations[number].service;
        if self.destinations.len() == 1 {
            return service.to_string();
        }
        let number = number + 1;
        tr!(
            "{service} (address {number})",
            "{service}（第 {number} 个地址）"
        )
    }

    async fn send(
        &self,
        context: &Context,
        own: &Message,
        for_programs: &Message,
    ) -> Vec<(usize, Result<(), Text>)> {
        let client = &client(context);
        let now = clock::now();
        let language = context.printer.language();
        let each = self.destinations.iter().enumerate();
        let each = each.map(async |(number, to)| {
            let request = match to.service {
                Service::Json => {
                    Language::English.speak(|| notices::request(to, for_programs, now))
                }
                _ => language.speak(|| notices::request(to, own, now)),
            };
            let posted = client.post(request.url, request.body.into()).await;
            let taken = match posted {
                Ok(answer) => {
                    let hide = |text: &str| client.without_secrets(text);
                    judge(to.service, answer.status, &answer.body, hide).map_err(told)
                }
                Err(failure) => Err(Text::of(|| failure.fault.to_string())),
            };
            (number, taken)
        });
        tokio::select! {
            sent = join_all(each) => sent,
            // Whoever stops it now knows what was done.
            () = context.stop.made() => vec![],
        }
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is made where it is given away"
)]
fn told(refused: Refused) -> Text {
    Text::of(|| match &refused.advice {
        Some(advice) => tr!("{refused}; {advice}", "{refused}；{advice}"),
        None => refused.to_string(),
    })
}

/// Returns why a command came to no target; nothing where somebody wanted so.
pub(super) fn of_error(error: &CommandError) -> Option<Text> {
    match error {
        CommandError::Error(error) => Some(error.message.clone()),
        CommandError::Files(mistakes) => Some(first_of(mistakes)),
        CommandError::Stopped(..) | CommandError::Said(_) => None,
    }
}

/// Tells that a command stopped before it came to a target. What somebody wanted so is told nobody.
pub(super) async fn tell_of_error(context: &Context, command: &'static str, error: &CommandError) {
    let Some(message) = of_error(error) else {
        return;
    };
    // What is wrong with this is told as what it is.
    if let Ok(notices) = Notices::of(&context.environment) {
        let places = || vec![notice::of_error(&message)];
        notices.tell(context, command, places).await;
    }
}

/// Says how many mistakes the files have, and what the first of them is.
fn first_of(mistakes: &Mistakes) -> Text {
    let Mistakes { told, files } = mistakes;
    let all = of_files(told);
    let mut errors = told.iter().filter(|one| one.severity == Severity::Error);
    let Some(first) = errors.next() else {
        return all;
    };
    Text::of(|| {
        let message = &first.message;
        match &first.place {
            Some(place) => {
                let (file, line) = (&place.file, files.line(place));
                tr!(
                    "{all}. {file}:{line}: {message}",
                    "{all}。{file}:{line}：{message}"
                )
            }
            None => tr!("{all}. {message}", "{all}。{message}"),
        }
    })
}

fn client(context: &Context) -> Client {
    Client::new(ClientOptions {
        retry: RetryOptions {
            tries: 2,
            longest_pause: LONGEST_PAUSE,
            ..RetryOptions::default()
        },
        timeouts: Timeouts {
            answer: ANSWER,
            outage: Duration::ZERO,
            ..Timeouts::default()
        },
        stop: Some(context.stop.wish()),
        ..ClientOptions::default()
    })
}

/// Returns where a run can be seen, where the system that runs it says so.
fn run(environment: &Environment) -> Option<String> {
    let get = |variable| environment.get(variable);
    let github = || {
        let server = get(Variable::GitHubServer)?;
        let (repository, run) = (get(Variable::GitHubRepository)?, get(Variable::GitHubRun)?);
        Some(format!("{server}/{repository}/actions/runs/{run}"))
    };
    github().or_else(|| get(Variable::GitLabJob).map(str::to_owned))
}

fn wrong(wrong: Wrong) -> CliError {
    let (addresses, secret) = (Variable::Notify, Variable::NotifySecret);
    match wrong {
        Wrong::NoAddress(number) => CliError::new(text!(
            "what stands in `{addresses}` as number {number} is no address",
            "`{addresses}` 里的第 {number} 个不是地址"
        ))
        .hint(text!(
            "copy it whole from the robot's page, with `https://`; blanks or lines stand between several",
            "从机器人的页面完整复制，带上 `https://`；多个地址之间用空格或换行隔开"
        )),
        Wrong::Comma(number) => CliError::new(text!(
            "a `,` stands in address number {number} of `{addresses}`",
            "`{addresses}` 的第 {number} 个地址里有 `,`"
        ))
        .hint(text!(
            "blanks or lines stand between several",
            "多个地址之间用空格或换行隔开"
        )),
        Wrong::NoService(number) => {
            let known = Service::ALL.map(|service| format!("`{}+https://…`", service.as_str()));
            let known = listed(known);
            CliError::new(text!(
                "what stands in front of address number {number} in `{addresses}` is no service that is known",
                "`{addresses}` 里第 {number} 个地址前面写的不是认识的服务"
            ))
            .hint(Text::of(|| tr!("write {known}", "写成 {known}")))
        }
        Wrong::ManySecrets { secrets, sign } => CliError::new(text!(
            "`{secret}` has {secrets} secrets, and of the addresses in `{addresses}` {sign} are signed",
            "`{secret}` 里有 {secrets} 个密钥，而 `{addresses}` 里要签名的地址有 {sign} 个"
        ))
        .hint(text!(
            "DingTalk and Feishu sign: one secret for each such address, in their order, `-` for none",
            "钉钉和飞书才签名：每个这样的地址一个密钥，按地址的顺序，没有就写 `-`"
        )),
    }
}

fn unknown_event(NoEvent(word): &NoEvent) -> CliError {
    let variable = Variable::NotifyOn;
    let word = sanitize::excerpt(word);
    let known = Event::ALL.map(|event| format!("`{}`", event.as_str()));
    let known = listed(known);
    CliError::new(text!(
        "`{variable}` says `{word}`, for which no message is sent",
        "`{variable}` 里写着 `{word}`，没有这样的消息"
    ))
    .hint(text!(
        "choose from {known}, with commas between them",
        "从 {known} 里选，用逗号隔开"
    ))
}
