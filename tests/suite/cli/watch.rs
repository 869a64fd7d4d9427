//! `watch`: rounds without end, of which none leaves anything behind.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use pusher::cli::args::{Args, Command as Typed};
use pusher::cli::commands::watch::{Pace, rounds};
use pusher::cli::context::Context;
use pusher::cli::environment::Environment;
use pusher::cli::printer::Printer;
use pusher::cli::signals::StopRequest;
use pusher::model::Language;
use pusher::sandbox::images::Image;
use pusher::sandbox::{Auth, Bearer, Options, Sandbox, User};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::harness::{NAMESPACE, Place, pair};

/// How many rounds there are, one each two hours of a month.
const ROUNDS: i64 = 360;
/// After how many what grows at first has grown.
const WARM: i64 = 60;
/// From when to when the list is no list, and the password another.
const BAD_LIST: [i64; 2] = [100, 110];
const BAD_LOGIN: [i64; 2] = [200, 201];

/// Names the folder of the process that goes through a month.
const MONTH: &str = "PUSHER_TESTS_MONTH";

/// A month in which each round takes no longer than it takes; between them, things happen.
struct Month<'a> {
    folder: &'a Path,
    registry: &'a str,
    hour: AtomicI64,
    seen: Mutex<Vec<[usize; 3]>>,
    over: Notify,
}

/// Returns how many files are open, tasks alive, and KiB of memory taken.
fn held() -> [usize; 3] {
    let files = fs::read_dir("/proc/self/fd").unwrap().count();
    let tasks = Handle::current().metrics().num_alive_tasks();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let memory = memory.unwrap().trim().split(' ').next().unwrap();
    [files, tasks, memory.parse().unwrap()]
}

impl Month<'_> {
    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    fn log_in(&self, password: &str) {
        let login = STANDARD.encode(format!("robot:{password}"));
        let text = format!(
            r#"{{"auths":{{"{}":{{"auth":"{login}"}}}}}}"#,
            self.registry
        );
        self.write("config.json", &text);
    }

    fn list(&self, images: &[&str]) {
        let source = fs::read_to_string(self.folder.join("source")).unwrap();
        let lines = images.iter().map(|image| format!("{source}/{image}\n"));
        self.write("images.txt", &lines.collect::<String>());
    }

    /// What happens after the round with this number.
    fn happens(&self, round: i64) {
        match round {
            _ if round == BAD_LIST[0] => self.write("images.txt", "a b c\n"),
            _ if round == BAD_LIST[1] => self.list(&["org/one:v1", "org/two:v1"]),
            _ if round == BAD_LOGIN[0] => {
                self.log_in("another");
                self.list(&["org/one:v1", "org/two:v1", "org/three:v1"]);
            }
            _ if round == BAD_LOGIN[1] => self.log_in("secret"),
            _ => {}
        }
    }
}

impl Pace for Month<'_> {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(self.hour.load(Ordering::SeqCst))
    }

    async fn wait(&self, time: Duration) {
        let before = self.hour.load(Ordering::SeqCst);
        let now = before + i64::try_from(time.as_secs()).unwrap();
        self.hour.store(now, Ordering::SeqCst);
        let round = now / 7200;
        if before % 7200 != 0 {
            return;
        }
        self.happens(round + 1);
        if [WARM, ROUNDS].contains(&(round + 1)) {
            // What a round opened is closed by tasks that have yet to run.
            tokio::time::sleep(Duration::from_millis(300)).await;
            self.seen.lock().unwrap().push(held());
        }
        if round + 1 == ROUNDS {
            self.over.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no other way to say it"
)]
fn folder_of_the_month() -> Option<PathBuf> {
    std::env::var_os(MONTH).map(PathBuf::from)
}

/// The process itself: nothing, where it is run as a test.
#[tokio::test]
async fn a_process_that_goes_through_a_month() {
    let Some(folder) = folder_of_the_month() else {
        return;
    };
    let folder = &*folder;
    let registry = fs::read_to_string(folder.join("registry")).unwrap();
    let month = Month {
        folder,
        registry: &registry,
        hour: AtomicI64::new(0),
        seen: Mutex::default(),
        over: Notify::new(),
    };
    month.log_in("secret");
    month.list(&["org/one:v1"]);
    let typed =
        "pusher watch --every 2h --listen none --quiet --records records.jsonl --report r.json";
    let args = Args::parse_checked(typed.split(' ')).unwrap();
    let Typed::Watch(options) = &args.command else {
        panic!("{args:?}");
    };
    let home = folder.display().to_string();
    let variables = [
        ("ALIYUN_REGISTRY", &*registry),
        ("ALIYUN_NAME_SPACE", NAMESPACE),
        ("HOME", &home),
        ("DOCKER_CONFIG", &home),
    ];
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let environment: Environment = variables.into_iter().map(own).collect();
    let printer = Printer::standard(args.global.color, Language::English, true, &environment);
    let stop = StopRequest::default().into();
    let mut context = Context::new(environment, printer.into(), stop);
    context.folder = folder.to_owned();
    tokio::select! {
        ended = rounds(&context, &args.global, options, &month) => panic!("{ended:?}"),
        () = month.over.notified() => {}
    }
    let seen = month.seen.lock().unwrap();
    month.write("seen", &format!("{seen:?}"));
    let [first, last] = &seen[..] else {
        panic!("{seen:?}");
    };
    assert!(
        last[0] <= first[0] + 1 && last[1] <= first[1] + 1,
        "{seen:?}"
    );
    assert!(last[2] < first[2] + 3 * 1024, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_of_rounds_leaves_nothing_behind_and_takes_up_what_is_changed() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let bearer = Bearer {
        lifetime: Duration::from_secs(1),
        users: vec![User::new("robot", "secret")],
        ..Bearer::default()
    };
    let options = Options {
        auth: Auth::Bearer(bearer),
        ..Options::default()
    };
    let target = Sandbox::start(options).await.unwrap();
    for name in ["one", "two", "three"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let place = Place::empty();
    place.write("registry", target.address());
    place.write("source", source.address());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "cli::watch::a_process_that_goes_through_a_month"])
        .arg("--nocapture")
        .env(MONTH, place.path())
        .stdin(Stdio::null());
    let ran = tokio::task::block_in_place(|| child.output().unwrap());
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
    // Each failed its time, and no longer.
    let count = |what: &str| told.lines().filter(|line| line.contains(what)).count();
    let [from, to] = BAD_LIST;
    let bad_list = usize::try_from(to - from).unwrap();
    assert_eq!(count("stands behind the image"), bad_list, "{told}");
    let records = fs::read_to_string(place.path().join("records.jsonl")).unwrap();
    assert_eq!(records.lines().count(), 3, "{records}");
    for name in ["one", "two", "three"] {
        assert_eq!(target.tags(&format!("{NAMESPACE}/{name}")), ["v1"]);
    }
    // Each round asks each source once.
    let rounds = usize::try_from(ROUNDS).unwrap();
    let asked = |image: &str| {
        source
            .log()
            .count("HEAD", &format!("/org/{image}/manifests"))
    };
    assert_eq!(asked("one"), rounds - bad_list);
    let after = |round: i64| rounds - usize::try_from(round).unwrap();
    assert_eq!(asked("two"), after(BAD_LIST[1]));
    assert_eq!(asked("three"), after(BAD_LOGIN[0]));
    let files = fs::read_dir(place.path()).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    files.sort();
    let known = ["config.json", "images.txt", "r.json", "records.jsonl"];
    let known = known.into_iter().chain(["registry", "seen", "source"]);
    assert!(files.iter().eq(known), "{files:?}");
}

/// Asks over HTTP; returns the status and the text.
async fn ask(address: &str, path: &str, accept: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(format!("http://{address}{path}"));
    let answer = request.header("accept", accept).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_after_a_failure_tells_how_it_goes_and_stops_when_it_is_asked() {
    let (source, target) = pair().await;
    for name in ["one", "two"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let place = Place::between(&source, &target).file("images.txt", "a b c\n");
    let mut child = place.start("watch --every 1s --listen 127.0.0.1:0");
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = tokio::task::block_in_place(|| said.next().unwrap().unwrap());
    let (_, address) = line.split_once("http://").unwrap();
    let (address, _) = address.split_once('/').unwrap();
    let until = async |path: &str, status: u16| loop {
        let (found, text) = ask(address, path, "*/*").await;
        if found == status {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    // Nobody keeps others from being answered by saying nothing.
    let silent = std::net::TcpStream::connect(address).unwrap();
    assert_eq!(until("/healthz", 200).await, "ok\n");
    while until("/readyz", 503).await != "failed\n" {}
    place.write("images.txt", "SOURCE/org/one:v1\n");
    assert_eq!(until("/readyz", 200).await, "ok\n");
    assert_eq!(target.tags(&format!("{NAMESPACE}/one")), ["v1"]);
    place.write("images.txt", "SOURCE/org/one:v1\nSOURCE/org/two:v1\n");
    while target.tags(&format!("{NAMESPACE}/two")).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let plain = until("/metrics", 200).await;
    assert!(
        plain.contains("\n# TYPE pusher_rounds_total counter\n"),
        "{plain}"
    );
    let (_, open) = ask(address, "/metrics", "application/openmetrics-text").await;
    assert!(open.contains("\n# TYPE pusher_rounds counter\n"), "{open}");
    for page in [plain, open] {
        assert!(page.ends_with("# EOF\n"), "{page}");
        let failed = r#"pusher_rounds_total{run="watch",command="watch",result="failed"} "#;
        let failed = page.lines().find_map(|line| line.strip_prefix(failed));
        assert_ne!(failed, Some("0"), "{page}");
    }
    assert_eq!(ask(address, "/", "*/*").await.0, 404);
    drop(silent);
    let sent = Command::new("kill").arg(child.id().to_string()).status();
    assert!(sent.unwrap().success());
    let ran = place.wait(child);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert_eq!(
        ran.stdout.matches("Apply complete").count(),
        2,
        "{}",
        ran.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_done_is_told_at_once() {
    let place = Place::empty();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    for (typed, wanted) in [
        (
            format!("watch --every 1h --listen {taken}"),
            "another program listens there",
        ),
        (
            "watch --every 1h --listen none --report no/r.json".to_owned(),
            "cannot write `no/r.json`",
        ),
        (
            "watch --every 1h --listen none --file -".to_owned(),
            "standard input can be read once",
        ),
        (
            "watch --every 1h --listen none --jitter 1h".to_owned(),
            "`--jitter` is no shorter than `--every`",
        ),
        ("watch".to_owned(), "`<--every <TIME>|--cron <CRON>>`"),
    ] {
        let ran = place.run(&typed);
        assert_eq!(ran.status, 1, "{typed}");
        assert!(ran.stderr.contains(wanted), "{typed}: {}", ran.stderr);
    }
}
